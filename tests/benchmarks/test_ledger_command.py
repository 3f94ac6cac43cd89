"""`python -m benchmarks.ledger`: replays on the real contracts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import _tokens, ledger
from benchmarks._chain import Refused
from benchmarks.replay_format import parse
from tests.support.require import require

ANN = "0x" + "aB" * 20

CASE: dict[str, Any] = {
    "works": [
        {"payees": [{"to": ANN, "share": 500}]},
        {"parents": [{"work": 0, "income": 1000, "volume": 0}]},
        {"parents": [{"work": 1, "volume": 200}], "payees": [{"to": ANN, "share": 5000}]},
        {"parents": [{"work": 0}, {"work": 1, "income": 1}, {"work": 2, "volume": 1}]},
    ],
    "steps": [
        {"pay": 2, "amount": "10000"},
        {"pay": 1, "amount": "0"},
        {"settle": 2},
        {"settle": 1},
        {"draw": 2},
        {"draw": 0},
        {"pay": 3, "amount": 7},
    ],
}
# By hand: the last owes 2 % + 0.01 % volume and 0.01 % income: floor(7 * 9,798 / 10,000).
RESULT = {
    "works": [
        {"credit": "0", "owner_balance": "19"},
        {"credit": "180", "owner_balance": "0"},
        {"credit": "0", "owner_balance": "4900"},
        {"credit": "6", "owner_balance": "0"},
    ],
    "balances": {ANN: "4901"},
}


@pytest.fixture(autouse=True)
def _anvil() -> None:
    require("anvil")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(CASE), encoding="utf-8")
    return path


def test_a_case_worked_out_by_hand(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ledger.main(["--replay", str(file), "--check", "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == RESULT
    assert printed.out.count("\n") == 1
    assert printed.err == ""


@pytest.mark.parametrize("kind", _tokens.KINDS)
def test_random_histories_in_every_token(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    require("solc")
    assert ledger.main(["--random", "11", "40", "500", "--check", "--token", kind]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (len(printed["case"]["works"]), len(printed["case"]["steps"])) == (40, 500)
    case = parse(printed.pop("case"))
    assert printed == ledger.expected(case, kind)
    assert (printed == ledger.expected(case, "eth")) == (kind != "fee")


def test_a_written_history_replays_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "random.json"
    assert ledger.main(["--random", "5", "8", "40", "--write", str(path)]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first.keys() == {"works", "balances"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["random.json"]
    assert ledger.main(["--replay", str(path), "--token", "erc20"]) == 0
    assert json.loads(capsys.readouterr().out) == first


def test_as_wide_as_a_work_may_be() -> None:
    payees = [{"to": f"0x{i + 1:040x}", "share": 312} for i in range(32)]
    parents = [{"work": i, "income": 311, "volume": 1} for i in range(32)]
    steps = [{"pay": 32, "amount": "123456789"}, {"settle": 32}, {"draw": 32}, {"draw": 7}]
    case = parse({"works": [{}] * 32 + [{"parents": parents, "payees": payees}], "steps": steps})
    assert ledger.replay(case) == ledger.expected(case)


def test_a_difference_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = json.loads(json.dumps(RESULT))
    wrong["works"][1]["credit"] = "181"
    wrong["balances"][ANN] = "4900"
    monkeypatch.setattr(ledger, "model_result", lambda case: wrong)
    assert ledger.main(["--replay", str(file), "--check"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == RESULT
    assert printed.err.splitlines() == [
        "error: works[1].credit: chain 180, model 181",
        f"error: balances[{ANN}]: chain 4901, model 4900",
    ]


def test_what_the_chain_refuses_is_named_by_step() -> None:
    steps = [{"pay": 0, "amount": "5"}, {"settle": 0}, {"pay": 0, "amount": str(2**112 - 1)}]
    with pytest.raises(Refused, match=r"^steps\[2\]: .*CreditOverflow") as caught:
        ledger.replay(parse({"works": [{}], "steps": steps}))
    assert caught.value.where == "steps[2]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("", "not valid JSON"),
        ('{"works": [{}], "steps": [{"pay": 1, "amount": 1}]}', "steps[0].pay: 1 is not a work"),
        ('{"works": [{}], "steps": [{"settle": 0}, {"burn": 0}]}', 'steps[1]: has "burn"'),
    ],
)
def test_a_bad_file_is_one_line_and_starts_nothing(
    text: str | None,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(ledger, "Chain", None)
    path = tmp_path / "case.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert ledger.main(["--replay", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert message in printed.err
    assert printed.err.count("\n") == 1


def test_a_history_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ledger, "Chain", None)
    assert ledger.main(["--random", "1", "2", "3", "--write", str(tmp_path / "no" / "f")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_write_needs_random(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        ledger.main(["--replay", str(file), "--write", "x"])
    assert "--write goes with --random" in capsys.readouterr().err


def test_without_a_compiler_the_fee_token_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_tokens, "_CACHE", tmp_path)
    monkeypatch.setattr(_tokens, "SOLC", tmp_path / "solc")
    with pytest.raises(_tokens.TokenUnavailable, match="make setup"):
        _tokens.fee_token_code()
    assert list(tmp_path.iterdir()) == []
