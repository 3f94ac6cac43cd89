"""Income: paying works, moving what they owe, collecting what they earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gen_ip import arguments
from gen_ip.chain import fees
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import Withdrawn
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.sequence import last_answer
from gen_ip.chain.session import Session
from gen_ip.income.earnings import Collected, Earnings, OwnerEarnings
from gen_ip.income.earnings_index import EarningsIndex, LogScan
from gen_ip.income.settling import Account, Node, SettlePlan, account, plan, slots
from gen_ip.tokens import NotAToken, Tokens
from gen_ip.work import ETH, till_of
from gen_ip.works.lineage import Link
from gen_ip.works.registry import Registry

PATH = 200
"""Works settled in one transaction: at most 34,000 gas each, well below any block's limit."""


class Royalties:
    """What RoyaltySplitter does and tells."""

    def __init__(self, session: Session, index: EarningsIndex | None = None) -> None:
        self.index: EarningsIndex = LogScan() if index is None else index
        self._session, self._calls = session, session.calls.splitter
        self._registry = Registry(session)
        self._tokens = Tokens(session)

    def pay(self, work: int, amount: int, token: str) -> Receipt:
        """Pays a work; see `gen_ip.client.GenIP.pay`."""
        token = arguments.address("token", token)
        amount = arguments.positive("amount", amount)
        self._registry.require(work)
        splitter = self._session.deployment.splitter
        if token != ETH and self._tokens.allowance(token, splitter) < amount:
            self._tokens.approve(token, splitter, amount)
        return self._session.send(self._calls.pay(work, token, amount))

    def sweep(self, work: int, token: str) -> Receipt:
        """Books what lies in a work's till as a payment to it.

        Raises:
            UnknownWork: it is not certified.
            NothingReceived: the till holds none of the token.
        """
        claim = self._registry.claim(work)
        token = arguments.address("token", token)
        return self._session.send(self._calls.sweep(claim.creator, claim.content_hash, token))

    def settle(self, works: Sequence[int], token: str) -> Receipt:
        """Settles works in the order given, in one transaction."""
        return self._session.send(self._calls.settle(works, token))

    def distribute(self, works: Sequence[int], release_from: int, token: str) -> Receipt:
        """Settles works in the order given, then releases those from an index on, in one
        transaction."""
        return self._session.send(self._calls.distribute(works, token, release_from=release_from))

    def earnings(
        self, work: int, tokens: Sequence[str], min_gain: int | None = None
    ) -> list[Earnings]:
        """What a work has earned in each of some tokens; see `Earnings`.

        Raises:
            UnknownWork: it is not certified.
            TooFarToScan: the logs are too many to be searched.
        """
        owner, _ = self._registry.ownership(work)
        below = self._below(work)
        till = till_of(work)
        return [
            self._earned(
                below, work, token, owner, self._tokens.balance(token, till), min_gain=min_gain
            )
            for token in tokens
        ]

    def tokens_of(self, work: int) -> list[str]:
        """The tokens in which a work, or anything below it, was ever paid."""
        self._registry.require(work)
        return self._tokens_below(self._below(work))

    def all_earnings(self, work: int) -> list[Earnings]:
        """What a work has earned in every token that it, or anything below it, was paid in."""
        owner, _ = self._registry.ownership(work)
        below = self._below(work)
        return [
            self._earned(below, work, token, owner, self._in_till(token, work))
            for token in self._tokens_below(below)
        ]

    def earnings_of(self, owner: str) -> list[OwnerEarnings]:
        """What all works of an owner have earned, token by token."""
        works = self.index.works_of(self._session, owner)
        ownerships = self._session.read_all(*(("IPRegistry", "ownership", work) for work in works))
        found: dict[str, list[Earnings]] = {}
        for work, (now, *_) in zip(works, ownerships, strict=True):
            for each in self.all_earnings(work) if now == owner else ():
                found.setdefault(each.token, []).append(each)
        balances = self._session.read_all(
            *(("RoyaltySplitter", "balances", owner, token) for token in sorted(found))
        )
        return [
            OwnerEarnings(owner, token, tuple(each for each in found[token] if each.total), balance)
            for token, balance in zip(sorted(found), balances, strict=True)
        ]

    def collect(self, work: int, token: str, to: str | None, min_gain: int | None) -> Collected:
        """Settles, draws and withdraws; see `gen_ip.client.GenIP.collect`."""
        receiver = self._session.receiver(to)
        self._registry.require(work)
        below = self._below(work)
        least = self._least(below, token, min_gain)
        found = below.plan(work, below.accounts(self._session, token), *least)
        path = [*(step.work for step in found.steps), work]
        rest, fee = path, 0
        while len(rest) > PATH:
            fee += self.settle(rest[:PATH], token).fee
            rest = rest[PATH:]
        receipt = self._session.send(self._calls.collect(rest, token, receiver))
        amount = receipt.find(Withdrawn).amount
        return Collected(
            amount, token, receiver, tuple(path), receipt, fee + receipt.fee, found.leaves
        )

    def withdraw(self, token: str, to: str | None) -> Receipt:
        """Sends the account's whole balance to `to`, by default the account."""
        receiver = self._session.receiver(to)
        return self._session.send(self._calls.withdraw(token, receiver))

    def _in_till(self, token: str, work: int) -> int:
        """What the till holds; 0 of what is no token any more. Anyone can pay a work in a token of
        his own that stops to answer: that must not hide what the others brought."""
        try:
            return self._tokens.balance(token, till_of(work))
        except (NotAToken, NodeError):
            # Nodes refuse a call that meets an invalid instruction or runs out of gas.
            return 0

    def _least(self, below: Below, token: str, min_gain: int | None) -> tuple[int, int]:
        """What a settlement must bring: so much of the token, and so much for a unit of gas. Only
        in ETH this package knows what gas is worth."""
        if min_gain is not None:
            return min_gain, 0
        return 1, fees.price(self._session.rpc) if token == ETH and below.links else 0

    def _earned(
        self,
        below: Below,
        work: int,
        token: str,
        owner: str,
        in_till: int,
        min_gain: int | None = None,
    ) -> Earnings:
        accounts = below.accounts(self._session, token)
        whole, credit = below.plan(work, accounts), accounts[work].credit
        least = self._least(below, token, min_gain) if whole.steps else (1, 0)
        chosen = whole if least == (1, 0) else below.plan(work, accounts, *least)
        total = credit + whole.brings
        balance = self._session.read("RoyaltySplitter", "balances", owner, token)
        part = total
        if below.nodes[work].payees:
            path = [*(each.work for each in whole.steps), work]
            part = self._drawn_after(path, token, owner) - balance
        return Earnings(
            work=work,
            token=token,
            owner=owner,
            credit=credit,
            on_the_way=whole.brings,
            owners_part=part,
            balance=balance,
            in_till=in_till,
            plan=chosen.steps,
            left=chosen.leaves,
        )

    def _tokens_below(self, below: Below) -> list[str]:
        return list(self.index.tokens_of(self._session, sorted(below.nodes)))

    def _below(self, work: int) -> Below:
        return Below.read(self._session, work, self.index.descendants(self._session, work))

    def _drawn_after(self, path: list[int], token: str, owner: str) -> int:
        settle = self._calls.settle(path, token)
        draw = self._calls.draw(path[-1], token)
        balance = self._session.encode("RoyaltySplitter", "balances", owner, token)
        return int.from_bytes(last_answer(self._session.rpc, [settle, draw, balance]), "big")


