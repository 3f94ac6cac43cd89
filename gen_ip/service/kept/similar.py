"""Works that turned out to be like others when they came to the match index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import SIMILAR


class Similar(NamedTuple):
    """That a work is like another, which was there before.

    Attributes:
        work: the one that was there before; `account` owned it then.
        by: the one that came.
        verdict, score: as the match index has it.
        time: when it was found, in seconds since the epoch.
    """

    work: int
    account: str
    by: int
    verdict: str
    score: float
    time: int


class KeptSimilar:
    """In the operator's database."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def note(self, found: Sequence[Similar]) -> None:
        """Notes what was found; what is noted already stays as it is.

        Raises:
            RecordsUnavailable.
        """
        rows = [{**each._asdict(), "work": str(each.work), "by": str(each.by)} for each in found]
        if rows:
            with self._records.open() as database:
                database.execute(databases.insert_missing(database, SIMILAR), rows)

    def of(self, account: str, since: int, most: int) -> Sequence[Similar]:
        """What was found for an account since a time, the latest, the oldest first.

        Raises:
            RecordsUnavailable.
        """
        mine = (SIMILAR.c.account == account) & (SIMILAR.c.time >= since)
        asked = sql.select(SIMILAR).where(mine).order_by(SIMILAR.c.time.desc()).limit(most)
        with self._records.open(write=False) as database:
            rows = database.execute(asked).all()
        return [
            Similar(int(row.work), row.account, int(row.by), row.verdict, row.score, row.time)
            for row in reversed(rows)
        ]
