"""Reading strangers' files in processes that can do no harm beyond a wrong answer.

Decoders are large programs in C, fed by anybody. Here they, and other readers of what strangers
give, run in a few processes of their own that are kept from one file to the next. Such a process
starts with an empty environment and none of the caller's memory or files, may map a budget of
memory, opens no file, socket or pipe once it is set up, writes no file, leaves no core dump, and is
killed when a file takes too long. It gets a file's bytes, or asks for pieces of the one file
(`gen_ip.fingerprint.confined_file`), and answers in a form that is parsed strictly. A crash, a hang
or a lack of memory is a `DecoderFailed` of that one file, and the next gets a new process.

What is left to a decoder taken over is to answer wrongly, and what the kernel offers without a
file: there is no seccomp filter, so it may send signals and, where the system allows it, trace
processes of the same account; as root it may lift its limits. On macOS memory is not limited, on
Windows nothing but time is.
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self

from gen_ip.content.files import MAX_FILE_BYTES, StrPath
from gen_ip.errors import (
    FileProblem,
    GenIPError,
    ImageTooLarge,
    MalformedFingerprint,
    TooManyFrames,
    UnreadableImage,
    UnreadableText,
    shown,
)
from gen_ip.fingerprint.confined_file import PLACE, Served
from gen_ip.fingerprint.confined_worker import (
    FILED,
    FRAME,
    MEMORY,
    PIECE,
    PROBLEM,
    READY,
    REQUEST,
    RESULT,
    SETUP,
    SIZE,
    WANTED,
)
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.opening import MAX_PIXELS
from gen_ip.fingerprint.picture import Picture, read
from gen_ip.fingerprint.workflow.errors import UnreadableWorkflow

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from gen_ip.fingerprint.confined_worker import main; sys.exit(main())"
)
# What a system needs to load libraries, and threads that would only be in the way.
_PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_START_SECONDS = 120
_GRACE_SECONDS = 2
_SETTLE_SECONDS, _SETTLE_STEPS = 1.0, 100
_MAX_REASON = 300
_MAX_MESSAGE = 2**16
# A pipe holds 64 KiB otherwise: twice the time for a file of some megabytes.
_PIPE_BYTES = 2**20

_DAMAGED = "the file may be damaged or made to harm; give an intact copy"


class DecoderFailed(UnreadableImage):
    """Decoding the picture crashed, hung, or wanted too much memory; its process was ended."""


class ConfinementFailed(GenIPError):
    """No process for reading can be started; `reason` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"no limited process for strangers' files starts ({reason}); install what is missing, "
            "or free memory and processes"
        )


@dataclass(frozen=True)
class Limits:
    """What the reading of one file may take.

    Attributes:
        seconds: of the clock, all steps of its task together.
        memory: bytes, beyond what the process has mapped before. A picture of 100 million pixels
            takes up to 2 GiB.
        pixels: all frames of an animation together.
        file_bytes: of the file.
        answer_bytes: of what comes of it: copies of 512 x 512 and 1,024 x 1,024 pixels, or a
            record with all its parts.
        pace: of a file that is read a piece at a time, the bytes that give one second more.
    """

    seconds: int = 60
    memory: int = 3 * 2**30
    pixels: int = MAX_PIXELS
    file_bytes: int = MAX_FILE_BYTES
    answer_bytes: int = 2**22
    pace: int = 2**22


@dataclass(frozen=True)
class Caps:
    """What an operator allows readers of all kinds of files.

    Attributes:
        processes: at most so many at a time.
        seconds: of each file, as in `Limits`; None for what is usual for its kind.
        file_bytes: of each, likewise.
    """

    processes: int = 1
    seconds: int | None = None
    file_bytes: int | None = None

    def within(self, limits: Limits) -> Limits:
        """What is left of a kind's own limits."""
        most = limits.file_bytes if self.file_bytes is None else self.file_bytes
        return replace(
            limits,
            seconds=limits.seconds if self.seconds is None else self.seconds,
            file_bytes=min(limits.file_bytes, most),
        )


