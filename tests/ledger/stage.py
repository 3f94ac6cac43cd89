"""The real contracts on anvil beside the integer model: each step done to both, all compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eth_account.signers.local import LocalAccount

from benchmarks._chain import Chain, Refused, token_call
from benchmarks._works import ChainWork, Works
from gen_ip.chain.call import Call
from gen_ip.ledger import Payee
from gen_ip.work import ETH

from . import steps
from .books import Books
from .steps import NOBODY, PEOPLE, SINK, TILL, TOKENS, VAULT, WALLET, Kind, Step

FAILURES = Path(__file__).resolve().parents[2] / ".build" / "histories"
_INVALID = "0xfe"


class Different(AssertionError):  # noqa: N818
    """The contracts and the model differ, or the contracts refuse what the model does."""


class Cast:
    """Accounts and tokens of a chain, the same for every stage: made once, before any snapshot."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.tokens = [ETH, chain.token(), chain.token()]
        self.people = [chain.account() for _ in range(PEOPLE)]
        self.payer = chain.account()
        for token in self.tokens:
            chain.endow(self.payer, token)
        others = [chain.account().address for _ in (VAULT, SINK, WALLET)]
        for account in others:
            chain.rpc.request("anvil_setBalance", account, "0x0")
        chain.rpc.request("anvil_setCode", others[0], _INVALID)
        self.addresses = [*(person.address for person in self.people), *others, ETH]
        chain.mine()


