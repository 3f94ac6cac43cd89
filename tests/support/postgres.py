"""A real PostgreSQL server for tests, on a free port of 127.0.0.1 and of a temporary folder."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.require import require

START_SECONDS = 60.0


class Postgres:
    """A server. Where root starts it, it runs as `nobody`: it refuses to be root's."""

    def __init__(self, initdb: Path, folder: Path) -> None:
        self._bin, self._folder = initdb.resolve().parent, folder
        self._user = "nobody" if os.getuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._run(
            initdb.name, "-D", folder / "data", "-U", "tests", "-A", "trust", "-N", "-E", "UTF8"
        )

    def start(self) -> None:
        """Starts it, and returns once it answers."""
        command = [
            self._bin / "postgres",
            *("-D", self._folder / "data", "-p", str(self._port), "-h", "127.0.0.1"),
            *("-k", self._folder, "-c", "fsync=off"),
        ]
        log = (self._folder / "log").open("ab")
        self._process = subprocess.Popen(
            command, stdout=log, stderr=log, user=self._user, cwd=self._folder
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except AssertionError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()
                assert self._process.poll() is None, (self._folder / "log").read_text()
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """Ends it at once, as a crash does; what was committed is there after `start`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_SECONDS)

    def execute(self, statement: str) -> None:
        """Runs a statement as the server's owner."""
        import psycopg

        try:
            with psycopg.connect(
                f"postgresql://tests@127.0.0.1:{self._port}/postgres", autocommit=True
            ) as connection:
                connection.execute(statement.encode())
        except psycopg.OperationalError as error:
            raise AssertionError(error) from None

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f"CREATE DATABASE {name}")
        return f"postgresql://tests@127.0.0.1:{self._port}/{name}"

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self._bin / program, *map(str, arguments)],
            check=True,
            capture_output=True,
            user=self._user,
            cwd=self._folder,
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The run's server."""
    initdb = require("postgres")
    # Not pytest's folder: another user could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="gen-ip-postgres-"))
    server = Postgres(initdb, folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)