class Confined:
    """A pool of processes that do one task with files' bytes. May be used from several threads.

    Args:
        task: `module:function`; the function gets `options` once and gives what is called with
            each file's bytes, in the process.
        options: JSON.
        processes: at most so many at a time; they start when they are first needed.
        limits: of each file.
        failed: what is raised of the file, a reason and a remedy where the task crashes, hangs, or
            wants too much memory.
    """

    def __init__(
        self,
        task: str = "gen_ip.fingerprint.confined_tasks:pictures",
        options: Mapping[str, Any] | None = None,
        *,
        processes: int = 1,
        limits: Limits | None = None,
        failed: Callable[[StrPath, str, str], FileProblem] = DecoderFailed,
    ) -> None:
        self.limits = limits or Limits()
        self._fails = failed
        setup = {
            "task": task,
            "options": {"pixels": self.limits.pixels, **(options or {})},
            "memory": self.limits.memory,
            # Should this process end meanwhile; else it is killed before.
            "seconds": self.limits.seconds + _GRACE_SECONDS,
            "pace": self.limits.pace,
        }
        self._setup = json.dumps(setup).encode()
        self._lock = threading.Lock()
        self._closed = False
        self._all: set[_Worker] = set()
        # The one used last has its memory at hand.
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(max(1, processes)):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all processes; what still runs fails."""
        with self._lock:
            self._closed = True
            workers, self._all = self._all, set()
        for worker in workers:
            worker.end()

    def run(self, path: StrPath, *request: bytes, file: BinaryIO | None = None) -> bytes:
        """What the task makes of a request, given in parts; `path` names the file in messages.
        A task that reads a file by pieces gets those of `file`, which is open.

        Raises:
            ImageTooLarge, TooManyFrames, UnreadableImage, UnreadableText, UnreadableModel,
            UnreadableWorkflow: as the task says.
            UnreadableFile: the system cannot read `file`.
            DecoderFailed, or what was given for it: it crashed, hung, or wanted too much memory.
            ConfinementFailed: no process starts, or the pool is closed.
        """
        served = None if file is None else Served(path, file)
        worker = self._idle.get()
        kept = False
        try:
            worker = worker or self._started()
            answer = worker.asked(request, self.limits, served)
            kept = True
        except _Lost as lost:
            raise self._failed(path, worker, lost) from None
        finally:
            if not kept and worker is not None:
                self._gone(worker)
            self._idle.put(worker if kept else None)
        kind, data = answer
        if kind == RESULT:
            return data
        raise self._problem(path, data)

    def picture(self, path: StrPath) -> tuple[bytes, Picture]:
        """A file's sha2-256, 32 bytes, and the picture decoded from the same bytes.

        Raises:
            FileProblem: the file is not usable; see `gen_ip.fingerprint.picture`.
            DecoderFailed: decoding crashed, hung, or wanted too much memory.
            ConfinementFailed: no process starts, or the pool is closed.
        """
        content, sha256 = read(path, self.limits.file_bytes)
        data = self.run(path, content)
        try:
            return sha256, Picture.from_bytes(data)
        except MalformedFingerprint:
            raise self.wrong(path) from None

    def _started(self) -> _Worker:
        worker = _Worker()
        with self._lock:
            if not self._closed:
                self._all.add(worker)
        if worker not in self._all:
            worker.end()
            raise ConfinementFailed("the pool is closed")
        try:
            kind, data = worker.set_up(self._setup)
        except _Lost:
            self._gone(worker)
            how = (
                "it takes too long"
                if worker.late
                else f"it ended at once ({_ending(worker.end())})"
            )
            raise ConfinementFailed(how) from None
        if kind != READY:
            self._gone(worker)
            raise ConfinementFailed(_text(_members(data).get("reason")))
        return worker

    def _gone(self, worker: _Worker) -> None:
        with self._lock:
            self._all.discard(worker)
        worker.end()

    def _failed(self, path: StrPath, worker: _Worker | None, lost: _Lost) -> GenIPError:
        if lost.babbling:
            return self.wrong(path)
        if self._closed or worker is None:
            return ConfinementFailed("the pool is closed")
        if worker.late:
            reason = f"it takes longer than {worker.seconds:,} seconds"
            return self._fails(path, reason, "give a smaller file, or allow more seconds")
        code = worker.end()
        if code == -signal.SIGKILL:
            reason = "its decoder was killed, as systems do for want of memory"
            return self._fails(path, reason, "give a smaller file, or free some memory")
        reason = f"its decoder crashed ({_ending(code)})"
        return self._fails(path, reason, _DAMAGED)

    def _problem(self, path: StrPath, data: bytes) -> GenIPError:
        """The exception that a process told of, for this file."""
        told = _members(data)
        limit = told.get("limit")
        match told.get("kind"):
            case "ImageTooLarge" if type(limit) is int:
                return ImageTooLarge(path, _text(told.get("pixels")), limit)
            case "TooManyFrames" if type(limit) is int:
                return TooManyFrames(path, limit)
            case "UnreadableImage":
                return UnreadableImage(path, _text(told.get("reason")), _text(told.get("remedy")))
            case "UnreadableText":
                return UnreadableText(path, _text(told.get("reason")), _text(told.get("remedy")))
            case "UnreadableModel":
                return UnreadableModel(path, _text(told.get("reason")), _text(told.get("remedy")))
            case "UnreadableWorkflow":
                reason, remedy = _text(told.get("reason")), _text(told.get("remedy"))
                return UnreadableWorkflow(path, reason, remedy)
            case kind if kind == MEMORY:
                reason = f"it needs more than {self.limits.memory // 2**20:,} MiB of memory"
                return self._fails(path, reason, "give a smaller file, or allow more memory")
        return self.wrong(path)

    def wrong(self, path: StrPath) -> FileProblem:
        """What is raised of a file whose answer is none of its task's."""
        return self._fails(path, "its decoder gave a wrong answer", _DAMAGED)


