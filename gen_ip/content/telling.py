"""How far several readings have come, told as one whole."""

from __future__ import annotations

from threading import Lock

from gen_ip.content.files import OnBytes


def turn_of(on_bytes: OnBytes | None, turn: int, turns: int) -> OnBytes | None:
    """What the `turn`-th of several equal readings tells, counted from 0, so that `on_bytes` hears
    of all `turns` as one whole."""
    if on_bytes is None:
        return None
    told = on_bytes
    return lambda done, total: told(turn * total + done, turns * total)


class Together:
    """Files of `total` bytes in all, read one after another or at once in several threads.
    `on_bytes` never hears of fewer bytes than before."""

    def __init__(self, on_bytes: OnBytes, total: int) -> None:
        self._on_bytes, self._total, self._done, self._lock = on_bytes, total, 0, Lock()

    def of(self, size: int) -> OnBytes:
        """What the reading of one of them, of `size` bytes, tells; it may tell of them several
        times over, as several stores do, or begin again."""
        came = 0

        def tell(done: int, total: int) -> None:
            nonlocal came
            with self._lock:
                now = max(came, size * done // total if total else size)
                came, self._done = now, self._done + now - came
                self._on_bytes(self._done, self._total)

        return tell
