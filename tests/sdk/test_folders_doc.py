"""What docs/folders.md shows is run as it stands."""

from __future__ import annotations

import tomllib

import pytest

from gen_ip import Anchored, GenIP
from gen_ip.folders import sidecar
from gen_ip.methods.preparing import Stated
from tests.support.chain import LocalChain
from tests.support.reader import Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]

DOCUMENT = ROOT / "docs" / "folders.md"


def test_the_examples_run(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIP_ACCOUNT", "dev0")
    monkeypatch.setenv("XDG_STATE_HOME", str(reader.folder / ".state"))
    for name in ("works", "sketches"):
        folder = reader.folder / name
        folder.mkdir()
        for i in range(3):
            (folder / f"{i}.txt").write_text(f"{name} {i}", "utf-8")
    assert reader.follow(DOCUMENT) == 3
    claims = GenIP(chain.web3, deployment=chain.deployment).works()
    assert len(list(claims)) == 6
    assert len(Anchored.load(reader.folder / "proofs.json").certificates) == 3


def test_the_sidecar_is_one() -> None:
    [example] = blocks(DOCUMENT, "toml")
    assert tomllib.loads(example).keys() == {"name", "description", "kind", "human_contribution"}
    made = sidecar.stated(Stated(), example.encode())
    assert (made.name, made.kind) == ("Morning", "prompt")
    assert made.description == "The first of a series."
    assert made.declared is not None
