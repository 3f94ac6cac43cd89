"""What every reader of foreign input promises."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from gen_ip.errors import GenIPError

MESSAGE_CHARACTERS = 1_000
SECONDS = 2.0
MEMORY_BYTES = 64 * 2**20

T = TypeVar("T")


class Refused(NamedTuple):
    """A reader did not take what it was given, and said so as promised."""

    error: GenIPError


def attempt(read: Callable[..., T], *args: Any, seconds: float = SECONDS) -> T | Refused:
    """What `read` makes of `args`, or its refusal; any other exception goes on.

    It may take `seconds` of the processor.
    """
    started = time.process_time()
    found: T | Refused
    try:
        found = read(*args)
    except GenIPError as error:
        check_message(error)
        found = Refused(error)
    took = time.process_time() - started
    assert took < seconds, f"{took:.1f} s of processor time"
    return found


def check_message(error: GenIPError) -> None:
    """One line that a terminal shows as it is, neither empty nor endless."""
    message = str(error)
    assert message.isprintable(), ascii(message[:300])
    assert 0 < len(message) <= MESSAGE_CHARACTERS, f"{len(message)}: {message[:300]}"


def returns(write: Callable[[T], Any], read: Callable[[Any], T], value: T) -> None:
    """What was taken is written and read again without loss."""
    again = read(write(value))
    assert again == value
    assert write(again) == write(value)


@contextmanager
def little_memory(most: int = MEMORY_BYTES) -> Iterator[None]:
    """The block never holds more than `most` bytes beyond what it was given."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most, f"{peak:,} bytes"