@dataclass(frozen=True)
class Below:
    """A work and everything below it: edges and constants, neither of which ever changes."""

    links: tuple[Link, ...]
    nodes: Mapping[int, Node]

    @classmethod
    def read(cls, session: Session, work: int, links: Sequence[Link]) -> Below:
        """Reads the constants of a work and of all that `links` lead to."""
        works = list(dict.fromkeys([work, *(link.child for link in links)]))
        found = session.read_all(*(("RoyaltySplitter", "node", each) for each in works))
        nodes = {each: Node(*values[:4]) for each, values in zip(works, found, strict=True)}
        return cls(tuple(links), nodes)

    def plan(
        self,
        work: int,
        accounts: Mapping[int, Account],
        min_gain: int = 1,
        gas_price: int = 0,
    ) -> SettlePlan:
        """The settlements that bring the work what waits below it; see `settling.plan`."""
        return plan(work, self.links, self.nodes, accounts, min_gain, gas_price)

    def accounts(self, session: Session, token: str) -> dict[int, Account]:
        """The accounts of all works in a token, as they are now."""
        places = [
            place
            for work, node in self.nodes.items()
            for place in slots(work, token)[: 2 if node.rel and node.vol else 1]
        ]
        held = iter(session.rpc.storage(session.deployment.splitter, places))
        return {
            work: account(node, next(held), next(held) if node.rel and node.vol else 0)
            for work, node in self.nodes.items()
        }
