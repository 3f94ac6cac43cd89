"""HTTP/1.1 as uvicorn speaks it, with heads of requests capped in bytes and in time.

Behind a head everything has caps of its own (`uploads`); a head that never ends, or that has no
end, would hold a connection and memory for ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024
HEAD_SECONDS = 15.0


class CappedProtocol(HttpToolsProtocol):
    """Closes a connection whose head of a request is too long or too slow."""

    head_bytes = HEAD_BYTES
    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head."""
        # The base narrows the type as well.
        super().connection_made(transport)
        self._in_head, self._head_size = True, 0
        self._too_slow: asyncio.TimerHandle | None = None
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing anymore."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head."""
        if self._in_head:
            self._head_size += len(data)
        super().data_received(data)
        if self._in_head and self._head_size > self.head_bytes:
            self._close()

    def on_message_begin(self) -> None:
        """Another head begins."""
        if not self._in_head:
            # The next one of a connection that is kept.
            self._in_head, self._head_size = True, 0
            self._await_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._stop_waiting()
        self._too_slow = self.loop.call_later(self.head_seconds, self._close)

    def _stop_waiting(self) -> None:
        if self._too_slow is not None:
            self._too_slow.cancel()
            self._too_slow = None

    def _close(self, *_: Any) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.close()
