"""What only the chain's logs tell about earnings, behind an interface that an index can answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gen_ip.chain.errors import ChainError
from gen_ip.chain.events import Paid, Transfer, kinds, word
from gen_ip.chain.logs import scan
from gen_ip.chain.session import Session
from gen_ip.works import lineage
from gen_ip.works.lineage import Link

SCAN_BLOCKS = 5_000_000
"""Blocks that are searched without an index: 500 requests where a node takes 10,000 at once."""

# Alternatives of one topic that nodes accept in one request.
_TOPICS = 100


class TooFarToScan(ChainError):  # noqa: N818 - named like the package's errors
    """The contracts are so old that searching their logs would take too long."""

    def __init__(self, blocks: int, limit: int) -> None:
        self.blocks, self.limit = blocks, limit
        super().__init__(
            f"{blocks:,} blocks of logs would have to be searched, the limit is {limit:,}; give "
            "GenIP an index=, or a deployment whose block= is later if nothing of yours is older, "
            "or index=LogScan(blocks=...) to search them all the same"
        )


class EarningsIndex(Protocol):
    """What earnings are found by. Amounts are then read from the contracts themselves."""

    def descendants(self, session: Session, work: int) -> Sequence[Link]:
        """All edges below a work."""

    def tokens_of(self, session: Session, works: Sequence[int]) -> Sequence[str]:
        """The tokens in which any of `works` was ever paid, address 0 for ETH, sorted."""

    def works_of(self, session: Session, owner: str) -> Sequence[int]:
        """Works whose certificate ever came to `owner`, the oldest first."""


class LogScan:
    """Searches the logs, at most `blocks` blocks of them.

    Every method raises `TooFarToScan` where there are more.
    """

    def __init__(self, blocks: int = SCAN_BLOCKS) -> None:
        self._blocks = blocks

    def descendants(self, session: Session, work: int) -> list[Link]:
        """See `EarningsIndex`."""
        self._last(session)
        return lineage.descendants(session, work)

    def tokens_of(self, session: Session, works: Sequence[int]) -> list[str]:
        """See `EarningsIndex`."""
        last, found = self._last(session), set()
        for start in range(0, len(works), _TOPICS):
            topics = [
                f"0x{kinds()['Paid'].topic.hex()}",
                [word(work) for work in works[start : start + _TOPICS]],
            ]
            splitter = session.deployment.splitter
            for event in scan(session.rpc, splitter, topics, session.start, last):
                if isinstance(event, Paid):
                    found.add(event.token)
        return sorted(found)

    def works_of(self, session: Session, owner: str) -> list[int]:
        """See `EarningsIndex`."""
        topics = [f"0x{kinds()['Transfer'].topic.hex()}", None, word(owner)]
        registry, last = session.deployment.registry, self._last(session)
        found = scan(session.rpc, registry, topics, session.start, last)
        return list(dict.fromkeys(each.id_ for each in found if isinstance(each, Transfer)))

    def _last(self, session: Session) -> int:
        """The newest block."""
        last = session.rpc.block().number
        if last - session.start + 1 > self._blocks:
            raise TooFarToScan(last - session.start + 1, self._blocks)
        return last
