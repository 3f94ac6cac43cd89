"""What a work was built on, and what was built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.chain import logs
from gen_ip.chain.events import topic_of, word
from gen_ip.chain.session import Session
from gen_ip.chain.walk import shares_above

# Alternatives of one topic that nodes accept in one request.
_TOPICS = 100
# Generations asked for one by one within as many blocks as a node searches at once.
_ROUNDS = 2


class Link(NamedTuple):
    """An edge: `child` owes `parent` basis points of its income and of the volume below it."""

    child: int
    parent: int
    income: int
    volume: int
    license: int

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        ids = {name: str(getattr(self, name)) for name in ("child", "parent", "license")}
        return {**self._asdict(), **ids}


@dataclass(frozen=True)
class Lineage:
    """A work's relations. `ancestors` and `descendants` are nearest first; `links` all edges
    between them and the work."""

    work: int
    ancestors: tuple[int, ...]
    descendants: tuple[int, ...]
    links: tuple[Link, ...]

    def parents(self, work: int) -> tuple[Link, ...]:
        """Edges from `work` to its parents, as far as they are part of this lineage."""
        return tuple(link for link in self.links if link.child == work)

    def children(self, work: int) -> tuple[Link, ...]:
        """Edges to `work` from its children, as far as they are part of this lineage."""
        return tuple(link for link in self.links if link.parent == work)

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        return {
            "work": str(self.work),
            "ancestors": [str(work) for work in self.ancestors],
            "descendants": [str(work) for work in self.descendants],
            "links": [link.to_json() for link in self.links],
        }


def lineage(session: Session, work: int) -> Lineage:
    """Ancestors from the ledger's nodes, descendants by a search for EdgeOpened."""
    up = _walk(work, _parents(session), lambda link: link.parent)
    down = _walk(work, _children(session, work), lambda link: link.child)
    return Lineage(
        work=work,
        ancestors=tuple(up[0]),
        descendants=tuple(down[0]),
        links=(*up[1], *down[1]),
    )


def descendants(session: Session, work: int) -> list[Link]:
    """All edges below a work, nearest first."""
    return _walk(work, _children(session, work), lambda link: link.child)[1]


def ancestors(session: Session, work: int) -> list[Link]:
    """All edges above a work, nearest first."""
    return _walk(work, _parents(session), lambda link: link.parent)[1]


def _parents(session: Session) -> Callable[[list[int]], list[Link]]:
    """The edges from each of some works to its parents; each request tells of many generations."""
    known: dict[int, Any] = {}

    def expand(works: list[int]) -> list[Link]:
        while missing := [work for work in works if work not in known]:
            known.update(shares_above(session.rpc, session.deployment.splitter, missing))
        return [Link(work, *share) for work in works for share in known[work]]

    return expand


def _children(session: Session, work: int) -> Callable[[list[int]], list[Link]]:
    """The edges to each of some works from its children, for `work` and all below it.

    Children come after their parents, so one pass over the chain finds all generations. In each
    part of it the known works' children are asked for, then theirs; where it goes on deeper than
    that, all edges of the part.
    """
    below: dict[int, list[Link]] = {work: []}
    first, last = session.start, session.rpc.block().number
    while first <= last:
        end = min(first + logs.STEP - 1, last)
        new = set(below)
        for _ in range(_ROUNDS):
            links = [
                link
                for some in _portions(sorted(new))
                for link in _edges(session, first, end, [word(parent) for parent in some])
            ]
            new = _noted(below, new, links)
        if new:
            _noted(below, new, _edges(session, first, end, None))
        first = end + 1
    return lambda works: [link for parent in works for link in below[parent]]


def _noted(below: dict[int, list[Link]], parents: set[int], links: Iterable[Link]) -> set[int]:
    """Notes those of `links` that lead to `parents`, or to their new children further on; returns
    the new ones."""
    wanted, new = set(parents), set[int]()
    for link in links:
        if link.parent in wanted:
            below[link.parent].append(link)
            if link.child not in below:
                below[link.child] = []
                new.add(link.child)
                wanted.add(link.child)
    return new


def _edges(
    session: Session, first: int, last: int, parents: Sequence[str] | None
) -> Iterator[Link]:
    """The edges opened from one block to another, in order; all, or those to `parents`."""
    topics = [topic_of("EdgeOpened"), None, parents]
    for event in logs.scan(session.rpc, session.deployment.splitter, topics, first, last):
        args = event.args
        yield Link(
            args["work_id"], args["parent"], args["income"], args["volume"], args["license_id"]
        )


def _portions(works: list[int]) -> Iterator[list[int]]:
    return (works[start : start + _TOPICS] for start in range(0, len(works), _TOPICS))


def children_first(works: Iterable[int], links: Iterable[Link]) -> list[int]:
    """`works` ordered so that every work stands before its ancestors (Kahn's algorithm)."""
    waiting = set(works)
    inside = [link for link in links if link.child in waiting and link.parent in waiting]
    below = dict.fromkeys(waiting, 0)
    above: dict[int, list[int]] = {work: [] for work in waiting}
    for link in inside:
        below[link.parent] += 1
        above[link.child].append(link.parent)
    ready = sorted(work for work, count in below.items() if count == 0)
    ordered = []
    while ready:
        work = ready.pop()
        ordered.append(work)
        for parent in above[work]:
            below[parent] -= 1
            if below[parent] == 0:
                ready.append(parent)
    return ordered


def _walk(
    work: int, expand: Callable[[list[int]], list[Link]], far_end: Callable[[Link], int]
) -> tuple[list[int], list[Link]]:
    seen, order, links = {work}, [], []
    frontier = [work]
    while frontier:
        step = expand(frontier)
        links += step
        frontier = []
        for end in map(far_end, step):
            if end not in seen:
                seen.add(end)
                frontier.append(end)
        order += frontier
    return order, links
