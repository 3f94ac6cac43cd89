"""The domains that profiles name, asked whether they say the same: apart from any answer, few at a
time, and only where the operator turned it on."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from gen_ip.service.kept.domains import KeptDomains
from gen_ip.status.domains import Ask

AT_A_TIME = 4


class DomainAsker:
    """Asks domains, round by round. Several processes may, on the same database.

    Args:
        kept: which domains are named, and where their answers are kept.
        ask: a domain; it must not raise for a domain in its one spelling.
        now: the time in seconds since the epoch.
    """

    def __init__(self, kept: KeptDomains, ask: Ask, now: Callable[[], float] = time.time) -> None:
        self._kept, self._ask, self._now = kept, ask, now
        self._named_all = False

    def round(self) -> int:
        """Asks domains that are due, all of them at once; how many there were.

        Raises:
            RecordsUnavailable.
        """
        if not self._named_all:
            self._kept.name_all(int(self._now()))
            self._named_all = True
        # As many as are asked at once: whoever wants it to stop waits for no second lot.
        due = self._kept.take(int(self._now()), AT_A_TIME)
        if not due:
            return 0
        with ThreadPoolExecutor(AT_A_TIME, "domain") as pool:
            for name, said in zip(due, pool.map(self._ask, due), strict=True):
                self._kept.note(name, said, int(self._now()))
        return len(due)
