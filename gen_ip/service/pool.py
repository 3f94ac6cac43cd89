"""Heavy work in a few threads, with a short queue: beyond it callers are sent away at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from gen_ip.service.problems import Problem

T = TypeVar("T")
_RETRY_SECONDS = 2


class Pool:
    """So many threads.

    Args:
        threads: at a time.
        waiting: calls that may wait for one.
        refused: told when one was sent away.
    """

    def __init__(self, threads: int, waiting: int, refused: Callable[[str], None]) -> None:
        self._limiter = CapacityLimiter(threads)
        self._free = threads + waiting
        self._refused = refused

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises.

        A call that is given up while it runs ends in its thread, and holds its place until then.

        Raises:
            Problem: 503, too many wait.
        """
        if self._free <= 0:
            self._refused("waiting")
            raise Problem(503, "busy", "too many files wait; try again later", _RETRY_SECONDS)
        self._free -= 1
        try:
            return await to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._free += 1
