"""The `gen-ip` command without its imports' second: each call is a fork of one warm process.

For tests that follow long documents; those of the command itself start it as users do.
"""

from __future__ import annotations

import array
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import dying
from tests.support.require import ROOT

# Run by the bare interpreter: hands its arguments, folder, environment and streams over, and ends
# as the command did.
_CLIENT = """#!{python} -IS
import array, json, os, socket, sys
server = socket.socket(socket.AF_UNIX)
server.connect({path!r})
asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
streams = array.array("i", [0, 1, 2]).tobytes()
server.sendmsg([len(asked).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
server.sendall(asked)
sys.exit(int.from_bytes(server.recv(4), "big"))
"""
_SECONDS_TO_START = 60


class Warm:
    """A warm process and the command that asks it, in `folder`; ended with the context."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "warm"
        self._command = folder / "gen-ip"

    def __enter__(self) -> Path:
        client = _CLIENT.format(python=sys.executable, path=str(self._path))
        self._command.write_text(client, "utf-8")
        self._command.chmod(0o755)
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.warm", str(self._path)], env=environment
        )
        deadline = time.monotonic() + _SECONDS_TO_START
        while not self._path.exists():
            assert self._process.poll() is None, "the warm process ended"
            assert time.monotonic() < deadline, "the warm process does not start"
            time.sleep(0.01)
        return self._command

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The run's `gen-ip` command, warm."""
    with Warm(tmp_path_factory.mktemp("warm")) as command:
        yield command


def serve(path: str) -> None:
    """Waits for calls, for ever."""
    import gen_ip.cli.app
    import gen_ip.client  # noqa: F401 - what nearly every command imports

    # Nobody waits for those who answer.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    # There only once it listens.
    listener.bind(f"{path}.new")
    listener.listen(16)
    os.rename(f"{path}.new", path)
    while True:
        connection, _ = listener.accept()
        if not os.fork():
            listener.close()
            _answer(connection)
        connection.close()


def _answer(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    streams = array.array("i")
    head, sent, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * streams.itemsize))
    streams.frombytes(sent[0][2])
    with connection.makefile("rb") as asked:
        arguments, folder, environment = json.loads(asked.read(int.from_bytes(head, "big")))
    command = os.fork()
    if command:
        status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        connection.sendall((status if status >= 0 else 128 - status).to_bytes(4, "big"))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # Made anew, since they know what the warm process's streams could do.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["gen-ip", *arguments]
    if asked_to_die := os.environ.pop(dying.VARIABLE, ""):
        dying.prepare(asked_to_die)
    from gen_ip.cli import main

    # Ends as a process does: with what Python does at its exit.
    main()
    sys.exit()


if __name__ == "__main__":
    serve(sys.argv[1])
