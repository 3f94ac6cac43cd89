"""How much the fuzzing does: the same examples in every run, unless `GENIP_PROFILE=long` asks for
ten times as many, new ones each time; what fails then prints how to see it again."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.ledger.profile import LONG

_TIMES = 10


def examples(count: int) -> settings:
    """Settings for `count` examples, or more in the long profile."""
    return settings(
        max_examples=count * _TIMES if LONG else count,
        derandomize=not LONG,
        print_blob=True,
        # A run repeats, whatever was found before.
        database=None,
        # `promise.attempt` has a limit of its own.
        deadline=None,
        # Documents are large, and what a fixture holds is not changed by reading.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
            HealthCheck.function_scoped_fixture,
        ],
    )
