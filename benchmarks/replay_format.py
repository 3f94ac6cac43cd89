"""The file `python -m benchmarks.ledger --replay` reads, and what it prints.

    {"works": [{"parents": [{"work": 0, "income": 1000, "volume": 0}],
                "payees": [{"to": "0x..", "share": 500}]}],
     "steps": [{"pay": 3, "amount": "123"}, {"settle": 2}, {"draw": 1}]}

Work numbers are list positions, shares basis points, amounts wei as decimal strings or
integers. `parents`, `payees`, `income` and `volume` may be left out (none, 0). One token.
The result holds every work's undrawn credit and its owner's balance (each work has an owner
of its own, whom the file does not name), and every payee's balance, all as decimal strings:

    {"works": [{"credit": "..", "owner_balance": ".."}], "balances": {"0x..": ".."}}
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypedDict

from gen_ip.errors import GenIPError, shown
from gen_ip.ledger import BASIS_POINTS, Edge, Ledger, LedgerError, Payee
from gen_ip.nesting import nested_deeper_than

MAX_BYTES = 16 * 2**20
MAX_NESTING = 16
MAX_WORKS = 4_096
MAX_STEPS = 100_000
MAX_AMOUNT = 2**112 - 1
"""The widest credit a ledger slot holds; a sum beyond it is refused by the chain, not here."""

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,33}")


class ReplayError(GenIPError):
    """A replay file that cannot be used; `where` is the JSON position, e.g. ``works[3]``."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CaseWork:
    """One work: its edges to earlier works, and its payees."""

    parents: tuple[Edge, ...]
    payees: tuple[Payee, ...]


@dataclass(frozen=True, slots=True)
class Pay:
    """Pay `amount` wei to a work; 0 changes nothing, and the chain refuses it as no payment."""

    work: int
    amount: int


@dataclass(frozen=True, slots=True)
class Settle:
    """Settle a work."""

    work: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Draw a work's credit into the balances of its payees and owner."""

    work: int


Step = Pay | Settle | Draw


@dataclass(frozen=True, slots=True)
class Case:
    """A valid replay file. An address has one spelling throughout: its first in the file."""

    works: tuple[CaseWork, ...]
    steps: tuple[Step, ...]

    @property
    def payees(self) -> tuple[str, ...]:
        """Every payee's address once, in order of appearance."""
        return tuple(dict.fromkeys(payee.to for work in self.works for payee in work.payees))


class WorkResult(TypedDict):
    """A work's undrawn credit and its owner's balance, in wei."""

    credit: str
    owner_balance: str


class Result(TypedDict):
    """What a replay prints."""

    works: list[WorkResult]
    balances: dict[str, str]


