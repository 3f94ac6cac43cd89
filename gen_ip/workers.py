"""Running the client's methods in threads, for asyncio and trio alike, through anyio."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import GeneratorType
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from gen_ip import arguments
from gen_ip.chain import stopping
from gen_ip.chain.stopping import Stop
from gen_ip.errors import GenIPError

T = TypeVar("T")

MAX_WORKERS = 256
"""Methods that run at once, unless told otherwise."""


class ClientClosed(GenIPError):  # noqa: N818 - names say what happened
    """A method of a client that was closed."""

    def __init__(self) -> None:
        super().__init__("the client is closed; make another one")


class Workers:
    """As many threads as there are methods under way, at most `max_workers`.

    Raises:
        InvalidArgument: `max_workers` is no number from 1 on.
    """

    def __init__(self, max_workers: int = MAX_WORKERS) -> None:
        self._limiter = CapacityLimiter(arguments.positive("max_workers", max_workers, 32))
        self._closed = False
        self._changed = threading.Condition()
        self._running = 0

    async def run(self, function: Callable[[], T]) -> T:
        """What `function` returns or raises, in a thread.

        Cancelled, it returns at once. The thread goes on until its next request, or where it has
        handed a transaction to a node until that is mined.

        Raises:
            ClientClosed: after `close`.
        """
        if self._closed:
            raise ClientClosed
        stop = Stop()

        def work() -> T:
            # In the thread's own copy of the context.
            stopping.belongs_to(stop)
            with self._changed:
                self._running += 1
            try:
                return function()
            finally:
                with self._changed:
                    self._running -= 1
                    self._changed.notify_all()

        try:
            return await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._limiter)
        except BaseException:
            stop.ask()
            raise

    async def iterate(self, start: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
        """What an iterator yields, each item found in a thread."""
        items = await self.run(start)
        end = object()
        try:
            while (item := await self.run(lambda: next(items, end))) is not end:
                yield item  # type: ignore[misc]  # anything but `end` is an item
        finally:
            # One that a cancelled thread still works on ends with it.
            if isinstance(items, GeneratorType) and not items.gi_running:
                items.close()

    async def close(self) -> None:
        """Takes no more work, and waits for what is under way: transactions that were handed over
        before their method was cancelled."""
        self._closed = True

        def idle() -> None:
            with self._changed:
                self._changed.wait_for(lambda: self._running == 0)

        await to_thread.run_sync(idle, abandon_on_cancel=True)
