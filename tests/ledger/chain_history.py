"""A graph on a chain and in the model, and a history done to both."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from eth_account import Account

from benchmarks._chain import Chain, token_call
from benchmarks._tokens import arriving
from benchmarks._works import Works
from benchmarks.replay_format import CaseWork, parse, random_case
from gen_ip.ledger import Ledger, Payee
from gen_ip.work import ETH

Payment = tuple[int, int, str]
"""Work number, amount in the smallest unit, kind of token."""


def random_works(rng: random.Random, count: int) -> tuple[CaseWork, ...]:
    """A graph; some of its payees are the owners of its works, named `owner N`."""
    case = parse(random_case(rng.getrandbits(32), count, 0))
    return tuple(
        replace(
            work,
            payees=tuple(
                Payee(f"owner {rng.randrange(count)}", payee.share_bp)
                if rng.random() < 0.4
                else payee
                for payee in work.payees
            ),
        )
        for work in case.works
    )


def random_payments(rng: random.Random, works: int, kinds: Sequence[str]) -> list[Payment]:
    """Payments in every token, from one unit to 10**24."""
    return [
        (rng.randrange(works), rng.randint(1, 10 ** rng.choice([1, 3, 6, 18, 24])), kind)
        for kind in kinds
        for _ in range(3 * works)
    ]


class History:
    """Does each step to the model at once, and to the chain with the next `mine`.

    Some works share an owner. Payees and wallets are new for every seed: balances are by address.
    `wallets` says where an owner's collections go, `collected` what each of them took out.
    """

    def __init__(
        self, works: Works, tokens: Mapping[str, str], case: Sequence[CaseWork], seed: int
    ) -> None:
        self.chain, self.tokens = works.chain, tokens
        self.rng = random.Random(seed)
        keys = [self.chain.account() for _ in range(len(case))]
        # Every third work belongs to the owner of an earlier one.
        self.owners = [keys[i // 2 if i % 3 == 2 else i] for i in range(len(case))]
        names: dict[str, str] = {f"owner {i}": owner.address for i, owner in enumerate(self.owners)}
        for payee in (payee for work in case for payee in work.payees):
            names.setdefault(payee.to, f"0x{self.rng.randbytes(20).hex()}")
        self.case = [
            replace(
                work,
                payees=tuple(Payee(names[p.to], p.share_bp) for p in work.payees),
            )
            for work in case
        ]
        self.works = works.open(self.case, self.owners)
        self.model = Ledger()
        for owner, work in zip(self.owners, self.case, strict=True):
            self.model.add_work(owner.address, work.parents, work.payees)
        self.payer = self.chain.account()
        for token in tokens.values():
            self.chain.endow(self.payer, token)
        self.wallets = {
            owner.address: Account.from_key(self.rng.randbytes(32)).address for owner in self.owners
        }
        self.paid = dict.fromkeys(tokens, 0)
        self.collected: dict[tuple[str, str], list[int]] = {}
        self.done: list[str] = []
        self.chain.mine()

    @property
    def accounts(self) -> list[str]:
        """Everybody who can hold a balance, in an order that does not depend on the addresses."""
        named: list[str] = [owner.address for owner in self.owners]
        named += [payee.to for work in self.case for payee in work.payees]
        return list(dict.fromkeys(named))

    def pay(self, payment: Payment) -> None:
        """A payment; of the token with a fee less arrives."""
        work, amount, kind = payment
        self._queue("pay", self.works[work].id, kind, amount)
        self.model.pay(work, arriving(kind, amount), kind)
        self.paid[kind] += arriving(kind, amount)

    def settle(self, work: int, kind: str) -> None:
        """A settlement by somebody."""
        self._queue("settle", self.works[work].id, kind)
        self.model.settle(work, kind)

    def draw(self, work: int, kind: str) -> None:
        """A draw by somebody."""
        self._queue("draw", self.works[work].id, kind)
        self.model.draw(work, kind)

    def collect(self, path: Sequence[int], owner: int, kind: str) -> None:
        """An owner's collection to its wallet; left out where it would bring nothing."""
        caller = self.owners[owner]
        for work in path:
            self.model.settle(work, kind)
        for position, work in enumerate(path):
            if self.owners[work] is caller or position == len(path) - 1:
                self.model.draw(work, kind)
        amount = self.model.withdraw(caller.address, kind)
        ids, token = [self.works[work].id for work in path], self.tokens[kind]
        if amount == 0:
            # The chain refuses to move nothing, so it does the rest by itself.
            self._queue("settleMany", ids, kind)
            for position, work in enumerate(path):
                if self.owners[work] is caller or position == len(path) - 1:
                    self._queue("draw", self.works[work].id, kind)
            return
        call = self.chain.session.encode(
            "RoyaltySplitter", "collect", ids, token, self.wallets[caller.address]
        )
        self.chain.add(caller, call, f"collect {path}")
        self.collected.setdefault((caller.address, kind), []).append(amount)
        self.done.append("collect")

    def anything(self, kind: str, draws: bool = True) -> None:
        """Some step that is no payment."""
        count = len(self.works)
        step = self.rng.choice(["settle", "settle", "draw", "collect"]) if draws else "settle"
        if step == "settle":
            self.settle(self.rng.randrange(count), kind)
        elif step == "draw":
            self.draw(self.rng.randrange(count), kind)
        else:
            chosen = self.rng.sample(range(count), self.rng.randint(1, min(8, count)))
            path = sorted(chosen, reverse=True)
            self.collect(path, self.rng.choice(path), kind)

    def settle_all(self) -> None:
        """Settles in any order, then until nothing is pending."""
        for kind in self.tokens:
            for work in self.rng.sample(range(len(self.works)), len(self.works)):
                self.settle(work, kind)
            for work in self.model.settle_plan(kind):
                self.settle(work, kind)

    def draw_all(self) -> None:
        """Draws every work, in any order."""
        for kind in self.tokens:
            for work in self.rng.sample(range(len(self.works)), len(self.works)):
                self.draw(work, kind)

    def credits(self, kind: str) -> list[int]:
        """Every work's credit on the chain."""
        return self._read("credit", [work.id for work in self.works], kind)

    def pending(self, kind: str) -> list[tuple[int, int]]:
        """Every work's pending income and volume on the chain."""
        return self._read("pending", [work.id for work in self.works], kind)

    def balances(self, kind: str) -> list[int]:
        """Everybody's balance on the chain, by `accounts`."""
        return self._read("balances", [account.lower() for account in self.accounts], kind)

    def in_wallets(self, kind: str) -> list[int]:
        """What lies in every wallet, by `wallets`."""
        return [wallet_of(self.chain, self.tokens[kind], to) for to in self.wallets.values()]

    def _queue(self, function: str, work: object, kind: str, amount: int | None = None) -> None:
        token = self.tokens[kind]
        values = (work, token) if amount is None else (work, token, amount)
        value = amount if amount and token == ETH else 0
        call = self.chain.session.encode("RoyaltySplitter", function, *values, value=value)
        self.chain.add(self.payer, call, f"{function} {work} {kind}")
        self.done.append(function)

    def _read(self, function: str, keys: Sequence[object], kind: str) -> list[Any]:
        encode = self.chain.session.encode
        token = self.tokens[kind]
        return self.chain.read([encode("RoyaltySplitter", function, key, token) for key in keys])


def wallet_of(chain: Chain, token: str, account: str) -> int:
    """What an address holds of a token, ETH included."""
    if token == ETH:
        return chain.rpc.balance(account)
    (held,) = chain.read([token_call(token, "balanceOf", account)])
    return int(held)
