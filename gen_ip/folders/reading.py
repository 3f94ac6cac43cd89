"""A folder's files: what they are, which are certified, and what will be stated of the rest."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Generic, TypeVar

from gen_ip.chain.receipts import Receipt
from gen_ip.content.cid import raw_cid
from gen_ip.content.files import FileSummary, OnBytes, detect_file, summarize_file
from gen_ip.content.telling import Together, turn_of
from gen_ip.errors import FileProblem, MetadataError
from gen_ip.folders import sidecar
from gen_ip.folders.journal import Journal, JournalProblem, Row, default_path
from gen_ip.folders.report import FileReport, OnProgress, OnProposed, Outcome
from gen_ip.folders.scan import SIDECAR, Found, NotAFolder, scan
from gen_ip.methods.preparing import Preparing, Stated
from gen_ip.terms.upstream import UnknownUpstream
from gen_ip.works import documents
from gen_ip.works.certificates import PreparedCertificate
from gen_ip.works.documents import Described
from gen_ip.works.ingredients import Proposing, Said, said

# Each may hold a decoded picture.
_WORKERS = min(4, os.cpu_count() or 1)

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C", bound=Preparing)


class Reading(Generic[C]):
    """What one run knows of a folder; used inside the block of its `journal`. `ignore` are the
    run's own files; without `lasting` nothing is written."""

    def __init__(
        self,
        client: C,
        folder: Path,
        journal: Path | None,
        stated: Stated,
        on_progress: OnProgress | None,
        on_bytes: OnBytes | None = None,
        ignore: Iterable[Path] = (),
        *,
        lasting: bool = True,
    ) -> None:
        self._client, self._stated = client, stated
        try:
            self._folder = folder.resolve()
        # A NUL, or half a surrogate pair.
        except ValueError:
            raise NotAFolder(folder, "no folder has such a name") from None
        rpc = client._session.rpc
        place = {
            "chain": str(client.chain_id),
            # Local chains share their ids.
            "first block": rpc.block(0).hash.hex(),
            "registry": client.deployment.registry,
            "creator": client._session.account.address,
            "folder": self._folder.as_posix().encode("utf-8", "backslashreplace").decode(),
        }
        path = (default_path(place) if journal is None else journal) if lasting else None
        if path is not None and not _is_file_name(path):
            raise JournalProblem(path, "no file has such a name")
        # What is only built for a wallet must not look like a run that was interrupted.
        self.journal = Journal(path, place, copied=client._session.records)
        self._ignore = {each.resolve() for each in ignore}
        if path is not None:
            # SQLite's own journal of it lies beside it.
            both = (path, path.with_name(f"{path.name}-journal"))
            self._ignore |= {each.resolve() for each in both}
        self._progress = on_progress or (lambda stage, done, total: None)
        self._on_bytes = on_bytes or (lambda done, total: None)
        self.outcomes: dict[str, FileReport] = {}
        self.receipts: list[Receipt] = []
        self._changed: dict[str, int] = {}

    def pending(self, *, keeps: bool = True) -> dict[str, PreparedCertificate]:
        """The files that are not certified yet, by their paths, with what will be stated of each.
        What became of all others is in `outcomes`. Without `keeps`, nothing is put into the store.
        """
        self._check_shared()
        found, others = scan(self._folder, self._ignore)
        self.outcomes = {each.path: each for each in others}
        rows = self._read(found)
        firsts: dict[bytes, str] = {}
        for each in found:
            if (row := rows.get(each.name)) is None:
                continue
            first = firsts.setdefault(row.sha256, each.name)
            if first != each.name:
                self._tell(each.name, Outcome.DUPLICATE, row, f"the same bytes as {first}")
        works = {name: self._work(digest) for digest, name in firsts.items()}
        certified = self._certified(works)
        for name in certified:
            self._tell(name, Outcome.EXISTING, rows[name])
        self.journal.certified(sorted(certified))
        wanted = [each for each in found if each.name in works and each.name not in certified]
        return self._prepare(wanted, rows, keeps)

    def propose(
        self, pending: Mapping[str, PreparedCertificate], on_proposed: OnProposed | None
    ) -> None:
        """Tells which certified works the pending files say they were made with, before any is
        certified as an original; looks nothing up where nobody wants to know."""
        if on_proposed is None:
            return
        client = self._client
        proposing = Proposing(client._session, client.store, many=True)

        def look(name: str) -> Said:
            return said(self._folder / name)

        # What cannot be read any more says nothing.
        whole = [
            (name, made)
            for name, made in self._each("Looking", [*pending], look)
            if isinstance(made, Said) and made
        ]
        proposed = {
            name: parents
            for name, made in whole
            if (parents := proposing.parents(made, pending[name].certify.content_hash))
        }
        if proposed:
            on_proposed(proposed)

    def _read(self, found: Sequence[Found]) -> dict[str, Row]:
        """What every file is, from the journal where it is as it was."""
        known = self.journal.rows()
        rows = {
            each.name: known[each.name]
            for each in found
            if each.name in known and known[each.name].fits(each)
        }
        fresh = [each for each in found if each.name not in rows]
        bytes_of = self._together(fresh)

        def summary_of(each: Found) -> FileSummary:
            return summarize_file(each.path, is_=each.identity, on_bytes=bytes_of(each))

        for each, summary in self._each("Reading", fresh, summary_of):
            if isinstance(summary, Exception):
                self._fail(each.name, summary)
                continue
            digest = bytes.fromhex(summary.sha256)
            row = Row(summary.size, each.mtime, digest, summary.cid, summary.media_type)
            before = known.get(each.name)
            if before is not None and before.sha256 == digest:
                row = before._replace(mtime=each.mtime)
                self.journal.touched(each.name, each.mtime)
            else:
                if before is not None and before.status == "certified":
                    self._changed[each.name] = self._work(before.sha256)
                self.journal.read(each.name, row)
            rows[each.name] = row
        return rows

    def _prepare(
        self, wanted: Sequence[Found], rows: dict[str, Row], keeps: bool
    ) -> dict[str, PreparedCertificate]:
        """What will be stated of each, made where the journal does not have it yet."""
        ready: dict[str, PreparedCertificate] = {}
        fresh: list[tuple[Found, Stated, bytes]] = []
        for each in wanted:
            try:
                more = None if each.sidecar is None else sidecar.read(each.sidecar)
                stated = sidecar.stated(self._stated, more)
            except (FileProblem, MetadataError, UnknownUpstream) as error:
                reason = f"{each.name.rpartition('/')[2]}{SIDECAR}: {error}"
                self.outcomes[each.name] = FileReport(each.name, Outcome.FAILED, reason=reason)
                continue
            basis, row = (
                sidecar.basis(self._stated, more, self._client.store.address),
                rows[each.name],
            )
            if row.certificate is not None and row.basis == basis:
                ready[each.name] = row.certificate
            else:
                fresh.append((each, stated, basis))

        bytes_of = self._together([each for each, _, _ in fresh])

        def make(item: tuple[Found, Stated, bytes]) -> PreparedCertificate:
            each, stated, _ = item
            return self._made(each, rows[each.name], stated, keeps, bytes_of(each))

        for (each, _, basis), made in self._each("Preparing", fresh, make):
            if isinstance(made, Exception):
                self._fail(each.name, made)
                continue
            ready[each.name] = made
            self.journal.keep({each.name: made}, "prepared", basis)
        return {each.name: ready[each.name] for each in wanted if each.name in ready}

    def _check_shared(self) -> None:
        """Raises the contract's error where what all files share fits none: tried on bytes that
        nobody has, before anything is read, stored, signed or sent; also if nothing is left."""
        stated = self._stated
        creator, digest = self._client._session.account.address, secrets.token_bytes(32)
        statement = self._client._registry.statement(
            creator, digest, digest, stated.resale_royalty, (), stated.payees, stated.arbiter
        )
        self._client._check_own(statement)

    def _made(
        self, each: Found, row: Row, stated: Stated, keeps: bool, on_bytes: OnBytes
    ) -> PreparedCertificate:
        found = detect_file(each.path, is_=each.identity)
        summary = FileSummary(row.cid, row.sha256.hex(), row.size, found.media_type)
        turns = documents.readings(found) - 1 - (not keeps)
        file = documents.fingerprinted(
            Described(each.path, each.path.stem, summary, found), turn_of(on_bytes, 0, turns)
        )
        creator = self._client._session.account.address
        certify, document = self._client._state(file, stated, (), creator)
        if keeps:
            told = turn_of(on_bytes, turns - 1, turns)
            documents.keep(self._client.store, file, document, told)
        registry = self._client.deployment.registry
        return PreparedCertificate(certify, registry, raw_cid(certify.metadata), row.cid)

    # ----------------------------------------------------------------- inside

    def _together(self, found: Sequence[Found]) -> Callable[[Found], OnBytes]:
        """What each file's reading tells, of all of them together."""
        together = Together(self._on_bytes, sum(each.size for each in found))
        return lambda each: together.of(each.size)

    def _each(
        self, stage: str, items: Sequence[A], work: Callable[[A], B]
    ) -> Iterator[tuple[A, B | Exception]]:
        """Each item with what `work` makes of it, or with what is wrong with its file; several at a
        time, for hashing, decoding and writing leave Python's lock alone."""

        if not items:
            return

        def attempt(item: A) -> B | Exception:
            try:
                return work(item)
            except (FileProblem, MetadataError, UnknownUpstream) as error:
                return error

        self._progress(stage, 0, len(items))
        # Decoders silence warnings for themselves, which threads share: what one restores, another
        # would have silenced for good.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pool = ThreadPoolExecutor(_WORKERS)
            try:
                results = zip(items, pool.map(attempt, items), strict=True)
                for done, (item, made) in enumerate(results):
                    yield item, made
                    self._progress(stage, done + 1, len(items))
            finally:
                pool.shutdown(cancel_futures=True)

    def _certified(self, works: Mapping[str, int]) -> set[str]:
        """Those whose works the chain knows."""
        reads = (("IPRegistry", "exists", work) for work in works.values())
        exist = self._client._session.read_all(*reads)
        return {name for name, there in zip(works, exist, strict=True) if there}

    def _work(self, digest: bytes) -> int:
        client = self._client
        return client.deployment.work_id(client._session.account.address, digest, client.chain_id)

    def _tell(self, name: str, outcome: Outcome, row: Row, reason: str = "") -> None:
        self.outcomes[name] = FileReport(name, outcome, self._work(row.sha256), reason)

    def _tell_certificate(
        self, name: str, outcome: Outcome, made: PreparedCertificate, reason: str = ""
    ) -> None:
        work = self._work(made.certify.content_hash)
        if not reason and name in self._changed:
            reason = f"its bytes changed since work {self._changed[name]} was certified"
        self.outcomes[name] = FileReport(name, outcome, work, reason)

    def _fail(self, name: str, error: Exception) -> None:
        self.outcomes[name] = FileReport(name, Outcome.FAILED, reason=str(error))


def _is_file_name(path: Path) -> bool:
    try:
        return bool(path.name) and b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False
