"""The rows of `benchmarks.gas`: operations, what peers need, and what we allow ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """An operation; gas that it may use, and that the best-known peer uses (None: not known)."""

    key: str
    operation: str
    limit: int | None = None
    peer: int | None = None

    def measured(self, gas: int) -> dict[str, Any]:
        """The row for JSON; `within` is true where no limit is set."""
        return {
            "key": self.key,
            "operation": self.operation,
            "gas": gas,
            "limit": self.limit,
            "within": self.limit is None or gas <= self.limit,
            "peer": self.peer,
        }


TABLE = (
    Row("certify", "certify with metadata, creator's first", 140_000, 900_373),
    Row("anchor_each", "certify by the thousand, anchored, each", 100),
    Row("post_offer", "post an offer", 60_000, 286_242),
    Row("buy", "buy a license with ERC-20, later sale", 200_000, 697_314),
    Row("derive", "certify a derivative, one parent, any depth", 240_000, 1_312_071),
    Row("derive_extra_parent", "each further parent", 40_000, 330_000),
    Row("pay_erc20", "pay a work, repeat, any depth, ERC-20", 65_000, 181_635),
    Row("pay_eth", "the same in ETH", 42_000),
    # The peer needs more than that.
    Row("settle_hop", "settle, a hop in a batch, repeat", 15_000, 100_000),
    Row("settle_hop_first", "the same, first ever", 34_000),
    Row("settle_hop_both", "the same, a work that owes both kinds, repeat", 22_000),
    Row("reach8_first", "ancestor at distance 8 has its money, first ever", 390_000, 869_493),
    Row("reach8", "the same, steady", 230_000),
    Row("reach_all8_first", "all 8 ancestors at depth 8, first ever (2 tx)", 640_000, 4_790_000),
    Row("reach_all8", "the same, steady", 400_000),
)
"""The operations that have a limit."""

EXTRA = (
    Row("derive_extra_parent_other_terms", "each further parent, under terms of its own"),
    Row("settle_hop_both_first", "settle a hop that owes both kinds, first ever"),
    Row("reach_all8_first_distribute", "all 8 ancestors, first ever: distribute alone"),
    Row("reach_all8_distribute", "all 8 ancestors, steady: distribute alone"),
    Row("reach_all9_first", "all 8 ancestors and the paid work, first ever (2 tx)"),
    Row("reach_all9", "the same, steady"),
    Row("reach_all9_first_distribute", "all 9, first ever: distribute alone"),
    Row("reach_all9_distribute", "all 9, steady: distribute alone"),
)
"""Measured on the way, without a limit."""
