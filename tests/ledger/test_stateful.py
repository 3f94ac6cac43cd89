"""A search for any sequence of steps after which the contracts and the integer model differ.

It starts from the seeds of tests/vectors/histories.json, so a run repeats. `GENIP_SEED=n` searches
from one seed alone and shrinks what fails, for some minutes; `GENIP_PROFILE=long` uses all seeds.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .machine import SplitterMachine
from .profile import LONG, ONE, SEEDS, again
from .stage import Cast

EXAMPLES, STEPS = 6, 40
SEARCHED = SEEDS if LONG else SEEDS[:4]


@pytest.mark.parametrize("number", SEARCHED)
def test_nothing_anybody_does_parts_chain_and_model(cast: Cast, number: int) -> None:
    @seed(number)
    class Machine(SplitterMachine):
        pass

    Machine.cast, Machine.seed, Machine.again = cast, number, again(number, __file__)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            # The seed alone decides: nothing remembered from runs before.
            database=None,
            phases=[Phase.generate, Phase.shrink] if ONE else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
