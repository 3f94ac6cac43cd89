"""Which works are settled and released in one token, from what the ledger holds: no chain here.

Every settlement, and every release, must bring so many times what it costs; the gas of the works
that its money still passes counts in proportion to it. What falls short is left out, then what
depended on that, until nothing more does. Leaving one out never makes another worth more, so the
rest is the most that can be kept, in whatever order one looks.

Amounts are exact but for the payees' floors (a unit each); what is worth what is a float.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from gen_ip.income.settling import WHOLE, Account, due
from gen_ip.keeping import gas
from gen_ip.keeping.scene import Order, Release, Scene

_NOTHING = Release(0)


class Least(NamedTuple):
    """What one token's income must be worth: `amount` in its smallest unit; and `factor` times its
    gas, where a unit is `worth` so many wei."""

    amount: int
    worth: float | None
    gas_price: int
    factor: float


class Reason(StrEnum):
    """Why something is left out."""

    SMALL = "below the threshold"
    GAS = "worth too little for its gas"
    NOBODY = "nobody to pay: the owner is a contract that named no payout"
    UNPRICED = "the token has neither a threshold nor a price"
    REFUSED = "the receiver does not take it"
    TOKEN = "the token cannot be sent"  # noqa: S105 - no password
    REVERTS = "the contracts refuse it"


class Left(NamedTuple):
    """Something left out: a work's settlement, or its release; `amount` is what it would bring."""

    work: int
    token: str
    releases: bool
    amount: int
    reason: Reason


class Item(NamedTuple):
    """A work to settle, and to release where `releases`.

    `moves` reaches its parents, as far as they matter, `pays` its owner and payees, `worth` is that
    in wei (in units where the token has no price); `gas` is an estimate.
    """

    work: int
    releases: bool
    moves: int
    pays: int
    worth: float
    gas: int


class Chosen(NamedTuple):
    """What is worth its gas, in order; and what is not."""

    items: tuple[Item, ...]
    left: tuple[Left, ...]


def choose(
    scene: Scene,
    order: Order,
    accounts: Mapping[int, Account],
    token: str,
    least: Least,
    done: Collection[int] = (),
) -> Chosen:
    """What is worth its gas.

    Args:
        accounts: of all works in the order, in the token.
        done: works to leave alone.
    """
    return _Choice(scene, order, accounts, token, least, done).made()


