"""ComfyUI's own format, as its editor saves it: nodes, and links between their slots.

What runs is what counts, as the editor's export to the API format has it: subgraphs and group
nodes are unfolded; what only arranges (`Reroute`, notes, `PrimitiveNode`, named wires) is followed
through or left out; muted nodes are gone, bypassed ones pass on what fits. So both formats of one
workflow give one graph.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

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
    settings_in_order,
    settings_of,
    short,
)

_MUTED, _BYPASSED = 2, 4
_NOTES = frozenset(("Note", "MarkdownNote", "Label (rgthree)", "Fast Groups Bypasser (rgthree)"))
_REROUTES = frozenset(("Reroute", "ReroutePrimitive|pysssss", "Reroute (rgthree)"))
_PRIMITIVE, _SET, _GET = "PrimitiveNode", "SetNode", "GetNode"
_GROUP_PREFIXES = ("workflow>", "workflow/")
# Ids of what stands for a subgraph's own inputs and outputs inside it.
_ENTRANCE, _EXIT = -10, -20
_MAX_DEPTH = 32
_MAX_STEPS = 1_000


class _Link(NamedTuple):
    source: Any
    slot: int
    target: Any
    target_slot: int
    type: str


@dataclass
class _Level:
    """One graph of the file as it is used once: the whole one, or a subgraph in its place."""

    nodes: dict[Any, dict[str, Any]]
    links: dict[tuple[Any, int], _Link]
    #: What a subgraph's own inputs and outputs are called, where they have names.
    entrances: list[Any]
    exits: list[Any]
    above: _Level | None = None
    within: Any = None
    below: dict[Any, _Level] = field(default_factory=dict)
    places: dict[Any, int] = field(default_factory=dict)

    def outside(self, entrance: int) -> tuple[_Level, Any, int] | None:
        """The level, node and slot outside that an entrance of this one is."""
        if self.above is None:
            return None
        inputs = _inputs(self.above.nodes[self.within])
        free = [at for at, each in enumerate(inputs) if self.entrances or "widget" not in each]
        names = [inputs[at].get("name") for at in free]
        at = _matching(self.entrances, entrance, names)
        return self.above, self.within, free[at] if at < len(free) else len(inputs)


def is_ui(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is meant to be one."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("nodes"), list)
        and isinstance(value.get("links", []), list)
        and all(isinstance(each, dict) and "type" in each for each in value["nodes"])
    )


def graph_of_ui(value: dict[str, Any]) -> Graph:
    """The graph of a JSON value for which `is_ui` holds.

    Raises:
        BadWorkflow: it is too large, nested too deeply, or a node or link is none.
    """
    return _Reader(value).graph()


class _Reader:
    def __init__(self, value: dict[str, Any]) -> None:
        self._subgraphs = dict(_subgraphs(value))
        self._groups = _object(_object(value.get("extra")).get("groupNodes"))
        self._count = 0
        self._nodes: list[tuple[_Level, Any, dict[str, Any]]] = []
        self._top = self._level(value, None, None, 0)

    def graph(self) -> Graph:
        edges: list[Edge] = []
        nodes = []
        for at, (level, key, node) in enumerate(self._nodes):
            linked = set()
            for slot, given in enumerate(_inputs(node)):
                source = self._origin(level, key, slot)
                if source is not None:
                    name = _slot_name(given, slot)
                    linked.add(name)
                    edges.append(Edge(*source, at, name))
                    if len(edges) > MAX_EDGES:
                        raise BadWorkflow(f"it has more than {MAX_EDGES:,} links")
            nodes.append(Node(kind_of(node["type"]), _settings(node, linked)))
        return Graph(tuple(nodes), tuple(edges))

    def _level(
        self, value: Mapping[str, Any], above: _Level | None, within: Any, depth: int
    ) -> _Level:
        if depth > _MAX_DEPTH:
            raise BadWorkflow(f"its subgraphs lie in more than {_MAX_DEPTH} of each other")
        nodes = {_key(each.get("id")): each for each in _nodes(value)}
        links = {(each.target, each.target_slot): each for each in _links(value)}
        entrances, exits = (
            [each.get("name") for each in _listed(value, side)] for side in ("inputs", "outputs")
        )
        level = _Level(nodes, links, entrances, exits, above, within)
        for key, node in nodes.items():
            self._count += 1
            if self._count > MAX_NODES:
                raise BadWorkflow(f"it has more than {MAX_NODES:,} nodes")
            kind, mode = node["type"], node.get("mode")
            if mode in (_MUTED, _BYPASSED) or not isinstance(kind, str) or _arranges(kind):
                if not isinstance(kind, str):
                    raise BadWorkflow(f"a node has the class {shown(kind)}")
                continue
            inside = self._inside(kind)
            if inside is not None:
                level.below[key] = self._level(inside, level, key, depth + 1)
            else:
                level.places[key] = len(self._nodes)
                self._nodes.append((level, key, node))
        return level

    def _inside(self, kind: str) -> Mapping[str, Any] | None:
        """What a node of this class unfolds to."""
        if kind in self._subgraphs:
            return self._subgraphs[kind]
        for prefix in _GROUP_PREFIXES:
            group = self._groups.get(kind.removeprefix(prefix)) if kind.startswith(prefix) else None
            if isinstance(group, dict):
                return _as_subgraph(group)
        return None

    def _origin(self, level: _Level, key: Any, slot: int) -> tuple[int, int] | None:
        """The place of the node, and the output, that really feeds an input."""
        for _ in range(_MAX_STEPS):
            link = level.links.get((key, slot))
            if link is None:
                return None
            key, slot = link.source, link.slot
            while key in level.below:
                names = [each.get("name") for each in _listed(level.nodes[key], "outputs")]
                level = level.below[key]
                found = level.links.get((_EXIT, _matching(names, slot, level.exits)))
                if found is None:
                    return None
                link, key, slot = found, found.source, found.slot
            if key == _ENTRANCE:
                beyond = level.outside(slot)
                if beyond is None:
                    return None
                level, key, slot = beyond
                continue
            at = level.places.get(key)
            if at is not None:
                return at, slot
            passed = self._passed(level, key, slot, link.type)
            if passed is None:
                return None
            key, slot = passed
        return None

    def _passed(self, level: _Level, key: Any, slot: int, kind: str) -> tuple[Any, int] | None:
        """The input that a node which only passes on gives to its output."""
        node = level.nodes.get(key)
        if node is None or node.get("mode") == _MUTED:
            return None
        if node["type"] in _REROUTES or node["type"] == _SET:
            return key, 0
        if node["type"] == _GET:
            wanted = _first_value(node)
            for other, each in level.nodes.items():
                if each["type"] == _SET and wanted is not None and _first_value(each) == wanted:
                    return other, 0
            return None
        if node.get("mode") != _BYPASSED:
            return None
        inputs = _inputs(node)
        fitting = [at for at, each in enumerate(inputs) if each.get("type") == kind]
        if not fitting:
            return None
        return key, slot if slot in fitting else fitting[0]


def _subgraphs(value: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = _object(value.get("definitions")).get("subgraphs")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("id"), str):
            yield each["id"], each


def _as_subgraph(group: Mapping[str, Any]) -> dict[str, Any]:
    """A group node's definition in the form of a subgraph: nodes are numbered by their place, the
    inputs that nothing inside feeds are its inputs in order, outputs its outputs."""
    nodes = [{**each, "id": at} for at, each in enumerate(_nodes(group))]
    links: list[list[Any]] = []
    fed: set[tuple[Any, Any]] = set()
    used: set[tuple[Any, Any]] = set()
    listed = group.get("links")
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, list) and len(each) >= 4:
            links.append([0, *each[:4], each[5] if len(each) > 5 else "*"])
            fed.add((_key(each[2]), _key(each[3])))
            used.add((_key(each[0]), _key(each[1])))
    external = group.get("external")
    outside = {
        (_key(each[0]), _key(each[1]))
        for each in (external if isinstance(external, list) else [])
        if isinstance(each, list) and len(each) >= 2
    }
    entrances = exits = 0
    for at, node in enumerate(nodes):
        for slot, given in enumerate(_inputs(node)):
            if (at, slot) not in fed and "widget" not in given:
                links.append([0, _ENTRANCE, entrances, at, slot, given.get("type", "*")])
                entrances += 1
        for slot, given in enumerate(_listed(node, "outputs")):
            if (at, slot) not in used or (at, slot) in outside:
                links.append([0, at, slot, _EXIT, exits, given.get("type", "*")])
                exits += 1
    return {"nodes": nodes, "links": links}


def _nodes(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = value.get("nodes")
    if not isinstance(listed, list):
        raise BadWorkflow("a graph in it has no list of nodes")
    if len(listed) > MAX_NODES:
        raise BadWorkflow(f"it has more than {MAX_NODES:,} nodes")
    for each in listed:
        if not isinstance(each, dict) or "type" not in each:
            raise BadWorkflow(f"a node in it is {shown(each)}")
    return listed


def _links(value: Mapping[str, Any]) -> Iterator[_Link]:
    listed = value.get("links", [])
    if not isinstance(listed, list):
        raise BadWorkflow("its links are no list")
    if len(listed) > MAX_EDGES:
        raise BadWorkflow(f"it has more than {MAX_EDGES:,} links")
    for each in listed:
        if isinstance(each, dict):
            names = ("origin_id", "origin_slot", "target_id", "target_slot")
            parts = [each.get(name) for name in names]
            kind = each.get("type")
        elif isinstance(each, list) and len(each) >= 5:
            parts, kind = each[1:5], each[5] if len(each) > 5 else None
        elif each is None:
            continue
        else:
            raise BadWorkflow(f"a link in it is {shown(each)}")
        source, slot, target, target_slot = map(_key, parts)
        if all(type(each) is int and 0 <= each < MAX_SLOT for each in (slot, target_slot)):
            yield _Link(source, slot, target, target_slot, kind if isinstance(kind, str) else "*")


def _matching(names: list[Any], at: int, others: list[Any]) -> int:
    """Where the name at a place is among others; the same place where there is none."""
    name = names[at] if 0 <= at < len(names) else None
    return others.index(name) if name is not None and name in others else at


def _settings(node: Mapping[str, Any], linked: set[str]) -> tuple[str, ...]:
    values = node.get("widgets_values")
    if isinstance(values, dict):
        return settings_of({name: each for name, each in values.items() if name not in linked})
    if not isinstance(values, list):
        return ()
    names = [
        name
        for each in _inputs(node)
        if isinstance(name := _object(each.get("widget")).get("name"), str)
    ]
    seeds = sum("seed" in name.lower() for name in names)
    if len(names) == len(values):
        named = zip(names, values, strict=True)
        return settings_of({name: each for name, each in named if name not in linked})
    if names and len(names) + seeds == len(values):
        # Beside each seed is a widget that no input feeds.
        found, rest = {}, iter(values)
        for name in names:
            found[name] = next(rest)
            if "seed" in name.lower():
                next(rest)
        return settings_of({name: each for name, each in found.items() if name not in linked})
    return settings_in_order(values)


def _arranges(kind: str) -> bool:
    return kind in _NOTES or kind in _REROUTES or kind in (_PRIMITIVE, _SET, _GET)


def _inputs(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    return _listed(node, "inputs")


def _listed(value: Mapping[str, Any], side: str) -> list[dict[str, Any]]:
    listed = value.get(side)
    if not isinstance(listed, list):
        return []
    return [each if isinstance(each, dict) else {} for each in listed]


def _slot_name(given: Mapping[str, Any], slot: int) -> str:
    name = given.get("name")
    return short(name) if isinstance(name, str) else f"#{slot}"


def _first_value(node: Mapping[str, Any]) -> str | None:
    values = node.get("widgets_values")
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, str) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _key(value: Any) -> Any:
    """An id as a key: 3, "3" and 3.0 are one node's."""
    if isinstance(value, str) and value.lstrip("-").isascii() and value.lstrip("-").isdigit():
        return int(value) if len(value) < 20 else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int) and not isinstance(value, bool) else shown(value)
