"""What strangers' files are, told in limited processes."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from io import BytesIO
from types import TracebackType
from typing import Any, BinaryIO

from gen_ip import nesting
from gen_ip.content.detection.detect import detect
from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.settling import KINDS
from gen_ip.content.files import MAX_MODEL_BYTES, StrPath, open_file
from gen_ip.errors import FileProblem
from gen_ip.fingerprint.confined import Confined, Limits
from gen_ip.fingerprint.confined_worker import FileTask

_TASK = "gen_ip.fingerprint.detecting:detections"
#: The most memory is that of a model's header of 100 MB.
LIMITS = Limits(memory=2 * 2**30, file_bytes=MAX_MODEL_BYTES, answer_bytes=2**14)
_DEPTH = 3
_NAME = re.compile(r"[a-z0-9][a-z0-9.+/-]{0,99}")
_MOST_OTHERS = 8
_MOST_WORDS = 1_000
_CODECS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1")


class DetectionFailed(FileProblem):
    """Telling what the file is crashed, hung, or wanted too much memory; its process was ended."""

    def __init__(self, path: object, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(path, f"cannot be told to be of any kind ({reason}); {remedy}")


def detections(_: Mapping[str, Any]) -> FileTask:
    """From a file to what `gen_ip.content.detection.detect` tells of it, as JSON: the task. No
    options."""

    def run(_: bytes, file: BinaryIO) -> bytes:
        return json.dumps(detect(file)).encode()

    # With everything loaded: afterwards no file can be opened, no codec's either.
    for codec in _CODECS:
        codecs.lookup(codec)
    for sample in _samples():
        run(b"", BytesIO(sample))
    return run


class Detector:
    """Tells what files are. May be used from several threads; left by its `with` block, which ends
    its processes.

    Args:
        limits: of each file.
        processes: at most so many at a time.
    """

    def __init__(self, *, limits: Limits = LIMITS, processes: int = 1) -> None:
        self._limits = limits
        self._confined = Confined(_TASK, limits=limits, processes=processes, failed=DetectionFailed)

    def __enter__(self) -> Detector:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._confined.close()

    def detect(self, path: StrPath) -> Detected:
        """What a file is by its bytes.

        Raises:
            MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
            DetectionFailed: it crashed, hung, or wanted too much memory.
            ConfinementFailed: no limited process starts; it says why.
        """
        with open_file(path, self._limits.file_bytes) as file:
            data = self._confined.run(path, file=file)
        try:
            return detected(nesting.parse(data, _DEPTH))
        except (ValueError, TypeError):
            raise self._confined.wrong(path) from None


def detected(value: Any) -> Detected:
    """What a process told, parsed from JSON by the caller, checked: it may have been taken over.

    Raises:
        ValueError, TypeError: it is no `Detected`.
    """
    kind, form, media_type, also, refusal = value
    names = [form, media_type, *also]
    named = all(isinstance(each, str) and _NAME.fullmatch(each) for each in names)
    if kind not in KINDS or not named or len(also) > _MOST_OTHERS:
        raise ValueError
    if refusal is not None and not _is_sentence(refusal):
        raise ValueError
    return Detected(kind, form, media_type, tuple(also), refusal)


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= _MOST_WORDS


def _samples() -> list[bytes]:
    """A file for each way of looking."""
    tensors = b'{"a.lora_up.weight":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
    graph = b'{"1":{"class_type":"A","inputs":{}}}'
    return [
        len(tensors).to_bytes(8, "little") + tensors + b"\0",
        graph + b" " * 2**17,
        "a, b\nSteps: 1, Sampler: c, Seed: 2".encode("utf-16"),
        b"<svg></svg>",
        b"# caf\xe9 " * 99,
        b"PK\x03\x04" + bytes(99),
        b"\x80\x02}.",
    ]
