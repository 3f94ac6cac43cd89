"""The match index, fed from the chain: works whose content the operator's store holds can be found
again in others' files.

A work's file is a stranger's: it is read under a cap, looked at and fingerprinted in limited
processes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sql

from gen_ip.arguments import InvalidArgument
from gen_ip.content.copying import fetch
from gen_ip.content.store import Store
from gen_ip.errors import ContentNotFound, FileProblem, StoreError
from gen_ip.fingerprint.confined import ConfinementFailed
from gen_ip.index.database import Database
from gen_ip.index.queries.view import viewing
from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.index.schema.works import WORKS
from gen_ip.match.index.errors import NoIndex
from gen_ip.match.verdict import Verdict
from gen_ip.match.whole import WholeIndex
from gen_ip.service.errors import NotFoundAgain
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.similar import KeptSimilar, Similar
from gen_ip.service.kept.tables import FED
from gen_ip.service.matching import Matching
from gen_ip.service.recording import record
from gen_ip.work import WorkAddress

_PAUSES = (5, 30, 300, 3_600, 86_400)
_SECONDS = 60.0
_MOST_LIKE = 20
# The row that says up to which block everything was tried.
_MARK = "block"


class Fed(NamedTuple):
    """What a round did: works that came to the index, and those left out."""

    added: int
    left_out: int


class _Work(NamedTuple):
    """A work to try: `cid` of its content, None where its document is not at hand."""

    id: int
    cid: str | None
    kind: str
    tries: int


class Feeder:
    """Brings works into a match index, round by round.

    Args:
        database: the chain's index.
        records: where it notes what it has tried.
        chain_id: of the works.
        folder: of the match index.
        store: the operator's.
        most_bytes: of a work's file.
        matching: notes which works a new one is like, for webhooks; None for not.
    """

    def __init__(
        self,
        database: Database,
        records: Records,
        chain_id: int,
        folder: Path,
        store: Store,
        most_bytes: int,
        matching: Matching | None = None,
    ) -> None:
        self._database, self._records = database, records
        self._chain_id, self._folder = chain_id, folder
        self._store, self._most = store.within(_SECONDS), most_bytes
        self._matching, self._similar = matching, KeptSimilar(records)
        self._reached = -1

    def round(self, most: int = 50) -> Fed:
        """Tries works that are due, the oldest claims first.

        Raises:
            ChainIndexUnavailable, RecordsUnavailable: a database refuses.
            IndexProblem: the match index cannot be written.
        """
        added = left_out = 0
        self._reached = -1
        due = self._due(most)
        if due:
            with (
                tempfile.TemporaryDirectory(prefix="gen-ip-") as folder,
                WholeIndex(self._folder, write=True) as opened,
            ):
                for each in due:
                    done = self._try(opened, Path(folder) / str(each.id), each)
                    added, left_out = added + done, left_out + (not done)
        if self._reached >= 0:
            self._note(_MARK, 0, None, self._reached)
        return Fed(added, left_out)

    def _try(self, opened: WholeIndex, file: Path, work: _Work) -> bool:
        tries = work.tries + 1
        try:
            if work.cid is None:
                raise ContentNotFound("its metadata document", self._store.address)
            fetch(self._store, work.cid, file, max_bytes=self._most)
            key = str(WorkAddress(self._chain_id, work.id))
            similar = self._like(file, work)
            record(opened, key, file, work.kind, self._most)
        except StoreError as error:
            again = int(time.time()) + _PAUSES[min(work.tries, len(_PAUSES) - 1)]
            self._note(work.id, tries, str(error), again)
            return False
        except (FileProblem, ConfinementFailed) as error:
            # The same bytes will be no better.
            self._note(work.id, tries, str(error), None)
            return False
        finally:
            file.unlink(missing_ok=True)
        self._similar.note(similar)
        self._note(work.id, tries, None, None)
        return True

    def _like(self, file: Path, work: _Work) -> Sequence[Similar]:
        """The works of others that a work is like, which is not in the match index yet."""
        if self._matching is None:
            return []
        try:
            findings = self._matching.ask(file, work.kind or None).answer.findings
        except (NoIndex, NotFoundAgain, InvalidArgument):
            return []
        found = {}
        for each in findings[:_MOST_LIKE]:
            named = WorkAddress.parse(each.key)
            # The same bytes contest the claim: the chain says so.
            if named is not None and each.verdict is not Verdict.EXACT_BYTES:
                found[named.work] = each
        with viewing(self._database) as view:
            asked = sql.select(WORKS.c.id, WORKS.c.owner).where(WORKS.c.id.in_([*found, work.id]))
            owners = {row.id: row.owner for row in view.connection.execute(asked)}
        now, mine = int(time.time()), owners.get(work.id)
        return [
            Similar(number, owner, work.id, found[number].verdict.value, found[number].score, now)
            for number, owner in owners.items()
            if number != work.id and owner != mine
        ]

    def _due(self, most: int) -> Sequence[_Work]:
        """Works that are to be tried now: those to be tried again, then new ones."""
        now = int(time.time())
        with self._records.open(write=False) as records:
            mark = records.execute(sql.select(FED.c.again).where(FED.c.work == _MARK)).scalar()
            again = records.execute(
                sql.select(FED.c.work, FED.c.tries)
                .where(FED.c.again <= now, FED.c.work != _MARK)
                .order_by(FED.c.again)
                .limit(most)
            ).all()
        tries = {int(row.work): row.tries for row in again}
        with viewing(self._database) as view:
            new = view.connection.execute(
                sql.select(WORKS.c.id, WORKS.c.block)
                .where(WORKS.c.block > (-1 if mark is None else mark), WORKS.c.certified > 0)
                .order_by(WORKS.c.block, WORKS.c.id)
                .limit(most)
            ).all()
            numbers = [row.id for row in new]
            with self._records.open(write=False) as records:
                known = {
                    int(each)
                    for each in records.execute(
                        sql.select(FED.c.work).where(FED.c.work.in_([str(n) for n in numbers]))
                    ).scalars()
                }
            # What was tried stays tried; blocks that can still change are looked at again.
            reached = new[-1].block - 1 if len(new) == most else view.as_of.final
            if mark is None or reached > mark:
                self._reached = min(reached, view.as_of.final)
            wanted = [*tries, *(number for number in numbers if number not in known)]
            rows = view.connection.execute(
                sql.select(WORKS.c.id, DOCUMENTS.c.cid, DOCUMENTS.c.kind, DOCUMENTS.c.document)
                .select_from(WORKS.outerjoin(DOCUMENTS, DOCUMENTS.c.digest == WORKS.c.metadata))
                .where(WORKS.c.id.in_(wanted))
                .order_by(WORKS.c.claimed, WORKS.c.id)
            ).all()
        return [
            _Work(
                row.id,
                None if row.document is None else row.cid,
                row.kind or "",
                tries.get(row.id, 0),
            )
            for row in rows
        ]

    def _note(self, work: int | str, tries: int, problem: str | None, again: int | None) -> None:
        row = {"work": str(work), "tries": tries, "problem": problem, "again": again}
        with self._records.open() as records:
            self._records.put(records, FED, row)
