"""Whatever a follower finds, one by one as it comes, through broken connections."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from gen_ip.chain.errors import ChainError, ConnectionFailed, NodeError
from gen_ip.chain.follower import Change, Cursor, Follower, ReorganizedTooDeep

T = TypeVar("T")

# Seconds between attempts: growing, then at most so many.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 30.0
# What a node refuses so often in a row, it will go on refusing.
_REFUSALS = 6


class Ticks(Protocol):
    """When it is worth while to look again."""

    def wait(self, seconds: float) -> None:
        """Returns when something may have happened, or after so many seconds."""

    def close(self) -> None:
        """Ends a wait that is under way in another thread."""


class Following(Generic[T], Iterator[T]):
    """An iterator over what a follower finds; each `next` waits until there is something.

    While the connection is down it tries again, after 0.1 s at first and 30 s at most, for as long
    as it takes; what happened meanwhile comes afterwards. `on_error` is told of each failure.
    `close` ends it, from any thread; so does leaving it as a context manager.
    """

    def __init__(
        self,
        follower: Follower,
        read: Callable[[Sequence[Change]], Sequence[T | None]],
        every: float,
        heads: Ticks | None = None,
        on_error: Callable[[ChainError], None] | None = None,
    ) -> None:
        """`read` makes of changes what is handed out, None where nothing is; `every` is the longest
        time between two looks, in seconds, and the only one without `heads`."""
        self._follower, self._read, self._every = follower, read, every
        self._heads, self._on_error = heads, on_error
        self._closed = threading.Event()
        self._queue: deque[tuple[Change, T | None]] = deque()
        self._last: tuple[Change, T | None] | None = None
        self._add(follower.cursor.waiting)
        follower.cursor = replace(follower.cursor, waiting=())
        self._answered = False

    def __iter__(self) -> Following[T]:
        return self

    def __enter__(self) -> Following[T]:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __next__(self) -> T:
        failures = 0
        while not self._closed.is_set():
            while self._queue:
                self._last = self._queue.popleft()
                if (item := self._last[1]) is not None:
                    return item
            try:
                self._look()
                failures = 0
            except ReorganizedTooDeep:
                raise
            except (ConnectionFailed, NodeError) as error:
                failures += 1
                refused = isinstance(error, NodeError) and failures >= _REFUSALS
                if refused or not self._answered:
                    raise
                if self._on_error is not None:
                    self._on_error(error)
                self._closed.wait(min(_FIRST_PAUSE * 2 ** (failures - 1), _LONGEST_PAUSE))
        raise StopIteration

    @property
    def cursor(self) -> Cursor:
        """Where to go on after what was handed out last: give it to another follower, once that
        was dealt with. `to_json` and `Cursor.from_json` keep it in a file."""
        waiting = tuple(change for change, item in self._queue if item is not None)
        return replace(self._follower.cursor, waiting=waiting)

    def take_back(self) -> None:
        """Lets what was handed out last come again: whoever waited for it is gone."""
        if self._last is not None:
            self._queue.appendleft(self._last)
            self._last = None

    def close(self) -> None:
        """Ends the iteration; a `next` that waits in another thread raises StopIteration."""
        self._closed.set()
        if self._heads is not None:
            self._heads.close()

    def _look(self) -> None:
        changes = self._follower.step()
        self._answered = True
        if changes:
            self._add(changes)
        elif not self._follower.behind:
            self._wait()

    def _wait(self) -> None:
        if self._heads is None:
            self._closed.wait(self._every)
        else:
            self._heads.wait(self._every)

    def _add(self, changes: Sequence[Change]) -> None:
        self._queue.extend(zip(changes, self._read(changes), strict=True))
