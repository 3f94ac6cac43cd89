"""In JSON: a workflow's `extra`, where ComfyUI keeps what it does not know, and a member of a
prompt beside its settings. ComfyUI's API format has no place: every member is a node to be run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gen_ip import nesting
from gen_ip.content.detection.structures import MAX_JSON_BYTES, MAX_JSON_DEPTH, is_ui_graph
from gen_ip.embedding.containers import Malformed
from gen_ip.embedding.saying import Saying, flat

_NAME = "gen_ip"


def write_workflow(data: bytes, saying: Saying) -> bytes:
    """The workflow, as ComfyUI's editor saves it, with `extra.gen_ip`.

    Raises:
        Malformed: it is none, or its `extra` no object.
    """
    document = _object(data)
    graph = _graph(document)
    extra = graph.setdefault("extra", {})
    if not isinstance(extra, dict):
        raise Malformed("its extra is no object")
    extra[_NAME] = saying.certificate()
    return _written(data, document)


def read_workflow(data: bytes) -> Mapping[str, str] | None:
    """What `extra.gen_ip` says.

    Raises:
        Malformed: it is no workflow.
    """
    extra = _graph(_object(data)).get("extra")
    return flat(extra.get(_NAME)) if isinstance(extra, dict) else None


def write_prompt(data: bytes, saying: Saying) -> bytes:
    """The prompt with the member `gen_ip`.

    Raises:
        Malformed: it is no JSON object.
    """
    document = _object(data)
    document[_NAME] = saying.certificate()
    return _written(data, document)


def read_prompt(data: bytes) -> Mapping[str, str] | None:
    """What the member `gen_ip` says.

    Raises:
        Malformed: it is no JSON object.
    """
    return flat(_object(data).get(_NAME))


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_JSON_BYTES:
        raise Malformed(f"it has more than {MAX_JSON_BYTES:,} bytes")
    try:
        found = nesting.parse(data.decode("utf-8-sig"), MAX_JSON_DEPTH)
    except (ValueError, RecursionError):
        raise Malformed("it is no JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise Malformed("it is no JSON object")
    return found


def _graph(document: dict[str, Any]) -> dict[str, Any]:
    graph: dict[str, Any] = document if is_ui_graph(document) else document.get("workflow", {})
    return graph


def _written(before: bytes, document: dict[str, Any]) -> bytes:
    """In lines where it was, else in one."""
    indent = 2 if b"\n" in before.strip() else None
    return json.dumps(document, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
