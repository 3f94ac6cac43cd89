"""What hypothesis may do to the splitter and to the model at once, and what must hold all along.

Unlike the seeded histories, which take what keccak gives them, the search can shrink: what fails
ends as the fewest and smallest steps that fail, in a file that both suites replay.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gen_ip.ledger import BASIS_POINTS, MAX_PAYEES

from .stage import Cast, Stage
from .steps import PEOPLE, TILL, TOKENS, VAULT, Kind, Step

MOST_WORKS = 8
_MOST_PARENTS = 4

people = st.integers(0, PEOPLE - 1)
tokens = st.integers(0, TOKENS - 1)
numbers = st.integers(0, MOST_WORKS - 1)
paths = st.lists(numbers, min_size=1, max_size=6)
amounts = st.one_of(st.integers(1, 20), st.integers(1, 30_000), st.integers(1, 2**88))
# Either few basis points, where floors show, or a part of all that is left.
shares = st.one_of(st.integers(0, 3), st.integers(0, 1_500), st.integers(0, BASIS_POINTS))
parents = st.lists(st.tuples(numbers, shares, shares), max_size=_MOST_PARENTS)
payees = st.tuples(
    st.one_of(st.integers(0, VAULT), st.integers(TILL, TILL + MOST_WORKS - 1)),
    st.integers(1, BASIS_POINTS),
)
works = st.tuples(people, parents, st.lists(payees, max_size=3))
_Work = tuple[int, list[tuple[int, int, int]], list[tuple[int, int]]]


class SplitterMachine(RuleBasedStateMachine):
    """One history on a chain that is put back at its end."""

    cast: ClassVar[Cast]
    seed: ClassVar[int]
    again: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.cast.chain.undone())
        self.stage = Stage(self.cast, f"search-{self.seed}", self.again)
        self.turn = 0

    def teardown(self) -> None:
        """Compares a last time, unless something else has failed, and puts the chain back."""
        with self.stack:
            if sys.exc_info()[0] is None:
                self.stage.check()

    # --- works

    @initialize(creator=people, graph=st.lists(works, max_size=MOST_WORKS - 3))
    def first_works(self, creator: int, graph: list[_Work]) -> None:
        self._certify(creator, [], [])
        for work in graph:
            self._certify(*work)

    @precondition(lambda self: self._count < MOST_WORKS)
    @rule(work=works)
    def certify(self, work: _Work) -> None:
        self._certify(*work)

    @rule(work=numbers, to=st.integers(0, VAULT))
    def transfer(self, work: int, to: int) -> None:
        self._by_owner(Step(Kind.TRANSFER, work % self._count, account=to))

    @rule(work=numbers, to=st.integers(VAULT, VAULT + 3))
    def set_payout(self, work: int, to: int) -> None:
        self._by_owner(Step(Kind.SET_PAYOUT, work % self._count, account=to))

    @rule(work=numbers, payee=payees)
    def add_payee(self, work: int, payee: tuple[int, int]) -> None:
        work %= self._count
        known = self.stage.books.ledger.works[work]
        share = min(payee[1], known.owner_bp)
        if share and len(known.payees) < MAX_PAYEES:
            cut = (self._account(payee[0], self._count), share)
            self._by_owner(Step(Kind.ADD_PAYEE, work, cuts=(cut,)))

    # --- money

    @rule(work=numbers, token=tokens, amount=amounts)
    def pay(self, work: int, token: int, amount: int) -> None:
        self.stage.play(Step(Kind.PAY, work % self._count, token, amount))

    @rule(work=numbers, token=tokens, parts=st.lists(amounts, min_size=2, max_size=5))
    def trickle(self, work: int, token: int, parts: list[int]) -> None:
        # A floor that restarts too often shows where money comes bit by bit.
        for amount in parts:
            self.pay(work, token, amount)
            self.settle(work, token)

    @rule(work=numbers, token=tokens, parts=st.lists(amounts, min_size=2, max_size=5))
    def spend(self, work: int, token: int, parts: list[int]) -> None:
        for amount in parts:
            self.pay(work, token, amount)
            self.draw(work, token)
        owner = self.stage.books.owners[work % self._count]
        if owner != VAULT:
            self.withdraw(owner, token)

    @rule(work=numbers, token=tokens)
    def settle(self, work: int, token: int) -> None:
        self.stage.play(Step(Kind.SETTLE, work % self._count, token))

    @rule(path=paths, token=tokens)
    def settle_many(self, path: list[int], token: int) -> None:
        self.stage.play(Step(Kind.SETTLE_MANY, token=token, path=self._path(path)))

    @rule(work=numbers, token=tokens)
    def draw(self, work: int, token: int) -> None:
        self.stage.play(Step(Kind.DRAW, work % self._count, token))

    @rule(account=people, token=tokens)
    def withdraw(self, account: int, token: int) -> None:
        self.stage.play(Step(Kind.WITHDRAW, token=token, account=account))

    @rule(path=paths, token=tokens)
    def collect(self, path: list[int], token: int) -> None:
        path_ = self._path(path)
        caller = self.stage.books.owners[path_[0]]
        if caller != VAULT:
            self.stage.play(Step(Kind.COLLECT, token=token, account=caller, path=path_))

    @rule(work=numbers, token=tokens)
    def release(self, work: int, token: int) -> None:
        self.stage.play(Step(Kind.RELEASE, work % self._count, token))

    @rule(path=paths, token=tokens, first=numbers)
    def distribute(self, path: list[int], token: int, first: int) -> None:
        path_ = self._path(path)
        self.stage.play(Step(Kind.DISTRIBUTE, 0, token, first % len(path_), path=path_))

    # --- what holds

    @invariant()
    def the_chain_is_as_the_model(self) -> None:
        # A few steps share a block, and a comparison.
        self.turn += 1
        if self.turn % 4 == 0:
            self.stage.check()

    # --- within

    @property
    def _count(self) -> int:
        return len(self.stage.books.owners)

    def _certify(
        self,
        creator: int,
        wanted: list[tuple[int, int, int]],
        cuts: list[tuple[int, int]],
    ) -> None:
        """A work with as much of what is wanted as fits."""
        books, count = self.stage.books, self._count
        left = BASIS_POINTS
        chosen: dict[int, tuple[int, int, int]] = {}
        for number, income, volume in wanted:
            parent = number % count
            inherited = books.ledger.works[parent].vol_bp
            # A certificate that the vault owns gives no licenses.
            if parent in chosen or books.owners[parent] == VAULT or inherited > left:
                continue
            left -= inherited
            income = min(income, left)
            left -= income
            volume = min(volume, left)
            left -= volume
            chosen[parent] = (parent, income, volume)
        room, kept = BASIS_POINTS, []
        for to, share in cuts:
            share = min(share, room)
            if share and (to < TILL or count):
                kept.append((self._account(to, count), share))
                room -= share
        edges = tuple(chosen[parent] for parent in sorted(chosen))
        self.stage.play(Step(Kind.CERTIFY, count, account=creator, parents=edges, cuts=tuple(kept)))

    def _by_owner(self, step: Step) -> None:
        if self.stage.books.owners[step.work] != VAULT:
            self.stage.play(step)

    def _path(self, path: list[int]) -> tuple[int, ...]:
        return tuple(number % self._count for number in path)

    @staticmethod
    def _account(account: int, count: int) -> int:
        return account if account < TILL else TILL + (account - TILL) % count
