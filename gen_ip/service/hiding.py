"""The operator's hide list: works that the service names to nobody, each with a reason."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

from gen_ip.service.errors import UnknownName
from gen_ip.service.records import Records


@dataclass(frozen=True)
class Hidden:
    """A hidden work, why, and since when (seconds since 1970)."""

    work: str
    reason: str
    since: int

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class HideList:
    """The hidden works in the operator's database; every process sees a change at once."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, work: str, reason: str) -> Hidden:
        """Hides a work; a second time only the reason changes.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            database.execute(
                "INSERT INTO hidden VALUES (?, ?, ?) "
                "ON CONFLICT (work) DO UPDATE SET reason = excluded.reason",
                (work, reason, int(time.time())),
            )
            row = database.execute("SELECT * FROM hidden WHERE work = ?", (work,)).fetchone()
        return Hidden(*row)

    def remove(self, work: str) -> None:
        """Shows a work again.

        Raises:
            UnknownName: it is not hidden.
            RecordsUnavailable.
        """
        with self._records.open() as database:
            if not database.execute("DELETE FROM hidden WHERE work = ?", (work,)).rowcount:
                raise UnknownName("hidden work", work)

    def page(self, after: str, limit: int) -> list[Hidden]:
        """At most `limit` hidden works whose names sort behind `after`.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            rows = database.execute(
                "SELECT * FROM hidden WHERE work > ? ORDER BY work LIMIT ?", (after, limit)
            )
            return [Hidden(*row) for row in rows]

    def all(self) -> list[Hidden]:
        """All of them by name.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            return [Hidden(*row) for row in database.execute("SELECT * FROM hidden ORDER BY work")]

    def among(self, works: list[str]) -> set[str]:
        """Which of these works are hidden.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            return {
                work
                for work in works
                if database.execute("SELECT 1 FROM hidden WHERE work = ?", (work,)).fetchone()
            }
