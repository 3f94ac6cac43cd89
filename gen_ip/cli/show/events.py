"""An event's arguments in one line."""

from __future__ import annotations

from typing import Any

from gen_ip.chain.events import Event, Named, kinds
from gen_ip.cli.show.text import short_hex, till


def told(event: Event) -> str:
    """Its arguments by name: works by their tills, hashes short, amounts in the smallest unit;
    structs are left out."""
    kind = kinds().get(type(event).__name__)
    named = {} if kind is None else kind.named
    parts = []
    for attribute in event.parameters():
        shown = _shown(getattr(event, attribute), named.get(attribute))
        if shown is not None:
            parts.append(f"{attribute.rstrip('_').removesuffix('_id')} {shown}")
    return ", ".join(parts)


def _shown(value: Any, role: Named | None) -> str | None:
    if role is Named.WORK and value:
        return till(value)
    if isinstance(value, bytes):
        return short_hex(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | str) else None
