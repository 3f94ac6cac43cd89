"""`certify --recursive`: what it prints, and that no end of the process costs anything twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gen_ip import Anchored, GenIP
from gen_ip.chain.errors import ConnectionFailed
from gen_ip.folders.run import Run as FolderRun
from tests.cli.conftest import Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain
from tests.support.dying import Dying, dying

__all__ = ["dying"]

FILES = 120
TRANSACTIONS = 3


@pytest.fixture(autouse=True)
def state(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals of an empty home."""
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _folder(tmp_path / "works", 5)


def _folder(made: Path, count: int) -> Path:
    for i in range(count):
        path = made / f"{i // 50}" / f"{i:03}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"work {i}", "utf-8")
    return made


def _nonce(chain: LocalChain, name: str = "dev0") -> int:
    return int(chain.web3.eth.get_transaction_count(address(name)))


def _works(chain: LocalChain) -> list[int]:
    return [claim.work for claim in GenIP(chain.web3, deployment=chain.deployment).works()]


def test_a_folder_for_people_and_machines(run: Run, rpc: LocalChain, folder: Path) -> None:
    (folder / ".hidden").touch()
    (folder / "copy").write_text("work 3", "utf-8")
    certify = ("certify", folder, "--recursive", "--account", "dev0")
    planned = run(*certify, "--dry-run").ok()
    assert "5 files to be certified" in planned.out
    assert "It would take 1 transaction, " in planned.out
    assert _works(rpc) == []
    done = run(*certify).ok()
    assert "5 files certified" in done.out
    assert "1 file the same bytes as another" in done.out
    assert ".hidden: hidden" in done.out
    assert (done.err, "1 transaction, " in done.out) == ("", True)
    told = run(*certify, "--json").ok().json
    assert told["counts"] == {
        "certified": 0, "anchored": 0, "planned": 0, "existing": 5, "duplicate": 1, "skipped": 1,
        "failed": 0,
    }  # fmt: skip
    assert (told["transactions"], told["gas"], told["fee"]) == (0, 0, "0")
    assert {each["path"] for each in told["files"]} == {
        ".hidden", "copy", *(f"0/{i:03}.txt" for i in range(5)),
    }  # fmt: skip
    one = run("show", told["files"][1]["work"], "--json").ok().json
    assert one["name"] == "000"


def test_one_that_fails_stops_no_other(run: Run, rpc: LocalChain, folder: Path) -> None:
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    certify = ("certify", folder, "-r", "--account", "dev0")
    ended = run(*certify)
    assert ended.code == 1
    assert "5 files certified" in ended.out
    assert "1 file failed" in ended.out
    assert "bad.png: " in ended.out
    again = run(*certify, "--json")
    assert (again.code, again.json["counts"]["failed"]) == (1, 1)
    assert len(_works(rpc)) == 5


def test_options_that_do_not_go_together(
    run: Run, rpc: LocalChain, folder: Path, tmp_path: Path
) -> None:
    certify = ("certify", folder, "--account", "dev0")
    run(*certify).failed("NotAFile", "--recursive")
    run(*certify, "-r", "--name", "Name").failed("UsageError", "--name", code=2)
    run(*certify, "-r", "--anchor", "p", "--dry-run").failed("UsageError", "--anchor", code=2)
    run(*certify[:1], folder / "0" / "000.txt", "--dry-run").failed(
        "UsageError", "--recursive", code=2
    )
    run("certify", tmp_path / "no", "-r", "--account", "dev0").failed("NotAFolder", "No such file")
    run(*certify, "-r", "--resale-royalty", "99%").failed("RoyaltyTooHigh")
    (tmp_path / "bad").write_text("no journal" * 100, "utf-8")
    run(*certify, "-r", "--journal", tmp_path / "bad").failed("JournalProblem", "--journal")
    assert _works(rpc) == []


def test_another_pays(run: Run, rpc: LocalChain, folder: Path) -> None:
    before = _nonce(rpc), _nonce(rpc, "dev1")
    run("certify", folder, "-r", "--account", "dev0", "--payer", "dev1").ok()
    assert (_nonce(rpc), _nonce(rpc, "dev1")) == (before[0], before[1] + 1)
    claims = GenIP(rpc.web3, deployment=rpc.deployment).works()
    assert {claim.creator for claim in claims} == {address("dev0")}


def test_a_wallet_or_a_safe_certifies_a_folder(run: Run, rpc: LocalChain, folder: Path) -> None:
    certify = ("certify", folder, "-r", "--account", address("dev3"))
    plan = run(*certify, "--unsigned").ok().json
    [transaction] = plan["transactions"]
    assert _works(rpc) == []
    rpc.wallet_sends(transaction)
    assert len(_works(rpc)) == 5
    assert run(*certify, "--unsigned").ok().json["transactions"] == []