class _Choice:
    def __init__(
        self,
        scene: Scene,
        order: Order,
        accounts: Mapping[int, Account],
        token: str,
        least: Least,
        done: Collection[int],
    ) -> None:
        self._scene, self._order, self._accounts = scene, order, accounts
        self._token, self._least = token, least
        self._left: list[Left] = []
        self._settled = set(order.works).difference(done)
        self._released = {
            work
            for work, release in scene.releases.items()
            if work not in done and (release.paid or order.shared.get(work))
        }
        # By work: what waits to be settled (income, volume), the credit after all arrived, and
        # what of it goes to the parents.
        self._waiting: dict[int, tuple[int, int]] = {}
        self._credit: dict[int, int] = {}
        self._moved: dict[int, int] = {}
        self._flow()
        self._settled = {work for work in self._settled if any(self._waiting[work])}
        for work in scene.releases:
            if self._credit[work] and work not in self._released and work not in done:
                self._leave(work, True, self._credit[work], Reason.NOBODY)
        self._released = {work for work in self._released if self._credit[work]}

    def made(self) -> Chosen:
        if self._least.worth is None and not self._least.amount:
            for work in self._released:
                self._leave(work, True, self._pays(work), Reason.UNPRICED)
            return Chosen((), tuple(self._left))
        while self._drop():
            self._flow()
        items = tuple(self._item(work) for work in self._order.works if self._is_moved(work))
        return Chosen(items, tuple(self._left))

    def _is_moved(self, work: int) -> bool:
        return work in self._settled or work in self._released

    def _flow(self) -> None:
        """Lets the money flow, children first."""
        order, nodes = self._order, self._scene.nodes
        arrived = {work: [0, 0, 0] for work in order.works}
        for work in order.works:
            node, held = nodes[work], self._accounts[work]
            royalties, below, paid = arrived[work]
            net = royalties * (WHOLE - node.rel) + paid * (WHOLE - node.rel - node.vol)
            self._credit[work] = credit = held.credit + (held.net_phase + net) // WHOLE
            income = held.income + royalties + paid if node.rel else 0
            volume = held.volume + below + paid if node.vol else 0
            self._waiting[work] = income, volume
            self._moved[work] = 0
            for link in order.above.get(work, ()) if self._is_moved(work) else ():
                part = due(held.income_phase, income, link.income)
                part += due(held.volume_phase, volume, link.volume)
                self._moved[work] += part
                arrived[link.parent][0] += part
                if nodes[link.parent].vol:
                    arrived[link.parent][1] += volume
            for payee, share in order.shared.get(work, ()) if work in self._released else ():
                arrived[payee][2] += credit * share // WHOLE

    def _drop(self) -> bool:
        """Leaves out what is not worth it, parents first; whether there was something."""
        before = len(self._settled) + len(self._released)
        least, order = self._least, self._order
        unit = 1.0 if least.worth is None else least.worth
        price = 0 if least.worth is None else least.gas_price
        # What a unit is worth that arrives: as royalties, as volume, as a payment; and how much of
        # its worth goes for gas.
        by_income: dict[int, float] = {}
        by_volume: dict[int, float] = {}
        by_payment: dict[int, float] = {}
        costs: dict[int, float] = {}
        for work in reversed(order.works):
            node, release = self._scene.nodes[work], self._scene.releases.get(work, _NOTHING)
            (income, volume), credit = self._waiting[work], self._credit[work]
            per_income = per_volume = on_income = on_volume = 0.0
            for link in order.above.get(work, ()):
                part = link.income / WHOLE * by_income[link.parent]
                of_volume = link.volume / WHOLE * by_income[link.parent] + by_volume[link.parent]
                per_income, per_volume = per_income + part, per_volume + of_volume
                on_income += part * costs[link.parent]
                on_volume += of_volume * costs[link.parent]
            per_credit, on_credit = unit * release.paid / WHOLE, 0.0
            for payee, share in order.shared.get(work, ()):
                part = share / WHOLE * by_payment[payee]
                per_credit, on_credit = per_credit + part, on_credit + part * costs[payee]

            settling = income * per_income + volume * per_volume
            settling_cost = income * on_income + volume * on_volume
            settling_cost += price * gas.settle_gas(node) if income or volume else 0
            if work in self._settled:
                brings = settling / unit
                if brings < max(1, least.amount if least.worth is None else 0):
                    self._leave_settlement(work, brings, Reason.SMALL)
                elif settling < least.factor * settling_cost:
                    self._leave_settlement(work, brings, Reason.GAS)
            releasing = credit * per_credit
            releasing_cost = price * gas.release_gas(release) + credit * on_credit
            if work in self._released:
                both = 0 if work in self._settled else 1
                worth = releasing + both * settling
                cost = releasing_cost + both * settling_cost
                if self._pays(work) < max(1, least.amount):
                    self._leave_release(work, Reason.SMALL)
                elif worth < max(unit / 2, least.factor * cost):
                    self._leave_release(work, Reason.GAS)

            if not self._is_moved(work):
                per_income = per_volume = settling = settling_cost = 0.0
            if work not in self._released:
                per_credit = releasing = releasing_cost = 0.0
            by_income[work] = (WHOLE - node.rel) / WHOLE * per_credit + per_income
            by_volume[work] = per_volume
            by_payment[work] = (WHOLE - node.rel - node.vol) / WHOLE * per_credit
            by_payment[work] += per_income + per_volume
            opening = 0 if self._accounts[work].used else price * gas.FIRST_GAS * node.slots
            whole = settling + releasing
            costs[work] = (settling_cost + releasing_cost + opening) / whole if whole else 0.0
        return len(self._settled) + len(self._released) < before

    def _leave_settlement(self, work: int, brings: float, reason: Reason) -> None:
        self._settled.discard(work)
        # Where nothing waits at the work itself, what was left out below it says enough.
        held = self._accounts[work]
        if brings >= 1 and (held.income or held.volume):
            self._leave(work, False, int(brings), reason)

    def _leave_release(self, work: int, reason: Reason) -> None:
        self._released.discard(work)
        self._leave(work, True, self._pays(work), reason)

    def _leave(self, work: int, releases: bool, amount: int, reason: Reason) -> None:
        self._left.append(Left(work, self._token, releases, amount, reason))

    def _pays(self, work: int) -> int:
        """What leaves the work for wallets and other works when it is released."""
        release = self._scene.releases[work]
        others = sum(share for _, share in self._order.shared.get(work, ()))
        return self._credit[work] * (release.paid + others) // WHOLE

    def _item(self, work: int) -> Item:
        node, least = self._scene.nodes[work], self._least
        releases = work in self._released
        waits = any(self._waiting[work])
        needs = gas.settle_gas(node) if waits else gas.calm(node)
        if not self._accounts[work].used:
            needs += gas.FIRST_GAS * node.slots
        pays, worth = 0, 0.0
        if releases:
            release = self._scene.releases[work]
            needs += gas.release_gas(release)
            pays = self._pays(work)
            to_wallets = self._credit[work] * release.paid // WHOLE
            worth = to_wallets * (1.0 if least.worth is None else least.worth)
        return Item(work, releases, self._moved[work], pays, worth, needs)
