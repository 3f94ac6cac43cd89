"""Models' files read in limited processes, a piece at a time."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from types import TracebackType
from typing import Any, BinaryIO

from gen_ip.content.files import MAX_MODEL_BYTES, StrPath, open_file
from gen_ip.content.safetensors import DTYPE_BITS, BadSafetensors
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.confined import Confined, Limits
from gen_ip.fingerprint.confined_worker import UNNAMED, FileTask
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.model.handing import packed, size_of, unpacked
from gen_ip.fingerprint.model.reading import read_open
from gen_ip.fingerprint.model.record import ModelRecord

_TASK = "gen_ip.fingerprint.model.confined:records"
#: Of a model of any size; the most memory is that of a header of 100 MB.
LIMITS = Limits(memory=2 * 2**30, file_bytes=MAX_MODEL_BYTES, answer_bytes=2**29)
# Of a model with many modules that is itself no larger.
_LEAST_ANSWER = 2**24


class ModelReadingFailed(UnreadableModel):
    """Reading the model crashed, hung, or wanted too much memory; its process was ended."""


def records(options: Mapping[str, Any]) -> FileTask:
    """From a model's file to what `gen_ip.fingerprint.model.handing` packs: the task. Options:
    `answer_bytes`, the most that may be."""
    most = options["answer_bytes"]

    def run(_: bytes, file: BinaryIO) -> bytes:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        try:
            record = read_open(file, size)
        except BadSafetensors as error:
            raise UnreadableModel(UNNAMED, error.reason) from None
        if size_of(record) < most:
            answer = packed(record)
            if len(answer) <= most:
                return answer
        reason = (
            f"what is kept of its {len(record.modules):,} modules takes more than {most:,} bytes"
        )
        raise UnreadableModel(UNNAMED, reason, "give its parts")

    # With everything loaded: afterwards no file can be opened, no library's either.
    run(b"", BytesIO(_sample()))
    return run


class Models:
    """Reads models. May be used from several threads; left by its `with` block, which ends its
    processes.

    Args:
        limits: of each file.
        processes: at most so many at a time.
    """

    def __init__(self, *, limits: Limits = LIMITS, processes: int = 1) -> None:
        most = min(limits.answer_bytes, _LEAST_ANSWER + limits.file_bytes)
        self._limits = replace(limits, answer_bytes=most)
        self._confined = Confined(
            _TASK,
            {"answer_bytes": most},
            limits=self._limits,
            processes=processes,
            failed=ModelReadingFailed,
        )

    def __enter__(self) -> Models:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._confined.close()

    def fingerprint(self, path: StrPath, form: str | None = None) -> ModelRecord:
        """A model's record, whatever form it is said to be of.

        Raises:
            MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
            UnreadableModel: it is no safetensors file, its header says what is not true of it, or
                more would be kept of it than the limits allow.
            ModelReadingFailed: reading crashed, hung, or wanted too much memory.
            ConfinementFailed: no limited process starts; it says why.
        """
        with open_file(path, self._limits.file_bytes) as file:
            size = os.fstat(file.fileno()).st_size
            data = self._confined.run(path, file=file)
        try:
            record = unpacked(data)
        except MalformedFingerprint:
            raise self._confined.wrong(path) from None
        if record.size != size:
            raise self._confined.wrong(path)
        return record


def _sample() -> bytes:
    """A tensor of each type, and a LoRA's module of more than a MiB."""
    shapes = {f"w.{dtype}": (dtype, (16, 32)) for dtype in DTYPE_BITS}
    shapes["a.lora_down.weight"] = "F32", (96, 2**12)
    shapes["a.lora_up.weight"] = "F16", (8, 96)
    sizes = [rows * columns * DTYPE_BITS[dtype] // 8 for dtype, (rows, columns) in shapes.values()]
    ends = itertools.accumulate(sizes)
    header = {
        name: {"dtype": dtype, "shape": shape, "data_offsets": (end - size, end)}
        for (name, (dtype, shape)), size, end in zip(shapes.items(), sizes, ends, strict=True)
    }
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + b"\1" * sum(sizes)
