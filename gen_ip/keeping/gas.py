"""What releasing costs, by estimate: docs/gas.md, "As works, parents and batches grow", and
`python -m benchmarks.keeper` measure it. What settling costs: `income/settling.py`."""

from __future__ import annotations

from gen_ip.income.settling import FIRST_GAS, Node, settle_gas
from gen_ip.keeping.scene import Release

TRANSACTION = 27_000
"""A transaction with a call of the splitter, beside what it does to works."""

_CALM, _RELEASE, _PAYEE, _WORK = 3_000, 22_000, 32_000, 12_000

__all__ = ["FIRST_GAS", "TRANSACTION", "calm", "release_gas", "settle_gas"]


def release_gas(release: Release) -> int:
    """Releasing a work: looking up its owner, a transfer, and what its payees need."""
    return _RELEASE + _PAYEE * release.payees + _WORK * len(release.works)


def calm(node: Node) -> int:
    """Finding that a work has nothing to settle."""
    return _CALM if node.rel or node.vol else 0
