"""One run over a folder: read, prepare, sign once, submit in batches, each step kept."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gen_ip import documents
from gen_ip.certificates import PreparedCertificate, ProofsFileTaken, SignedCertificate
from gen_ip.certifying import BATCH
from gen_ip.chain import fees
from gen_ip.chain.errors import TransactionFailed, TransactionPending, TransactionUncertain
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import AlreadyCertified, ContractError
from gen_ip.content.cid import raw_cid
from gen_ip.content.files import FileSummary, summarize_file
from gen_ip.documents import Described
from gen_ip.errors import FileProblem, GenIPError, MetadataError
from gen_ip.folders import sidecar
from gen_ip.folders.journal import Journal, Row, default_path
from gen_ip.folders.report import FileReport, FolderReport, OnProgress, Outcome
from gen_ip.folders.scan import Found, scan
from gen_ip.preparing import Stated
from gen_ip.terms.upstream import UnknownUpstream

if TYPE_CHECKING:
    from gen_ip.batching import Batching

# A signature that ends sooner is made anew, for its transactions take a while.
_SPARE_SECONDS = 3600
# Each may hold a decoded picture.
_WORKERS = min(4, os.cpu_count() or 1)
_NO_LIMIT = 1 << 256

A = TypeVar("A")
B = TypeVar("B")


class Run:
    """What one run knows. `payer` sends the transactions; `ignore` are the run's own files."""

    def __init__(
        self,
        client: Batching,
        folder: Path,
        journal: Path | None,
        stated: Stated,
        on_progress: OnProgress | None,
        ignore: Iterable[Path] = (),
        *,
        lasting: bool = True,
    ) -> None:
        self._client, self._stated = client, stated
        self._folder = folder.resolve()
        rpc = client._session.rpc
        place = {
            "chain": str(client.chain_id),
            # Local chains share their ids.
            "first block": rpc.block(0).hash.hex(),
            "registry": client.deployment.registry,
            "creator": client._session.account.address,
            "folder": self._folder.as_posix().encode("utf-8", "backslashreplace").decode(),
        }
        path = (journal or default_path(place)) if lasting else None
        self.journal = Journal(path, place)
        self._ignore = {each.resolve() for each in ignore}
        if path is not None:
            # SQLite's own journal of it lies beside it.
            both = (path, path.with_name(f"{path.name}-journal"))
            self._ignore |= {each.resolve() for each in both}
        self._progress = on_progress or (lambda stage, done, total: None)
        self.outcomes: dict[str, FileReport] = {}
        self.receipts: list[Receipt] = []
        self._changed: dict[str, int] = {}

    def certify(self, deadline: int | None, payer: Batching) -> FolderReport:
        """See `Batching.certify_folder`; inside the journal's block."""
        finished = self.finish_sent(payer)
        pending = self.pending()
        for name in finished:
            told = self.outcomes.get(name)
            if told is not None and told.outcome is Outcome.EXISTING:
                self.outcomes[name] = replace(told, outcome=Outcome.CERTIFIED)
        if pending:
            self.submit(self.sign(pending, deadline), payer)
        return self.report()

    def plan(self) -> FolderReport:
        """See `Batching.plan_folder`."""
        pending = self.pending(keeps=False)
        for name, each in pending.items():
            self._tell_certificate(name, Outcome.PLANNED, each)
        gas, fee, count = self.cost(pending) if pending else (0, 0, 0)
        return replace(self.report(), gas=gas, fee=fee, transactions=count)

    def anchor(self, proofs: Path) -> FolderReport:
        """See `Batching.anchor_folder`."""
        self.finish_sent(self._client)
        receipts = self._client._seeing(self.receipts.append)
        held = receipts.resume_anchor(proofs).certificates if proofs.exists() else ()
        anchored = {each.certify.content_hash for each in held}
        pending = self.pending()
        for name, each in [*pending.items()]:
            if each.certify.content_hash in anchored:
                self._tell_certificate(name, Outcome.ANCHORED, each)
                del pending[name]
        if pending:
            if anchored:
                raise ProofsFileTaken(proofs)
            receipts.anchor([*pending.values()], proofs=proofs)
            for name, each in pending.items():
                self._tell_certificate(name, Outcome.ANCHORED, each)
        return self.report()

    # ---------------------------------------------------------------- reading

    def pending(self, *, keeps: bool = True) -> dict[str, PreparedCertificate]:
        """The files that are not certified yet, by their paths, with what will be stated of each.
        What became of all others is in `outcomes`. Without `keeps`, nothing is put into the store.
        """
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

    def _read(self, found: Sequence[Found]) -> dict[str, Row]:
        """What every file is, from the journal where it is as it was."""
        known = self.journal.rows()
        rows = {
            each.name: known[each.name]
            for each in found
            if each.name in known and known[each.name].fits(each)
        }
        fresh = [each for each in found if each.name not in rows]
        for each, summary in self._each("Reading", fresh, lambda each: summarize_file(each.path)):
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
                beside = "" if each.sidecar is None else each.sidecar.name
                self.outcomes[each.name] = FileReport(
                    each.name, Outcome.FAILED, reason=f"{beside}: {error}"
                )
                continue
            basis, row = sidecar.basis(self._stated, more), rows[each.name]
            if row.certificate is not None and row.basis == basis:
                ready[each.name] = row.certificate
            else:
                fresh.append((each, stated, basis))

        def make(item: tuple[Found, Stated, bytes]) -> PreparedCertificate:
            each, stated, _ = item
            return self._made(each, rows[each.name], stated, keeps)

        if fresh:
            self._check_shared()
        for (each, _, basis), made in self._each("Preparing", fresh, make):
            if isinstance(made, Exception):
                self._fail(each.name, made)
                continue
            ready[each.name] = made
            self.journal.keep({each.name: made}, "prepared", basis)
        return {each.name: ready[each.name] for each in wanted if each.name in ready}

    def _check_shared(self) -> None:
        """Raises the contract's error where what all files share fits none: tried on bytes that
        nobody has, before anything is stored, signed or sent."""
        stated = self._stated
        creator, digest = self._client._session.account.address, secrets.token_bytes(32)
        statement = self._client._registry.statement(
            creator, digest, digest, stated.resale_royalty, (), stated.payees, stated.arbiter
        )
        self._client._check_own(statement)

    def _made(self, each: Found, row: Row, stated: Stated, keeps: bool) -> PreparedCertificate:
        summary = FileSummary(row.cid, row.sha256.hex(), row.size, row.media_type)
        file = documents.fingerprinted(Described(each.path, each.path.stem, summary, None))
        creator = self._client._session.account.address
        certify, document = self._client._state(file, stated, (), creator)
        if keeps:
            documents.keep(self._client.store, file, document)
        registry = self._client.deployment.registry
        return PreparedCertificate(certify, registry, raw_cid(certify.metadata), row.cid)

    # -------------------------------------------------------------- certifying

    def sign(
        self, pending: dict[str, PreparedCertificate], deadline: int | None
    ) -> dict[str, PreparedCertificate]:
        """All of them signed: with one signature those that have none that lasts. What a wallet or
        a Safe sends for itself needs none."""
        if self._client._session.records:
            return pending
        ends = self._client._session.rpc.block().timestamp + _SPARE_SECONDS
        signed: dict[str, PreparedCertificate] = {
            name: each
            for name, each in pending.items()
            if isinstance(each, SignedCertificate) and each.consent.deadline >= ends
        }
        fresh = {name: each for name, each in pending.items() if name not in signed}
        if fresh:
            made = self._client.sign_certificates([*fresh.values()], deadline=deadline)
            new = dict(zip(fresh, made, strict=True))
            self.journal.keep(new, "signed")
            signed |= new
        return {name: signed[name] for name in pending}

    def submit(self, signed: dict[str, PreparedCertificate], payer: Batching) -> None:
        """Certifies them, 40 in a transaction."""
        names, done = [*signed], 0
        self._progress("Certifying", 0, len(names))
        for start in range(0, len(names), BATCH):
            part = self._acceptable({n: signed[n] for n in names[start : start + BATCH]}, payer)
            if part:
                self._submit(part, payer)
            done = min(start + BATCH, len(names))
            self._progress("Certifying", done, len(names))

    def _acceptable(
        self, part: dict[str, PreparedCertificate], payer: Batching
    ) -> dict[str, PreparedCertificate]:
        """Those that the contract would certify now; nothing is paid for the others."""
        home = payer._session.calls.home_of(next(iter(part.values())).certify)
        entries = [payer._entry(each) for each in part.values()]
        works = payer._session.simulate(home.certify_many(entries, skip=True))
        good: dict[str, PreparedCertificate] = {}
        for (name, each), work in zip(part.items(), works, strict=True):
            if work:
                good[name] = each
                continue
            try:
                payer._session.simulate(home.certify_for(*payer._entry(each)))
            except AlreadyCertified:
                self._tell_certificate(name, Outcome.EXISTING, each)
            except ContractError as error:
                self._tell_certificate(name, Outcome.FAILED, each, str(error))
            else:
                self._tell_certificate(name, Outcome.FAILED, each, "it was refused; try again")
        return good

    def _submit(self, part: dict[str, PreparedCertificate], payer: Batching) -> None:
        names = [*part]
        if payer._session.records:
            payer.certify_many([*part.values()], skip=True)
            for name in names:
                self._tell_certificate(name, Outcome.PLANNED, part[name])
            return
        keeping = payer._keeping(lambda sent: self.journal.sending(names, sent))._seeing(
            self.receipts.append
        )
        try:
            batch = keeping.certify_many([*part.values()], skip=True)
        except (TransactionPending, TransactionUncertain):
            # It may be mined yet; the next run begins with it.
            raise
        except GenIPError:
            self.journal.settled(())
            raise
        for place, error in batch.skipped.items():
            self._tell_certificate(names[place], Outcome.FAILED, part[names[place]], str(error))
        certified = [names[place] for place in sorted(batch.certified)]
        for name in certified:
            self._tell_certificate(name, Outcome.CERTIFIED, part[name])
        self.journal.settled(certified)

    def finish_sent(self, payer: Batching) -> set[str]:
        """Ends the transaction that an earlier run may have sent; the paths of the files that it
        was about.

        Raises:
            TransactionPending, TransactionUncertain: its outcome is not known yet.
        """
        left = self.journal.sent()
        if left is None or payer._session.records:
            return set()
        names, sent = left
        try:
            self.receipts.append(payer.resume(sent))
        except (TransactionPending, TransactionUncertain):
            raise
        except (ContractError, TransactionFailed):
            # It is not mined, and never will be, or failed: the chain is asked what is certified.
            self.journal.settled(())
            return set()
        self.journal.settled(())
        return set(names)

    def cost(self, pending: dict[str, PreparedCertificate]) -> tuple[int, int, int]:
        """Gas, its price in wei by what the node says, and how many transactions."""
        session, gas, count = self._client._session, 0, 0
        values = [*pending.values()]
        for start in range(0, len(values), BATCH):
            part = values[start : start + BATCH]
            home = session.calls.home_of(part[0].certify)
            call = home.certify_many([self._client._entry(each) for each in part])
            gas += session.rpc.estimate_gas(call.to, call.data, session.account.address, 0)
            count += 1
        price = fees.today(session.rpc, gas, _NO_LIMIT)
        tip = price.get("maxPriorityFeePerGas", 0)
        base = session.rpc.block().base_fee or 0
        return gas, gas * price.get("gasPrice", base + tip), count

    def report(
        self, *, gas: int | None = None, fee: int = 0, transactions: int = 0
    ) -> FolderReport:
        """What became of all files."""
        path = self.journal.path
        done = self.receipts
        return FolderReport(
            str(self._folder),
            "" if path is None else str(path),
            tuple(self.outcomes[name] for name in sorted(self.outcomes)),
            sum(each.gas_used for each in done) if gas is None else gas,
            sum(each.fee for each in done) if gas is None else fee,
            len(done) if gas is None else transactions,
            tuple(done),
        )

    # ----------------------------------------------------------------- inside

    def _each(
        self, stage: str, items: Sequence[A], work: Callable[[A], B]
    ) -> Iterator[tuple[A, B | Exception]]:
        """Each item with what `work` makes of it, or with what is wrong with its file; several at a
        time, for hashing, decoding and writing leave Python's lock alone."""

        def attempt(item: A) -> B | Exception:
            try:
                return work(item)
            except (FileProblem, MetadataError, UnknownUpstream) as error:
                return error

        self._progress(stage, 0, len(items))
        pool = ThreadPoolExecutor(_WORKERS)
        try:
            for done, (item, made) in enumerate(zip(items, pool.map(attempt, items), strict=True)):
                yield item, made
                self._progress(stage, done + 1, len(items))
        finally:
            pool.shutdown(cancel_futures=True)

    def _certified(self, works: dict[str, int]) -> set[str]:
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
