"""One run over a folder: what is read is signed once and submitted in batches, each step kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gen_ip.chain import fees
from gen_ip.chain.errors import TransactionFailed, TransactionPending, TransactionUncertain
from gen_ip.chain.reverts import (
    AlreadyCertified,
    ConsentExpired,
    ConsentRevoked,
    ContractError,
    InvalidSignature,
)
from gen_ip.chain.sent import Sent
from gen_ip.errors import GenIPError
from gen_ip.folders.client import Certifier
from gen_ip.folders.reading import Reading
from gen_ip.folders.report import FolderReport, OnProposed, Outcome
from gen_ip.methods.certifying import BATCH
from gen_ip.works.certificates import (
    Anchored,
    PreparedCertificate,
    ProofsFileTaken,
    SignedCertificate,
)

# A signature that ends sooner is made anew, for its transactions take a while.
_SPARE_SECONDS = 3600
_NO_LIMIT = 1 << 256


class Run(Reading[Certifier]):
    """See `Reading`; `payer` sends the transactions."""

    def certify(
        self, deadline: int | None, payer: Certifier, on_proposed: OnProposed | None = None
    ) -> FolderReport:
        """See `gen_ip.folders.batching.Batching.certify_folder`; inside the journal's block."""
        finished = self.finish_sent(payer)
        pending = self.pending()
        for name in finished:
            told = self.outcomes.get(name)
            if told is not None and told.outcome is Outcome.EXISTING:
                self.outcomes[name] = replace(told, outcome=Outcome.CERTIFIED)
        self.propose(pending, on_proposed)
        if pending:
            self.submit(self.sign(pending, deadline), payer)
        self.journal.ended()
        return self.report()

    def plan(self, on_proposed: OnProposed | None = None) -> FolderReport:
        """See `gen_ip.folders.batching.Batching.plan_folder`."""
        pending = self.pending(keeps=False)
        self.propose(pending, on_proposed)
        for name, each in pending.items():
            self._tell_certificate(name, Outcome.PLANNED, each)
        gas, fee, count = self.cost(pending) if pending else (0, 0, 0)
        return replace(self.report(), gas=gas, fee=fee, transactions=count)

    def anchor(self, proofs: Path, on_proposed: OnProposed | None = None) -> FolderReport:
        """See `gen_ip.folders.batching.Batching.anchor_folder`."""
        self.finish_sent(self._client)
        receipts = self._client._seeing(self.receipts.append)
        held: tuple[PreparedCertificate, ...] = ()
        if proofs.exists():
            # Of another account, or of another chain, it claims nothing here.
            if not all(map(self._is_own, Anchored.load(proofs).certificates)):
                raise ProofsFileTaken(proofs)
            held = receipts.resume_anchor(proofs).certificates
        pending = self.pending()
        here = {each.certify.content_hash for each in held}
        new = {n: each for n, each in pending.items() if each.certify.content_hash not in here}
        self.propose(new, on_proposed)
        fresh = [*new.values()]
        if fresh:
            if held:
                raise ProofsFileTaken(proofs)
            held = receipts.anchor(fresh, proofs=proofs).certificates
        proven = {each.certify: each for each in held}
        for name, each in pending.items():
            self._tell_certificate(name, Outcome.ANCHORED, each)
        # So that one that is certified by `certify` later keeps this claim's time.
        kept = {
            name: unsigned(proven[each.certify])
            for name, each in pending.items()
            if each.certify in proven
        }
        if not self._client._session.records:
            self.journal.keep(kept, "anchored")
        self.journal.ended()
        return self.report()

    def _is_own(self, certificate: PreparedCertificate) -> bool:
        """Whether it is of this account, for this chain and its registry."""
        client, certify = self._client, certificate.certify
        return (certify.creator, certify.home_chain_id, certificate.registry) == (
            client._session.account.address,
            client.chain_id,
            client.deployment.registry,
        )

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

    def submit(self, signed: dict[str, PreparedCertificate], payer: Certifier) -> None:
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
        self, part: dict[str, PreparedCertificate], payer: Certifier
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
                if isinstance(error, ConsentExpired | ConsentRevoked | InvalidSignature):
                    # The next run signs anew.
                    self.journal.keep({name: unsigned(each)}, "prepared")
                self._tell_certificate(name, Outcome.FAILED, each, str(error))
            else:
                self._tell_certificate(name, Outcome.FAILED, each, "it was refused; try again")
        return good

    def _submit(self, part: dict[str, PreparedCertificate], payer: Certifier) -> None:
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

    def finish_sent(self, payer: Certifier) -> set[str]:
        """Ends the transaction that an earlier run may have sent; the paths of the files that it
        was about.

        Raises:
            TransactionPending, TransactionUncertain: its outcome is not known yet.
        """
        left = self.journal.sent()
        if left is None or payer._session.records:
            return set()
        names, sent = left
        if self._is_over(names, sent):
            self.journal.settled(())
            return set(names)
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

    def _is_over(self, names: Iterable[str], sent: Sent) -> bool:
        """Whether the works are certified, and not by this transaction: it would do nothing."""
        rows = self.journal.rows()
        works = {name: self._work(rows[name].sha256) for name in names if name in rows}
        if not works or len(self._certified(works)) < len(works):
            return False
        return not any(self._client._session.rpc.knows(tx_hash) for tx_hash in sent.hashes)

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

    def report(self) -> FolderReport:
        """What became of all files."""
        path, done = self.journal.path, self.receipts
        lasts = path is not None and not self._client._session.records
        return FolderReport(
            str(self._folder),
            str(path) if lasts else "",
            tuple(self.outcomes[name] for name in sorted(self.outcomes)),
            sum(each.gas_used for each in done),
            sum(each.fee for each in done),
            len(done),
            tuple(done),
        )


def unsigned(certificate: PreparedCertificate) -> PreparedCertificate:
    """Without its signature; with the proof of its claim, if it has one."""
    return PreparedCertificate(
        certificate.certify,
        certificate.registry,
        certificate.metadata_cid,
        certificate.content_cid,
        certificate.anchor,
    )
