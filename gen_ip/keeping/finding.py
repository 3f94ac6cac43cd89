"""Which works are kept, and what stands below them: from the chain's logs, or from an index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gen_ip import arguments
from gen_ip.chain.events import Certified, EdgeOpened, PayeeAdded, Transfer, topic_of, word
from gen_ip.chain.logs import Topics, scan
from gen_ip.chain.session import Session
from gen_ip.income.settling import Node, closure
from gen_ip.works.lineage import Link

# Deeper than reorganizations go: blocks that are searched again.
_AGAIN = 128


@dataclass(frozen=True)
class Whose:
    """Which works to keep: those named, those of some accounts, or every one.

    Attributes:
        works: by their numbers.
        owners, creators: accounts that own, or that certified works.
        payees: accounts that share what works earn, as platforms do.

    Raises:
        InvalidArgument: no number of a work, no address.
    """

    works: Sequence[int] = ()
    owners: Sequence[str] = ()
    creators: Sequence[str] = ()
    payees: Sequence[str] = ()
    every: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "works", tuple(arguments.work_ids("works", self.works)))
        for name in ("owners", "creators", "payees"):
            found = tuple(arguments.address(name, each) for each in getattr(self, name))
            object.__setattr__(self, name, found)


class Source(Protocol):
    """What knows works and their relations."""

    def works(self, session: Session, whose: Whose) -> Sequence[int]:
        """The works meant, each once."""

    def below(self, session: Session, works: Collection[int]) -> tuple[Link, ...]:
        """All edges below some works."""

    def nodes(self, session: Session, works: Collection[int]) -> dict[int, Node]:
        """The constants of some works."""


class Logs:
    """Searches the chain's logs: all once, later only new ones."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._links: dict[Link, int] = {}
        self._nodes: dict[int, Node] = {}

    def works(self, session: Session, whose: Whose) -> list[int]:
        """See `Source`."""
        found = list(whose.works)
        if whose.every:
            found += _certified(session, None)
        if whose.creators:
            found += _certified(session, [word(each) for each in whose.creators])
        if whose.owners:
            topics = [topic_of("Transfer"), None, [word(each) for each in whose.owners]]
            came = [
                each.id_
                for each in scan(session.rpc, session.deployment.registry, topics, session.start)
                if isinstance(each, Transfer)
            ]
            found += owned(session, came, whose.owners)
        if whose.payees:
            topics = [topic_of("PayeeAdded"), None, [word(each) for each in whose.payees]]
            found += [
                each.work_id
                for each in scan(session.rpc, session.deployment.splitter, topics, session.start)
                if isinstance(each, PayeeAdded)
            ]
        return list(dict.fromkeys(found))

    def below(self, session: Session, works: Collection[int]) -> tuple[Link, ...]:
        """See `Source`."""
        self._read_on(session)
        reach = closure(works, [(each.parent, each.child) for each in self._links])
        return tuple(each for each in self._links if each.parent in reach)

    def nodes(self, session: Session, works: Collection[int]) -> dict[int, Node]:
        """See `Source`. Only how many payees a work has may change, and that is asked again."""
        asked = list(dict.fromkeys(works))
        reads = session.read_all(*(("RoyaltySplitter", "node", each) for each in asked))
        return {each: Node(*values[:4]) for each, values in zip(asked, reads, strict=True)}

    def _read_on(self, session: Session) -> None:
        last = session.rpc.block().number
        start = session.start if self._next is None else max(session.start, self._next - _AGAIN)
        self._links = {each: block for each, block in self._links.items() if block < start}
        topics = [topic_of("EdgeOpened")]
        for each in scan(session.rpc, session.deployment.splitter, topics, start, last):
            if isinstance(each, EdgeOpened):
                link = Link(each.work_id, each.parent, each.income, each.volume, each.license_id)
                self._links[link] = each.block
        self._next = last + 1


def owned(session: Session, works: Iterable[int], owners: Collection[str]) -> list[int]:
    """Those of some works that accounts own now."""
    asked = list(dict.fromkeys(works))
    reads = session.read_all(*(("IPRegistry", "ownership", each) for each in asked))
    return [each for each, (owner, *_) in zip(asked, reads, strict=True) if owner in owners]


def _certified(session: Session, creators: list[str] | None) -> list[int]:
    topics: Topics = [topic_of("Certified"), None, *([creators] if creators else [])]
    found = scan(session.rpc, session.deployment.registry, topics, session.start)
    return [each.work_id for each in found if isinstance(each, Certified)]
