"""`store add` shows its bytes on a terminal, and nothing of them elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip.cli.storing import _Adding, _bytes_in
from gen_ip.content.choice import open_store
from gen_ip.content.folders import put_folder
from gen_ip.content.unixfs import unixfs_cid
from tests.cli.conftest import Run

DATA = bytes(3_000_000)


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
