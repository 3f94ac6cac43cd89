"""The service as a process with a socket: slow and lying clients, its end, its commands."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from typer.testing import CliRunner

from gen_ip.cli.app import app as cli
from gen_ip.service.app import app_of
from gen_ip.service.errors import PortUnavailable
from gen_ip.service.protocol import CappedProtocol
from gen_ip.service.running import serve
from gen_ip.service.settings import Settings
from tests.service.files import COFFEE
from tests.support.require import ROOT

SECONDS = 120


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "gen_ip.cli", *map(str, arguments)]


@contextmanager
def running(index: Path, folder: Path, *options: str) -> Iterator[tuple[Any, str]]:
    """The command, and where it listens."""
    process = subprocess.Popen(
        command("serve", "--port", "0", "--json", "--index", index, "--folder", folder, *options),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())["url"]
    finally:
        process.kill()
        process.communicate()


def connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=SECONDS)


def test_it_finishes_what_is_under_way_and_ends(index: Path, tmp_path: Path) -> None:
    data = COFFEE.read_bytes()
    with running(index, tmp_path) as (process, url):
        asking = connected(url)
        asking.putrequest("POST", "/v1/match")
        asking.putheader("Content-Length", str(len(data)))
        asking.endheaders(data[:1000])
        # Answered by another connection, so the first one's head is taken by now.
        other = connected(url)
        other.request("GET", "/health")
        assert other.getresponse().status == 200
        other.close()
        process.send_signal(signal.SIGTERM)
        asking.send(data[1000:])
        answer = asking.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["verdict"] == "exact-bytes"
        asking.close()
        _, told = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, told
        assert "Traceback" not in told
        assert "Stopped" in told


def test_clients_that_lie_harm_nobody(index: Path, tmp_path: Path) -> None:
    with running(index, tmp_path) as (_, url):
        parts = urlsplit(url)
        address = (str(parts.hostname), int(parts.port or 0))
        for sent in (
            # Less than was promised, then gone.
            b"POST /v1/match HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nfew",
            b"POST /v1/match HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            b"POST /v1/match HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"GET /" + b"a" * 200_000,
            b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000,
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20,
        ):
            with socket.create_connection(address, timeout=SECONDS) as client:
                try:
                    client.sendall(sent)
                    client.shutdown(socket.SHUT_WR)
                    # Refused or closed, without another word of ours.
                    told = b"".join(iter(lambda client=client: client.recv(65536), b""))
                except ConnectionError:
                    told = b""
                assert not told or told.split(b" ", 2)[1][:1] == b"4"
        asking = connected(url)
        asking.request("GET", "/health")
        assert asking.getresponse().status == 200
        asking.close()


def test_a_head_that_does_not_come_is_not_waited_for(settings: Settings) -> None:
    class Impatient(CappedProtocol):
        head_seconds = 0.2

    def nothing(client: socket.socket) -> None:
        # Closed by the other side.
        assert client.recv(1) == b""

    def half(client: socket.socket) -> None:
        client.sendall(b"GET /health HTTP/1.1\r\nHost:")
        nothing(client)

    def another(client: socket.socket) -> None:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.recv(65536)
        assert answer.startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /health HTTP/1.1\r\n")
        while answer:
            answer = client.recv(65536)

    _against(Impatient, settings, nothing, half, another)


def _against(
    protocol: type[CappedProtocol], settings: Settings, *clients: Callable[[socket.socket], None]
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app_of(settings), http=protocol, ws="none", log_config=None)
    server = uvicorn.Server(config)

    async def all_of_it() -> None:
        serving = asyncio.create_task(server.serve([listener]))
        try:
            for each in clients:
                with socket.create_connection(listener.getsockname(), timeout=SECONDS) as client:
                    await asyncio.to_thread(each, client)
        finally:
            server.should_exit = True
            await serving

    asyncio.run(all_of_it())


def test_an_upload_that_does_not_come_is_not_waited_for(settings: Settings) -> None:
    app = app_of(Settings(**{**settings.__dict__, "upload_seconds": 0.1}))
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"a", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/match", "query_string": b""}
    asyncio.run(app({**scope, "headers": [], "client": ("a", 1)}, receive, send))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["type"] == "urn:gen-ip:problem:too-slow"


def test_more_uploads_than_may_be_are_refused(settings: Settings) -> None:
    app = app_of(Settings(**{**settings.__dict__, "uploads": 1}))
    began, statuses = threading.Event(), []

    async def ask(wait: asyncio.Event | None) -> None:
        async def receive() -> dict[str, Any]:
            began.set()
            if wait is not None:
                await wait.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        scope = {"type": "http", "method": "POST", "path": "/v1/match", "query_string": b""}
        await app({**scope, "headers": [], "client": ("a", 1)}, receive, send)

    async def both() -> None:
        go_on = asyncio.Event()
        first = asyncio.create_task(ask(go_on))
        while not began.is_set():
            await asyncio.sleep(0.001)
        await ask(None)
        go_on.set()
        await first
        # Its place is free again.
        await ask(None)

    asyncio.run(both())
    assert statuses == [503, 400, 400]


def test_a_port_that_is_taken_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnavailable, match=f"port {port} .* give another --port"):
            serve(settings, "127.0.0.1", port, listening=lambda url: None)


def test_the_operator_s_commands(tmp_path: Path) -> None:
    def run(*arguments: str | Path, fails: bool = False) -> Any:
        words = ["service", *map(str, arguments), "--json", "--folder", str(tmp_path / "service")]
        ended = CliRunner().invoke(cli, words, env={"HOME": str(tmp_path)})
        assert bool(ended.exit_code) is fails, ended.output
        return json.loads(ended.stdout)

    made = run("add-key", "a platform")
    assert made["key"].startswith(f"genip_{made['id']}_")
    assert [each["id"] for each in run("keys")["keys"]] == [made["id"]]
    assert "key" not in run("keys")["keys"][0]
    run("remove-key", made["id"])
    assert run("remove-key", made["id"], fails=True)["error"]["type"] == "UnknownName"
    run("hide", "a work", "--reason", "a court said so")
    run("backup", tmp_path / "copy.sqlite")
    assert run("hidden")["hidden"][0]["reason"] == "a court said so"
    run("unhide", "a work")
    assert run("hidden") == {"hidden": []}
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "wrong", [["--rate", "x"], ["--match-rate", "1"], ["--host", " "]], ids=lambda each: each[0]
)
def test_what_cannot_be_served_leaves_nothing_behind(
    wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ended = CliRunner().invoke(cli, ["serve", "--port", "0", *wrong])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("error: ")
    assert not list(tmp_path.rglob("*.sqlite"))
