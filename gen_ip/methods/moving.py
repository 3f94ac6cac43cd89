"""Moving everything of an account to another one: what there is, what it costs, and doing it.

A key that leaked is a race. So what can be taken with one transaction goes first: money in the
splitter, which anyone with the key can withdraw. Then the certificates, those first that earn most,
for the income that nobody has drawn goes with them; then licenses. Each step stands alone, so that
whatever happens in between, planning again finds what is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Any

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import fees
from gen_ip.chain.call import Call
from gen_ip.chain.events import Event, word
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import ContractError
from gen_ip.errors import GenIPError
from gen_ip.income.royalties import PATH
from gen_ip.methods.connection import Connection
from gen_ip.terms import Rights
from gen_ip.work import ETH, till_of
from gen_ip.works.licenses import License

AT_ONCE = 8
"""Transactions under way at the same time."""
_NO_LIMIT = 2**256

# Anyone can pay a work in a token of his own. What a transfer takes with usual tokens, many times
# over, and what one more settled work does (docs/gas.md).
_TRANSFER_GAS, _SETTLE_GAS = 400_000, 40_000


class CostlyToken(GenIPError):  # noqa: N818 - named like the package's other errors
    """A token's transfer takes more gas than an honest one."""

    def __init__(self, gas: int) -> None:
        self.gas = gas
        super().__init__(
            f"it takes {gas:,} gas, as no usual token does; withdraw it by itself if it is worth it"
        )


class Kind(StrEnum):
    """What a step moves, in the order in which the kinds go."""

    COLLECT = "collect"
    WITHDRAW = "withdraw"
    CERTIFICATE = "certificate"
    LICENSE = "license"


class _Labeled:
    """What a step and what stays are called."""

    kind: Kind
    id: int
    token: str | None

    @property
    def label(self) -> str:
        """What it is, for people; a work by its till's address."""
        money = "ETH" if self.token == ETH else self.token
        if self.kind is Kind.WITHDRAW:
            return f"balance in {money}"
        if self.kind is Kind.LICENSE:
            return f"license {self.id}"
        what = "certificate" if self.kind is Kind.CERTIFICATE else f"income in {money}"
        return f"{what} of work {till_of(self.id)}"

    def _named(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "id": str(self.id), "token": self.token}


@dataclass(frozen=True)
class Step(_Labeled):
    """One thing to move.

    Attributes:
        id: the work or license; 0 for a withdrawal.
        token: in which money moves; None for certificates and licenses.
        amount: of a withdrawal or of what may be collected, in the token's smallest unit.
        calls: what is sent, in this order.
        gas: of all calls, as the node estimates it now.
    """

    kind: Kind
    id: int
    calls: tuple[Call, ...]
    token: str | None = None
    amount: int = 0
    gas: int = 0

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            **self._named(),
            "amount": str(self.amount) if self.token is not None else None,
            "gas": self.gas,
        }


