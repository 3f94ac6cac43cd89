"""A whole run over a tiny project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mutate.conftest import PURSE, UNIT
from tools.mutate.campaign import Campaign
from tools.mutate.errors import MutationError
from tools.mutate.mutants import Mutant, mutants_of
from tools.mutate.results import Results
from tools.mutate.solc import Solc
from tools.mutate.trees import first_failed, timings

pytestmark = pytest.mark.slow
TARGETS = {"Purse": UNIT}
KILLED = (
    "Purse.take: amount > held => false",
    "Purse.put: held += amount => held = amount",
)
SURVIVING = (
    "Purse.half: return amount >> 1 => return amount >> 2",
    "Purse.take: lock => ",
)
#: No function is left that calls it, so the code is the same.
UNREACHED = "Purse.nobodyCalls: return amount + 1 => return amount + 2"
#: A condition replaced by what it is compared to.
BROKEN = "Purse.lock: require(!locked) => require(locked)"


def _named(project: Path, *names: str) -> list[tuple[str, Mutant]]:
    with Solc(project) as solc:
        mutants = mutants_of("Purse", solc.trees(UNIT, PURSE), {UNIT: PURSE})
    found = [("Purse", each) for each in mutants if str(each.identity) in names]
    assert len(found) == len(names)
    return found


def test_a_run_tells_killed_surviving_and_equal_mutants(project: Path, tmp_path: Path) -> None:
    mutants = _named(project, *KILLED, *SURVIVING, UNREACHED)
    # The same code once more, under another name.
    twin = mutants[0][1]._replace(identity=mutants[0][1].identity._replace(nth=2))
    campaign = Campaign(project, tmp_path / "work", TARGETS)
    campaign.prepare()
    results = Results(len(mutants) + 1, {})
    told = []
    campaign.run([*mutants, ("Purse", twin)], results, 1, lambda: told.append(results.done))
    verdicts = {str(mutant.identity): verdict for mutant, verdict in results.verdicts}
    assert set(verdicts) == {*KILLED, *SURVIVING}
    assert {name for name, verdict in verdicts.items() if verdict.killed} == set(KILLED)
    assert verdicts[KILLED[0]].by == "test_takesNoMoreThanItHolds"
    assert verdicts[KILLED[1]].by == "test_puts"
    assert results.same_as_original == 1
    assert results.duplicates == 1
    assert results.rate == 0.5
    assert told == [1, 2, 3, 4, 5, 6]
    # The project itself is as it was.
    assert (project / UNIT).read_text("utf-8") == PURSE


def test_a_failing_test_stops_the_run_before_it_begins(project: Path, tmp_path: Path) -> None:
    path = project / "tests/forge/Purse.t.sol"
    path.write_text(path.read_text("utf-8").replace("== 5", "== 6"), "utf-8")
    with pytest.raises(MutationError, match=r"fail .*PurseTest.test_puts\(\).*run make test"):
        Campaign(project, tmp_path / "work", TARGETS).prepare()


def test_tests_that_never_touch_the_contract_stop_the_run(project: Path, tmp_path: Path) -> None:
    path = project / "tests/forge/Purse.t.sol"
    path.write_text(
        "// SPDX-License-Identifier: MIT\npragma solidity 0.8.30;\n"
        "contract PurseTest { function test_nothing() external pure {} }\n",
        "utf-8",
    )
    with pytest.raises(MutationError, match="no test needs Purse"):
        Campaign(project, tmp_path / "work", TARGETS).prepare()


def test_mutants_that_do_not_compile_have_no_code(project: Path) -> None:
    text = PURSE.replace("amount >> 1", "amount >> amounts")
    with Solc(project) as solc:
        assert solc.code(UNIT, "Purse", {UNIT: text}) is None
        assert solc.code(UNIT, "Purse", {UNIT: PURSE}) is not None
        with pytest.raises(MutationError, match="does not compile: Undeclared identifier"):
            solc.trees(UNIT, text)


def test_timings_add_up_by_file_and_name_what_fails() -> None:
    passing = {"status": "Success"}
    suites = {
        "a.t.sol:A": {"duration": "1s 2ms 500µs", "test_results": {"test_a()": passing}},
        "a.t.sol:B": {"duration": "1m 3ns", "test_results": {}},
    }
    assert timings(suites) == {"a.t.sol": pytest.approx(61.0025)}
    suites["a.t.sol:A"]["test_results"] = {"test_a()": {"status": "Failure"}}
    with pytest.raises(MutationError, match=r"a\.t\.sol:A\.test_a\(\)"):
        timings(json.loads(json.dumps(suites)))


def test_the_first_failed_test_is_named() -> None:
    passed = "[PASS] test_a() (gas: 5)\n"
    assert first_failed(passed) is None
    unit = '[FAIL: NotEqual("x", 1, 2)] test_b() (gas: 5)\n'
    fuzz = (
        "[FAIL: oh; counterexample: calldata=0x4a args=[3, [1.2e4]]] testFuzz_c(uint8) (runs: 1)\n"
    )
    invariant = (
        "[FAIL: oh]\n\t[Sequence] (original: 9, shrunk: 2)\n"
        "\t\tsender=0x01 addr=[tests/Handler.sol:Handler]0x02 calldata=pay(uint8) args=[1]\n"
        " invariant_d() (runs: 1, calls: 9, reverts: 0)\n"
    )
    for output, name in ((unit, "test_b"), (fuzz, "testFuzz_c"), (invariant, "invariant_d")):
        assert first_failed(passed + output + passed) == name
