"""What a plan is made from: works, who owes whom, and who gets what is released."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gen_ip.income.settling import Node, closure
from gen_ip.works.lineage import Link, children_first


class Release(NamedTuple):
    """What becomes of a work's credit where anyone releases it, in basis points.

    `paid` leaves for wallets; `works` are works that are payees, with their shares, each paid like
    by a buyer; the rest waits in the splitter for owners or payees that must ask for it.
    """

    paid: int
    works: tuple[tuple[int, int], ...] = ()
    payees: int = 0


@dataclass(frozen=True)
class Scene:
    """Works to release, and all that can bring them money.

    Attributes:
        releases: of each work to release.
        links: all edges below them.
        nodes: the constants of these works and of all below.
    """

    releases: Mapping[int, Release]
    links: tuple[Link, ...]
    nodes: Mapping[int, Node]


@dataclass(frozen=True)
class Order:
    """In which order money flows through a scene.

    Attributes:
        works: those that are released or lead to one that is: children first, and before a work all
            that it is a payee of.
        above: the edges that carry money, by child.
        shared: by work, the works that it pays as payees, with their shares. One that could pay it
            back, at any distance, is not among them: what goes round in circles reaches nobody.
        level: how many releases lie before a work, one after the other. A release can pay another
            work only after all that is settled in the same transaction.
    """

    works: tuple[int, ...]
    above: Mapping[int, tuple[Link, ...]]
    shared: Mapping[int, tuple[tuple[int, int], ...]]
    level: Mapping[int, int]


def ordered(scene: Scene) -> Order:
    """The order of a scene."""
    nodes = scene.nodes
    carrying = [
        each for each in scene.links if each.income or each.volume or nodes[each.parent].vol
    ]
    reach = closure(scene.releases, [(each.parent, each.child) for each in carrying])
    inside = [each for each in carrying if each.child in reach and each.parent in reach]
    paying = [
        (work, payee, share)
        for work, release in scene.releases.items()
        for payee, share in release.works
        if payee in reach
    ]
    upward = [(each.child, each.parent) for each in inside]
    upward += [(work, payee) for work, payee, _ in paying]
    after = {payee: closure([payee], upward) for payee in {payee for _, payee, _ in paying}}
    onward = [each for each in paying if each[0] not in after[each[1]]]
    above, shared = _by_child(inside), _by_payer(onward)
    payments = [Link(work, payee, 0, 0, 0) for work, payee, _ in onward]
    works = children_first(reach, [*inside, *payments])
    level = dict.fromkeys(works, 0)
    for work in works:
        for link in above.get(work, ()):
            level[link.parent] = max(level[link.parent], level[work])
        for payee, _ in shared.get(work, ()):
            level[payee] = max(level[payee], level[work] + 1)
    return Order(tuple(works), above, shared, level)


def _by_child(links: Iterable[Link]) -> dict[int, tuple[Link, ...]]:
    found: dict[int, tuple[Link, ...]] = {}
    for link in links:
        found[link.child] = (*found.get(link.child, ()), link)
    return found


def _by_payer(paying: Iterable[tuple[int, int, int]]) -> dict[int, tuple[tuple[int, int], ...]]:
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for work, payee, share in paying:
        found[work] = (*found.get(work, ()), (payee, share))
    return found
