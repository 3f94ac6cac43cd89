"""Generation data of strangers' files, read in a limited process."""

from __future__ import annotations

import json
import os
from typing import Any

from gen_ip.content.files import MAX_MODEL_BYTES, StrPath, cap_of, open_file
from gen_ip.errors import FileTooLarge
from gen_ip.fingerprint.confined import Confined, DecoderFailed, Limits
from gen_ip.fingerprint.detecting import detected
from gen_ip.generation.containers.pieces import Problem
from gen_ip.generation.limits import BadEmbedding, items, mapping
from gen_ip.generation.provenance import Provenance
from gen_ip.generation.reading import Reading
from gen_ip.generation.record import Generation, HashKind, Lora, Model, number

TASK = "gen_ip.generation.confined_task:readings"


def pool(limits: Limits | None = None, processes: int = 1) -> Confined:
    """Limited processes that read files; to be closed."""
    limits = limits or Limits()
    return Confined(TASK, {"file_bytes": limits.file_bytes}, processes=processes, limits=limits)


def read_confined(path: StrPath, processes: Confined) -> Reading:
    """What a stranger's file says of its making; `processes` are those of `pool`.

    Raises:
        FileProblem: the file is not usable.
        DecoderFailed: reading it crashed, hung, or wanted too much memory.
        ConfinementFailed: no process starts.
    """
    with open_file(path, MAX_MODEL_BYTES) as file:
        size = os.fstat(file.fileno()).st_size
        answer = processes.run(path, file=file)
    try:
        value = json.loads(answer)
        found, reading = detected(value["detected"]), value["reading"]
        if reading is not None:
            return Reading(found, *_parts(reading))
    except (ValueError, TypeError, LookupError, RecursionError, BadEmbedding):
        reason = "its decoder gave a wrong answer"
        raise DecoderFailed(path, reason, "the file may be made to harm") from None
    raise FileTooLarge(path, size, cap_of(found, processes.limits.file_bytes))


def _parts(
    value: Any,
) -> tuple[tuple[Generation, ...], Provenance, tuple[Problem, ...]]:
    """What `Reading.to_json` wrote, checked: the process may have been taken over.

    Raises:
        ValueError, TypeError, LookupError, BadEmbedding: it is not that.
    """
    marks = value["provenance"]
    return (
        tuple(_generation(each) for each in items(value["generation"])),
        Provenance(
            *(_text(marks[name]) for name in ("digital_source_type", "creator_tool", "c2pa"))
        ),
        tuple(
            Problem(str(each["source"]), str(each["reason"])) for each in items(value["problems"])
        ),
    )


def _generation(value: Any) -> Generation:
    workflow = value["workflow"]
    return Generation(
        tool=str(value["tool"]),
        source=str(value["source"]),
        version=_text(value["version"]),
        positive=_text(value["positive"]),
        negative=_text(value["negative"]),
        settings={str(key): str(text) for key, text in mapping(value["settings"]).items()},
        models=tuple(
            Model(str(each["name"]), *_hash(each), str(each["role"]))
            for each in items(value["models"])
        ),
        loras=tuple(
            Lora(str(each["name"]), number(each["weight"]), *_hash(each))
            for each in items(value["loras"])
        ),
        workflow=None if workflow is None else mapping(workflow),
    )


def _hash(value: Any) -> tuple[HashKind | None, str | None]:
    kind, digits = _text(value["hash_kind"]), _text(value["hash"])
    if kind is None or digits is None:
        return None, None
    if not all(digit in "0123456789abcdef" for digit in digits):
        raise ValueError
    return HashKind(kind), digits


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
