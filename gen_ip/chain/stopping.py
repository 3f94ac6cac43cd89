"""Work that nobody waits for any more: what is not sent yet is not sent; what is, is looked after.

A `Stop` belongs to one piece of work, a method of the client with all its requests. Whoever started
it may ask it to stop, from another thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar


class Stopped(BaseException):
    """Ends work that was asked to stop."""


class Stop:
    """Whether a piece of work shall stop, and whether it may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        # Several where the work has threads of its own.
        self._under_way = 0

    def ask(self) -> None:
        """From now on nothing new is sent or asked, once what is under way is mined."""
        with self._lock:
            self._asked = True

    def check(self) -> None:
        """Raises `Stopped` when asked to stop, unless a transaction is under way."""
        with self._lock:
            if self._asked and not self._under_way:
                raise Stopped

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While a transaction is handed to the node and looked after. Raises `Stopped` at the start
        when asked to stop by then; later nobody can take it back."""
        with self._lock:
            if self._asked:
                raise Stopped
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1


_current: ContextVar[Stop | None] = ContextVar("gen_ip_stop", default=None)


def belongs_to(stop: Stop) -> None:
    """What this context does from now on belongs to `stop`."""
    _current.set(stop)


def check() -> None:
    """See `Stop.check`; nothing where no `Stop` is set."""
    if (stop := _current.get()) is not None:
        stop.check()


def sending() -> AbstractContextManager[None]:
    """See `Stop.sending`; nothing where no `Stop` is set."""
    stop = _current.get()
    return nullcontext() if stop is None else stop.sending()
