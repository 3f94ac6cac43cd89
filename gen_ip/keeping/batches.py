"""Transactions of a plan: whole families where they fit, the best paying first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip.keeping import gas
from gen_ip.keeping.choosing import Item
from gen_ip.keeping.scene import Order


@dataclass(frozen=True)
class Batch:
    """One transaction of the splitter, in one token.

    Attributes:
        items: what it settles and releases, in order.
        path, release_from: what `distribute` takes; where nothing is released, `release_from` is
            the path's length.
    """

    token: str
    items: tuple[Item, ...]
    path: tuple[int, ...]
    release_from: int

    @property
    def gas(self) -> int:
        """What it uses, by estimate."""
        return gas.TRANSACTION + sum(each.gas for each in self.items)

    @property
    def pays(self) -> int:
        """What it pays to owners and payees."""
        return sum(each.pays for each in self.items)

    @property
    def worth(self) -> float:
        """What reaches wallets, in wei; in the token's units where it has no price."""
        return sum(each.worth for each in self.items)

    @property
    def released(self) -> tuple[int, ...]:
        """The works that it releases."""
        return self.path[self.release_from :]

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "token": self.token,
            "settles": [str(each.work) for each in self.items if each.moves],
            "releases": [str(work) for work in self.released],
            "path": [str(work) for work in self.path],
            "release_from": self.release_from,
            "moves": str(sum(each.moves for each in self.items)),
            "pays": str(self.pays),
            "gas": self.gas,
        }


def batched(
    token: str, items: Sequence[Item], order: Order, most_gas: int, most_items: int | None = None
) -> tuple[Batch, ...]:
    """The batches of chosen items, which are in order. None uses more than `most_gas`, but for one
    of a single work; none has more than `most_items`."""
    found: list[Batch] = []
    part: list[Item] = []
    used, levels = gas.TRANSACTION, dict[int, int]()
    for group, family in enumerate(_families(items, order)):
        for item in family:
            level = order.level[item.work]
            full = used + item.gas > most_gas or len(part) == most_items
            # What a release pays a work can be settled in the next transaction only.
            if part and (full or level > levels.get(group, level)):
                found.append(_batch(token, part))
                part, used, levels = [], gas.TRANSACTION, {}
            part.append(item)
            used, levels[group] = used + item.gas, level
    if part:
        found.append(_batch(token, part))
    return tuple(found)


def _batch(token: str, items: Sequence[Item]) -> Batch:
    """All are settled in order; those to release come last, once more where that would leave them
    before one that is only settled. Settling again finds nothing and costs little."""
    works = [each.work for each in items]
    only = [place for place, each in enumerate(items) if not each.releases]
    start = only[-1] + 1 if only else 0
    again = [each.work for each in items[:start] if each.releases]
    return Batch(token, tuple(items), (*works[:start], *again, *works[start:]), start)


def _families(items: Sequence[Item], order: Order) -> Iterator[list[Item]]:
    """Items that money flows between, the family that pays most for its gas first; within each in
    the order of the levels, then as given."""
    head = {each.work: each.work for each in items}

    def find(work: int) -> int:
        while head[work] != work:
            head[work] = head[head[work]]
            work = head[work]
        return work

    for each in items:
        others = [link.parent for link in order.above.get(each.work, ())]
        others += [payee for payee, _ in order.shared.get(each.work, ())]
        for other in others:
            if other in head:
                head[find(other)] = find(each.work)
    families: dict[int, list[Item]] = {}
    for each in items:
        families.setdefault(find(each.work), []).append(each)

    def dear(family: list[Item]) -> float:
        return sum(each.gas for each in family) / (sum(each.worth for each in family) or 1e-30)

    for family in sorted(families.values(), key=dear):
        yield sorted(family, key=lambda each: order.level[each.work])
