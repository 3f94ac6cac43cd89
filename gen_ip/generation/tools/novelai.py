"""NovelAI: PNG texts `Software`, `Source`, `Description` (the prompt) and `Comment` (JSON of all
settings); the same as one JSON object in the alpha channel
(https://github.com/NovelAI/novelai-image-metadata)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gen_ip.generation.limits import BadEmbedding, json_of, mapping
from gen_ip.generation.record import Generation, model, settings_of, text_of

_SHOWN = ("prompt", "uc", "signed_hash")


def is_novelai(texts: Mapping[str, Any]) -> bool:
    """Whether texts by name are NovelAI's."""
    return texts.get("Software") == "NovelAI" and isinstance(texts.get("Comment"), str)


def read_novelai(texts: Mapping[str, Any], source: str) -> Generation:
    """The record of such texts.

    Raises:
        BadEmbedding: the comment is no JSON object, or too long.
    """
    fields = mapping(json_of(texts["Comment"]))
    if not fields:
        raise BadEmbedding("its comment is no object")
    found = model(texts.get("Source"))
    return Generation(
        tool="NovelAI",
        source=source,
        positive=text_of(fields.get("prompt")) or text_of(texts.get("Description")),
        negative=text_of(fields.get("uc")),
        settings=settings_of({k: v for k, v in fields.items() if k not in _SHOWN}),
        models=() if found is None else (found,),
    )