class _Lost(Exception):
    """A process gave no answer, or none that can be its task's."""

    def __init__(self, babbling: bool = False) -> None:
        self.babbling = babbling


class _Worker:
    """One process. Whatever of it fails is `_Lost`."""

    def __init__(self) -> None:
        # This package as it is imported here, then what it needs.
        root = str(Path(__file__).resolve().parents[2])
        places = [root, *(each for each in sys.path if os.path.isabs(each))]
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        try:
            # A session of its own: Ctrl-C in a terminal is for the caller to answer.
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", _BOOT, json.dumps(places)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**_ENVIRONMENT, **passed},
                cwd=Path(sys.executable).anchor,
                start_new_session=True,
            )
        except OSError as error:
            raise ConfinementFailed(error.strerror or str(error)) from None
        if self._process.stdin is None or self._process.stdout is None:
            raise ConfinementFailed("it has no pipes")
        self._pipes = self._process.stdin, self._process.stdout
        self.late = False
        self.seconds = _START_SECONDS
        self._ending = threading.Lock()
        self._busy = False
        for pipe in self._pipes:
            _widen(pipe)

    def set_up(self, setup: bytes) -> tuple[int, bytes]:
        """Its answer to what it is for."""
        return self._exchange(SETUP, (setup,), _MAX_MESSAGE)

    def asked(
        self, request: tuple[bytes, ...], limits: Limits, served: Served | None = None
    ) -> tuple[int, bytes]:
        """Its answer to a request, with the file that it may ask for."""
        self.seconds = limits.seconds
        if served is None:
            return self._exchange(REQUEST, request, limits.answer_bytes)
        self.seconds += served.size // limits.pace
        parts = SIZE.pack(served.size), *request
        return self._exchange(FILED, parts, limits.answer_bytes, served)

    def end(self) -> int:
        """Kills it and what it may have started; how it ended: a negative number is a signal's."""
        self._kill()
        code = self._process.wait()
        for pipe in self._pipes:
            # What could not be written is not wanted anymore.
            with contextlib.suppress(OSError):
                pipe.close()
        return code

    def _exchange(
        self, kind: int, parts: tuple[bytes, ...], most: int, served: Served | None = None
    ) -> tuple[int, bytes]:
        watch = threading.Timer(self.seconds, self._expire)
        watch.daemon = True
        self._busy = True
        watch.start()
        try:
            self._write(kind, *parts)
            answer, size = FRAME.unpack(self._read(FRAME.size))
            while answer == WANTED and served is not None:
                piece = served.piece(self._read(size)) if size == PLACE.size else None
                if piece is None:
                    raise _Lost(babbling=True)
                self._write(PIECE, piece)
                answer, size = FRAME.unpack(self._read(FRAME.size))
            if size > most or answer not in (READY, RESULT, PROBLEM):
                raise _Lost(babbling=True)
            data = self._read(size)
        except (OSError, ValueError):
            # A pipe that broke, or one that another thread has closed.
            self._settle()
            raise _Lost from None
        finally:
            with self._ending:
                self._busy = False
            watch.cancel()
        if self.late:
            raise _Lost
        return answer, data

    def _write(self, kind: int, *parts: bytes | memoryview) -> None:
        to = self._pipes[0]
        to.write(FRAME.pack(kind, sum(map(len, parts))))
        for part in parts:
            to.write(part)
        to.flush()

    def _read(self, size: int) -> bytes:
        data = self._pipes[1].read(size)
        if len(data) < size:
            raise BrokenPipeError
        return data

    def _expire(self) -> None:
        with self._ending:
            if not self._busy:
                return
            self.late = True
        self._kill()

    def _kill(self) -> None:
        with self._ending:
            # Not waited for yet, so its number is its own.
            if self._process.returncode is None:
                if hasattr(os, "killpg"):
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(self._process.pid, signal.SIGKILL)
                self._process.kill()

    def _settle(self) -> None:
        """Lets a process that has closed its pipes end by itself, so that it is seen how."""
        if not hasattr(os, "waitid"):
            return
        # Another thread may have waited for it.
        with contextlib.suppress(ChildProcessError):
            for _ in range(_SETTLE_STEPS):
                if os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    return
                time.sleep(_SETTLE_SECONDS / _SETTLE_STEPS)


def _members(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    """A process's words, safe to print."""
    if isinstance(value, str) and value.isprintable() and len(value) <= _MAX_REASON:
        return value
    return shown(value)


def _ending(code: int) -> str:
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"


def _widen(pipe: IO[bytes]) -> None:
    """Lets more than 64 KiB wait in it, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    command = getattr(fcntl, "F_SETPIPE_SZ", None)
    if command is not None:
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe.fileno(), command, _PIPE_BYTES)
