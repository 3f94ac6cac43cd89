"""`python -m benchmarks.gas --breakdown`: every unit of gas is told once, in the right class."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import gas, opcodes, page, snapshot
from benchmarks._chain import Chain
from benchmarks._works import Works
from benchmarks.gas_table import EXTRA, TABLE
from benchmarks.opcodes import Cost, cost
from gen_ip.chain.errors import NodeError
from tests.support.require import require

SENDER, TO, OTHER = "0x" + "aa" * 20, "0x" + "bb" * 20, "0x" + "cc" * 20
DATA = bytes([1, 2, 0])
INTRINSIC = 21_000 + 2 * 16 + 4
LIMIT = 1_000_000


def _steps(*rows: tuple[int, str, int, int]) -> list[dict[str, Any]]:
    """Steps of (depth, opcode, gas left, cost); a call of OTHER takes the rest from its stack."""
    stack = ["0x0", hex(int(OTHER, 16) + 2**160), "0x5208"]
    return [
        {"depth": depth, "op": op, "gas": LIMIT - INTRINSIC - left, "gasCost": own, "stack": stack}
        for depth, op, left, own in rows
    ]


# A cold call that passes gas on, a new slot in there, and the same call again.
CALLS = _steps(
    (1, "PUSH1", 0, 3),
    (1, "CALL", 3, 900_000),
    (2, "SSTORE", 2_603, 22_100),
    (2, "SSTORE", 24_703, 100),
    (2, "STOP", 24_803, 0),
    (1, "SLOAD", 24_803, 2_100),
    (1, "CALL", 26_903, 900_000),
    (2, "LOG1", 27_003, 1_000),
    (2, "RETURN", 28_003, 6),
    (1, "KECCAK256", 28_009, 36),
    (1, "STOP", 28_045, 0),
)


def test_a_call_is_told_from_what_it_calls() -> None:
    found = cost(SENDER, TO, DATA, LIMIT, CALLS, INTRINSIC + 28_045)
    assert {key: used for key, used in found.parts.items() if used} == {
        ("", opcodes.TRANSACTION): 21_000,
        ("", opcodes.CALLDATA): 36,
        (TO, opcodes.STACK): 3,
        (TO, opcodes.COLD_ACCOUNT): 2_600,
        (TO, opcodes.WARM_ACCOUNT): 100,
        (TO, opcodes.COLD): 2_100,
        (TO, opcodes.KECCAK): 36,
        (OTHER, opcodes.NEW): 22_100,
        (OTHER, opcodes.AGAIN): 100,
        (OTHER, opcodes.LOG): 1_000,
        (OTHER, opcodes.JUMPS): 6,
    }


def test_a_refund_is_a_class_of_its_own() -> None:
    found = cost(SENDER, TO, DATA, LIMIT, CALLS, INTRINSIC + 28_045 - 4_800)
    assert found.parts["", opcodes.REFUND] == -4_800
    assert sum(found.parts.values()) == found.gas


@pytest.mark.parametrize("off", [1, -(INTRINSIC + 28_045) // 5 - 1])
def test_steps_that_do_not_add_up(off: int) -> None:
    with pytest.raises(NodeError, match="steps of 28045 gas"):
        cost(SENDER, TO, DATA, LIMIT, CALLS, INTRINSIC + 28_045 + off)


def test_no_steps() -> None:
    with pytest.raises(NodeError, match="--steps-tracing"):
        cost(SENDER, TO, DATA, LIMIT, [], INTRINSIC)


def test_a_real_transaction_adds_up() -> None:
    require("anvil")
    with Chain(b"opcodes", steps=True) as chain:
        works = Works(chain)
        work = works.certify(chain.account())
        mined = chain.mine()[-1]
        found = opcodes.traced(chain.rpc, mined.tx_hash, mined.gas)
        registry = chain.session.deployment.registry.lower()
        splitter = chain.session.deployment.splitter.lower()
        token, payer = chain.token(), chain.account()
        chain.endow(payer, token)
        chain.mine()
        pay = chain.session.encode("RoyaltySplitter", "pay", work.id, token, 1_000)
        mined = chain.do(payer, pay)
        paid = opcodes.traced(chain.rpc, mined.tx_hash, mined.gas)
    assert sum(found.parts.values()) == found.gas
    assert {contract for contract, _ in found.parts} == {"", registry}
    # Owner, metadata digest and the claims of these bytes are new slots: EIP-2200, EIP-2929.
    assert found.parts[registry, opcodes.NEW] >= 3 * 20_000
    assert sum(paid.parts.values()) == paid.gas
    assert {contract for contract, _ in paid.parts} == {"", registry, splitter, token.lower()}
    # The splitter's balance of the token is new; it asks the token and the registry.
    assert paid.parts[token.lower(), opcodes.NEW] in (20_000, 22_100)
    assert paid.parts[splitter, opcodes.COLD_ACCOUNT] >= 2 * 2_600


def test_a_row_as_text_and_as_json() -> None:
    parts = {("", "calldata"): 16, (TO, opcodes.NEW): 22_100, (OTHER, opcodes.LOG): 1_000}
    found = Cost(50_000, {**parts, (TO, opcodes.LOG): 500}) - Cost(26_384)
    document = opcodes.breakdown("settle_hop", found, 8, {TO: "RoyaltySplitter", OTHER: "token"})
    assert document == {
        "key": "settle_hop",
        "gas": 23_616,
        "divided_by": 8,
        "classes": {"calldata": 16, opcodes.NEW: 22_100, opcodes.LOG: 1_500},
        "contracts": {
            "RoyaltySplitter": {opcodes.NEW: 22_100, opcodes.LOG: 500},
            "token": {opcodes.LOG: 1_000},
            "transaction": {"calldata": 16},
        },
    }
    lines = opcodes.text(document).splitlines()
    assert lines[0] == "settle_hop: 2,952 gas, divided by 8"
    (log,) = [line for line in lines if line.startswith("LOG")]
    assert log.split() == ["LOG", "188", "6.4%", "62", "125"]
    assert lines[-1].split() == ["all", "2,952", "100.0%", "2,825", "125", "2"]


def test_an_unknown_row(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        gas.main(["--breakdown", "nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


def test_the_page_breaks_down_what_is_committed() -> None:
    committed, again = snapshot.read(), "run .venv/bin/python -m benchmarks.gas --write-breakdown"
    lines = page.read("breakdown").splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[0].strip("`") for row in rows] == [row.key for row in (*TABLE, *EXTRA)], again
    for name, *cells in rows:
        gas, *parts = (0 if cell == "-" else int(cell.replace(",", "")) for cell in cells)
        assert gas == committed[name.strip("`")], again
        # Shares of rows that are divided are rounded, each by up to a half.
        assert abs(sum(parts) - gas) <= 5, again


def test_a_breakdown_on_the_page() -> None:
    found = Cost(17, {("", opcodes.CALLDATA): 9, (TO, opcodes.LOG): 4, (OTHER, opcodes.LOG): 4})
    document = opcodes.breakdown("buy", found, 2, {})
    cells = page.breakdown_table([document]).splitlines()[2].split("|")
    assert [cell.strip() for cell in cells[1:5]] == ["`buy`", "9", "4", "-"]
    assert cells[8].strip() == "4"
