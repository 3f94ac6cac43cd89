"""Whether this machine normalizes and counts texts as all others do: the vectors that ship."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from gen_ip.fingerprint.text.normalizing import TEXT
from gen_ip.fingerprint.text.prompt_record import CHARS, PROMPT, PromptRecord
from gen_ip.fingerprint.text.prompts import parsed
from gen_ip.fingerprint.text.record import MINHASH, WINNOW, text_record

VECTORS = Path(__file__).parent.parent / "vectors" / "text-1.json"


def vectors() -> list[dict[str, Any]]:
    """The shipped vectors: a name, characters, their format, and what they are known by."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return found


def known(text: str, form: str) -> dict[str, str]:
    """What characters are known by, as text and as prompt; of many numbers a hash in their order,
    8 bytes each, little endian."""
    as_text = text_record(bytes(32), form, text)
    as_prompt = PromptRecord(bytes(32), form, parsed(text, form))
    return {
        TEXT: as_text.content.hex(),
        MINHASH: _of_many(as_text.minhash),
        WINNOW: _of_many(as_text.winnow),
        PROMPT: as_prompt.content.hex(),
        CHARS: _of_many(as_prompt.minhash),
    }


def deviation(vector: dict[str, Any]) -> str | None:
    """What differs from a vector first, in words; None when everything agrees."""
    found = known(vector["text"], vector["form"])
    for name, value in vector["known"].items():
        if found[name] != value:
            return f"{name} is {found[name]}, not {value}"
    return None


def _of_many(numbers: Any) -> str:
    return hashlib.sha256(numbers.astype("<u8").tobytes()).hexdigest()
