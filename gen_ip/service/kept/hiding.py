"""The operator's hide list: works that the service names to nobody, each with a reason."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.service.errors import UnknownName
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import HIDDEN

_MOST_KEPT = 100_000
_ONE = Prepared(sql.select(HIDDEN.c.work).where(HIDDEN.c.work == sql.bindparam("work")))


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
        self._known: tuple[int, frozenset[str]] | None = None

    def add(self, work: str, reason: str) -> Hidden:
        """Hides a work; a second time only the reason changes.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            before = database.execute(sql.select(HIDDEN.c.since).where(HIDDEN.c.work == work))
            since = before.scalar()
            done = Hidden(work, reason, int(time.time()) if since is None else since)
            self._records.put(database, HIDDEN, done.to_json())
        return done

    def remove(self, work: str) -> None:
        """Shows a work again.

        Raises:
            UnknownName: it is not hidden.
            RecordsUnavailable.
        """
        with self._records.open() as database:
            if not database.execute(sql.delete(HIDDEN).where(HIDDEN.c.work == work)).rowcount:
                raise UnknownName("hidden work", work)

    def page(self, after: str, limit: int) -> list[Hidden]:
        """At most `limit` hidden works whose names sort behind `after`.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            behind = sql.select(HIDDEN).where(HIDDEN.c.work > after).order_by(HIDDEN.c.work)
            return [Hidden(*row) for row in database.execute(behind.limit(limit))]

    def all(self) -> list[Hidden]:
        """All of them by name.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            every = database.execute(sql.select(HIDDEN).order_by(HIDDEN.c.work))
            return [Hidden(*row) for row in every]

    def among(self, works: list[str]) -> set[str]:
        """Which of these works are hidden.

        Raises:
            RecordsUnavailable.
        """
        if not works:
            return set()
        version = self._records.version()
        known = self._known
        if version is not None and known is not None and known[0] == version:
            return set(works) & known[1]
        with self._records.open(write=False) as database:
            if version is not None:
                # What is asked of every verdict is kept until the file changes.
                least = sql.select(HIDDEN.c.work).limit(_MOST_KEPT + 1)
                every = frozenset(database.execute(least).scalars())
                if len(every) <= _MOST_KEPT:
                    self._known = version, every
                    return set(works) & every
            if len(works) == 1:
                return {each for (each,) in _ONE(database, work=works[0])}
            found = sql.select(HIDDEN.c.work).where(HIDDEN.c.work.in_(works))
            return set(database.execute(found).scalars())
