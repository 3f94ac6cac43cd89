"""The records of many files, over several processes, each as limited as `confined` says."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from gen_ip.content.files import StrPath
from gen_ip.errors import FileProblem, MalformedFingerprint
from gen_ip.fingerprint.confined import Confined, DecoderFailed, Limits
from gen_ip.fingerprint.picture import read
from gen_ip.fingerprint.record import PictureRecord
from gen_ip.fingerprint.weights import find

# How many files are read ahead of the slowest, for each process.
_AHEAD = 4
# Each takes some hundred megabytes.
_MOST_PROCESSES = 64


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its record, or what was wrong with it."""

    path: str
    record: PictureRecord | None = None
    problem: FileProblem | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON: `file`, and `record` or `problem`, its type and message."""
        found: dict[str, Any] = {"file": self.path}
        if self.record is not None:
            found["record"] = self.record.to_json()
        if self.problem is not None:
            found["problem"] = {"type": type(self.problem).__name__, "message": str(self.problem)}
        return found


@dataclass(frozen=True)
class Wanted:
    """What a record is to hold besides the hashes.

    Attributes:
        features: local features; needs OpenCV.
        glimpses: the small picture.
        descriptor: the code of `sscd-1`; needs onnxruntime and its weights.
        weights: their file; by default where `gen_ip.fingerprint.weights.find` finds it.
    """

    features: bool = True
    glimpses: bool = True
    descriptor: bool = False
    weights: StrPath | None = None

    def options(self) -> dict[str, object]:
        """For the task `records`.

        Raises:
            MissingWeights, WrongWeights, FileProblem: there are no weights to be had.
        """
        weights = find(self.weights) if self.descriptor else None
        return {"features": self.features, "glimpses": self.glimpses, "weights": weights}


class Recorder:
    """Makes records of files in limited processes, which are kept from one file to the next. May
    be used from several threads.

    Args:
        wanted: what the records are to hold.
        processes: at most so many; by default one for every processor.
        limits: of each picture.

    Raises:
        MissingWeights, WrongWeights, FileProblem: the descriptor is wanted without its weights.
    """

    def __init__(
        self,
        wanted: Wanted | None = None,
        *,
        processes: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.processes = max(1, min(processes or _processors(), _MOST_PROCESSES))
        self._confined = Confined(
            "gen_ip.fingerprint.confined_tasks:records",
            (wanted or Wanted()).options(),
            processes=self.processes,
            limits=limits,
        )

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes; what still runs fails."""
        self._confined.close()

    def record(self, path: StrPath) -> PictureRecord:
        """The record of one file.

        Raises:
            FileProblem: the file is not usable; see `gen_ip.fingerprint.picture`.
            DecoderFailed: decoding crashed, hung, or wanted too much memory.
            ConfinementFailed: no process starts, such as for want of a library; it says which.
        """
        content, sha256 = read(path, self._confined.limits.file_bytes)
        data = self._confined.run(path, sha256, content)
        try:
            record = PictureRecord.from_bytes(data)
        except MalformedFingerprint:
            record = None
        if record is None or record.sha256 != sha256:
            raise DecoderFailed(
                path, "its decoder gave a wrong answer", "give an intact copy of the file"
            )
        return record

    def records(
        self, paths: Iterable[StrPath], progress: Callable[[int], None] | None = None
    ) -> Iterator[Outcome]:
        """What became of each file, in the order given, while others are worked on.

        A file that cannot be used is an outcome and stops nothing. When the iteration is left,
        by Ctrl-C too, no process stays.

        Args:
            paths: read as needed, a few ahead.
            progress: told how many files are done, in the thread that iterates.

        Raises:
            ConfinementFailed: no process starts, such as for want of a library; it says which.
        """
        pool = ThreadPoolExecutor(self.processes, thread_name_prefix="pictures")
        waiting: deque[Future[Outcome]] = deque()
        complete = False
        try:
            count = 0
            rest = iter(paths)
            while True:
                while len(waiting) < _AHEAD * self.processes:
                    path = next(rest, None)
                    if path is None:
                        break
                    waiting.append(pool.submit(self._outcome, path))
                if not waiting:
                    break
                outcome = waiting.popleft().result()
                count += 1
                if progress is not None:
                    progress(count)
                yield outcome
            complete = True
        finally:
            if not complete:
                # Its threads wait for processes, and these might take their time.
                self.close()
            pool.shutdown(cancel_futures=True)

    def _outcome(self, path: StrPath) -> Outcome:
        name = os.fspath(path)
        try:
            return Outcome(name, self.record(path))
        except FileProblem as problem:
            return Outcome(name, problem=problem)


def _processors() -> int:
    """How many this process may use; Python tells from 3.13 on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