@dataclass(frozen=True)
class Staying(_Labeled):
    """What cannot be moved, and why."""

    kind: Kind
    id: int
    reason: str
    token: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON; the id as a decimal string."""
        return {**self._named(), "reason": self.reason}


@dataclass(frozen=True)
class Move:
    """Everything that goes from `account` to `to`, in this order, and what stays.

    Attributes:
        cost: what the gas of all steps costs at most at today's fees, in wei.
        balance: what the account has to pay it with, in wei.
        tokens: those looked for: ETH, and all that works or the account were ever paid in.
    """

    account: str
    to: str
    steps: tuple[Step, ...]
    staying: tuple[Staying, ...]
    cost: int
    balance: int
    tokens: tuple[str, ...] = ()

    @property
    def gas(self) -> int:
        """Of all steps."""
        return sum(step.gas for step in self.steps)

    @property
    def payable(self) -> int:
        """How many of the steps the account can pay for, from the first on."""
        left, count = self.balance, 0
        for step in self.steps:
            left -= self.cost * step.gas // max(self.gas, 1)
            if left < 0:
                return count
            count += 1
        return count

    def to_json(self) -> dict[str, Any]:
        """For JSON; amounts as decimal strings."""
        return {
            "account": self.account,
            "to": self.to,
            "steps": [step.to_json() for step in self.steps],
            "staying": [each.to_json() for each in self.staying],
            "gas": self.gas,
            "cost": str(self.cost),
            "balance": str(self.balance),
            "payable": self.payable,
        }


@dataclass(frozen=True)
class Moved:
    """How a step ended: the receipt of its last transaction, or why it was not possible."""

    step: Step
    receipt: Receipt | None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            **self.step.to_json(),
            "moved": self.receipt is not None,
            "problem": self.problem or None,
            "receipt": self.receipt.to_json() if self.receipt else None,
        }


class Moving(Connection):
    """See `gen_ip.client.GenIP`."""

    def plan_move(self, to: str, *, collect: bool = False) -> Move:
        """What it takes to move everything of the account to `to`; sends nothing.

        Certificates, licenses whose terms say TRANSFERABLE, and what the account has in the
        splitter in any token that a work was ever paid in. Income that nobody has drawn goes with
        its certificate; with `collect` it is collected to `to` first, which costs more gas.

        Not moved, for the contracts know it by the account's address alone: its shares as a payee,
        its roles as arbiter or delegate. Nor what its wallet holds, of which gas is paid. Nor money
        in a token whose transfer takes gas as no honest one does: `withdraw` it by itself.

        Raises:
            InvalidArgument: `to` is no address, or the account's own.
            NoAccount: there is no account.
        """
        me = self._session.account.address
        receiver = arguments.address("to", to)
        if receiver == me:
            raise InvalidArgument("to", to, "another address than the account's own")
        paid = self._session.events("RoyaltySplitter", "Paid")
        fees_paid = self._session.events("RoyaltySplitter", "FeePaid", None, None, word(me))
        tokens = sorted({ETH} | {event.args["token"] for event in (*paid, *fees_paid)})
        works = self._ranked(self._registry.owned_by(me), tokens, paid)
        steps = [
            *self._money(me, receiver, works, tokens, collect),
            *(
                Step(Kind.CERTIFICATE, work, (self.calls.registry.transfer(me, receiver, work),))
                for work in works
            ),
        ]
        staying = []
        time = self._session.rpc.block().timestamp
        for each in self._licenses.find(me, None):
            if reason := _bound(each, time):
                staying.append(Staying(Kind.LICENSE, each.id, reason))
            else:
                call = self.calls.license.transfer(me, receiver, each.id)
                steps.append(Step(Kind.LICENSE, each.id, (call,)))
        possible, impossible = self._estimated(steps)
        gas = sum(step.gas for step in possible)
        price = fees.most(fees.today(self._session.rpc, max(gas, 1), _NO_LIMIT))
        return Move(
            me,
            receiver,
            tuple(possible),
            (*impossible, *staying),
            gas * price,
            self._session.rpc.balance(me),
            tuple(tokens),
        )

    def move(
        self,
        plan: Move,
        *,
        at_once: int = AT_ONCE,
        on_step: Callable[[Moved], None] | None = None,
    ) -> list[Moved]:
        """Does what `plan_move` found, several transactions at the same time, and tells how each
        step ended, `on_step` as soon as it did. A step that the contracts refuse is passed over.

        After any other error, as after Ctrl-C, what was sent is waited for and nothing more is
        sent; a new plan then has what is left.

        Raises:
            InvalidArgument: the plan is another account's.
            InsufficientFunds, GasTooExpensive: the gas cannot be paid; the steps before are done.
        """
        arguments.instance("plan", plan, Move, "what `plan_move` returns")
        if plan.account != self._session.account.address:
            raise InvalidArgument("plan", plan.account, "one of the account's own")
        # A recorder keeps an order.
        workers = 1 if self._session.records else arguments.positive("at_once", at_once, 8)
        done: list[Moved] = []

        def one(step: Step) -> None:
            moved = self._do(step)
            done.append(moved)
            if on_step is not None:
                on_step(moved)

        # Income follows its certificate: the money must be out before that moves.
        for _, steps in groupby(plan.steps, lambda step: step.kind):
            _all(one, steps, workers)
        return done

    def _do(self, step: Step) -> Moved:
        receipt = None
        try:
            for call in step.calls:
                if step.token not in (None, ETH) and not self._session.records:
                    self._require_cheap(step, call)
                receipt = self._session.send(call)
        except (ContractError, CostlyToken) as error:
            return Moved(step, None, str(error))
        return Moved(step, receipt)

    def _require_cheap(self, step: Step, call: Call) -> None:
        """Raises `CostlyToken` where the token takes more gas by now than when it was planned."""
        rpc, me = self._session.rpc, self._session.account.address
        gas = rpc.estimate_gas(call.to, call.data, me, 0)
        if gas > _most(step):
            raise CostlyToken(gas)

    def _ranked(
        self, works: Sequence[int], tokens: Sequence[str], paid: Sequence[Event]
    ) -> list[int]:
        """Works by what they earn, most first: their part of what waits in all of them and of what
        they were ever paid, token by token, for nothing here knows what a token is worth."""
        ours = set(works)
        waiting: dict[tuple[int, str, str], int] = defaultdict(int)
        total: dict[tuple[str, str], int] = defaultdict(int)
        pairs = [(work, token) for work in works for token in tokens]
        reads = [("RoyaltySplitter", "credit", work, token) for work, token in pairs]
        for (work, token), credit in zip(pairs, self._session.read_all(*reads), strict=True):
            waiting[work, token, "credit"] += credit
            total[token, "credit"] += credit
        for event in paid:
            work, token, amount = (event.args[name] for name in ("work_id", "token", "amount"))
            if work in ours:
                waiting[work, token, "paid"] += amount
                total[token, "paid"] += amount
        rank: dict[int, Fraction] = defaultdict(Fraction)
        for (work, token, what), amount in waiting.items():
            if amount:
                rank[work] += Fraction(amount, total[token, what])
        return sorted(works, key=lambda work: rank[work], reverse=True)

    def _money(
        self, me: str, to: str, works: Sequence[int], tokens: Sequence[str], collect: bool
    ) -> list[Step]:
        """Steps for what is in the splitter: each balance, and with `collect` each income."""
        steps, collected = [], set()
        for token in tokens if collect else ():
            for work in works:
                (found,) = self._royalties.earnings(work, [token], min_gain=1)
                if found.owners_part:
                    collected.add(token)
                    steps.append(self._collecting(found.path, token, to, found.owners_part))
        reads = [("RoyaltySplitter", "balances", me, token) for token in tokens]
        for token, amount in zip(tokens, self._session.read_all(*reads), strict=True):
            # A collection sends the whole balance of its token.
            if amount and token not in collected:
                call = self.calls.splitter.withdraw(token, to)
                steps.append(Step(Kind.WITHDRAW, 0, (call,), token, amount))
        return steps

    def _collecting(self, path: Sequence[int], token: str, to: str, amount: int) -> Step:
        splitter, calls = self.calls.splitter, []
        rest = path
        while len(rest) > PATH:
            calls.append(splitter.settle(rest[:PATH], token))
            rest = rest[PATH:]
        calls.append(splitter.collect(rest, token, to))
        return Step(Kind.COLLECT, path[-1], tuple(calls), token, amount)

    def _estimated(self, steps: Sequence[Step]) -> tuple[list[Step], list[Staying]]:
        """Those that would succeed now, with their gas; the others, with the reason."""
        me = self._session.account.address
        calls = [(call.to, call.data) for step in steps for call in step.calls]
        answers = iter(self._session.rpc.estimates(calls, me))
        possible, impossible = [], []
        for step in steps:
            found = [next(answers) for _ in step.calls]
            problems = [each for each in found if not isinstance(each, int)]
            gas = sum(each for each in found if isinstance(each, int))
            reason = str(problems[0]) if problems else ""
            if not reason and gas > _most(step):
                reason = str(CostlyToken(gas))
            if reason:
                impossible.append(Staying(step.kind, step.id, reason, step.token))
            else:
                possible.append(Step(step.kind, step.id, step.calls, step.token, step.amount, gas))
        return possible, impossible


def _most(step: Step) -> int:
    """Gas that a step may take. Only money calls code of strangers: of its token."""
    if step.token in (None, ETH):
        return _NO_LIMIT
    # A work on the path is a word of calldata.
    words = sum(len(call.data) // 32 for call in step.calls)
    return _TRANSFER_GAS + _SETTLE_GAS * words


def _bound(entry: License, time: int) -> str:
    """Why a license cannot be given to another, or need not be; "" where it can."""
    if Rights.TRANSFERABLE not in entry.terms.grant:
        return "its terms bind it to its holder"
    if not entry.active(time) and entry.start <= time:
        return "it has ended"
    return ""


def _all(run: Callable[[Step], None], steps: Iterable[Step], workers: int) -> None:
    """Runs all steps, some at a time; after an error or an interruption no more of them."""
    if workers == 1:
        for step in steps:
            run(step)
        return
    with ThreadPoolExecutor(workers) as pool:
        # Each in a copy of this context, so that whoever cancels this method stops them, too.
        started: list[Future[None]] = [pool.submit(copy_context().run, run, step) for step in steps]
        try:
            finished, _ = wait(started, return_when=FIRST_EXCEPTION)
            for each in finished:
                each.result()
        finally:
            for each in started:
                each.cancel()
