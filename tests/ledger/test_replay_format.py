"""The replay file: what is accepted, what is refused and where, what comes out."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import replay_format
from benchmarks.replay_format import (
    Draw,
    Pay,
    ReplayError,
    Settle,
    load,
    loads,
    model_result,
    parse,
    play,
    random_case,
)
from gen_ip.ledger import Edge, Payee

ANN = "0x" + "aB" * 20
BEN = "0x" + "02" * 20

EXAMPLE: dict[str, Any] = {
    "works": [
        {"parents": [], "payees": [{"to": ANN, "share": 500}]},
        {"parents": [{"work": 0, "income": 1000, "volume": 0}], "payees": []},
        {"parents": [{"work": 1, "volume": 200}], "payees": [{"to": ANN.lower(), "share": 5000}]},
    ],
    "steps": [
        {"pay": 2, "amount": "10000"},
        {"settle": 2},
        {"settle": 1},
        {"draw": 2},
        {"draw": 0},
    ],
}


def test_parses_into_typed_steps() -> None:
    case = parse(EXAMPLE)
    assert case.works[2].parents == (Edge(1, 0, 200),)
    # One spelling for an address, its first.
    assert case.works[2].payees == (Payee(ANN, 5000),)
    assert case.payees == (ANN,)
    assert case.steps == (Pay(2, 10_000), Settle(2), Settle(1), Draw(2), Draw(0))


def test_model_result_by_hand() -> None:
    assert model_result(parse(EXAMPLE)) == {
        "works": [
            {"credit": "0", "owner_balance": "19"},
            {"credit": "180", "owner_balance": "0"},
            {"credit": "0", "owner_balance": "4900"},
        ],
        "balances": {ANN: "4901"},
    }


def test_amounts_as_strings_and_integers_are_the_same() -> None:
    data = copy.deepcopy(EXAMPLE)
    data["steps"][0]["amount"] = 10_000
    assert parse(data) == parse(EXAMPLE)
    data["steps"][0]["amount"] = str(2**112 - 1)
    assert parse(data).steps[0] == Pay(2, 2**112 - 1)


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    *keys, last, value = path

    def change(data: Any) -> None:
        for key in keys:
            data = data[key]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("works", 3), "works: 3 is not a list"),
        (_set("works", [[]]), "works[0]: [] is not an object"),
        (_set("extra", 1), '$: has "extra"; the fields are "steps", "works"'),
        (_set("works", 1, "parent", []), 'works[1]: has "parent"'),
        (_set("works", 1, "parents", 0, "work", 1), "works[1].parents[0].work: 1 is not an ear"),
        (_set("works", 1, "parents", 0, "work", -1), "works[1].parents[0].work: -1 is not"),
        (_set("works", 1, "parents", 0, "work", True), "works[1].parents[0].work: true is not"),
        (_set("works", 1, "parents", 0, "income", 10_001), "works[1].parents[0].income: 10001"),
        (_set("works", 1, "parents", 0, "income", 1.5), "works[1].parents[0].income: 1.5 is not"),
        (_set("works", 1, "parents", 0, "volume", "1"), 'works[1].parents[0].volume: "1" is not'),
        (_set("works", 1, "parents", [{"income": 1}]), 'works[1].parents[0]: lacks "work"'),
        (_set("works", 0, "parents", [{"work": 0}]), "there is none"),
        (
            _set("works", 2, "parents", [{"work": 1}, {"work": 0}]),
            "works[2].parents[1]: work 0 after work 1",
        ),
        (
            _set("works", 2, "parents", [{"work": 0, "income": 9_999, "volume": 2}]),
            "works[2].parents: income shares of 9999 and volume shares of 2",
        ),
        (_set("works", 0, "payees", 0, "share", 0), "works[0].payees[0].share: 0 is not between 1"),
        (_set("works", 0, "payees", 0, "to", "0x12"), 'works[0].payees[0].to: "0x12" is not'),
        (_set("works", 0, "payees", 0, "to", "0x" + "0" * 40), "payees[0].to: the zero address"),
        (
            _set("works", 0, "payees", [{"to": ANN, "share": 6000}, {"to": BEN, "share": 6000}]),
            "works[0].payees: shares of 12000",
        ),
        (_set("works", 0, "payees", [{"to": BEN, "share": 1}] * 33), "works[0].payees: 33 payees"),
        (_set("steps", 0, "pay", 3), "steps[0].pay: 3 is not a work of the file (0 to 2)"),
        (_set("steps", 0, "settle", 1), 'steps[0]: has "pay", "settle"; name one'),
        (_set("steps", 0, {}), "steps[0]: has nothing; name one of pay, settle, draw"),
        (_set("steps", 0, {"pay": 0}), "steps[0].amount: missing"),
        (_set("steps", 0, {"burn": 0}), 'steps[0]: has "burn"'),
        (_set("steps", 1, "amount", "1"), "steps[1].amount: settle takes no amount"),
        (_set("steps", 0, "amount", "-1"), 'steps[0].amount: "-1" is not a plain decimal'),
        (_set("steps", 0, "amount", "0x10"), "steps[0].amount"),
        (_set("steps", 0, "amount", "1e3"), "steps[0].amount"),
        (_set("steps", 0, "amount", 1e3), "steps[0].amount: 1000.0 is not an integer"),
        (_set("steps", 0, "amount", "\u0663"), "steps[0].amount"),
        (_set("steps", 0, "amount", "9" * 5_000), "steps[0].amount"),
        (_set("steps", 0, "amount", 2**112), "steps[0].amount"),
        (_set("steps", 0, "amount", None), "steps[0].amount: null is not an integer"),
    ],
)
def test_bad_content_is_named_by_position(
    change: Callable[[dict[str, Any]], None], message: str
) -> None:
    data = copy.deepcopy(EXAMPLE)
    change(data)
    with pytest.raises(ReplayError) as caught:
        parse(data)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"works": [], "steps": NaN}',
        b'{"works": [], "works": [], "steps": []}',
        b'{"works": [], "steps": [{"pay": 0, "amount": ' + b"9" * 5_000 + b"}]}",
        b"[]",
    ],
)
def test_bad_text(text: bytes) -> None:
    with pytest.raises(ReplayError, match=r"^\$: "):
        loads(text)


def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "case.json"
    with pytest.raises(ReplayError, match="No such file"):
        load(path)
    with pytest.raises(ReplayError, match="directory"):
        load(tmp_path)
    path.write_text(json.dumps(EXAMPLE), encoding="utf-8")
    assert load(path) == parse(EXAMPLE)
    monkeypatch.setattr(replay_format, "MAX_BYTES", 10)
    with pytest.raises(ReplayError, match="more than 10 bytes"):
        load(path)
    monkeypatch.setattr(replay_format, "MAX_STEPS", 4)
    with pytest.raises(ReplayError, match="steps: 5 entries; give at most 4"):
        parse(EXAMPLE)


def test_random_cases_are_valid_repeatable_and_mixed() -> None:
    kinds: set[object] = set()
    for seed in range(30):
        data = random_case(seed, works=25, steps=80)
        assert data == random_case(seed, works=25, steps=80)
        case = loads(json.dumps(data))
        assert (len(case.works), len(case.steps)) == (25, 80)
        kinds |= {type(step) for step in case.steps}
        edges = [edge for work in case.works for edge in work.parents]
        kinds |= {(edge.income_bp > 0, edge.volume_bp > 0) for edge in edges}
        printed = model_result(case)
        assert list(printed["balances"]) == list(case.payees)
        paid = sum(step.amount for step in case.steps if isinstance(step, Pay))
        ledger = play(case)
        shown = sum(int(w["credit"]) + int(w["owner_balance"]) for w in printed["works"])
        shown += sum(int(amount) for amount in printed["balances"].values())
        owed = sum(ledger.owed_upward(number) for number in range(25))
        assert 0 < shown + owed <= paid
    assert kinds == {Pay, Settle, Draw} | {(a, b) for a in (True, False) for b in (True, False)}
    assert random_case(1, 25, 80) != random_case(2, 25, 80)


def test_random_case_size_is_checked() -> None:
    with pytest.raises(ReplayError, match="0 works"):
        random_case(0, works=0, steps=1)
