"""What is done with strangers' files in a limited process to read their generation data."""

from __future__ import annotations

import codecs
import io
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from gen_ip.content.detection.detect import detect
from gen_ip.content.files import cap_of
from gen_ip.fingerprint.confined_worker import UNNAMED, FileTask
from gen_ip.generation.containers.pieces import Problem
from gen_ip.generation.reading import Reading, read_found

# What the other side takes.
_MAX_ANSWER = 2_000_000
_CODECS = ("latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be")


def readings(options: Mapping[str, Any]) -> FileTask:
    """From a file to JSON of what it is, with what `Reading.to_json` gives as `reading`, or None of
    a file that has more bytes than its format may have. Options: `file_bytes`, of all but models.
    """

    def run(_: bytes, file: BinaryIO) -> bytes:
        size = file.seek(0, os.SEEK_END)
        found = detect(file)
        if size > cap_of(found, options["file_bytes"]):
            return json.dumps({"detected": found, "reading": None}).encode()
        reading = read_found(found, file, UNNAMED)
        told = reading.to_json()
        if (length := len(json.dumps(told))) > _MAX_ANSWER:
            told = _shorter(reading, length).to_json()
        return json.dumps({"detected": found, "reading": told}).encode()

    # Afterwards no file can be opened, no library's and no codec's either.
    for codec in _CODECS:
        codecs.lookup(codec)
    for sample in _samples():
        run(b"", io.BytesIO(sample))
    return run


def _shorter(reading: Reading, size: int) -> Reading:
    """Without its graphs, and its prompts where that does not do."""
    reason = f"all of it together has {size:,} bytes; its workflow is left out"
    kept = tuple(replace(each, workflow=None) for each in reading.generations)
    if len(json.dumps([each.to_json() for each in kept])) > _MAX_ANSWER // 2:
        kept = ()
        reason = f"all of it together has {size:,} bytes; it is left out"
    problems = (Problem("the file", reason), *reading.problems[:8])
    return replace(reading, generations=kept, problems=problems)


def _samples() -> list[bytes]:
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGBA", (16, 16)).save(data, "PNG")
    header = b'{"__metadata__":{"ss_a":"{}"}}'
    return [
        data.getvalue(),
        len(header).to_bytes(8, "little") + header,
        b'{"1":{"class_type":"A","inputs":{}}}',
        b"a\nSteps: 1, Sampler: b, Seed: 2",
    ]