@pytest.mark.parametrize("also", [(), ("--json",)])
def test_a_bad_file_does_not_hide_what_a_wallet_can_send(
    run: Run, rpc: LocalChain, folder: Path, also: tuple[str, ...]
) -> None:
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    ended = run("certify", folder, "-r", "--account", address("dev3"), "--unsigned", *also)
    [transaction] = ended.json["transactions"]
    assert ended.code == 1
    assert ended.err.startswith("b.png: ")
    assert ended.err.count("\n") == 1
    rpc.wallet_sends(transaction)
    assert len(_works(rpc)) == 5


def test_a_folder_is_claimed_and_minted_later(
    run: Run, rpc: LocalChain, folder: Path, tmp_path: Path
) -> None:
    proofs, before = tmp_path / "proofs.json", _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0", "--anchor", proofs)
    assert "keep them" in run(*certify).ok().out
    assert run(*certify, "--json").ok().json["counts"]["anchored"] == 5
    assert _nonce(rpc) == before + 1
    rpc.pass_time(100)
    made = run("submit", proofs, "--account", "dev0", "--json").ok().json["certified"]
    assert len(made) == 5
    shown = run("show", made[0]["work"], "--json").ok().json
    assert shown["claim_time"] == Anchored.load(proofs).time


# ------------------------------------------------------------- interruptions


def test_killed_at_every_step(rpc: LocalChain, run: Run, dying: Dying, tmp_path: Path) -> None:
    """One folder, one run after the other killed at a later step; the last one ends it."""
    folder, before = _folder(tmp_path / "works", FILES), _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0")
    for point, count in (
        ("read", 30),
        ("prepared", 40),
        ("before signing", 5),
        ("signed", 1),
        ("kept", 1),  # signed and kept, not sent: the next run sends it, and is killed
        ("handed over", 1),
        ("handed over", 2),
        ("mined", 2),
    ):
        ended = dying(point, *certify, count=count)
        assert ended.returncode == -signal.SIGKILL, (point, ended)
    told = run(*certify, "--json").ok().json
    assert (told["counts"]["certified"] + told["counts"]["existing"]) == FILES
    assert _nonce(rpc) == before + TRANSACTIONS
    assert len(_works(rpc)) == len(set(_works(rpc))) == FILES
    assert run(*certify, "--json").ok().json["transactions"] == 0


def test_killed_while_a_transaction_waits(
    rpc: LocalChain, run: Run, dying: Dying, folder: Path, tmp_path: Path
) -> None:
    """The chain cannot tell yet; only the journal, or the proofs, know of it."""
    proofs, before = tmp_path / "proofs.json", _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0")
    rpc.rpc("evm_setAutomine", False)
    try:
        assert dying("handed over", *certify).returncode == -signal.SIGKILL
        assert (_nonce(rpc), _works(rpc)) == (before, [])
        rpc.rpc("evm_setIntervalMining", 1)
        told = run(*certify, "--json").ok().json
        assert (told["counts"]["certified"], told["transactions"]) == (5, 1)
        assert (_nonce(rpc), len(_works(rpc))) == (before + 1, 5)
        rpc.rpc("evm_setIntervalMining", 0)
        (folder / "new").write_text("new", "utf-8")
        claim = (*certify, "--anchor", proofs)
        assert dying("handed over", *claim).returncode == -signal.SIGKILL
        assert (_nonce(rpc), Anchored.load(proofs).time) == (before + 1, 0)
        rpc.rpc("evm_setIntervalMining", 1)
        assert run(*claim, "--json").ok().json["counts"]["anchored"] == 1
        assert _nonce(rpc) == before + 2
    finally:
        rpc.rpc("evm_setIntervalMining", 0)
        rpc.rpc("evm_setAutomine", True)


def test_killed_between_batches(rpc: LocalChain, run: Run, dying: Dying, tmp_path: Path) -> None:
    folder, before = _folder(tmp_path / "works", 90), _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0")
    for _ in range(2):
        assert dying("settled", *certify).returncode == -signal.SIGKILL
    assert run(*certify, "--json").ok().json["counts"]["existing"] == 80
    assert _nonce(rpc) == before + 3
    assert len(_works(rpc)) == 90


def test_killed_at_any_moment(rpc: LocalChain, run: Run, tmp_path: Path) -> None:
    folder, before = _folder(tmp_path / "works", FILES), _nonce(rpc)
    certify = ("certify", str(folder), "-r", "--account", "dev0", "--json")
    seed = time.time_ns()
    moments = random.Random(seed)
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-m", "gen_ip.cli", *certify], stdout=subprocess.PIPE
        )
        try:
            process.wait(moments.uniform(0.7, 3))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    told = run(*certify).ok().json
    assert told["counts"]["certified"] + told["counts"]["existing"] == FILES, seed
    assert _nonce(rpc) == before + TRANSACTIONS, seed
    assert len(_works(rpc)) == len(set(_works(rpc))) == FILES, seed


