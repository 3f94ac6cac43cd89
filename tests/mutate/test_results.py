"""Rates, and what may survive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate import justified
from tools.mutate.errors import MutationError
from tools.mutate.identity import Identity
from tools.mutate.justified import Justification
from tools.mutate.mutants import Mutant
from tools.mutate.operators import Edit
from tools.mutate.results import Results
from tools.mutate.trees import Verdict

EQUIVALENT = Justification("equivalent", "no caller can tell")
ACCEPTED = Justification("accepted", "harmless")


def _mutant(before: str) -> Mutant:
    return Mutant(Identity("C", "f", before, "x"), "contracts/C.sol", Edit(0, 1, "x", "constant"))


def _results(killed: int, surviving: int, why: dict[Identity, Justification]) -> Results:
    results = Results(killed + surviving, why)
    for number in range(killed + surviving):
        verdict = Verdict(number < killed, "test_c" if number < killed else "")
        results.verdicts.append((_mutant(f"m{number}"), verdict))
    return results


def test_equivalents_do_not_count_and_accepted_survivors_do() -> None:
    why = {_mutant("m8").identity: EQUIVALENT, _mutant("m9").identity: ACCEPTED}
    results = _results(8, 2, why)
    assert results.rate == pytest.approx(8 / 9)
    assert results.unjustified == []
    assert not results.passed
    assert _results(18, 2, {_mutant("m18").identity: EQUIVALENT}).rate == pytest.approx(18 / 19)


def test_one_unjustified_survivor_fails_whatever_the_rate() -> None:
    results = _results(99, 1, {})
    assert results.rate == 0.99
    assert [mutant.identity.before for mutant in results.unjustified] == ["m99"]
    assert not results.passed
    assert _results(99, 1, {_mutant("m99").identity: EQUIVALENT}).passed


def test_too_few_killed_fails_with_every_survivor_justified() -> None:
    why = {_mutant(f"m{number}").identity: ACCEPTED for number in (8, 9)}
    assert not _results(8, 2, why).passed
    assert _results(18, 2, {_mutant(f"m{number}").identity: ACCEPTED for number in (18, 19)}).passed


def test_the_reason_for_a_mutant_is_that_of_its_twins() -> None:
    results = _results(9, 1, {_mutant("twin").identity: EQUIVALENT})
    assert not results.passed
    results.twins[_mutant("m9").identity] = [_mutant("twin")]
    assert results.passed


def test_the_summary() -> None:
    results = _results(9, 1, {_mutant("m9").identity: EQUIVALENT})
    results.verdicts[0] = (results.verdicts[0][0], Verdict(True, "timeout"))
    summary = results.summary()
    survivors = summary.pop("survivors")
    assert summary["total"] == 10
    assert summary["killed"] == 9
    assert summary["survived"] == summary["justified"] == summary["equivalent"] == 1
    assert summary["rate"] == 1.0
    assert summary["passed"]
    assert summary["timeouts"] == 1
    assert summary["operators"] == {"constant": {"total": 10, "killed": 9}}
    [survivor] = survivors
    assert survivor["id"] == _mutant("m9").identity.short
    assert survivor["reason"] == EQUIVALENT.reason
    assert survivor["command"].endswith(survivor["id"])


ENTRY = """
[[survivor]]
contract = "C"
function = "f"
before = "a < b"
after = "a <= b"
kind = "equivalent"
reason = "a is never b"
"""


def _read(tmp_path: Path, text: str) -> dict[Identity, Justification]:
    path = tmp_path / "survivors.toml"
    path.write_text(text, "utf-8")
    return justified.read(path)


def test_justifications_are_read(tmp_path: Path) -> None:
    found = _read(tmp_path, ENTRY)
    assert found == {
        Identity("C", "f", "a < b", "a <= b"): Justification("equivalent", "a is never b")
    }
    assert _read(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace('reason = "a is never b"', ""), "lacks 'reason'; add it"),
        (ENTRY.replace("a is never b", " "), "wants a reason"),
        (ENTRY.replace("equivalent", "boring"), "equivalent, accepted"),
        (ENTRY + ENTRY, "twice; remove one"),
    ],
)
def test_justifications_that_say_too_little(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MutationError, match=message):
        _read(tmp_path, text)


def test_the_projects_own_justifications_can_be_read() -> None:
    justified.read()
