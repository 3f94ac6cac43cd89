"""Settles and releases where it is worth the gas, round by round.

A release pays only whom the money belongs to, whoever sends it. So what two keepers do at once, or
one twice, costs gas and never money: the second finds nothing left. What is sent is planned anew
from the ledger just before, so that what somebody else did in the meantime is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gen_ip.chain import fees
from gen_ip.chain.errors import (
    ConnectionFailed,
    GasTooExpensive,
    InsufficientFunds,
    NodeError,
    NonceTaken,
    TransactionFailed,
    TransactionPending,
    TransactionUncertain,
)
from gen_ip.chain.events import Released, Withdrawn
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.sent import Sent
from gen_ip.client import GenIP
from gen_ip.keeping.batches import Batch
from gen_ip.keeping.choosing import Left, Reason
from gen_ip.keeping.finding import Logs, Source, Whose
from gen_ip.keeping.planning import Limits, Plan, left_json, plan
from gen_ip.keeping.policy import BATCH_GAS, Policy
from gen_ip.keeping.reading import Seen, accounts, look, refusing
from gen_ip.keeping.scene import Order, Scene, ordered

Told = Callable[[Batch, Receipt], None]

_NOT_NOW = (ConnectionFailed, NodeError, GasTooExpensive, InsufficientFunds)
_UNDER_WAY = (TransactionPending, TransactionUncertain)
# Transactions in a row that were mined and failed, as others were quicker.
_MOST_FAILED = 3
# What a transaction may cost is held against a quarter more gas than it needs; estimates err.
_OF_MAX_FEE = 7, 10
# Of an amount that is asked for by nobody, to see whether a token can be sent at all.
_ANYBODY = "0x000000000000000000000000000000000000dEaD"


@dataclass(frozen=True)
class Round:
    """What a round did.

    Attributes:
        sent: transactions that are in a block; `gas` and `fee` (wei) are theirs.
        works: releases.
        paid: what left the splitter for owners and payees, by token, in its smallest unit.
        left: what is not worth it, or cannot be done.
        unknown: works that were named and are not certified.
        waits: why no more could be sent just now, as where gas is too expensive; None for nothing.
    """

    sent: int = 0
    gas: int = 0
    fee: int = 0
    works: int = 0
    paid: Mapping[str, int] = field(default_factory=dict)
    left: tuple[Left, ...] = ()
    unknown: tuple[int, ...] = ()
    waits: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "sent": self.sent,
            "gas": self.gas,
            "fee": str(self.fee),
            "works": self.works,
            "paid": {token: str(amount) for token, amount in self.paid.items()},
            "left": [left_json(each) for each in self.left],
            "unknown": [str(work) for work in self.unknown],
            "waits": self.waits,
        }


class Keeper:
    """Keeps works: settles what waits below them, and releases them.

    Args:
        client: its account pays the gas, its `max_fee` is the most for a transaction. To plan it
            needs no account.
        whose: which works.
        policy: what is worth the gas.
        source: what knows works and shares; by default the chain's logs.
    """

    def __init__(
        self,
        client: GenIP,
        whose: Whose,
        policy: Policy | None = None,
        source: Source | None = None,
    ) -> None:
        self._client, self._session = client, client._session
        self._whose, self._policy = whose, policy or Policy()
        self._source: Source = source or Logs()
        self._under_way: Sent | None = None

    def plan(self) -> Plan:
        """What a round would do now. Sends nothing.

        Raises:
            ConnectionFailed, NodeError: the node does not answer.
        """
        return _Work(self).plan(whole=True)

    @property
    def unknown(self) -> tuple[int, ...]:
        """The works that were named and are not certified."""
        return look(self._session, self._source, self._whose).unknown

    def round(
        self, stop: Callable[[], bool] = lambda: False, told: Told = lambda batch, receipt: None
    ) -> Round:
        """Sends what is worth its gas, one transaction after the other.

        Args:
            stop: asked before each transaction whether to send no more.
            told: called with each that is mined.

        Raises:
            NoAccount: nobody pays the gas.
            SignerError: the account does not sign.
        """
        self._session.account  # noqa: B018 - raises
        try:
            self._look_after()
            work = _Work(self)
        except (*_NOT_NOW, *_UNDER_WAY) as error:
            return Round(waits=str(error))
        try:
            work.go_on(stop, told)
        except _UNDER_WAY as error:
            self._under_way = error.sent
            return work.round(str(error))
        except _NOT_NOW as error:
            return work.round(str(error))
        return work.round(None)

    def _look_after(self) -> None:
        """Waits for what an earlier round sent and did not see mined."""
        if self._under_way is None:
            return
        try:
            self._client.resume(self._under_way)
        except (*_UNDER_WAY, ConnectionFailed):
            raise
        except (ContractError, NodeError, TransactionFailed):
            # What became of it the ledger shows.
            pass
        self._under_way = None


class _Work:
    """One round: what was seen at its start, and what is done by now."""

    def __init__(self, keeper: Keeper) -> None:
        self._session, self._policy = keeper._session, keeper._policy
        self._seen: Seen = look(self._session, keeper._source, keeper._whose)
        self._order: Order = ordered(self._seen.scene)
        self._done: set[tuple[str, int]] = set()
        self._refused: dict[tuple[str, str], str] = {}
        self._out: set[str] = set()
        self._left: list[Left] = []
        self._last: Plan | None = None
        self._most: int | None = None
        self._receipts: list[tuple[Batch, Receipt]] = []

    def plan(self, *, whole: bool) -> Plan:
        """What is worth its gas now, of what is not done; each receiver of all batches, or else
        of the first, was asked whether it takes the money."""
        market = fees.price(self._session.rpc)
        price = market if self._policy.gas_price is None else self._policy.gas_price
        limits = Limits(self._most_gas(market), self._most)
        works, nodes = self._order.works, self._seen.scene.nodes
        held = {
            token: accounts(self._session, works, nodes, token)
            for token in self._policy.tokens
            if token not in self._out
        }
        while True:
            scenes = {token: self._scene(token) for token in held if token not in self._out}
            made = plan(scenes, self._order, held, self._policy, price, limits, self._done)
            asked = made.batches if whole else made.batches[:1]
            refusals = [self._has_refusals(each) for each in asked]
            if not any(refusals):
                self._last = made
                return replace(made, left=(*self._left, *made.left))

    def go_on(self, stop: Callable[[], bool], told: Told) -> None:
        """Sends what is worth it until nothing more is."""
        if self._session.records:
            # Nothing changes by what is only kept: the whole plan, as it is.
            for batch in self.plan(whole=True).batches:
                self._send(batch, told)
            return
        failed = 0
        while not stop():
            batches = self.plan(whole=False).batches
            if not batches or stop():
                return
            try:
                self._send(batches[0], told)
            except ContractError:
                self._smaller(batches[0], Reason.REVERTS)
            except NonceTaken:
                # Another process sends from the account, or the user replaced it.
                failed += 1
            except _UNDER_WAY:
                raise
            except TransactionFailed:
                failed += 1
            else:
                failed = 0
            if failed == _MOST_FAILED:
                return

    def round(self, waits: str | None) -> Round:
        """What was done."""
        paid: dict[str, int] = {}
        for _, receipt in self._receipts:
            for event in receipt.events:
                if isinstance(event, Released | Withdrawn):
                    paid[event.token] = paid.get(event.token, 0) + event.amount
        left = () if self._last is None else self._last.left
        return Round(
            sent=len(self._receipts),
            gas=sum(receipt.gas_used for _, receipt in self._receipts),
            fee=sum(receipt.fee for _, receipt in self._receipts),
            works=sum(each.releases for batch, _ in self._receipts for each in batch.items),
            paid=paid,
            left=(*self._left, *left),
            unknown=self._seen.unknown,
            waits=waits,
        )

    def _most_gas(self, price: int) -> int:
        """What a transaction may use: of a block, and for `max_fee`."""
        most = self._policy.batch_gas
        if most is None:
            most = min(self._session.rpc.block().gas_limit // 3, BATCH_GAS)
        part, whole = _OF_MAX_FEE
        return min(most, self._session.max_fee * part // whole // price) if price else most

    def _scene(self, token: str) -> Scene:
        """The scene as it is in a token: without receivers that refuse it."""
        scene = self._seen.scene
        if not self._refused:
            return scene
        releases = dict(scene.releases)
        for work, receivers in self._seen.receivers.items():
            paid = sum(share for to, share in receivers if (token, to) not in self._refused)
            releases[work] = releases[work]._replace(paid=paid)
        return replace(scene, releases=releases)

    def _has_refusals(self, batch: Batch) -> bool:
        """Asks those whom a batch pays; whether one refuses who did not before."""
        token = batch.token
        asked = [
            (each, to)
            for each in batch.items
            if each.releases
            for to, _ in self._seen.receivers[each.work]
            if (token, to) not in self._refused
        ]
        payments = [(to, each.pays) for each, to in asked]
        someone = self._session.address or _ANYBODY
        whether, *answers = refusing(self._session, token, [(someone, 1), *payments])
        if not asked:
            return False
        if whether is not None and None not in answers:
            self._out.add(token)
            self._left += [
                Left(each.work, token, True, each.pays, Reason.TOKEN)
                for each in batch.items
                if each.releases
            ]
            return True
        found = False
        for (each, to), answer in zip(asked, answers, strict=True):
            if answer is not None:
                self._refused[token, to] = answer
                self._left.append(Left(each.work, token, True, each.pays, Reason.REFUSED))
                found = True
        return found

    def _send(self, batch: Batch, told: Told) -> None:
        calls = self._session.calls.splitter
        if batch.released:
            call = calls.distribute(batch.path, batch.token, release_from=batch.release_from)
        else:
            call = calls.settle(batch.path, batch.token)
        receipt = self._session.send(call)
        self._done.update((batch.token, each.work) for each in batch.items)
        self._most = None
        self._receipts.append((batch, receipt))
        told(batch, receipt)

    def _smaller(self, batch: Batch, reason: Reason) -> None:
        """Makes the next batch smaller than one that cannot be sent, until what is wrong with it
        stands alone."""
        if len(batch.items) > 1:
            self._most = len(batch.items) // 2
            return
        (item,) = batch.items
        self._done.add((batch.token, item.work))
        amount = item.pays if item.releases else item.moves
        self._left.append(Left(item.work, batch.token, item.releases, amount, reason))
