"""Prompts as JSON objects of no tool in particular: `positive`, `negative`, and settings."""

from __future__ import annotations

from typing import Any

from gen_ip.content.detection.structures import NEGATIVE, POSITIVE
from gen_ip.generation.limits import mapping
from gen_ip.generation.record import Generation, model, settings_of


def read_prompt(fields: dict[str, Any], source: str) -> Generation:
    """The record of such an object.

    Raises:
        BadEmbedding: it is too long.
    """
    inner = mapping(fields.get("settings") or fields.get("parameters"))
    shown = (*POSITIVE, *NEGATIVE, "model")
    found = model(fields.get("model") or inner.get("model"))
    return Generation(
        tool="prompt",
        source=source,
        positive=_first(fields, POSITIVE),
        negative=_first(fields, NEGATIVE),
        settings=settings_of(
            {name: value for name, value in {**fields, **inner}.items() if name not in shown}
        ),
        models=() if found is None else (found,),
    )


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    found = (fields[name] for name in names if isinstance(fields.get(name), str))
    return next((text for text in found if text), None)
