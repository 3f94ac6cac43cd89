"""The integer model with the people around it: who was sent what, payouts, and `release`.

`gen_ip.ledger` knows works and balances; what leaves the splitter, and to whom, is kept here.
"""

from __future__ import annotations

import copy
from collections import Counter

from eth_abi import abi
from eth_utils.crypto import keccak

from gen_ip.ledger import BASIS_POINTS, Edge, Ledger, Payee

from .steps import NOBODY, PEOPLE, SINK, TILL, TOKENS, VAULT, WALLET, Kind, Step


class Books:
    """All accounts by number, all tokens by number; amounts in the smallest unit.

    `held` is what the splitter has sent to an account, `inside` what it still holds.
    """

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.held: Counter[tuple[int, int]] = Counter()
        self.inside = [0] * TOKENS
        self.owners: list[int] = []
        self.payouts: dict[int, int] = {}
        # What `release` sent out straight away; `Ledger.draw` has it in a balance.
        self._sent: Counter[tuple[int, int]] = Counter()

    def do(self, step: Step) -> bool:
        """Does a step; False, and nothing done, where the splitter has nothing to send."""
        work, token = step.work, step.token
        match step.kind:
            case Kind.CERTIFY:
                self._certify(step)
            case Kind.PAY:
                self.inside[token] += step.amount
                self.ledger.pay(work, step.amount, str(token))
            case Kind.SETTLE:
                self.ledger.settle(work, str(token))
            case Kind.SETTLE_MANY:
                self._settle(step)
            case Kind.DRAW:
                self.ledger.draw(work, str(token))
            case Kind.WITHDRAW:
                return self._withdraw(step.account, token)
            case Kind.COLLECT:
                return self._collect(step)
            case Kind.RELEASE:
                self._release(work, token)
            case Kind.DISTRIBUTE:
                self._settle(step)
                for number in step.path[step.amount :]:
                    self._release(number, token)
            case Kind.TRANSFER:
                self.ledger.transfer(work, str(step.account))
                self.owners[work] = step.account
                self.payouts.pop(work, None)
            case Kind.SET_PAYOUT:
                self.payouts[work] = step.account
            case Kind.ADD_PAYEE:
                ((to, share),) = step.cuts
                self.ledger.add_payee(work, Payee(str(to), share))
        return True

    # --- what there is

    @property
    def tills(self) -> range:
        """The accounts of all works' tills."""
        return range(TILL, TILL + len(self.owners))

    def balance(self, account: int, token: int) -> int:
        """Drawn and not yet sent."""
        return self.ledger.balance(str(account), str(token)) - self._sent[account, token]

    def owed(self, token: int) -> int:
        """All that anybody can claim, now or once everything is settled."""
        works = range(len(self.owners))
        upward = sum(
            self.ledger.credit(n, str(token)) + self.ledger.owed_upward(n, str(token))
            for n in works
        )
        accounts = (*range(PEOPLE + 1), *self.tills)
        return upward + sum(self.balance(account, token) for account in accounts)

    # --- steps

    def _certify(self, step: Step) -> None:
        self.ledger.add_work(
            str(step.account),
            [Edge(*parent) for parent in step.parents],
            [Payee(str(to), share) for to, share in step.cuts],
        )
        self.owners.append(step.account)

    def _settle(self, step: Step) -> None:
        for number in step.path:
            self.ledger.settle(number, str(step.token))

    def _withdraw(self, account: int, token: int) -> bool:
        amount = self._clear(account, token)
        self._send(SINK, token, amount)
        return amount > 0

    def _collect(self, step: Step) -> bool:
        before = copy.deepcopy(self.__dict__)
        self._settle(step)
        for position, number in enumerate(step.path):
            if self.owners[number] == step.account or position == len(step.path) - 1:
                self.ledger.draw(number, str(step.token))
        done = self._withdraw(step.account, step.token)
        if not done:
            # The whole call reverts.
            self.__dict__.update(before)
        return done

    def _release(self, work: int, token: int) -> None:
        owner = self.owners[work]
        own = self._draw(work, token)
        to = self.payouts.get(work, NOBODY)
        if to == NOBODY and owner != VAULT:
            to = owner
            if own == 0:
                own = self._clear(owner, token)
                self._send(owner, token, own)
                own = 0
        # The vault takes no ETH; what is refused stays in the owner's balance.
        if to != NOBODY and not (to == VAULT and token == 0):
            self._sent[owner, token] += own
            self._send(to, token, own)
        for payee in self.ledger.works[work].payees:
            account = int(payee.to)
            if account >= TILL:
                self.ledger.pay(account - TILL, self._clear(account, token), str(token))
            elif account != VAULT:
                self._send(account, token, self._clear(account, token))

    def _draw(self, work: int, token: int) -> int:
        """The owner's part of a draw, of all that was drawn since the last payee was added."""
        totals = self.ledger.totals(work, str(token))
        share = self.ledger.works[work].owner_bp
        before = totals.drawn - totals.drawn_before_payee
        after = before + self.ledger.draw(work, str(token))
        return after * share // BASIS_POINTS - before * share // BASIS_POINTS

    def _clear(self, account: int, token: int) -> int:
        return self.ledger.withdraw(str(account), str(token)) - self._sent.pop((account, token), 0)

    def _send(self, account: int, token: int, amount: int) -> None:
        self.held[account, token] += amount
        self.inside[token] -= amount


def words(books: Books) -> list[int]:
    """Every number of a history's end, in the order that both languages hash it.

    People pay gas on a chain, so of what they hold only the ERC-20s count.
    """
    found = []
    for token in range(TOKENS):
        for work in range(len(books.owners)):
            found.append(books.ledger.credit(work, str(token)))
            found += books.ledger.pending(work, str(token))
        found += [books.balance(account, token) for account in (*range(PEOPLE + 1), *books.tills)]
        people = range(PEOPLE + 1) if token else ()
        found += [books.held[account, token] for account in (*people, SINK, WALLET)]
        found.append(books.inside[token])
    return found


def digest_of(numbers: list[int]) -> bytes:
    """keccak256 of `abi.encode(uint256[])`, 32 bytes."""
    return keccak(abi.encode(["uint256[]"], [numbers]))
