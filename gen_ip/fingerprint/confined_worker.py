"""The side of `gen_ip.fingerprint.confined` that decodes: a process that may do little else.

Started with nothing of the caller's environment, it loads what its task needs, then gives up what
it can: memory beyond a budget, every new file, socket or pipe, every byte written to a file, core
dumps. What it answers is data that the other side parses strictly, never pickled.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from gen_ip.errors import (
    FileProblem,
    GenIPError,
    ImageTooLarge,
    TooManyFrames,
    UnreadableImage,
    UnreadableText,
)
from gen_ip.fingerprint.confined_file import PLACE, distant
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.workflow.errors import UnreadableWorkflow

#: From its name and the options that came with it: what is done with each request.
Task = Callable[[bytes], bytes]
#: The same with a file, which is read a piece at a time.
FileTask = Callable[[bytes, BinaryIO], bytes]

# Kind and length of what follows.
FRAME = struct.Struct(">BQ")
READY, RESULT, PROBLEM, REQUEST, SETUP, FILED, WANTED, PIECE = range(8)
#: A request with a file begins with the file's size.
SIZE = struct.Struct(">Q")
# What the parent calls a job without memory; the others are names of exceptions.
MEMORY = "MemoryError"
#: Named in messages that the other side words anew.
UNNAMED = "picture"


def main() -> int:
    """Serves requests on stdin until it ends."""
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not get among the answers.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    requests = sys.stdin.buffer
    _, told = _read(requests, SETUP) or (SETUP, b"{}")
    setup = json.loads(told)
    try:
        module, _, function = setup["task"].partition(":")
        task: Callable[..., bytes] = getattr(import_module(module), function)(setup["options"])
    except Exception as error:  # noqa: BLE001 - nobody else would tell why it ended
        named = "" if isinstance(error, GenIPError) else f"{type(error).__name__}: "
        reason = f"{named}{error}"
        _write(answers, PROBLEM, json.dumps({"kind": "setup", "reason": reason}).encode())
        return 1
    _give_up(setup["memory"])
    _write(answers, READY, b"")
    while (asked := _read(requests, REQUEST, FILED)) is not None:
        kind, request = asked
        given: tuple[Any, ...] = (request,)
        seconds = setup["seconds"]
        if kind == FILED:
            (size,) = SIZE.unpack_from(request)
            given = request[SIZE.size :], distant(_asking(requests, answers), size)
            seconds += size // setup["pace"]
        _wake(seconds)
        kind, answer = _done(task, given)
        _wake(0)
        _write(answers, kind, answer)
    return 0


def _done(task: Callable[..., bytes], given: tuple[Any, ...]) -> tuple[int, bytes]:
    try:
        return RESULT, task(*given)
    except FileProblem as error:
        return PROBLEM, json.dumps(_told(error)).encode()
    except MemoryError:
        return PROBLEM, json.dumps({"kind": MEMORY}).encode()


def _told(error: FileProblem) -> dict[str, Any]:
    if isinstance(error.__cause__, MemoryError):
        return {"kind": MEMORY}
    match error:
        case ImageTooLarge():
            told: dict[str, Any] = {"pixels": error.pixels, "limit": error.limit}
        case TooManyFrames():
            told = {"limit": error.limit}
        case UnreadableImage() | UnreadableText() | UnreadableModel() | UnreadableWorkflow():
            told = {"reason": error.reason, "remedy": error.remedy}
        case _:
            raise error
    return {"kind": type(error).__name__, **told}


def _wake(seconds: int) -> None:
    """Ends the process after so many seconds, by the kernel, should nobody else; 0 for never."""
    if hasattr(signal, "alarm"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)


def _give_up(memory: int) -> None:
    try:
        import resource
    except ImportError:
        # Windows: there the other side's time-out is all that holds it.
        return
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        # No new one is below it, so none can be had; those at hand go on.
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_AS, _address_space() + memory),
    ):
        # macOS refuses some; where it does, the time-out is left.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))


def _address_space() -> int:
    """Bytes this process has mapped; libraries map much more than they use."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 2**31


def _asking(requests: BinaryIO, answers: BinaryIO) -> Callable[[int, memoryview], int]:
    """What fills a view with the file's bytes from a place on."""

    def ask(start: int, view: memoryview) -> int:
        _write(answers, WANTED, PLACE.pack(start, len(view)))
        kind, size = FRAME.unpack(requests.read(FRAME.size))
        if kind != PIECE or size > len(view):
            raise EOFError
        read: int = requests.readinto(view[:size])  # type: ignore[attr-defined]  # BinaryIO knows none
        if read != size:
            raise EOFError
        return read

    return ask


def _read(file: BinaryIO, *expected: int) -> tuple[int, bytes] | None:
    header = file.read(FRAME.size)
    if len(header) < FRAME.size:
        return None
    kind, size = FRAME.unpack(header)
    if kind not in expected:
        return None
    data = file.read(size)
    return (kind, data) if len(data) == size else None


def _write(file: BinaryIO, kind: int, data: bytes) -> None:
    file.write(FRAME.pack(kind, len(data)))
    file.write(data)
    file.flush()
