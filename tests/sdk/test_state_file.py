"""The file that keeps a chain: held by one, replaced whole, never lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip.chain.state_file import StateFile, StateInUse, StateNotKept, StateUnusable


def test_what_the_node_wrote_takes_the_place_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "state.json"
    with StateFile(path) as state:
        assert not state.exists()
        state.dump.write_text('{"block": 1}')
    with StateFile(path) as state:
        assert state.exists()
        assert path.read_text() == '{"block": 1}'
        state.dump.write_text('{"block": 2}')
    assert path.read_text() == '{"block": 2}'
    assert sorted(file.name for file in path.parent.iterdir()) == ["state.json", "state.json.lock"]


@pytest.mark.parametrize("written", [None, "", '{"block": 2', "[]"])
def test_a_state_written_in_part_replaces_nothing(tmp_path: Path, written: str | None) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"block": 1}')
    state = StateFile(path).__enter__()
    if written is not None:
        state.dump.write_text(written)
    with pytest.raises(StateNotKept, match="as it was before"):
        state.__exit__(None, None, None)
    assert path.read_text() == '{"block": 1}'
    assert not state.dump.exists()


def test_another_error_goes_before_that_of_the_state(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), StateFile(tmp_path / "state.json"):
        raise ZeroDivisionError


@pytest.mark.parametrize(("left", "found"), [('{"block": 2}', 2), ('{"block"', 1)])
def test_what_a_killed_run_left_is_taken_over_if_whole(
    tmp_path: Path, left: str, found: int
) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"block": 1}')
    (tmp_path / "state.json.new").write_text(left)
    with StateFile(path) as state:
        assert path.read_text() == f'{{"block": {found}}}'
        state.dump.write_text("{}")


def test_only_one_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with StateFile(path) as state:
        with pytest.raises(StateInUse, match="still starting"), StateFile(path):
            pass
        state.announce("http://127.0.0.1:8545")
        with pytest.raises(StateInUse, match=f"process {os.getpid()}, at http://127.0.0.1:8545"):
            StateFile(path).__enter__()
        state.dump.write_text("{}")
    with StateFile(path) as state:
        state.dump.write_text("{}")


def test_a_lock_file_that_says_nothing_of_use(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with StateFile(path) as state:
        for text in (b"", b"[]", b"\xff", b'{"pid": "\\u001b", "url": "\\u001b"}'):
            os.ftruncate(state.lock, 0)
            os.pwrite(state.lock, text, 0)
            with pytest.raises(StateInUse, match="process unknown, still starting"):
                StateFile(path).__enter__()
        state.dump.write_text("{}")


def test_the_lock_lasts_as_long_as_a_node_that_shares_it(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with StateFile(path) as state:
        state.dump.write_text("{}")
        node = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(state.lock,)
        )
    with pytest.raises(StateInUse), StateFile(path):
        pass
    node.communicate(b"\n")
    with StateFile(path) as state:
        state.dump.write_text("{}")


def test_a_folder_holds_a_state_json(tmp_path: Path) -> None:
    with StateFile(tmp_path) as state:
        assert state.path == tmp_path / "state.json"
        assert not state.exists()
        state.dump.write_text("{}")


def test_a_place_that_cannot_keep_a_state(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for path in (tmp_path / "file" / "state.json", tmp_path / "pipe", loop / "state.json"):
        with pytest.raises(StateUnusable, match="--state"), StateFile(path):
            pass


def test_a_folder_that_may_not_be_entered(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    script = (
        "import os, sys; from pathlib import Path; from gen_ip.chain import state_file\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: state_file.StateFile(Path(sys.argv[1])).__enter__()\n"
        "except state_file.StateUnusable as error: print(error)"
    )
    command = [sys.executable, "-c", script, str(closed / "state.json")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "cannot be kept" in ended.stdout, ended.stderr
    assert "Permission denied" in ended.stdout