def test_ctrl_c_says_how_to_go_on(rpc: LocalChain, run: Run, dying: Dying, folder: Path) -> None:
    before = _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0")
    for point in ("prepared", "kept", "handed over"):
        ended = dying(point, *certify, by="SIGINT")
        assert ended.returncode == 130, ended
        assert "Run the same command again" in ended.stderr
        assert "Traceback" not in ended.stderr
    run(*certify).ok()
    assert _nonce(rpc) == before + 1
    assert len(_works(rpc)) == 5


def test_ctrl_c_beside_json_is_told_as_json(rpc: LocalChain, dying: Dying, folder: Path) -> None:
    ended = dying("kept", "certify", folder, "-r", "--account", "dev0", "--json", by="SIGINT")
    assert ended.returncode == 130, ended
    assert json.loads(ended.stdout)["error"]["type"] == "Interrupted"


def test_a_lost_connection_says_how_far_it_came(
    rpc: LocalChain, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, submit, batches = _folder(tmp_path / "works", 60), FolderRun._submit, [0]

    def cut(*arguments: Any) -> None:
        batches[0] += 1
        if batches[0] == 2:
            raise ConnectionFailed("http://node", "it is gone")
        submit(*arguments)

    monkeypatch.setattr(FolderRun, "_submit", cut)
    certify = ("certify", folder, "-r", "--account", "dev0")
    far = "Certifying: 40 of 60 done; run the same command again: it goes on"
    run(*certify).failed("ConnectionFailed", "http://node (it is gone)", far)
    assert run(*certify, "--json").ok().json["counts"]["certified"] == 20
    # Before anything was done there is nothing to go on with.
    ended = run(*certify, "--rpc", "http://127.0.0.1:9").failed("ConnectionFailed")
    assert "again" not in ended.err


def test_progress_without_a_terminal(
    rpc: LocalChain, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certify = ("certify", folder, "-r", "--account", "dev0")
    assert run(*certify, "--dry-run").ok().err == ""
    monkeypatch.setattr("gen_ip.cli.progress._SECONDS", 0)
    assert run(*certify, "--dry-run", "--json").ok().err == ""
    said = run(*certify).ok().err.splitlines()
    assert said[:2] == ["Reading: 0 of 5 done", "Reading: 1 of 5 done"]
    assert said[-1] == "Certifying: 5 of 5 done"
    # Where nothing is left to do, nothing is said to be done.
    assert run(*certify).ok().err == ""


def test_two_at_once(rpc: LocalChain, run: Run, folder: Path) -> None:
    certify = ("certify", str(folder), "-r", "--account", "dev0", "--json")
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "gen_ip.cli", *certify], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    ends = [(process.communicate(timeout=60)[0], process.returncode) for process in both]
    assert 0 in [code for _, code in ends]
    assert all(code == 0 or "JournalInUse" in out for out, code in ends)
    assert len(_works(rpc)) == 5


@pytest.mark.parametrize("point", ["before sending", "anchor kept", "handed over", "mined"])
def test_proofs_survive_a_kill(
    rpc: LocalChain, run: Run, dying: Dying, folder: Path, tmp_path: Path, point: str
) -> None:
    proofs, before = tmp_path / "proofs.json", _nonce(rpc)
    works = sorted((folder / "0").iterdir())
    anchor = ("anchor", *works, "-o", proofs, "--account", "dev0")
    ended = dying(point, *anchor)
    assert ended.returncode == -signal.SIGKILL, ended
    kept = Anchored.load(proofs)
    assert (len(kept.certificates), kept.time) == (5, 0)
    assert (kept.sent is None) == (point == "before sending")
    run(*anchor).failed("OutputTaken", "proofs.json")
    if point in ("before sending", "anchor kept"):
        run("submit", proofs, "--account", "dev0").failed("UnknownAnchor", "--resume")
    run(*anchor, "--resume").ok()
    assert _nonce(rpc) == before + 1
    assert Anchored.load(proofs).time > 0
    assert run(*anchor, "--resume", "--json").ok().json["root"] == f"0x{kept.root.hex()}"
    assert _nonce(rpc) == before + 1
    assert len(run("submit", proofs, "--account", "dev0", "--json").ok().json["certified"]) == 5


def test_a_folder_is_claimed_in_spite_of_a_kill(
    rpc: LocalChain, run: Run, dying: Dying, folder: Path, tmp_path: Path
) -> None:
    proofs, before = tmp_path / "proofs.json", _nonce(rpc)
    certify = ("certify", folder, "-r", "--account", "dev0", "--anchor", proofs)
    assert dying("handed over", *certify).returncode == -signal.SIGKILL
    assert run(*certify, "--json").ok().json["counts"]["anchored"] == 5
    assert _nonce(rpc) == before + 1
