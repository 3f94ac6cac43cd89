"""What is done with strangers' pictures in a limited process to read their generation data."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gen_ip.fingerprint.confined_worker import UNNAMED, Task
from gen_ip.generation.containers.pieces import Problem
from gen_ip.generation.reading import Reading, of_bytes

# What the other side takes.
_MAX_ANSWER = 2_000_000
_CODECS = ("latin-1", "utf-8", "utf-16", "utf-16-le", "utf-16-be")


def readings(options: Mapping[str, Any]) -> Task:
    """From a file's bytes to what `Reading.to_json` gives, as JSON. No options."""

    def run(content: bytes) -> bytes:
        reading = of_bytes(content, UNNAMED)
        answer = json.dumps(reading.to_json()).encode()
        if len(answer) > _MAX_ANSWER:
            answer = json.dumps(_shorter(reading, len(answer)).to_json()).encode()
        return answer

    # Afterwards no file can be opened, no library's and no codec's either.
    for codec in _CODECS:
        codecs.lookup(codec)
    run(_sample())
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


def _sample() -> bytes:
    from PIL import Image

    data = io.BytesIO()
    Image.new("RGBA", (16, 16)).save(data, "PNG")
    return data.getvalue()
