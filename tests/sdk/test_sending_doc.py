"""What docs/sending.md shows is run as it stands."""

from __future__ import annotations

import json
import shutil

import pytest

from gen_ip import GenIP
from tests.support.chain import LocalChain
from tests.support.reader import PICTURES, Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_a_visitor_and_a_safe(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    example, _ = blocks(ROOT / "docs" / "sending.md", "python")
    monkeypatch.setenv("VISITOR", chain.alice.address)
    printed = reader.python(example, "docs/sending.md")
    assert printed.split() == [chain.deployment.registry]
    batch = json.loads((reader.folder / "batch.json").read_text("utf-8"))
    assert batch["meta"]["createdFromSafeAddress"] == chain.alice.address
    assert [call["to"] for call in batch["transactions"]] == [chain.deployment.registry]


def test_many_at_once(chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    _, example = blocks(ROOT / "docs" / "sending.md", "python")
    key = chain.bob.encrypt("secret", "pbkdf2", iterations=1)
    (reader.folder / "key.json").write_text(json.dumps(key), "utf-8")
    for name in ("one", "two", "three"):
        shutil.copy(PICTURES / "cat.png", reader.folder / f"{name}.jpg")
        with (reader.folder / f"{name}.jpg").open("ab") as file:
            file.write(name.encode())
    monkeypatch.setenv("GENIP_PASSWORD", "secret")
    assert reader.python(example, "docs/sending.md") == ""
    works = GenIP(chain.url, deployment=chain.deployment).works()
    assert [claim.creator for claim in works] == [chain.bob.address] * 3
