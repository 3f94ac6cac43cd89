"""Whole folders: one signature, few transactions, and a journal to go on from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip import Anchored, GenIP, Payee
from gen_ip.accounts import new_account
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import TransactionUncertain
from gen_ip.content.kubo import KuboStore
from gen_ip.content.local import LocalStore
from gen_ip.errors import StoreUnavailable
from gen_ip.folders import reading, scan
from gen_ip.folders.journal import JournalInUse, JournalProblem
from gen_ip.folders.report import FolderReport, Outcome
from gen_ip.folders.scan import NotAFolder, TooManyFiles
from gen_ip.works.certificates import ProofsFileTaken
from tests.support.chain import LocalChain
from tests.support.kubo import Kubo, kubo

__all__ = ["kubo"]


class Counting:
    """An account that counts what it signs."""

    def __init__(self, account: Any) -> None:
        self.address = account.address
        self.statements, self.transactions = 0, 0
        self._account = account

    def sign_transaction(self, transaction: Any, /) -> Any:
        self.transactions += 1
        return self._account.sign_transaction(transaction)

    def sign_typed_data(self, *, full_message: Any) -> Any:
        self.statements += 1
        return self._account.sign_typed_data(full_message=full_message)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's state folder, where journals lie."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve files, in folders of folders."""
    made = tmp_path / "works"
    for i in range(12):
        path = made / ("a/b" if i % 3 else ".") / f"{i:02}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"work {i}", "utf-8")
    return made


def _counts(report: FolderReport) -> dict[str, int]:
    return {name: count for name, count in report.to_json()["counts"].items() if count}


def _nonce(chain: LocalChain, address: str) -> int:
    return int(chain.web3.eth.get_transaction_count(address))


# ----------------------------------------------------------------- certifying


def test_many_files_with_one_signature(alice: GenIP, chain: LocalChain, tmp_path: Path) -> None:
    made = tmp_path / "works"
    made.mkdir()
    for i in range(120):
        (made / f"{i:03}.txt").write_text(f"work {i}", "utf-8")
    account, before = Counting(chain.alice), _nonce(chain, chain.alice.address)
    report = alice.using(account).certify_folder(made, resale_royalty=300)
    assert (account.statements, account.transactions) == (1, 3)
    assert _nonce(chain, chain.alice.address) == before + 3
    assert (_counts(report), report.ok, report.transactions) == ({"certified": 120}, True, 3)
    assert report.gas == sum(each.gas_used for each in report.receipts) > 0
    assert report.fee == sum(each.fee for each in report.receipts)
    claims = alice.works()
    assert {claim.work for claim in claims} == {file.work_id for file in report.files}
    work = alice.work(report.files[7].work_id or 0)
    assert (work.name, work.resale_royalty, work.metadata_problem) == ("007", 300, None)
    assert json.loads(json.dumps(report.to_json()))["files"][7]["path"] == "007.txt"
    again = alice.using(account).certify_folder(made)
    assert (_counts(again), again.transactions) == ({"existing": 120}, 0)
    assert (account.statements, account.transactions) == (1, 3)


def test_somebody_else_pays(alice: GenIP, bob: GenIP, chain: LocalChain, folder: Path) -> None:
    account = Counting(Account.from_key(b"\x05" * 32))
    report = alice.using(account).certify_folder(folder, payer=chain.bob)
    assert _counts(report) == {"certified": 12}
    assert (account.statements, account.transactions) == (1, 0)
    assert {claim.creator for claim in bob.works()} == {account.address}


