"""What is known of a work's making, in one form for every tool.

All of it is what a file says of itself. Anybody can write such texts: they are hints, to be
recorded as what was read and where, and never a proof.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from gen_ip.generation.limits import BadEmbedding

MAX_PROMPT = 100_000
MAX_NAME = 256
MAX_VALUE = 1_000
MAX_ITEMS = 64

_HEX = re.compile(r"[0-9a-f]{8,64}")


class HashKind(StrEnum):
    """Of what bytes of a model's file a hash is, and how much of it is written.

    `autov1`: 8 digits of the sha2-256 of 64 KiB, too few to tell models apart. `autov2`: the first
    10 digits of the file's sha2-256. `autov3`: the sha2-256 of a .safetensors file without its
    header, at least 12 digits. `sha256` and `blake3`: of the file, at least 12 digits.
    """

    SHA256 = "sha256"
    AUTOV1 = "autov1"
    AUTOV2 = "autov2"
    AUTOV3 = "autov3"
    BLAKE3 = "blake3"


@dataclass(frozen=True)
class Model:
    """A model that was used: its name, a hash where there is one, and what it was used as."""

    name: str
    hash_kind: HashKind | None = None
    hash: str | None = None
    role: str = "checkpoint"


@dataclass(frozen=True)
class Lora:
    """A LoRA that was used: its name, its weight, and a hash where there is one."""

    name: str
    weight: float | None = None
    hash_kind: HashKind | None = None
    hash: str | None = None


@dataclass(frozen=True)
class Generation:
    """How a work was made, as one text in its file says.

    Attributes:
        tool, version: the program's.
        positive, negative: the prompts.
        settings: names and values as the tool writes them.
        models, loras: what was used, in order.
        workflow: a graph, as JSON.
        source: where in the file it was read, such as `PNG tEXt parameters`.
    """

    tool: str
    source: str
    version: str | None = None
    positive: str | None = None
    negative: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    loras: tuple[Lora, ...] = ()
    workflow: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for text, limit in (
            (self.positive, MAX_PROMPT),
            (self.negative, MAX_PROMPT),
            (self.tool, MAX_NAME),
            (self.version, MAX_NAME),
            (self.source, MAX_NAME),
        ):
            if text is not None and len(text) > limit:
                raise BadEmbedding(f"a text has {len(text):,} characters, the cap is {limit:,}")
        for each in (self.settings, self.models, self.loras):
            if len(each) > MAX_ITEMS:
                raise BadEmbedding(f"it has {len(each):,} entries, the cap is {MAX_ITEMS}")

    def to_json(self) -> dict[str, Any]:
        """For JSON; what is not known is null."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}


def named_hash(text: object, *, adapter: bool = False) -> tuple[HashKind, str] | tuple[None, None]:
    """Kind and digits of a hash as tools write them, perhaps with the kind before; nothing where it
    is none. Of an adapter (a LoRA) 12 digits are AutoV3, as Automatic1111's web UI writes them."""
    if not isinstance(text, str):
        return None, None
    written = text.strip().lower()
    kind, colon, digits = written.rpartition(":")
    if written.startswith("0x"):
        # SwarmUI's: of the tensors' bytes.
        kind, digits = HashKind.AUTOV3, written[2:]
    if not _HEX.fullmatch(digits):
        return None, None
    if colon or written.startswith("0x"):
        known = {"blake3": HashKind.BLAKE3, "sha256": HashKind.SHA256, "autov3": HashKind.AUTOV3}
        return (known[kind], digits) if kind in known and len(digits) >= 12 else (None, None)
    by_length = {8: HashKind.AUTOV1, 10: HashKind.AUTOV2, 64: HashKind.SHA256}
    short = HashKind.AUTOV3 if adapter else HashKind.SHA256
    found = by_length.get(len(digits), short if len(digits) == 12 else None)
    return (found, digits) if found is not None else (None, None)


def model(name: object, hash_: object = None, role: str = "checkpoint") -> Model | None:
    """A model of what a tool wrote; None where it names none."""
    text = label(name)
    kind, digits = named_hash(hash_)
    return None if text is None else Model(text, kind, digits, role)


def lora(name: object, weight: object = None, hash_: object = None) -> Lora | None:
    """A LoRA of what a tool wrote; None where it names none."""
    text = label(name)
    return None if text is None else Lora(text, number(weight), *named_hash(hash_, adapter=True))


def label(name: object) -> str | None:
    """A name that stands for something; cut to 256 characters."""
    text = name.strip() if isinstance(name, str) else ""
    return None if text in ("", "None", "none") else text[:MAX_NAME]


def text_of(value: object) -> str | None:
    """The value where it is a text that is not empty; None elsewhere."""
    return value if isinstance(value, str) and value else None


def number(value: object) -> float | None:
    """A finite number of JSON, or one written as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def settings_of(values: Mapping[str, object]) -> dict[str, str]:
    """Settings as texts, of at most 1,000 characters each; at most 64, and no lists or objects."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, int | float | str):
            # Python writes no number of thousands of digits.
            text = "" if isinstance(value, int) and value.bit_length() > 256 else str(value)
        else:
            continue
        if text and len(found) < MAX_ITEMS and len(name) <= MAX_NAME:
            found[name] = text[:MAX_VALUE]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Model | Lora):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    # JSON has none of these, and ComfyUI writes them.
    return None if isinstance(value, float) and not math.isfinite(value) else value