def load(path: Path) -> Case:
    """Read and validate a replay file.

    Raises `ReplayError` for a missing, unreadable or oversized file and for any bad content.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReplayError(shown(path), f"cannot be read ({error.strerror}); name a file") from error
    if len(content) > MAX_BYTES:
        raise ReplayError(shown(path), f"more than {MAX_BYTES} bytes; replay fewer steps")
    return loads(content)


def loads(content: bytes | str) -> Case:
    """Decode and validate the text of a replay file; raises `ReplayError`."""
    if len(content) > MAX_BYTES:
        raise ReplayError("$", f"more than {MAX_BYTES} bytes; replay fewer steps")
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        if nested_deeper_than(MAX_NESTING, text):
            raise ReplayError("$", "nested too deeply; see the format's example")
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    # JSONDecodeError, UnicodeDecodeError, and integers beyond Python's digit limit.
    except ValueError as error:
        raise ReplayError("$", f"not valid JSON ({error}); correct the file") from error
    return parse(data)


def parse(data: object) -> Case:
    """Validate a decoded replay file; raises `ReplayError` with the JSON position."""
    top = _object(data, "$", required={"works", "steps"})
    spelling: dict[str, str] = {}
    ledger = Ledger()
    works = []
    for number, item in enumerate(_list(top["works"], "works", MAX_WORKS)):
        where = f"works[{number}]"
        work = _parse_work(item, where, number, spelling)
        try:
            ledger.add_work("", work.parents, work.payees)
        except LedgerError as error:
            raise ReplayError(f"{where}.{error.where}", error.problem) from error
        works.append(work)
    steps = tuple(
        _parse_step(item, f"steps[{position}]", len(works))
        for position, item in enumerate(_list(top["steps"], "steps", MAX_STEPS))
    )
    return Case(tuple(works), steps)


def result(
    work_credits: Sequence[int], owner_balances: Sequence[int], balances: Mapping[str, int]
) -> Result:
    """What a replay prints, from amounts in wei; model and chain both end here.

    The sequences go by work number, `balances` by payee in the order of `Case.payees`.
    """
    return {
        "works": [
            {"credit": str(credit), "owner_balance": str(balance)}
            for credit, balance in zip(work_credits, owner_balances, strict=True)
        ],
        "balances": {account: str(balance) for account, balance in balances.items()},
    }


def play(case: Case) -> Ledger:
    """Run a case on the model; work i belongs to `owner_of(i)`."""
    ledger = Ledger()
    for number, work in enumerate(case.works):
        ledger.add_work(owner_of(number), work.parents, work.payees)
    for step in case.steps:
        match step:
            case Pay():
                ledger.pay(step.work, step.amount)
            case Settle():
                ledger.settle(step.work)
            case Draw():
                ledger.draw(step.work)
    return ledger


def model_result(case: Case) -> Result:
    """Run a case on the model and return what the replay must print."""
    ledger = play(case)
    numbers = range(len(case.works))
    return result(
        [ledger.credit(number) for number in numbers],
        [ledger.balance(owner_of(number)) for number in numbers],
        {account: ledger.balance(account) for account in case.payees},
    )


def owner_of(work: int) -> str:
    """The model's account for a work's owner: no address, so it never meets a payee."""
    return f"owner of work {work}"


def random_case(seed: int, works: int, steps: int) -> dict[str, Any]:
    """A valid replay file with `works` works and `steps` steps, the same for the same seed.

    Lines, fans and diamonds; income and volume shares mixed; amounts from 1 wei to 10**24;
    payees shared between works; the end left unsettled and undrawn as it falls.
    """
    if not 1 <= works <= MAX_WORKS or not 0 <= steps <= MAX_STEPS:
        raise ReplayError("random_case", f"{works} works, {steps} steps; choose fewer, works >= 1")
    rng = random.Random(seed)  # noqa: S311 (test data that must repeat, no secret)
    pool = [f"0x{rng.getrandbits(160) | 1:040x}" for _ in range(max(2, works // 3))]
    vols: list[int] = []
    graph = []
    for number in range(works):
        parents, vol = _random_parents(rng, number, vols)
        vols.append(vol)
        graph.append({"parents": parents, "payees": _random_payees(rng, pool)})
    return {"works": graph, "steps": [_random_step(rng, works) for _ in range(steps)]}


def _random_parents(
    rng: random.Random, number: int, vols: Sequence[int]
) -> tuple[list[dict[str, int]], int]:
    recent = range(max(0, number - 3), number)
    among = recent if rng.random() < 0.6 else range(number)
    wanted = min(len(among), rng.choice([0, 1, 1, 1, 2, 2, 3, 6]))
    room, vol = BASIS_POINTS, 0
    parents = []
    for parent in sorted(rng.sample(among, wanted)):
        if vols[parent] > room:
            continue
        room -= vols[parent]
        kind = rng.choice(["income", "income", "volume", "volume", "both", "none"])
        # Mostly modest shares, so that lines grow long; at times all that is left.
        top = room if rng.random() < 0.1 else min(room, rng.choice([7, 300, 1_500, 4_000]))
        income = rng.randint(0, top) if kind in ("income", "both") else 0
        volume = rng.randint(0, top - income) if kind in ("volume", "both") else 0
        room -= income + volume
        vol += volume + vols[parent]
        parents.append({"work": parent, "income": income, "volume": volume})
    return parents, vol


def _random_payees(rng: random.Random, pool: Sequence[str]) -> list[dict[str, Any]]:
    room = BASIS_POINTS
    payees = []
    for account in rng.sample(pool, min(len(pool), rng.choice([0, 0, 1, 2, 4]))):
        if room == 0:
            break
        share = rng.randint(1, room)
        room -= share
        payees.append({"to": account, "share": share})
    return payees


def _random_step(rng: random.Random, works: int) -> dict[str, Any]:
    work = rng.randrange(works)
    kind = rng.choices(["pay", "settle", "draw"], [5, 4, 1])[0]
    if kind == "pay":
        return {"pay": work, "amount": str(rng.randint(1, 10 ** rng.choice([1, 4, 8, 18, 24])))}
    return {kind: work}


def _parse_work(data: object, where: str, number: int, spelling: dict[str, str]) -> CaseWork:
    fields = _object(data, where, optional={"parents", "payees"})
    parents = []
    for position, item in enumerate(_list(fields.get("parents", []), f"{where}.parents")):
        at = f"{where}.parents[{position}]"
        edge = _object(item, at, required={"work"}, optional={"income", "volume"})
        parents.append(
            Edge(
                _work(edge["work"], f"{at}.work", number, "an earlier work"),
                _share(edge.get("income", 0), f"{at}.income"),
                _share(edge.get("volume", 0), f"{at}.volume"),
            )
        )
    payees = []
    for position, item in enumerate(_list(fields.get("payees", []), f"{where}.payees")):
        at = f"{where}.payees[{position}]"
        payee = _object(item, at, required={"to", "share"})
        to = _address(payee["to"], f"{at}.to")
        to = spelling.setdefault(to.lower(), to)
        payees.append(Payee(to, _share(payee["share"], f"{at}.share", 1)))
    return CaseWork(tuple(parents), tuple(payees))


def _parse_step(data: object, where: str, works: int) -> Step:
    fields = _object(data, where, optional={"pay", "amount", "settle", "draw"})
    kinds = fields.keys() - {"amount"}
    if len(kinds) != 1:
        raise ReplayError(where, f"has {_names(kinds)}; name one of pay, settle, draw")
    (kind,) = kinds
    work = _work(fields[kind], f"{where}.{kind}", works, "a work of the file")
    if kind == "pay":
        if "amount" not in fields:
            raise ReplayError(f"{where}.amount", "missing; give wei as a decimal string")
        return Pay(work, _amount(fields["amount"], f"{where}.amount"))
    if "amount" in fields:
        raise ReplayError(f"{where}.amount", f"{kind} takes no amount; remove it")
    return Settle(work) if kind == "settle" else Draw(work)


def _object(
    data: object,
    where: str,
    required: frozenset[str] | set[str] = frozenset(),
    optional: frozenset[str] | set[str] = frozenset(),
) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ReplayError(where, f"{_show(data)} is not an object")
    missing = required - data.keys()
    if missing:
        raise ReplayError(where, f"lacks {_names(missing)}")
    unknown = data.keys() - required - optional
    if unknown:
        raise ReplayError(
            where, f"has {_names(unknown)}; the fields are {_names(required | optional)}"
        )
    return data


def _list(data: object, where: str, most: int | None = None) -> list[Any]:
    if not isinstance(data, list):
        raise ReplayError(where, f"{_show(data)} is not a list")
    if most is not None and len(data) > most:
        raise ReplayError(where, f"{len(data)} entries; give at most {most}")
    return data


def _integer(data: object, where: str) -> int:
    # bool is an int to Python, not to JSON.
    if isinstance(data, bool) or not isinstance(data, int):
        raise ReplayError(where, f"{_show(data)} is not an integer")
    return data


def _work(data: object, where: str, count: int, what: str) -> int:
    number = _integer(data, where)
    if not 0 <= number < count:
        allowed = f"0 to {count - 1}" if count else "there is none"
        raise ReplayError(where, f"{_show(number)} is not {what} ({allowed})")
    return number


def _share(data: object, where: str, least: int = 0) -> int:
    share = _integer(data, where)
    if not least <= share <= BASIS_POINTS:
        raise ReplayError(
            where, f"{_show(share)} is not between {least} and {BASIS_POINTS} basis points"
        )
    return share


def _address(data: object, where: str) -> str:
    if not isinstance(data, str) or not _ADDRESS.fullmatch(data):
        raise ReplayError(where, f"{_show(data)} is not an address (0x and 40 hex digits)")
    if int(data, 16) == 0:
        raise ReplayError(where, "the zero address can withdraw nothing; name another payee")
    return data


def _amount(data: object, where: str) -> int:
    if isinstance(data, str):
        if not _DECIMAL.fullmatch(data):
            raise ReplayError(
                where, f"{_show(data)} is not a plain decimal number of at most 34 digits"
            )
        data = int(data)
    amount = _integer(data, where)
    if not 0 <= amount <= MAX_AMOUNT:
        raise ReplayError(where, f"{_show(amount)} is not between 0 and 2**112 - 1 wei")
    return amount


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        twice = {name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1}
        raise ValueError(f"{_names(twice)} twice in one object")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _names(names: Any) -> str:
    return ", ".join(_show(name) for name in sorted(names)) or "nothing"


def _show(value: object) -> str:
    """A value as JSON, short enough for one line."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