def test_what_is_no_work_is_left_out(alice: GenIP, folder: Path, tmp_path: Path) -> None:
    (folder / ".hidden").write_text("secret", "utf-8")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("secret", "utf-8")
    (folder / "out").symlink_to(tmp_path)
    (folder / "link.txt").symlink_to(folder / "00.txt")
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    (folder / "copy.txt").write_text("work 4", "utf-8")
    (folder / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    alice.anchor([b"elsewhere"], proofs=folder / "proofs.json")
    report = alice.certify_folder(folder)
    assert _counts(report) == {"certified": 12, "duplicate": 1, "skipped": 7, "failed": 1}
    assert not report.ok
    reasons = {file.path: file.reason for file in report.files if file.reason}
    assert reasons.keys() == {
        ".git", ".hidden", "copy.txt", "damaged.png", "empty", "link.txt", "out", "pipe",
        "proofs.json",
    }  # fmt: skip
    assert reasons["copy.txt"] == "the same bytes as a/b/04.txt"
    assert "damaged" in reasons["damaged.png"]
    store = alice.store
    assert isinstance(store, LocalStore)
    kept = [path.read_bytes() for path in Path(store.address).iterdir()]
    assert not any(b"secret" in data or b'"salt"' in data for data in kept)


def test_a_sidecar_says_more_of_one(alice: GenIP, folder: Path) -> None:
    (folder / "00.txt.toml").write_text(
        'name = "Morning"\ndescription = "First"\nhuman_contribution = "All of it."\n', "utf-8"
    )
    (folder / "03.txt.toml").write_text("nam = 1\n", "utf-8")
    (folder / "06.txt.toml").write_text("name = 7\n", "utf-8")
    (folder / "lonely.toml").write_text("a = 1\n", "utf-8")
    report = alice.certify_folder(folder, description="A series")
    assert _counts(report) == {"certified": 11, "skipped": 3, "failed": 2}
    by_path = {file.path: file for file in report.files}
    assert by_path["03.txt"].reason.startswith("03.txt.toml: metadata field 'nam' is unknown")
    assert by_path["06.txt"].reason.startswith("06.txt.toml: metadata field 'name' is no text")
    morning = alice.work(by_path["00.txt"].work_id or 0)
    other = alice.work(by_path["09.txt"].work_id or 0)
    assert morning.metadata is not None
    assert other.metadata is not None
    assert (morning.name, morning.metadata["description"]) == ("Morning", "First")
    assert morning.metadata["gen_ip"]["human_contribution"] == "All of it."
    assert (other.name, other.metadata["description"]) == ("09", "A series")
    assert by_path["lonely.toml"].outcome is Outcome.CERTIFIED
    # Corrected, it goes on with those two.
    (folder / "03.txt.toml").unlink()
    (folder / "06.txt.toml").write_text('name = "Seven"\n', "utf-8")
    assert _counts(alice.certify_folder(folder)) == {"certified": 2, "existing": 11, "skipped": 2}


def test_a_folder_that_changes(alice: GenIP, chain: LocalChain, folder: Path) -> None:
    first = {file.path: file.work_id for file in alice.certify_folder(folder).files}
    (folder / "00.txt").write_text("another", "utf-8")
    (folder / "03.txt").unlink()
    (folder / "06.txt").rename(folder / "renamed.txt")
    os.utime(folder / "09.txt")
    (folder / "new.txt").write_text("new", "utf-8")
    report = alice.certify_folder(folder)
    by_path = {file.path: file for file in report.files}
    assert _counts(report) == {"certified": 2, "existing": 10}
    assert by_path["00.txt"].work_id != first["00.txt"]
    assert (
        by_path["00.txt"].reason == f"its bytes changed since work {first['00.txt']} was certified"
    )
    assert by_path["renamed.txt"].work_id == first["06.txt"]
    assert by_path["09.txt"].outcome is Outcome.EXISTING


def test_a_file_that_changes_while_it_is_read(
    alice: GenIP, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summarize = reading.summarize_file

    def meanwhile(path: Path, **options: Any) -> Any:
        found = summarize(path, **options)
        if path.name == "03.txt":
            path.write_text("changed", "utf-8")
        if path.name == "06.txt":
            path.unlink()
        return found

    monkeypatch.setattr(reading, "summarize_file", meanwhile)
    report = alice.certify_folder(folder)
    assert _counts(report) == {"certified": 10, "failed": 2}
    failed = {file.path: file.reason for file in report.of(Outcome.FAILED)}
    assert "changed while it was read" in failed["03.txt"]
    assert "does not exist" in failed["06.txt"]
    monkeypatch.undo()
    assert _counts(alice.certify_folder(folder, journal=folder.parent / "j")) == {
        "certified": 1,
        "existing": 10,
    }


def test_what_all_share_is_checked_when_nothing_is_left(alice: GenIP, folder: Path) -> None:
    alice.certify_folder(folder)
    with pytest.raises(reverts.RoyaltyTooHigh):
        alice.certify_folder(folder, resale_royalty=10_001)
    with pytest.raises(reverts.RoyaltyTooHigh):
        alice.plan_folder(folder, resale_royalty=10_001)


def test_what_all_share_is_checked_before_anything(
    alice: GenIP, chain: LocalChain, folder: Path
) -> None:
    before = _nonce(chain, chain.alice.address)
    account = Counting(chain.alice)
    with pytest.raises(reverts.RoyaltyTooHigh):
        alice.using(account).certify_folder(folder, resale_royalty=10_001)
    with pytest.raises(TypeError, match="titel"):
        alice.certify_folder(folder, titel="Morning")
    assert (account.statements, _nonce(chain, chain.alice.address)) == (0, before)
    assert os.listdir(alice.store.address) == []
    # Another statement makes other certificates, not those of a run before.
    shared = [Payee(chain.bob.address, 1_000)]
    report = alice.certify_folder(folder, payees=shared)
    assert _counts(report) == {"certified": 12}
    assert alice.work(report.files[0].work_id or 0).payees == tuple(shared)


def test_a_statement_that_changed_is_signed_anew(
    alice: GenIP, chain: LocalChain, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Counting(chain.alice)
    mine = alice.using(account)
    with monkeypatch.context() as patch:
        patch.setattr(GenIP, "certify_many", _stop)
        with pytest.raises(KeyboardInterrupt):
            mine.certify_folder(folder, resale_royalty=100)
    assert account.statements == 1
    report = mine.certify_folder(folder, resale_royalty=200)
    assert account.statements == 2
    assert {alice.work(file.work_id or 0).resale_royalty for file in report.files} == {200}


def _stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_signature_that_ended_is_made_anew(
    alice: GenIP, chain: LocalChain, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Counting(chain.alice)
    mine = alice.using(account)
    with monkeypatch.context() as patch:
        patch.setattr(GenIP, "certify_many", _stop)
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                mine.certify_folder(folder, deadline=chain.now() + 5_000, payer=chain.bob)
    assert account.statements == 1
    chain.pass_time(5_001)
    assert _counts(mine.certify_folder(folder, payer=chain.bob)) == {"certified": 12}
    assert account.statements == 2


def test_a_signature_that_was_revoked_is_made_anew(
    alice: GenIP, chain: LocalChain, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed: list[Any] = []
    sign = GenIP.sign_certificates
    with monkeypatch.context() as patch:
        patch.setattr(GenIP, "certify_many", _stop)
        patch.setattr(
            GenIP, "sign_certificates", lambda *of, **how: signed.extend(sign(*of, **how)) or signed
        )
        with pytest.raises(KeyboardInterrupt):
            alice.certify_folder(folder, payer=chain.bob)
    alice.revoke(signed[0])
    before = _nonce(chain, chain.bob.address)
    refused = alice.certify_folder(folder, payer=chain.bob)
    assert _counts(refused) == {"failed": 12}
    assert "revoked" in refused.files[0].reason
    # What nobody would take is not paid for.
    assert _nonce(chain, chain.bob.address) == before
    assert _counts(alice.certify_folder(folder, payer=chain.bob)) == {"certified": 12}


def test_another_store_gets_the_content_too(
    alice: GenIP, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(GenIP, "certify_many", _stop)
        with pytest.raises(KeyboardInterrupt):
            alice.certify_folder(folder)
    store = LocalStore(tmp_path / "another")
    other = GenIP(alice.web3, alice.account, deployment=alice.deployment, store=store)
    report = other.certify_folder(folder)
    assert {other.work(file.work_id or 0).metadata_problem for file in report.files} == {None}


def test_what_another_did_meanwhile_is_not_paid_for(
    alice: GenIP, bob: GenIP, chain: LocalChain, folder: Path
) -> None:
    alice.certify(folder / "00.txt")
    report = alice.certify_folder(folder)
    assert _counts(report) == {"certified": 11, "existing": 1}
    # The same bytes are another work of another creator.
    assert _counts(bob.certify_folder(folder)) == {"certified": 12}


def test_a_plan_costs_and_writes_nothing(
    alice: GenIP, chain: LocalChain, folder: Path, state: Path
) -> None:
    before = _nonce(chain, chain.alice.address)
    alice.certify(folder / "00.txt")
    kept = os.listdir(alice.store.address)
    plan = alice.plan_folder(folder)
    assert (_counts(plan), plan.transactions) == ({"planned": 11, "existing": 1}, 1)
    assert _nonce(chain, chain.alice.address) == before + 1
    assert os.listdir(alice.store.address) == kept
    assert not state.exists()
    done = alice.certify_folder(folder)
    assert abs(plan.gas - done.gas) < done.gas // 20
    assert plan.fee > 0
    assert (alice.plan_folder(folder).gas, alice.plan_folder(folder).transactions) == (0, 0)


def test_an_unreadable_file_stops_no_other(alice: GenIP, folder: Path) -> None:
    if os.geteuid() == 0:
        # Root reads everything but a name that leads nowhere.
        (folder / "bad\udcff.txt").write_text("no UTF-8 name", "utf-8")
        expected = "--name"
    else:
        (folder / "shut.txt").write_text("shut", "utf-8")
        (folder / "shut.txt").chmod(0)
        expected = "permissions"
    report = alice.certify_folder(folder)
    assert _counts(report) == {"certified": 12, "failed": 1}
    (bad,) = report.of(Outcome.FAILED)
    assert expected in bad.reason
    json.dumps(report.to_json())


def test_folders_that_cannot_be(alice: GenIP, folder: Path, monkeypatch: Any) -> None:
    for path in (folder / "no", folder / "00.txt"):
        with pytest.raises(NotAFolder, match=path.name):
            alice.certify_folder(path)
    monkeypatch.setattr(scan, "MAX_FILES", 11)
    with pytest.raises(TooManyFiles, match="more than 11"):
        alice.certify_folder(folder)


def test_journals_that_cannot_be(alice: GenIP, bob: GenIP, folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    alice.certify_folder(folder, journal=journal)
    assert journal.stat().st_mode & 0o777 == 0o600
    with pytest.raises(JournalProblem, match="its creator is"):
        bob.certify_folder(folder, journal=journal)
    with pytest.raises(JournalProblem, match="its folder is"):
        alice.certify_folder(folder / "a", journal=journal)
    bad = tmp_path / "bad"
    bad.write_bytes(b"no database, " * 100)
    with pytest.raises(JournalProblem, match="not a database"):
        alice.certify_folder(folder, journal=bad)
    with pytest.raises(JournalProblem):
        alice.certify_folder(folder, journal=folder)

    for name in ("", ".", "/", "nul\0", "half\ud800"):
        with pytest.raises(JournalProblem, match="no file has such a name"):
            alice.certify_folder(folder, journal=name)
        with pytest.raises(JournalProblem, match="no file has such a name"):
            alice.anchor_folder(folder, tmp_path / "proofs", journal=name)

    def another(stage: str, done: int, total: int) -> None:
        alice.certify_folder(folder, journal=journal)

    (folder / "new").write_text("new", "utf-8")
    with pytest.raises(JournalInUse):
        alice.certify_folder(folder, journal=journal, on_progress=another)


@pytest.mark.parametrize("deadline", [0, -1, 2**256])
def test_a_deadline_that_is_none_leaves_nothing(
    alice: GenIP, folder: Path, state: Path, deadline: int
) -> None:
    before = sorted(Path(alice.store.address).rglob("*"))
    with pytest.raises(InvalidArgument, match="deadline is"):
        alice.certify_folder(folder, deadline=deadline)
    assert sorted(Path(alice.store.address).rglob("*")) == before
    assert not state.exists()


def test_a_journal_inside_the_folder_is_no_work(alice: GenIP, folder: Path) -> None:
    for _ in range(2):
        report = alice.certify_folder(folder, journal=folder / "journal.db")
        assert "journal.db" in [file.path for file in report.of(Outcome.SKIPPED)]
        assert len(report.files) == 12 + len(report.of(Outcome.SKIPPED))
    other = alice.certify_folder(folder)
    assert [file.path for file in other.of(Outcome.SKIPPED)] == ["journal.db"]


def test_a_store_that_is_down_stops_before_signing(
    alice: GenIP, chain: LocalChain, folder: Path
) -> None:
    account = Counting(chain.alice)

    class Down(LocalStore):
        def put_file(self, *_: object, **__: object) -> str:
            raise StoreUnavailable("here", "it is down", "start it")

    client = GenIP(
        alice.web3, account, deployment=alice.deployment, store=Down(alice.store.address)
    )
    with pytest.raises(StoreUnavailable):
        client.certify_folder(folder)
    assert (account.statements, account.transactions) == (0, 0)


def test_a_lost_answer_is_not_paid_for_twice(
    alice: GenIP, chain: LocalChain, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gen_ip.chain import broadcasting

    before = _nonce(chain, chain.alice.address)
    hand_over = broadcasting.broadcast

    def lost(rpc: Any, sent: Any) -> None:
        hand_over(rpc, sent)
        raise broadcasting.Lost("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(broadcasting, "broadcast", lost)
        with pytest.raises(TransactionUncertain):
            alice.certify_folder(folder)
    report = alice.certify_folder(folder)
    assert (_counts(report), report.transactions) == ({"certified": 12}, 1)
    assert _nonce(chain, chain.alice.address) == before + 1


@pytest.mark.parametrize("place", ["works/a.txt", "works/sub"])
def test_what_is_put_in_the_place_of_a_file_is_not_published(
    alice: GenIP, chain: LocalChain, tmp_path: Path, place: str
) -> None:
    """Whoever may write to the folder may swap a link in, once it was listed."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("a.txt", "b.txt"):
        (secrets / name).write_text(f"the secret {name}", "utf-8")
    (tmp_path / "works" / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt"):
        (tmp_path / "works" / name).write_text(f"the work {name}", "utf-8")

    def swap(stage: str, done: int, total: int) -> None:
        if (stage, done) == ("Reading", 0) and total:
            target = tmp_path / place
            target.rename(tmp_path / "moved")
            target.symlink_to(secrets if target.name == "sub" else secrets / target.name)

    report = alice.certify_folder(tmp_path / "works", on_progress=swap)
    assert _counts(report) == {"certified": 1, "failed": 1}
    [failed] = report.of(Outcome.FAILED)
    assert "another file" in failed.reason
    assert failed.path == ("a.txt" if place.endswith("txt") else "sub/b.txt")


def test_an_encrypted_key_is_no_work(
    alice: GenIP, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    account = new_account("artist", "a password")
    (folder / "artist.json").write_bytes(account.path.read_bytes())
    keystore = json.loads(account.path.read_text("utf-8"))
    geth = {"address": keystore["address"], "crypto": keystore["crypto"], "version": 3}
    (folder / "UTC--2026").write_text(json.dumps(geth), "utf-8")
    (folder / "indented.json").write_text(json.dumps(geth, indent=2), "utf-8")
    report = alice.certify_folder(folder)
    skipped = {file.path: file.reason for file in report.of(Outcome.SKIPPED)}
    assert skipped == dict.fromkeys(
        ("UTC--2026", "artist.json", "indented.json"), "an encrypted key"
    )


# ------------------------------------------------------------------ anchoring


def test_a_folder_is_anchored_and_minted_later(
    alice: GenIP, bob: GenIP, chain: LocalChain, folder: Path
) -> None:
    proofs = folder / "proofs.json"
    report = alice.anchor_folder(folder, proofs, description="A series")
    assert (_counts(report), report.transactions) == ({"anchored": 12}, 1)
    anchored = Anchored.load(proofs)
    assert len(anchored.certificates) == 12
    chain.pass_time(1_000)
    again = alice.anchor_folder(folder, proofs, description="A series")
    assert (_counts(again), again.transactions) == ({"anchored": 12, "skipped": 1}, 0)
    work = alice.submit(anchored.certificates[3])
    assert alice.work(work.work_id).claim_time == anchored.time
    # Certifying the folder keeps what was claimed, too.
    rest = alice.certify_folder(folder, description="A series")
    assert _counts(rest) == {"certified": 11, "existing": 1, "skipped": 1}
    assert {alice.work(file.work_id or 0).claim_time for file in rest.files if file.work_id} == {
        anchored.time
    }
    (folder / "new.txt").write_text("new", "utf-8")
    with pytest.raises(ProofsFileTaken):
        alice.anchor_folder(folder, proofs)
    more = alice.anchor_folder(folder, folder / "more.json")
    assert _counts(more) == {"anchored": 1, "existing": 12, "skipped": 1}


def test_what_a_wallet_shall_send_keeps_its_claim_and_leaves_no_journal(
    alice: GenIP, chain: LocalChain, folder: Path, tmp_path: Path, state: Path
) -> None:
    report = alice.unsigned.certify_folder(folder).result
    assert (_counts(report), report.journal) == ({"planned": 12}, "")
    assert not [*state.glob("**/*.sqlite")]
    proofs = tmp_path / "proofs.json"
    alice.anchor_folder(folder, proofs)
    [journal] = state.glob("**/*.sqlite")
    before = journal.read_bytes()
    plan = alice.unsigned.certify_folder(folder)
    [sent] = plan.transactions
    salts = [each.anchor.salt for each in Anchored.load(proofs).certificates]
    assert all(salt in sent.data for salt in salts)
    assert journal.read_bytes() == before


def test_proofs_of_another_account_claim_nothing(
    alice: GenIP, bob: GenIP, folder: Path, tmp_path: Path
) -> None:
    """Of the same files, at that: nobody is told that they are claimed."""
    proofs = tmp_path / "proofs.json"
    bob.anchor_folder(folder, proofs)
    with pytest.raises(ProofsFileTaken):
        alice.anchor_folder(folder, proofs)
    report = alice.anchor_folder(folder, tmp_path / "mine.json")
    assert _counts(report) == {"anchored": 12}


def test_a_node_keeps_a_folder_pinned(
    alice: GenIP, folder: Path, kubo: Kubo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several threads hand files to it at once."""
    monkeypatch.setattr(reading, "_WORKERS", 4)
    node = GenIP(alice.web3, alice.account, deployment=alice.deployment, store=KuboStore(kubo.url))
    report = node.certify_folder(folder)
    assert _counts(report) == {"certified": 12}
    pinned = kubo.ipfs("pin", "ls", "--quiet")
    for file in report.files:
        work = node.work(file.work_id or 0)
        assert work.metadata is not None
        assert work.metadata_cid in pinned
        assert work.metadata["gen_ip"]["content"]["cid"] in pinned
