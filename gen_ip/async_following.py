"""Following events in asyncio and trio."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from gen_ip.chain.follower import Cursor
from gen_ip.chain.following import Following
from gen_ip.workers import Workers

T = TypeVar("T")


class AsyncFollowing(Generic[T], AsyncIterator[T]):
    """`gen_ip.chain.following.Following` to be iterated over with `async for`; a context manager
    for `async with`. Waiting can be cancelled: what would have come then comes the next time."""

    def __init__(self, following: Following[T], workers: Workers) -> None:
        self._following, self._workers = following, workers
        # One that was cancelled may still be at it.
        self._turn = threading.Lock()

    def __aiter__(self) -> AsyncFollowing[T]:
        return self

    async def __anext__(self) -> T:
        guard, found, gone = threading.Lock(), list[T](), False

        def wait() -> None:
            with self._turn:
                for item in self._following:
                    with guard:
                        if gone:
                            self._following.take_back()
                        else:
                            found.append(item)
                    return

        try:
            await self._workers.run(wait)
        except BaseException:
            with guard:
                gone = True
                if found:
                    self._following.take_back()
            raise
        if not found:
            raise StopAsyncIteration
        return found[0]

    async def __aenter__(self) -> AsyncFollowing[T]:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.close()

    @property
    def cursor(self) -> Cursor:
        """See `Following.cursor`."""
        return self._following.cursor

    def close(self) -> None:
        """Ends the iteration, in whatever task."""
        self._following.close()
