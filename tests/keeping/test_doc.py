"""What docs/keeper.md shows is run as it stands."""

from __future__ import annotations

import json

import pytest

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.work import ETH
from tests.support.chain import LocalChain
from tests.support.reader import Reader, blocks, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_the_example_pays(
    chain: LocalChain, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = blocks(ROOT / "docs" / "keeper.md", "python")
    key = chain.dave.encrypt("secret", "pbkdf2", iterations=1)
    (reader.folder / "key.json").write_text(json.dumps(key), "utf-8")
    monkeypatch.setenv("GENIP_PASSWORD", "secret")
    store = LocalStore(reader.folder / "store")
    alice = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)
    work = alice.certify(b"work").work_id
    alice.pay(work, 10**18)
    small = alice.certify(b"small").work_id
    alice.pay(small, 5)
    said = reader.python(example, "docs/keeper.md")
    assert f"1 transactions, {{'{ETH}': {10**18}}}" in said
    assert f"left: {small} 5 worth too little for its gas" in said
    assert f"paid {{'{ETH}': {10**18}}} for" in said
