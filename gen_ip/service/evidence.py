"""Pictures of evidence, kept for a while under addresses that cannot be guessed."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict


class EvidenceStore:
    """Keeps at most so many bytes, in memory; the oldest go first. For several threads.

    Args:
        most_bytes: of all together.
        seconds: that one is kept.
    """

    def __init__(self, most_bytes: int, seconds: float) -> None:
        self._most, self._seconds = most_bytes, seconds
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def put(self, data: bytes) -> str:
        """Its name; one that is larger than all that is kept is not found again."""
        name = secrets.token_hex(16)
        with self._lock:
            self._kept[name] = (time.monotonic() + self._seconds, data)
            self._bytes += len(data)
            while self._kept and (self._bytes > self._most or self._oldest_ended()):
                _, (_, gone) = self._kept.popitem(last=False)
                self._bytes -= len(gone)
        return name

    def get(self, name: str) -> bytes | None:
        """A picture, unless it is gone."""
        with self._lock:
            until, data = self._kept.get(name, (0.0, b""))
        return data if until > time.monotonic() else None

    def _oldest_ended(self) -> bool:
        until, _ = next(iter(self._kept.values()))
        return until <= time.monotonic()
