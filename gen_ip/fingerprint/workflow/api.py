"""ComfyUI's API format: an object of nodes by id, with their inputs by name.

    {"3": {"class_type": "KSampler", "inputs": {"seed": 1, "model": ["4", 0]}}, "4": ...}

An input that is a list of a node's id and a number is what flows from that output of that node.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from gen_ip.errors import shown
from gen_ip.fingerprint.workflow.errors import BadWorkflow
from gen_ip.fingerprint.workflow.graph import (
    MAX_EDGES,
    MAX_NODES,
    MAX_SLOT,
    Edge,
    Graph,
    Node,
    kind_of,
    settings_of,
    short,
)


def is_api(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is meant to be one."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(each, dict) and "class_type" in each for each in value.values())
    )


def graph_of_api(value: dict[str, Any]) -> Graph:
    """The graph of a JSON value for which `is_api` holds.

    Raises:
        BadWorkflow: it is too large, or a node is no node.
    """
    if len(value) > MAX_NODES:
        raise BadWorkflow(f"it has more than {MAX_NODES:,} nodes")
    places = {name: at for at, name in enumerate(value)}
    nodes, edges = [], []
    for at, each in enumerate(value.values()):
        inputs = each.get("inputs", {})
        if not isinstance(inputs, dict):
            raise BadWorkflow(f"a node's inputs are {shown(inputs)}")
        settings = {}
        for name, given in inputs.items():
            source = _link(given, places)
            if source is None:
                settings[name] = given
            else:
                edges.append(Edge(*source, at, short(name)))
                if len(edges) > MAX_EDGES:
                    raise BadWorkflow(f"it has more than {MAX_EDGES:,} links")
        nodes.append(Node(kind_of(each["class_type"]), settings_of(settings)))
    return Graph(tuple(nodes), tuple(edges))


def _link(given: Any, places: dict[str, int]) -> tuple[int, int] | None:
    """The place of the node and the output that an input comes from; None for a value."""
    if not isinstance(given, list) or len(given) != 2:
        return None
    name, slot = given
    if type(slot) is not int or not 0 <= slot < MAX_SLOT or not isinstance(name, str | int):
        return None
    at = places.get(name if isinstance(name, str) else shown(name))
    return None if at is None else (at, slot)
