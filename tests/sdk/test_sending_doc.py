"""What docs/sending.md shows is run as it stands."""

from __future__ import annotations

import json

import pytest

from tests.support.chain import LocalChain
from tests.support.reader import Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_the_example_runs(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    [example] = blocks(ROOT / "docs" / "sending.md", "python")
    monkeypatch.setenv("VISITOR", chain.alice.address)
    printed = reader.python(example, "docs/sending.md")
    assert printed.split() == [chain.deployment.registry]
    batch = json.loads((reader.folder / "batch.json").read_text("utf-8"))
    assert batch["meta"]["createdFromSafeAddress"] == chain.alice.address
    assert [call["to"] for call in batch["transactions"]] == [chain.deployment.registry]