class Stage:
    """One history: `play` does a step to the model at once and to the chain with the next `check`.

    Use it inside `Chain.undone`. `name` is that of the file a failure leaves, `again` the command
    that runs into it once more.
    """

    def __init__(self, cast: Cast, name: str, again: str) -> None:
        self.cast, self.chain, self.tokens = cast, cast.chain, cast.tokens
        self.name, self.again = name, again
        self.works = Works(cast.chain)
        self.opened: list[ChainWork] = []
        self.books = Books()
        self.steps: list[Step] = []
        # Every credit when last compared, and which of them a step has drawn since.
        self._credits: dict[tuple[int, int], int] = {}
        self._drawn: set[tuple[int, int]] = set()

    # --- steps

    def play(self, step: Step) -> None:
        """Does a step to the model, and queues it for the chain."""
        self.steps.append(step)
        if step.kind == Kind.CERTIFY:
            self._certify(step)
            self.books.do(step)
            return
        # What the splitter has nothing to send for, it refuses: Solidity's player checks that.
        if self.books.do(step):
            for sender, call in self._calls(step):
                self.chain.add(sender, call, f"step {len(self.steps) - 1}, {step.kind.name}")
        if step.kind == Kind.TRANSFER and step.account < PEOPLE:
            self._now_owned_by(step.work, step.account)
        numbers = step.path or (step.work,)
        if step.kind in (Kind.DRAW, Kind.RELEASE, Kind.COLLECT, Kind.DISTRIBUTE):
            self._drawn |= {(number, step.token) for number in numbers}

    def _certify(self, step: Step) -> None:
        owner = self.cast.people[step.account]
        where = f"step {len(self.steps) - 1}, CERTIFY"
        parents = [
            self.works.issue(self.opened[work], self.works.terms(income, volume), owner, where)
            for work, income, volume in step.parents
        ]
        payees = [Payee(self._address(to), share) for to, share in step.cuts]
        self.opened.append(self.works.certify(owner, parents, payees, where))

    def _calls(self, step: Step) -> list[tuple[LocalAccount, Call]]:
        encode, token = self.chain.session.encode, self.tokens[step.token]
        work, path = self.opened[step.work].id, [self.opened[n].id for n in step.path]
        anyone, sink = self.cast.payer, self.cast.addresses[SINK]
        # The owner before the step, as a transfer needs it.
        owner = self.opened[step.work].owner

        def call(sender: LocalAccount, function: str, *values: Any, value: int = 0) -> Any:
            return sender, encode("RoyaltySplitter", function, *values, value=value)

        match step.kind:
            case Kind.PAY:
                value = step.amount if token == ETH else 0
                return [call(anyone, "pay", work, token, step.amount, value=value)]
            case Kind.SETTLE | Kind.DRAW | Kind.RELEASE:
                return [call(anyone, step.kind.name.lower(), work, token)]
            case Kind.SETTLE_MANY:
                return [call(anyone, "settleMany", path, token)]
            case Kind.DISTRIBUTE:
                return [call(anyone, "distribute", path, step.amount, token)]
            case Kind.WITHDRAW:
                return [call(self.cast.people[step.account], "withdraw", token, sink)]
            case Kind.COLLECT:
                return [call(self.cast.people[step.account], "collect", path, token, sink)]
            case Kind.SET_PAYOUT:
                return [call(owner, "setPayout", work, self._address(step.account))]
            case Kind.ADD_PAYEE:
                ((to, share),) = step.cuts
                return [call(owner, "addPayee", work, self._address(to), share)]
            case Kind.TRANSFER:
                to_ = self._address(step.account)
                values = (owner.address, to_, work)
                return [(owner, encode("IPRegistry", "transferFrom", *values))]
        raise AssertionError(f"{step.kind.name} is no call")

    def _now_owned_by(self, work: int, person: int) -> None:
        self.opened[work] = replace(self.opened[work], owner=self.cast.people[person])

    def _address(self, account: int) -> str:
        if account >= TILL:
            return f"0x{self.opened[account - TILL].id:040x}"
        return self.cast.addresses[account]

    # --- checks

    def check(self) -> list[int]:
        """Mines, compares every number, and returns them as `books.words` has them.

        Raises:
            Different: two numbers differ, an invariant does not hold, or a step is refused. The
                steps then lie in a file that both suites replay.
        """
        try:
            self.chain.mine()
            found = self._read()
            for token in range(TOKENS):
                self._compare(found, token)
        except (Refused, Different) as error:
            path = FAILURES / f"{self.name}.json"
            steps.save(path, self.steps)
            raise Different(
                f"{error}\n"
                f"  steps:    {path} ({len(self.steps)})\n"
                f"  again:    {self.again}\n"
                f"  replay:   GENIP_HISTORY={path} python -m pytest "
                f"tests/ledger/test_shared_histories.py -k replay\n"
                f"  in forge: GENIP_HISTORY={path} forge test --match-test test_history"
            ) from error
        self._credits = {
            (work, token): found[token, "credit", work]
            for token in range(TOKENS)
            for work in range(len(self.opened))
        }
        self._drawn.clear()
        return self._words(found)

    def _compare(self, found: dict[tuple[int, str, int], Any], token: int) -> None:
        books, ledger, name = self.books, self.books.ledger, str(token)
        claims = 0
        for work in range(len(self.opened)):
            credit = found[token, "credit", work]
            _same(f"credit of work {work} in token {token}", credit, ledger.credit(work, name))
            pending = tuple(found[token, "pending", work])
            _same(f"pending of work {work} in token {token}", pending, ledger.pending(work, name))
            by_id = dict(zip(*found[token, "whatSettleMoves", work], strict=True))
            moves = {self.opened[p].id: wei for p, wei in ledger.what_settle_moves(work, name)}
            _same(f"what settling work {work} moves in token {token}", by_id, moves)
            if (work, token) not in self._drawn and credit < self._credits.get((work, token), 0):
                raise Different(f"credit of work {work} in token {token} fell without a draw")
            claims += credit + ledger.owed_upward(work, name)
        for account in (*range(PEOPLE + 1), *books.tills):
            balance = found[token, "balances", account]
            what = f"balance of account {account} in token {token}"
            _same(what, balance, books.balance(account, token))
            claims += balance
        for account in self._holders(token):
            what = f"what account {account} was sent of token {token}"
            _same(what, found[token, "held", account], books.held[account, token])
        inside = found[token, "held", NOBODY]
        _same(f"what the splitter holds of token {token}", inside, books.inside[token])
        if claims > inside:
            raise Different(f"token {token}: {claims} are owed, the splitter holds {inside}")

    def _read(self) -> dict[tuple[int, str, int], Any]:
        """Every number by token, what it is, and work or account; the splitter is nobody."""
        keys: list[tuple[int, str, int]] = []
        calls: list[Call] = []
        encode, splitter = self.chain.session.encode, self.chain.session.deployment.splitter
        found: dict[tuple[int, str, int], Any] = {}
        for token, address in enumerate(self.tokens):
            for work, opened in enumerate(self.opened):
                for view in ("credit", "pending", "whatSettleMoves"):
                    keys.append((token, view, work))
                    calls.append(encode("RoyaltySplitter", view, opened.id, address))
            for account in (*range(PEOPLE + 1), *self.books.tills):
                keys.append((token, "balances", account))
                calls.append(encode("RoyaltySplitter", "balances", self._address(account), address))
            for account in (*self._holders(token), NOBODY):
                holder = splitter if account == NOBODY else self._address(account)
                if address == ETH:
                    found[token, "held", account] = self.chain.rpc.balance(holder)
                else:
                    keys.append((token, "held", account))
                    calls.append(token_call(address, "balanceOf", holder))
        return found | dict(zip(keys, self.chain.read(calls), strict=True))

    def _words(self, found: dict[tuple[int, str, int], Any]) -> list[int]:
        words: list[int] = []
        for token in range(TOKENS):
            for work in range(len(self.opened)):
                words += [found[token, "credit", work], *found[token, "pending", work]]
            accounts = (*range(PEOPLE + 1), *self.books.tills)
            words += [found[token, "balances", account] for account in accounts]
            words += [found[token, "held", each] for each in (*self._holders(token), NOBODY)]
        return words

    @staticmethod
    def _holders(token: int) -> Sequence[int]:
        # People pay gas, so their ETH says nothing.
        return (*(range(PEOPLE + 1) if token else ()), SINK, WALLET)


def _same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Different(f"{what}: the chain has {found}, the model {expected}")
