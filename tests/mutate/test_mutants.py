"""What mutants a contract has, and what they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutate.conftest import PURSE, UNIT
from tools.mutate.errors import MutationError
from tools.mutate.identity import Identity, normalized
from tools.mutate.mutants import Mutant, mutants_of, sampled
from tools.mutate.solc import Solc


def _mutants(project: Path, text: str = PURSE) -> list[Mutant]:
    with Solc(project) as solc:
        return mutants_of("Purse", solc.trees(UNIT, text), {UNIT: text})


def test_mutants_of_a_tiny_contract(project: Path) -> None:
    names = {str(mutant.identity) for mutant in _mutants(project)}
    assert {
        "Purse.take: amount > held => amount >= held",
        "Purse.take: amount > held => amount <= held",
        "Purse.take: amount > held => false",
        "Purse.take: held -= amount; => ",
        "Purse.take: held -= amount => held += amount",
        "Purse.take: lock => ",
        "Purse.take: revert TooMuch(amount, held) => revert TooMuch(held, amount)",
        "Purse.half: return amount >> 1 => return amount << 1",
        "Purse.half: return amount >> 1 => return amount >> 2",
        "Purse.half: return amount >> 1 => return amount >> 0",
        "Purse.lock: locked = true; => ",
        "Purse.lock: locked = true => locked = false",
        "Purse.lock: require(!locked) => require(locked)",
    } <= names
    # Any test would notice these.
    assert "Purse.take: amount > held => true" not in names


def test_every_mutant_changes_the_source_and_has_a_name_of_its_own(project: Path) -> None:
    mutants = _mutants(project)
    assert len({mutant.identity for mutant in mutants}) == len(mutants)
    assert len({mutant.identity.short for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        assert mutant.source(PURSE) != PURSE
        assert mutant.diff(PURSE).startswith(f"--- a/{UNIT}\n+++ b/{UNIT}\n")


def test_names_survive_comments_formatting_and_edits_elsewhere(project: Path) -> None:
    before = {mutant.identity for mutant in _mutants(project)}
    edited = (
        PURSE.replace("amount > held", "amount\n // more than there is\n > /* now */ held")
        .replace("TooMuch(amount, held);\n", "TooMuch(\n amount,\n held\n );\n")
        .replace("    function put(", "    function more() external {}\n\n    function put(")
    )
    assert edited != PURSE
    assert {mutant.identity for mutant in _mutants(project, edited)} == before


def test_equal_changes_in_one_function_are_counted(project: Path) -> None:
    text = PURSE.replace("held += amount;", "held += amount;\n        held += amount;")
    names = [str(each.identity) for each in _mutants(project, text)]
    assert "Purse.put: held += amount; => " in names
    assert "Purse.put: held += amount; =>  (#2)" in names


def test_a_contract_that_no_source_defines(project: Path) -> None:
    with Solc(project) as solc, pytest.raises(MutationError, match="Wallet; name one that does"):
        mutants_of("Wallet", solc.trees(UNIT, PURSE), {UNIT: PURSE})


def test_samples_are_stratified_and_stay_as_they_are(project: Path) -> None:
    mutants = _mutants(project)
    half = sampled(mutants, 0.5, "seed")
    assert half == sampled(mutants, 0.5, "seed") != sampled(mutants, 0.5, "other")
    assert len(mutants) / 2 <= len(half) < len(mutants)
    assert {each.identity.function for each in half} == {each.identity.function for each in mutants}
    assert set(sampled(mutants, 1.0, "seed")) == set(mutants)
    # What happens to the mutants of one function changes nothing for the others.
    others = [each for each in mutants if each.identity.function != "take"]
    assert sampled(others, 0.5, "seed") == [each for each in half if each in others]


def test_normalized_text() -> None:
    assert normalized("f(\n  a, // first\n  b\n)") == "f(a, b)"
    assert normalized("x  /* y */ +\n z . w") == "x + z.w"
    assert Identity("C", "f", "a", "b").short != Identity("C", "f", "a", "b", 2).short
