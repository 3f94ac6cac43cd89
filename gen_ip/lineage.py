"""What a work was built on, and what was built on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.chain.events import word
from gen_ip.chain.session import Session

# Alternatives of one topic that nodes accept in one request.
_TOPICS = 100


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
    up = _walk(work, lambda works: parents(session, works), lambda link: link.parent)
    down = _walk(work, lambda works: children(session, works), lambda link: link.child)
    return Lineage(
        work=work,
        ancestors=tuple(up[0]),
        descendants=tuple(down[0]),
        links=(*up[1], *down[1]),
    )


def descendants(session: Session, work: int) -> list[Link]:
    """All edges below a work, nearest first."""
    return _walk(work, lambda works: children(session, works), lambda link: link.child)[1]


def parents(session: Session, works: Iterable[int]) -> list[Link]:
    """The edges from each work to its parents."""
    return [
        Link(work, *share)
        for work in works
        for share in session.read("RoyaltySplitter", "sharesOf", work)
    ]


def children(session: Session, works: list[int]) -> list[Link]:
    """The edges to each work from its children."""
    found = []
    for start in range(0, len(works), _TOPICS):
        topics = [word(work) for work in works[start : start + _TOPICS]]
        for event in session.events("RoyaltySplitter", "EdgeOpened", None, topics):
            args = event.args
            found.append(
                Link(
                    args["work_id"],
                    args["parent"],
                    args["income"],
                    args["volume"],
                    args["license_id"],
                )
            )
    return found


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
