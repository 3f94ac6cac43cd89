"""What settling works moves, to the unit, and which settlements a work's income needs.

The arithmetic is the splitter's (`contracts/libraries/Ledger.sol`): every amount is the growth of a
cumulative floor, of which the account keeps the remainder, its phase. Shares are basis points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from gen_ip.works.lineage import Link, children_first

WHOLE = 10_000
_AMOUNT, _PHASE = (1 << 112) - 1, (1 << 14) - 1

# docs/gas.md, "As works, parents and batches grow": what one more generation on a collected path
# costs with one parent, what one more parent does, and what the first use of a slot does.
_HOP_GAS, _PARENT_GAS, FIRST_GAS = 17_867, 10_233, 17_100
# The same page: `settle_hop_both` above `settle_hop`, for a work that owes both kinds of share.
_BOTH_GAS = 4_907


class Node(NamedTuple):
    """A work's constants: sums of its income shares and of the volume shares it owes; how many
    parents and payees it has."""

    rel: int
    vol: int
    parents: int
    payees: int

    @property
    def slots(self) -> int:
        """Slots of its account in a token: two where it owes both kinds of share."""
        return 2 if self.rel and self.vol else 1


class Account(NamedTuple):
    """A work's account in one token: credit not drawn; income and volume not settled, each with its
    phase; the phase of its net. `used` says whether money ever came."""

    credit: int = 0
    income: int = 0
    income_phase: int = 0
    volume: int = 0
    volume_phase: int = 0
    net_phase: int = 0
    used: bool = False


class Step(NamedTuple):
    """One settlement.

    `brings` is how much less would reach the work that collects if this one were left out, in the
    token's smallest unit. What comes through several works counts at each, so they do not add up.
    `gas` is an estimate, within the transaction that settles all of them.
    """

    work: int
    brings: int
    gas: int

    def to_json(self) -> dict[str, Any]:
        """For JSON; id and amount as decimal strings."""
        return {"work": str(self.work), "brings": str(self.brings), "gas": self.gas}


@dataclass(frozen=True)
class SettlePlan:
    """The settlements that bring a work what waits below it, children first.

    Attributes:
        brings: what they bring to its credit together, exactly.
        leaves: what more would come if every work below were settled.
    """

    steps: tuple[Step, ...]
    brings: int
    leaves: int

    @property
    def gas(self) -> int:
        """Of all settlements together, by estimate."""
        return sum(step.gas for step in self.steps)


def slots(work: int, token: str) -> tuple[str, str]:
    """Where the splitter's storage holds a work's account in a token
    (`RoyaltySplitter._account`)."""
    place = keccak(work.to_bytes(32, "big") + bytes.fromhex(token[2:]) + b"\xff" * 12)
    first = int.from_bytes(place, "big")
    return hex(first), hex((first + 1) % (1 << 256))


def account(node: Node, first: int, second: int) -> Account:
    """An account from its two slots, as `Ledger.sol` lays them out."""
    credit, net_phase = first & _AMOUNT, first >> 238 & _PHASE
    waiting, phase = first >> 112 & _AMOUNT, first >> 224 & _PHASE
    if node.rel:
        kinds = (waiting, phase, second & _AMOUNT, second >> 224 & _PHASE)
        both = kinds if node.vol else (*kinds[:2], 0, 0)
    else:
        both = (0, 0, waiting, phase) if node.vol else (0, 0, 0, 0)
    return Account(credit, *both, net_phase, first != 0)


def settle_gas(node: Node) -> int:
    """What settling a work costs within a batch, by estimate, where its parents were paid before;
    each slot of theirs that was not costs `FIRST_GAS` more."""
    both = _BOTH_GAS if node.slots == 2 else 0
    return _HOP_GAS + _PARENT_GAS * (node.parents - 1) + both


def due(phase: int, added: int, share: int) -> int:
    """What a share of a total gains while the total grows by `added` (`Ledger.due`)."""
    return (phase + added) * share // WHOLE - phase * share // WHOLE


def plan(
    work: int,
    links: Iterable[Link],
    nodes: Mapping[int, Node],
    accounts: Mapping[int, Account],
    min_gain: int = 1,
    gas_price: int = 0,
) -> SettlePlan:
    """The settlements that bring `work` what waits below it.

    No work stands twice, and none whose settlement brings less than `min_gain` (at least 1) to
    `work`: the dust of works that all bring less is left, one after the other, children first. With
    1, everything comes.

    With a `gas_price`, in the token's smallest unit, a settlement must also bring what it costs
    together with those that reach `work` through it alone; and all of them what they cost together.

    Args:
        links: all edges below `work`.
        nodes, accounts: of `work` and of all works below.
    """
    flow = _Flow(work, links, nodes, accounts)
    everything = flow.gain()
    losses = flow.prune(min_gain, gas_price)
    # What comes on several paths counted on each, so that together they may still cost too much.
    strict = gas_price
    while flow.gain() < gas_price * sum(gas for _, gas in flow.gas()):
        strict *= 2
        losses = flow.prune(min_gain, strict)
    brings = flow.gain()
    steps = tuple(Step(each, losses[each], gas) for each, gas in flow.gas())
    return SettlePlan(steps, brings, everything - brings)


class _Flow:
    """Money and volume on their way to a work when the works in `order` are settled."""

    def __init__(
        self,
        work: int,
        links: Iterable[Link],
        nodes: Mapping[int, Node],
        accounts: Mapping[int, Account],
    ) -> None:
        self._work, self._nodes, self._accounts = work, nodes, accounts
        carrying = [each for each in links if each.income or each.volume or nodes[each.parent].vol]
        # Without the edges that carry nothing, some works may not reach this one any more.
        reaching = closure([work], [(each.parent, each.child) for each in carrying])
        self._above: dict[int, list[Link]] = {each: [] for each in reaching}
        for link in carrying:
            if link.child in reaching and link.parent in reaching:
                self._above[link.child].append(link)
        upward = [(link.child, link.parent) for some in self._above.values() for link in some]
        waiting = [each for each in reaching if accounts[each].income or accounts[each].volume]
        needed = closure(waiting, upward) - {work}
        self.order: Sequence[int] = children_first(needed, carrying)
        self._place = {each: place for place, each in enumerate(self.order)}
        self._arrived = dict.fromkeys(reaching, (0, 0))
        for each in self.order:
            for parent, income, volume in self._moved(each, self._arrived[each]):
                before = self._arrived[parent]
                self._arrived[parent] = before[0] + income, before[1] + volume

    def gain(self) -> int:
        """What reaches the work's credit."""
        return self._credited(self._arrived[self._work][0])

    def loss(self, work: int) -> int:
        """How much less would, were one of them not settled."""
        arrived = self._without(work).get(self._work, self._arrived[self._work])
        return self.gain() - self._credited(arrived[0])

    def prune(self, min_gain: int, gas_price: int) -> dict[int, int]:
        """Leaves out every work that brings less than that, or than its gas and that of the works
        it alone leads on; then those that brought it through. The loss of each that is left."""
        losses: dict[int, int] = {}
        before = -1
        while before != len(self.order):
            before = len(self.order)
            onward = self._onward() if gas_price else {}
            costs = {each: gas * gas_price for each, gas in self.gas()}
            for each in self.order:
                losses[each] = self.loss(each)
                if losses[each] < max(min_gain, costs[each]):
                    changed = self._without(each)
                    del self._place[each]
                    self._arrived.update(changed)
                elif each in onward:
                    costs[onward[each]] += costs[each]
            self.order = [each for each in self.order if each in self._place]
        # The last round left out none, so that all of its losses hold.
        return losses

    def _onward(self) -> dict[int, int]:
        """Of each work the next one that all its ways up pass through, unless that is the one that
        collects: the immediate dominators of the graph upside down (Cooper, Harvey, Kennedy, "A
        Simple, Fast Dominance Algorithm", 2001)."""
        found: dict[int, int] = {}
        rank = {self._work: len(self._nodes), **self._place}
        for each in reversed(self.order):
            ways = {link.parent for link in self._above[each]} & rank.keys()
            while len(ways) > 1:
                # The lowest is not on all ways: on from there.
                lowest = min(ways, key=rank.__getitem__)
                ways = ways - {lowest} | {found.get(lowest, self._work)}
            found[each] = ways.pop() if ways else self._work
        return {each: after for each, after in found.items() if after != self._work}

    def gas(self) -> Iterator[tuple[int, int]]:
        """Each work to settle, with what that costs by estimate."""
        used = {each for each, held in self._accounts.items() if held.used}
        for each in self.order:
            parents = {link.parent for link in self._above[each]}
            fresh = sum(self._nodes[parent].slots for parent in parents - used)
            yield each, settle_gas(self._nodes[each]) + FIRST_GAS * fresh
            used |= parents

    def _credited(self, income: int) -> int:
        phase = self._accounts[self._work].net_phase
        return (phase + income * (WHOLE - self._nodes[self._work].rel)) // WHOLE

    def _moved(self, work: int, arrived: tuple[int, int]) -> list[tuple[int, int, int]]:
        """(parent, income, volume) for each edge to a work that counts."""
        held, node = self._accounts[work], self._nodes[work]
        income = held.income + arrived[0] if node.rel else 0
        volume = held.volume + arrived[1] if node.vol else 0
        return [
            (
                each.parent,
                due(held.income_phase, income, each.income)
                + due(held.volume_phase, volume, each.volume),
                volume if self._nodes[each.parent].vol else 0,
            )
            for each in self._above[work]
        ]

    def _without(self, work: int) -> dict[int, tuple[int, int]]:
        """What arrives otherwise where one work is not settled, as far as it differs."""
        changed: dict[int, tuple[int, int]] = {}
        for parent, income, volume in self._moved(work, self._arrived[work]):
            if income or volume:
                before = changed.get(parent, self._arrived[parent])
                changed[parent] = before[0] - income, before[1] - volume
        ahead = [(self._place[each], each) for each in changed if each in self._place]
        heapify(ahead)
        done: set[int] = set()
        while ahead:
            _, each = heappop(ahead)
            if each in done:
                continue
            done.add(each)
            old = self._moved(each, self._arrived[each])
            new = self._moved(each, changed[each])
            for (parent, *was), (_, *now) in zip(old, new, strict=True):
                if was != now:
                    income, volume = changed.get(parent, self._arrived[parent])
                    changed[parent] = income - was[0] + now[0], volume - was[1] + now[1]
                    if parent in self._place:
                        heappush(ahead, (self._place[parent], parent))
        return changed


def closure(start: Iterable[int], steps: Iterable[tuple[int, int]]) -> set[int]:
    """Everything that steps `(from, to)` lead to, the start included."""
    onward: dict[int, list[int]] = {}
    for origin, end in steps:
        onward.setdefault(origin, []).append(end)
    stack = list(start)
    found = set(stack)
    while stack:
        for end in onward.get(stack.pop(), ()):
            if end not in found:
                found.add(end)
                stack.append(end)
    return found
