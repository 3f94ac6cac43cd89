"""Every proof says what it proves and within which bounds, and docs/proofs.md repeats it."""

from __future__ import annotations

import re

from tools.audit import prove


def test_every_proof_is_a_claim() -> None:
    claims = prove.claims()
    names = [
        name
        for path in prove.PROOFS.glob("*.t.sol")
        for name in re.findall(r"function (check_\w+)", path.read_text("utf-8"))
    ]
    assert sorted(claim.name for claim in claims) == sorted(names)
    assert all(claim.says and claim.bounds for claim in claims)


def test_docs_hold_the_table() -> None:
    """Refresh it with: python -m tools.audit.prove --table"""
    text = (prove.ROOT / "docs" / "proofs.md").read_text("utf-8")
    assert prove.table() in text
