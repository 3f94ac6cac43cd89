"""Income: paying works, moving what they owe, collecting what they earned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip import arguments
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.sequence import last_answer
from gen_ip.chain.session import Session
from gen_ip.lineage import Link, children_first, descendants
from gen_ip.registry import Registry
from gen_ip.tokens import Tokens
from gen_ip.work import ETH, till_of

PATH = 200
"""Works settled in one transaction: at most 34,000 gas each, well below any block's limit."""


@dataclass(frozen=True)
class Earnings:
    """What a work has earned in one token, in its smallest unit.

    Attributes:
        credit: net income not yet drawn; payees' parts included.
        on_the_way: what would be added to it if everything downstream were settled now, exactly.
        owners_part: what the owner would get of both, exactly; the rest is the payees'.
        balance: what the owner has drawn, from this work and others, and not withdrawn.
        in_till: what lies in the work's till and is not booked as its income; see `sweep`.
        path: works to settle for that, children first, this work last.

    What waits for the work as a payee of another one is not counted.
    """

    work: int
    token: str
    owner: str
    credit: int
    on_the_way: int
    owners_part: int
    balance: int
    in_till: int
    path: tuple[int, ...]

    @property
    def total(self) -> int:
        """Net income of the work that is not drawn: `credit` and `on_the_way`."""
        return self.credit + self.on_the_way

    @property
    def payees_part(self) -> int:
        """What of the total goes to the work's payees."""
        return self.total - self.owners_part

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "work": str(self.work),
            "token": self.token,
            "owner": self.owner,
            "credit": str(self.credit),
            "on_the_way": str(self.on_the_way),
            "owners_part": str(self.owners_part),
            "payees_part": str(self.payees_part),
            "balance": str(self.balance),
            "in_till": str(self.in_till),
            "path": [str(work) for work in self.path],
        }


@dataclass(frozen=True)
class Collected:
    """Money sent to `to`, in the token's smallest unit. `receipt` is of the last transaction."""

    amount: int
    token: str
    to: str
    path: tuple[int, ...]
    receipt: Receipt

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "amount": str(self.amount),
            "token": self.token,
            "to": self.to,
            "path": [str(work) for work in self.path],
            "receipt": self.receipt.to_json(),
        }


class Royalties:
    """What RoyaltySplitter does and tells."""

    def __init__(self, session: Session) -> None:
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

    def earnings(self, work: int, token: str) -> Earnings:
        """What a work has earned; see `Earnings`.

        Raises:
            UnknownWork: it is not certified.
        """
        token = arguments.address("token", token)
        splitter = "RoyaltySplitter"
        (owner, _, _), credit, payees = self._session.read_all(
            ("IPRegistry", "ownership", work),
            (splitter, "credit", work, token),
            (splitter, "payeesOf", work),
        )
        path = self.path(work, token)
        settled = credit if len(path) == 1 else self._credit_after(path, token)
        balance = self._session.read(splitter, "balances", owner, token)
        part = self._drawn_after(path, token, owner) - balance if payees else settled
        return Earnings(
            work=work,
            token=token,
            owner=owner,
            credit=credit,
            on_the_way=settled - credit,
            owners_part=part,
            balance=balance,
            in_till=self._tokens.balance(token, till_of(work)),
            path=tuple(path),
        )

    def collect(self, work: int, token: str, to: str | None) -> Collected:
        """Settles, draws and withdraws; see `gen_ip.client.GenIP.collect`."""
        token = arguments.address("token", token)
        receiver = arguments.address("to", self._session.account.address if to is None else to)
        self._registry.require(work)
        path = self.path(work, token)
        rest = path
        while len(rest) > PATH:
            self.settle(rest[:PATH], token)
            rest = rest[PATH:]
        receipt = self._session.send(self._calls.collect(rest, token, receiver))
        amount = receipt.find("Withdrawn").args["amount"]
        return Collected(amount, token, receiver, tuple(path), receipt)

    def withdraw(self, token: str, to: str | None) -> Receipt:
        """Sends the account's whole balance to `to`, by default the account."""
        receiver = self._session.account.address if to is None else to
        return self._session.send(self._calls.withdraw(token, receiver))

    def path(self, work: int, token: str) -> list[int]:
        """Works to settle so that all that is owed to `work` reaches it, children first, `work`
        last: those with something pending, and those in between."""
        links = self._carrying(descendants(self._session, work))
        # Without the edges that carry nothing, some works may not reach this one any more.
        reaching = _closure([work], [(link.parent, link.child) for link in links])
        links = [link for link in links if link.child in reaching and link.parent in reaching]
        waiting = self._pending(sorted(reaching - {work}), token)
        needed = _closure(waiting, [(link.child, link.parent) for link in links])
        return [*children_first(needed - {work}, links), work]

    def _carrying(self, links: list[Link]) -> list[Link]:
        """The edges through which money or volume can flow."""
        asked = list(dict.fromkeys(x.parent for x in links if not x.income and not x.volume))
        nodes = self._session.read_all(*(("RoyaltySplitter", "node", each) for each in asked))
        passes = {work: vol > 0 for work, (_, vol, *_) in zip(asked, nodes, strict=True)}
        return [
            link for link in links if link.income or link.volume or passes.get(link.parent, False)
        ]

    def _pending(self, works: Sequence[int], token: str) -> list[int]:
        """Those of `works` that hold something for their parents."""
        found = self._session.read_all(
            *(("RoyaltySplitter", "pending", work, token) for work in works)
        )
        return [
            work for work, (income, volume) in zip(works, found, strict=True) if income or volume
        ]

    def _credit_after(self, path: list[int], token: str) -> int:
        settle = self._calls.settle(path, token)
        credit = self._session.encode("RoyaltySplitter", "credit", path[-1], token)
        return int.from_bytes(last_answer(self._session.rpc, [settle, credit]), "big")

    def _drawn_after(self, path: list[int], token: str, owner: str) -> int:
        settle = self._calls.settle(path, token)
        draw = self._calls.draw(path[-1], token)
        balance = self._session.encode("RoyaltySplitter", "balances", owner, token)
        return int.from_bytes(last_answer(self._session.rpc, [settle, draw, balance]), "big")


def _closure(start: Sequence[int], steps: Iterable[tuple[int, int]]) -> set[int]:
    """Everything that steps `(from, to)` lead to, the start included."""
    onward: dict[int, list[int]] = {}
    for origin, end in steps:
        onward.setdefault(origin, []).append(end)
    found, stack = set(start), list(start)
    while stack:
        for end in onward.get(stack.pop(), ()):
            if end not in found:
                found.add(end)
                stack.append(end)
    return found
