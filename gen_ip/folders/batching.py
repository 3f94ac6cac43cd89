"""The client's part about whole folders. The work is done in `gen_ip.folders`, loaded when used."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from gen_ip import arguments
from gen_ip.content.files import OnBytes
from gen_ip.folders.client import Certifier
from gen_ip.folders.report import FolderReport, OnProgress, OnProposed
from gen_ip.methods.preparing import SharedStatement, Stated
from gen_ip.signers.protocol import Signer


class Batching(Certifier):
    """See `gen_ip.client.GenIP`."""

    def certify_folder(
        self,
        folder: str | Path,
        *,
        journal: str | Path | None = None,
        deadline: int | None = None,
        payer: Signer | None = None,
        on_progress: OnProgress | None = None,
        on_bytes: OnBytes | None = None,
        on_proposed: OnProposed | None = None,
        **statement: Unpack[SharedStatement],
    ) -> FolderReport:
        """Certifies every file below a folder with one signature, at most 40 in a transaction.

        Run it again after whatever ended it (a crash, Ctrl-C, a full disk), and it goes on: what
        was read, prepared, signed and sent is in the journal, the chain says what is certified, and
        a transaction that may be under way is ended before another is sent. So nothing is paid for
        twice. New and changed files are certified then, too.

        Hidden files, links, empty files and the run's own are skipped; a file that cannot be used
        stops no other; several of the same bytes are one work. A work's name is its file's; a file
        `NAME.toml` beside it says another, and more: see `gen_ip.folders.sidecar`.

        Args:
            folder: its path.
            journal: by default a file in the user's state folder, for every chain, account and
                folder another.
            deadline: until when the signature can be submitted, in seconds since the epoch; by
                default for 30 days.
            payer: who sends the transactions and pays; by default the account itself. The account
                then signs once and needs no money.
            on_progress: called with what is being done, how many are done, and of how many.
            on_bytes: called in between, in other threads, too, with how many bytes of the files
                that this stage reads or keeps are done, and of how many.
            on_proposed: called before anything is signed with the certified works that files say
                they were made with (`proposed_parents`), by the files' paths; what it raises ends
                the run. No file gets a parent by this: one that is certified as an original cannot
                become a derivative, so `derive` it first, and this run takes it for certified. By
                default nothing is looked up.
            statement: what is stated of all: `description`, `payees`, `resale_royalty`, `arbiter`,
                `declared`; see `certify`.

        Raises:
            NotAFolder, TooManyFiles: the folder cannot be listed, or holds more than 10,000 files.
            InvalidArgument: the deadline is none.
            JournalProblem: the journal cannot be used; `JournalInUse`: another process has it.
            StoreError: the store does not take the content.
            ContractError: what is stated of all does not fit, as in `certify`.
            TransactionPending, TransactionUncertain: a transaction's outcome is not known in time;
                run it again.
        """
        from gen_ip.folders.run import Run

        if deadline is not None:
            # Before anything is read or stored.
            arguments.positive("deadline", deadline)
        path = None if journal is None else Path(journal)
        run = Run(self, Path(folder), path, Stated(**statement), on_progress, on_bytes)
        with run.journal:
            paying = self if payer is None else self.using(payer)
            return run.certify(deadline, paying, on_proposed)

    def plan_folder(
        self,
        folder: str | Path,
        *,
        on_progress: OnProgress | None = None,
        on_bytes: OnBytes | None = None,
        on_proposed: OnProposed | None = None,
        **statement: Unpack[SharedStatement],
    ) -> FolderReport:
        """What `certify_folder` would certify, and its cost by today's prices, if the account sends
        it. Nothing is written, signed or sent; `on_bytes` and `on_proposed` as there.

        Raises:
            NotAFolder, TooManyFiles, ContractError: as in `certify_folder`.
        """
        from gen_ip.folders.run import Run

        run = Run(
            self, Path(folder), None, Stated(**statement), on_progress, on_bytes, lasting=False
        )
        with run.journal:
            return run.plan(on_proposed)

    def anchor_folder(
        self,
        folder: str | Path,
        proofs: str | Path,
        *,
        journal: str | Path | None = None,
        on_progress: OnProgress | None = None,
        on_bytes: OnBytes | None = None,
        on_proposed: OnProposed | None = None,
        **statement: Unpack[SharedStatement],
    ) -> FolderReport:
        """Claims every file below a folder that is not certified yet in one transaction, for less
        than 100 gas each by the thousand; see `anchor`. `proofs` is the file to keep: it is written
        before anything is sent, and `submit` certifies from it whenever a certificate is needed.

        Run it again after whatever ended it, with the same file, and it goes on. `on_proposed` is
        called before the claim; it and `on_bytes` as in `certify_folder`.

        Raises:
            ProofsFileTaken: the file holds proofs already, and the folder has files besides; or
                they are another account's, or of another chain.
            NotAFolder, TooManyFiles, JournalProblem, StoreError, ContractError, TransactionPending,
            TransactionUncertain: as in `certify_folder`.
        """
        from gen_ip.folders.run import Run

        path, target = None if journal is None else Path(journal), Path(proofs)
        run = Run(self, Path(folder), path, Stated(**statement), on_progress, on_bytes, [target])
        with run.journal:
            return run.anchor(target, on_proposed)
