"""A workflow as what it computes: nodes by their class, and what flows between them."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.errors import shown
from gen_ip.fingerprint.workflow.errors import BadWorkflow

MAX_NODES = 20_000
MAX_EDGES = 100_000
#: Of a class, and of an input's name.
MAX_NAME_CHARACTERS = 300
MAX_SLOT = 10_000
MAX_SETTINGS = 1_000
# What a widget beside a seed says is to happen to it after a run.
_CONTROLS = frozenset(("fixed", "increment", "decrement", "randomize"))
# No other whole number in a workflow is so large.
_LEAST_SEED = 2**32


class Edge(NamedTuple):
    """What flows between two nodes.

    Attributes:
        source, slot: the node it comes from, and which of its outputs, from 0.
        target, name: the node it goes to, and which of its inputs.
    """

    source: int
    slot: int
    target: int
    name: str


@dataclass(frozen=True)
class Node:
    """A node.

    Attributes:
        kind: its class, such as `KSampler`.
        settings: what is set in it, as canonical texts, ascending; without names, since not every
            format has them; without seeds.
    """

    kind: str
    settings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """What a workflow computes; edges name nodes by their place in `nodes`."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def kind_of(value: object) -> str:
    """A node's class.

    Raises:
        BadWorkflow: it is no text, or too long.
    """
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARACTERS:
        raise BadWorkflow(f"a node has the class {shown(value)}")
    return encodable(value)


def short(name: str) -> str:
    """An input's name, of what a name may have."""
    return encodable(name[:MAX_NAME_CHARACTERS])


def encodable(text: str) -> str:
    """The text, with what is no Unicode replaced: half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode()


def settings_of(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What is set, from values by their names."""
    kept = {name: value for name, value in values.items() if "seed" not in name.lower()}
    return settings_in_order(kept.values())


def settings_in_order(values: Iterable[Any]) -> tuple[str, ...]:
    """What is set, from values without names: a number before `randomize` or the like is a seed."""
    listed = list(values)
    if len(listed) > MAX_SETTINGS:
        raise BadWorkflow(f"a node has more than {MAX_SETTINGS:,} settings")
    found = []
    for at, value in enumerate(listed):
        after = listed[at + 1] if at + 1 < len(listed) else None
        if isinstance(after, str) and after in _CONTROLS and _is_number(value):
            continue
        text = _canonical(value)
        if text is not None and text not in _CONTROLS:
            found.append(text)
    return tuple(sorted(found))


def _canonical(value: Any) -> str | None:
    """One text for what formats write in several ways; None for what says nothing."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Ids and seeds; and Python writes no number of thousands of digits.
        return None if abs(value) >= _LEAST_SEED else str(value)
    if isinstance(value, float):
        if math.isfinite(value) and value == int(value) and abs(value) < _LEAST_SEED:
            return str(int(value))
        return f"{value:.12g}"
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", encodable(value)).split())
    return encodable(json.dumps(value, sort_keys=True, ensure_ascii=False))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
