"""Commands show their bytes on a terminal, and nothing of them elsewhere."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.cli.output import Output
from gen_ip.cli.progress import Reached, progress
from gen_ip.cli.storing import _Adding, _bytes_in
from gen_ip.content.choice import open_store
from gen_ip.content.folders import put_folder
from gen_ip.content.local import LocalStore
from gen_ip.content.telling import Together
from gen_ip.content.unixfs import unixfs_cid
from tests.cli.conftest import Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain

DATA = bytes(3_000_000)
# Has rich take a stderr for a terminal.
TERMINAL = {"FORCE_COLOR": "1", "TERM": "xterm"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "big[red].bin"
    path.write_bytes(DATA)
    return path


def on_a_terminal(*words: str) -> tuple[str, str]:
    """A command's stdout, and what its terminal shows of stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gen_ip.cli", *words]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        # A terminal whose other side has gone is an error, not an end.
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:
            pass
        os.close(ours)
        assert process.stdout is not None
        out = process.stdout.read()
    assert process.returncode == 0, shown
    return out, shown.decode()


@pytest.mark.usefixtures("home")
def test_bytes_of_all_on_a_terminal(file: Path) -> None:
    out, shown = on_a_terminal("store", "add", str(file))
    assert out.strip() == unixfs_cid(DATA)
    assert "Adding big[red].bin" in shown
    assert "3.0/3.0 MB" in shown


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    with path.open("wb") as made:
        made.truncate(40_000_000)
    return path


def test_certifying_and_deriving_show_the_bytes_of_large_files(
    run: Run, rpc: LocalChain, large: Path
) -> None:
    made = run("certify", large, "--account", "dev0", **TERMINAL).ok()
    # Read once to be named, once to be kept.
    assert "Certifying large.bin" in made.err
    assert "/80.0 MB" in made.err
    work = next(line for line in made.out.splitlines() if line.startswith("work ")).split()[1]
    terms = ("--terms", "commercial-remix", "--account", "dev0", "--yes", "--json")
    issued = run("license", "issue", work, address("dev1"), *terms).ok().json
    derive = ("derive", large, "--license", issued["licenses"][0]["license"], "--account", "dev1")
    assert "/80.0 MB" in run(*derive, **TERMINAL).ok().err


def test_a_small_file_and_a_document_for_machines_show_no_bar(
    run: Run, rpc: LocalChain, file: Path, large: Path
) -> None:
    small = run("certify", file, "--account", "dev0", **TERMINAL).ok()
    whole = run("certify", large, "--account", "dev0", "--json", **TERMINAL).ok()
    assert "Certifying" in small.err
    assert "MB" not in small.err + whole.err
    assert whole.json["name"] == "large"


def test_a_folder_shows_the_bytes_of_its_files(run: Run, rpc: LocalChain, large: Path) -> None:
    shown = run("certify", large.parent, "-r", "--account", "dev0", **TERMINAL).ok().err
    assert "of 40.0 MB" in shown


def test_every_reading_counts(chain: LocalChain, tmp_path: Path) -> None:
    model = tmp_path / "model.safetensors"
    header = {"x": {"dtype": "U8", "shape": [600_000], "data_offsets": [0, 600_000]}}
    text = json.dumps(header).encode()
    model.write_bytes(len(text).to_bytes(8, "little") + text + bytes(600_000))
    told: list[tuple[int, int]] = []
    size = model.stat().st_size
    store = LocalStore(tmp_path / "store")
    client = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)
    client.certify(model, on_bytes=lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {3 * size}
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert {size, 2 * size, 3 * size} <= {done for done, _ in told}


def test_threads_tell_of_one_whole_that_never_shrinks() -> None:
    told: list[tuple[int, int]] = []
    together = Together(lambda done, total: told.append((done, total)), 400)
    both = [together.of(100), together.of(300)]
    both[0](1, 2)
    both[1](30, 60)
    both[1](10, 60)
    both[0](2, 2)
    both[1](60, 60)
    assert told == [(50, 400), (200, 400), (200, 400), (250, 400), (400, 400)]


def test_a_log_is_told_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gen_ip.cli.progress._SECONDS", 0.0)
    reached = Reached()
    with progress(Output(as_json=False), reached) as tell:
        tell("Reading", 0, 2)
        reached.on_bytes(1_500_000, 3_000_000)
        reached.on_bytes(15_000_000, 300_000_000)
        tell("Signing", 0, 1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1] == "Reading: 0 of 2 done, 15.0 of 300.0 MB"
    assert lines[2] == "Signing: 0 of 1 done"


@pytest.mark.usefixtures("home")
def test_nothing_beside_json(file: Path) -> None:
    _, shown = on_a_terminal("store", "add", str(file), "--json")
    assert shown == ""


def test_nothing_where_there_is_no_terminal(run: Run, file: Path) -> None:
    for path in (file, file.parent):
        assert run("store", "add", path).ok().err == ""


def test_a_folder_into_two_stores_is_told_of_as_one_whole(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "empty").touch()
    (folder / "inner" / "a").write_bytes(bytes(600_000))
    (folder / "z").write_bytes(bytes(10))
    told: list[tuple[int, int]] = []
    store = open_store([tmp_path / "one", tmp_path / "two"])
    adding = _Adding(store, _bytes_in(folder), lambda done, total: told.append((done, total)))
    put_folder(adding, folder, 1 << 30)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (600_010, 600_010)
    assert (300_000, 600_010) in told
