"""What Slither overlooks is counted, with a reason each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.audit import suppressions


def test_list_is_what_the_contracts_say() -> None:
    _, problems = suppressions.compare(suppressions.ROOT)
    assert problems == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "slither.config.json").write_text('{"detectors_to_exclude": "assembly"}')
    write(tmp_path, "    // Why.\n    // slither-disable-next-line reentrancy-eth,timestamp\n")
    return tmp_path


def write(checkout: Path, text: str) -> None:
    (checkout / "contracts" / "A.sol").write_text(f"contract A {{\n{text}}}\n")


LISTED = """
[off]
assembly = "cheaper"
[[suppressed]]
file = "contracts/A.sol"
detector = "reentrancy-eth"
count = 1
reason = "locked"
[[suppressed]]
file = "contracts/A.sol"
detector = "timestamp"
count = 1
reason = "days"
"""


def problems(checkout: Path, listed: str = LISTED) -> tuple[int, list[str]]:
    path = checkout / "list.toml"
    path.write_text(listed)
    return suppressions.compare(checkout, path)


def test_listed_and_explained(checkout: Path) -> None:
    assert problems(checkout) == (2, [])


def test_one_more_or_one_less(checkout: Path) -> None:
    assert problems(checkout, LISTED.replace("count = 1", "count = 2", 1))[1] == [
        "contracts/A.sol: reentrancy-eth: 1 suppressed, 2 listed in list.toml"
    ]
    write(checkout, "")
    assert len(problems(checkout)[1]) == 2


def test_no_reason_or_no_comment(checkout: Path) -> None:
    assert "no reason" in problems(checkout, LISTED.replace('"locked"', '""'))[1][0]
    write(checkout, "    // slither-disable-next-line reentrancy-eth,timestamp\n")
    assert problems(checkout)[1] == ["contracts/A.sol:2: say why in a comment above"]


def test_detector_off_without_a_reason(checkout: Path) -> None:
    config = {"detectors_to_exclude": "assembly,unused-return"}
    (checkout / "slither.config.json").write_text(json.dumps(config))
    assert problems(checkout)[1] == ["slither.config.json: unused-return is off without a reason"]
