"""`python -m benchmarks.platform`, run small; and that its verifier refuses what is altered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import _verifier
from benchmarks.platform import measure
from gen_ip.platform import Way
from gen_ip.signing.statements import certify_leaf
from tests.platform.conftest import Site, alice, bob, carol, derive, site, store
from tests.support.require import require

__all__ = ["alice", "bob", "carol", "derive", "site", "store"]


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


def test_it_measures() -> None:
    require("anvil")
    found = measure(works=12, creators=3, minted=2, threads=2, most=10)
    assert json.loads(json.dumps(found)) == found
    assert (found["works"], found["minted"], found["anchors"]) == (12, 2, 2)
    assert 0 < found["ratio"] < 1
    assert found["proof_bytes"] == 64 + 4 * 32
    assert found["anchoring_gas_per_work"] < found["minting_with_sale_gas"]


def test_the_verifier_refuses_what_is_altered(site: Site) -> None:
    for words in ("one", "two", "three"):
        site.upload(words, Way.ANCHORED)
    site.ahead += 61
    site.submitter.round()
    entry = site.platform.status("two")
    certificate = entry.certificate
    document = json.loads(json.dumps(certificate.to_json()))
    assert _verifier.anchored_at(site.chain.url, document) > 0
    certify = certificate.certify
    leaf = certify_leaf(
        certify.home_chain_id, certificate.registry, certify, certificate.anchor.salt
    )
    assert _verifier.leaf(document) == leaf
    for altered in (
        {**document, "certify": {**document["certify"], "resaleRoyalty": 1}},
        {**document, "anchor": {**document["anchor"], "salt": "0x" + "00" * 32}},
        {**document, "anchor": {**document["anchor"], "path": document["anchor"]["path"][1:]}},
        {**document, "anchor": {**document["anchor"], "root": "0x" + "11" * 32}},
    ):
        assert _verifier.anchored_at(site.chain.url, altered) == 0
