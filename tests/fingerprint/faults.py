"""Tasks for limited processes that go wrong as decoders do when a file makes them."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from gen_ip.errors import UnreadableImage
from gen_ip.fingerprint import detecting
from gen_ip.fingerprint.confined_worker import FileTask
from gen_ip.fingerprint.model.confined import records as model_records
from gen_ip.fingerprint.text.prompt_reading import parts
from gen_ip.fingerprint.workflow.confined import records as workflow_records

Fault = Callable[[bytes], bytes]


def segfault(_: bytes) -> bytes:
    ctypes.string_at(0)
    return b"not reached"


def abort(_: bytes) -> bytes:
    os.abort()


def killed(_: bytes) -> bytes:
    """As by a system that lacks memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return b"not reached"


def sleep(_: bytes) -> bytes:
    time.sleep(3_600)
    return b"not reached"


def spin(_: bytes) -> bytes:
    while True:
        pass


def allocate(_: bytes) -> bytes:
    return bytes(bytearray(10 * 2**30)[:1])


def raise_unknown(_: bytes) -> bytes:
    raise ArithmeticError("nobody expects this")


def write_file(target: bytes) -> bytes:
    """A name, what came of writing there."""
    try:
        Path(os.fsdecode(target)).write_bytes(b"left behind")
    except OSError as error:
        return type(error).__name__.encode()
    return b"written"


def read_file(source: bytes) -> bytes:
    try:
        return Path(os.fsdecode(source)).read_bytes()
    except OSError as error:
        return type(error).__name__.encode()


def connect(_: bytes) -> bytes:
    try:
        socket.create_connection(("127.0.0.1", 9), 1).close()
    except OSError as error:
        return (error.strerror or "").encode()
    return b"connected"


def run_program(_: bytes) -> bytes:
    try:
        return subprocess.run(["/bin/true"], check=False).returncode.to_bytes()
    except OSError as error:
        return (error.strerror or "").encode()


def print_something(_: bytes) -> bytes:
    """Among the answers it would break the next."""
    print("warning: on stdout")
    sys.stdout.flush()
    os.write(1, b"and from C\n")
    return b"done"


def babble(_: bytes) -> bytes:
    """Bytes on every descriptor that may be the answers'."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, b"\xff" * 64)
        except OSError:
            continue
    return b"done"


def huge(_: bytes) -> bytes:
    return bytes(2**24)


def lie(_: bytes) -> bytes:
    return b"no picture at all"


def escape(_: bytes) -> bytes:
    raise UnreadableImage("picture", "\x1b[2Jcleared", "\x1b]0;title\x07")


def fork_and_hang(_: bytes) -> bytes:
    """A child of the process that keeps its pipes open."""
    if os.fork() == 0:
        time.sleep(3_600)
    os.kill(os.getpid(), signal.SIGSEGV)
    return b"not reached"


def task(options: Mapping[str, Any]) -> Fault:
    """The first word of a request names a fault, the rest is for it; `echo` and `pid` are none."""

    def run(request: bytes) -> bytes:
        name, _, rest = request.partition(b" ")
        if name == b"echo":
            return rest
        if name == b"pid":
            return str(os.getpid()).encode()
        fault: Fault = globals()[name.decode()]
        return fault(rest)

    return run


def eat(_: bytes) -> bytes:
    """Memory part by part, as parsers do."""
    eaten = []
    while True:
        eaten.append(bytearray(2**26))


def _doing(content: bytes, where: str) -> bytes | None:
    """What comes of the fault that a file's bytes name for this place, if they do."""
    named = re.search(rb"fault ([a-z.]+)", content)
    place, _, name = named[1].decode().rpartition(".") if named else ("", "", "")
    if not name or place != where:
        return None
    fault: Fault = globals()[name]
    return fault(b"")


def models(options: Mapping[str, Any]) -> FileTask:
    """Models, and what their bytes say."""
    return _faulty(model_records(options), "")


def detections(options: Mapping[str, Any]) -> FileTask:
    """What files are, and what their bytes say."""
    return _faulty(detecting.detections(options), "detecting")


def _faulty(task: FileTask, where: str) -> FileTask:
    def run(request: bytes, file: BinaryIO) -> bytes:
        done = _doing(file.read(2**16), where)
        file.seek(0)
        return task(request, file) if done is None else done

    return run


def workflows(options: Mapping[str, Any]) -> Fault:
    """Workflows, and what their bytes say."""
    task = workflow_records(options)
    return lambda request: _doing(request, "") or task(request)


def prompts(options: Mapping[str, Any]) -> Fault:
    """Prompts, and what their characters say."""
    task = parts(options)
    return lambda request: _doing(request, "") or task(request)


def reaching(_: Mapping[str, Any]) -> FileTask:
    """Reads a file as its request says: `whole`, or a place beyond it."""

    def run(request: bytes, file: BinaryIO) -> bytes:
        if request == b"whole":
            return file.read()
        start, count = map(int, request.split())
        raw: Any = file.raw  # type: ignore[attr-defined]  # as it is made
        view = memoryview(bytearray(count))
        return bytes(view[: raw._ask(start, view)])

    return run


def broken_from_the_start(_: Mapping[str, Any]) -> Fault:
    os.abort()
