"""What is done to workflows: renumbered, moved, set otherwise, extended, cut, exported, merged.

Edits work on the JSON itself and know nothing of how graphs are compared. The export to the API
format is written after what ComfyUI's editor does (`graphToPrompt`), apart from the package's own
reader of the editor's format.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

SAME, SET, CHANGED, MERGED = "same graph", "set otherwise", "changed graph", "merged"

_PROMPT = "a lighthouse on a cliff in a storm, gouache, by nobody in particular"
_LEAST_PROMPT = 25


class Edit(NamedTuple):
    """An edit; `make` gets the workflow as the editor saved it, another, and random numbers."""

    name: str
    group: str
    make: Callable[[Json, Json, random.Random], Json]


def levels(value: Json) -> Iterator[Json]:
    """The graph, and those of its subgraphs."""
    yield value
    yield from (value.get("definitions") or {}).get("subgraphs") or []


def renumbered(value: Json, other: Json, chance: random.Random) -> Json:
    """Other ids of nodes and links, in another order."""
    for level in levels(value):
        nodes = level["nodes"]
        new = list(range(1_000, 1_000 + len(nodes)))
        chance.shuffle(new)
        ids = {str(node["id"]): number for node, number in zip(nodes, new, strict=True)}
        links = {}
        for each in level["links"]:
            number = 5_000 + len(links)
            if isinstance(each, dict):
                links[each["id"]], each["id"] = number, number
                each["origin_id"] = ids.get(str(each["origin_id"]), each["origin_id"])
                each["target_id"] = ids.get(str(each["target_id"]), each["target_id"])
            else:
                links[each[0]], each[0] = number, number
                each[1], each[3] = ids.get(str(each[1]), each[1]), ids.get(str(each[3]), each[3])
        for node in nodes:
            node["id"] = ids[str(node["id"])]
            for given in node.get("inputs") or []:
                given["link"] = links.get(given.get("link"))
            for given in node.get("outputs") or []:
                given["links"] = [links[each] for each in given.get("links") or [] if each in links]
        for side in ("inputs", "outputs"):
            for given in level.get(side) or [] if level is not value else []:
                given["linkIds"] = [links.get(each) for each in given.get("linkIds") or []]
        chance.shuffle(nodes)
        chance.shuffle(level["links"])
    return value


def moved(value: Json, other: Json, chance: random.Random) -> Json:
    """Elsewhere, in other colors, by other titles, without groups."""
    for level in levels(value):
        level["groups"] = []
        for node in level["nodes"]:
            node["pos"] = [chance.uniform(-999, 999), chance.uniform(-999, 999)]
            node["size"] = [chance.uniform(100, 500), chance.uniform(50, 500)]
            node["color"], node["title"] = "#333", f"step {chance.randrange(99)}"
            node["order"] = chance.randrange(99)
    return value


def reseeded(value: Json, other: Json, chance: random.Random) -> Json:
    """Other seeds, and another way of changing them."""
    controls = ("fixed", "increment", "decrement", "randomize")
    for level in levels(value):
        for node in level["nodes"]:
            values = node.get("widgets_values")
            for at, each in enumerate(values if isinstance(values, list) else []):
                if at and each in controls and isinstance(values[at - 1], int):
                    values[at - 1], values[at] = chance.randrange(2**50), chance.choice(controls)
    return value


def prompted(value: Json, other: Json, chance: random.Random) -> Json:
    """Another text in place of every long one."""
    return _set(value, lambda each: _PROMPT if _is_prompt(each) else each)


def set_otherwise(value: Json, other: Json, chance: random.Random) -> Json:
    """Other texts, other numbers, other files: nothing but the graph stays."""

    def changed(each: Any) -> Any:
        if isinstance(each, str) and each:
            return f"{each[::-1]} {chance.randrange(99)}"
        if isinstance(each, int | float) and not isinstance(each, bool):
            return round(each * 1.25 + 1, 3)
        return each

    return _set(value, changed)


def one_more_beside(value: Json, other: Json, chance: random.Random) -> Json:
    """A node that shows what another gives."""
    level, node, slot = _an_output(value, chance)
    given = node["outputs"][slot]
    added = _fresh(level)
    level["nodes"].append(
        {"id": added, "type": "PreviewAny", "mode": 0, "widgets_values": [],
         "inputs": [{"name": "source", "type": "*", "link": added}], "outputs": []}
    )  # fmt: skip
    _join(level, added, node["id"], slot, added, 0, given["type"])
    given["links"] = [*(given.get("links") or []), added]
    return value


def one_more_between(value: Json, other: Json, chance: random.Random) -> Json:
    """A node on the way from one to another."""
    level, node, slot = _an_output(value, chance)
    given = node["outputs"][slot]
    link = next(each for each in level["links"] if _part(each, 0) == given["links"][0])
    kind = given["type"]
    added = _fresh(level)
    level["nodes"].append(
        {"id": added, "type": f"Adjust {kind}", "mode": 0, "widgets_values": [0.7],
         "inputs": [{"name": "given", "type": kind, "link": added}],
         "outputs": [{"name": kind, "type": kind, "links": [_part(link, 0)]}]}
    )  # fmt: skip
    _join(level, added, node["id"], slot, added, 0, kind)
    if isinstance(link, dict):
        link["origin_id"], link["origin_slot"] = added, 0
    else:
        link[1], link[2] = added, 0
    return value


def one_removed(value: Json, other: Json, chance: random.Random) -> Json:
    """A node that nothing follows is gone, such as one that saves."""
    level = max(levels(value), key=lambda each: len(each["nodes"]))
    used = {_part(each, 1) for each in level["links"]}
    ends = [
        node
        for node in level["nodes"]
        if node["id"] not in used and any(given.get("link") for given in node.get("inputs") or [])
    ]
    if not ends:
        ends = [node for node in level["nodes"] if node.get("inputs")]
    gone = chance.choice(ends)["id"]
    level["nodes"] = [node for node in level["nodes"] if node["id"] != gone]
    level["links"] = [
        each for each in level["links"] if gone not in (_part(each, 1), _part(each, 3))
    ]
    return value


def bypassed(value: Json, other: Json, chance: random.Random) -> Json:
    """A node in the middle passes on what it gets."""
    _, node, _ = _an_output(value, chance, inner=True)
    node["mode"] = 4
    return value


def merged(value: Json, other: Json, chance: random.Random) -> Json:
    """Another workflow beside it in one file."""
    theirs = renumbered(copy.deepcopy(other), {}, chance)
    for node in theirs["nodes"]:
        node["id"] += 100_000
        for given in node.get("inputs") or []:
            given["link"] = given["link"] + 100_000 if given.get("link") else None
        for given in node.get("outputs") or []:
            given["links"] = [each + 100_000 for each in given.get("links") or []]
    for each in theirs["links"]:
        for at in (0, 1, 3):
            each[at] += 100_000
    value["nodes"] += theirs["nodes"]
    value["links"] += theirs["links"]
    subgraphs = [*list(levels(value))[1:], *list(levels(theirs))[1:]]
    value["definitions"] = {"subgraphs": list({each["id"]: each for each in subgraphs}.values())}
    return value


def everything(value: Json, other: Json, chance: random.Random) -> Json:
    """Renumbered, moved, reseeded, another prompt, one node more."""
    for each in (one_more_beside, prompted, reseeded, moved, renumbered):
        value = each(value, other, chance)
    return value


def exported(value: Json, other: Json, chance: random.Random) -> Json:
    """In the API format, with names of widgets as far as the file tells them."""
    found: Json = {}
    _export(value, value, (), {}, found)
    return found


def _export(
    whole: Json, level: Json, path: tuple[str, ...], outside: dict[int, Any], found: Json
) -> dict[int, Any]:
    """Adds a level's nodes; gives what each of its outputs is, as [id, slot]."""
    nodes = {node["id"]: node for node in level["nodes"]}
    subgraphs = {each["id"]: each for each in list(levels(whole))[1:]}
    links = {_part(each, 0): each for each in level["links"]}
    fed: dict[tuple[Any, int], Any] = {
        (_part(each, 3), _part(each, 4)): each for each in links.values()
    }
    inside: dict[Any, dict[int, Any]] = {}

    def origin(target: Any, slot: int, depth: int = 0) -> Any:
        link = fed.get((target, slot))
        if link is None or depth > 200:
            return None
        source, out = _part(link, 1), _part(link, 2)
        if source == -10:
            return outside.get(out)
        node = nodes.get(source)
        if node is None or node.get("mode") == 2:
            return None
        if node["type"] == "Reroute":
            return origin(source, 0, depth + 1)
        if node["type"] == "PrimitiveNode":
            return None
        if node.get("mode") == 4:
            wanted = _part(link, 5)
            fits = [
                at for at, each in enumerate(node.get("inputs") or []) if each["type"] == wanted
            ]
            if not fits:
                return None
            return origin(source, out if out in fits else fits[0], depth + 1)
        if node["type"] in subgraphs:
            return within(node).get(out)
        return [":".join([*path, str(source)]), out]

    def within(node: Json) -> dict[int, Any]:
        if node["id"] not in inside:
            subgraph = subgraphs[node["type"]]
            names = [each["name"] for each in subgraph.get("inputs") or []]
            given = {}
            for slot, each in enumerate(node.get("inputs") or []):
                if each["name"] in names:
                    given[names.index(each["name"])] = origin(node["id"], slot)
            place = (*path, str(node["id"]))
            exits = _export(whole, subgraph, place, given, found)
            outs = [each["name"] for each in subgraph.get("outputs") or []]
            inside[node["id"]] = {
                slot: exits.get(outs.index(each["name"]) if each["name"] in outs else slot)
                for slot, each in enumerate(node.get("outputs") or [])
            }
        return inside[node["id"]]

    for node in level["nodes"]:
        if node.get("mode") in (2, 4) or node["type"] in (
            "Note", "MarkdownNote", "Reroute", "PrimitiveNode",
        ):  # fmt: skip
            continue
        if node["type"] in subgraphs:
            within(node)
            continue
        inputs: Json = {}
        values = node.get("widgets_values")
        listed = list(values) if isinstance(values, list) else []
        for slot, each in enumerate(node.get("inputs") or []):
            if each.get("widget"):
                name = each["widget"]["name"]
                inputs[name] = listed.pop(0) if listed else None
                if "seed" in name and listed and listed[0] in (
                    "fixed", "increment", "decrement", "randomize",
                ):  # fmt: skip
                    listed.pop(0)
            source = origin(node["id"], slot)
            if source is not None:
                inputs[each["name"]] = source
        if isinstance(values, dict):
            inputs |= {name: each for name, each in values.items() if name not in inputs}
        inputs |= {f"value {at}": each for at, each in enumerate(listed)}
        kept = {name: each for name, each in inputs.items() if each is not None}
        found[":".join([*path, str(node["id"])])] = {"class_type": node["type"], "inputs": kept}
    return {slot: origin(-20, slot) for slot in range(len(level.get("outputs") or []))}


def _set(value: Json, change: Callable[[Any], Any]) -> Json:
    for level in levels(value):
        for node in level["nodes"]:
            values = node.get("widgets_values")
            if isinstance(values, list):
                node["widgets_values"] = [change(each) for each in values]
            elif isinstance(values, dict):
                node["widgets_values"] = {name: change(each) for name, each in values.items()}
    return value


def _is_prompt(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _LEAST_PROMPT and " " in value


def _an_output(value: Json, chance: random.Random, inner: bool = False) -> tuple[Json, Json, int]:
    """A level, a node in it that runs, and which of its outputs goes somewhere."""
    level = max(levels(value), key=lambda each: len(each["nodes"]))
    fits = []
    for node in level["nodes"]:
        for slot, given in enumerate(node.get("outputs") or []):
            takes = {each["type"] for each in node.get("inputs") or [] if each.get("link")}
            if given.get("links") and (not inner or given["type"] in takes):
                fits.append((node, slot))
    if not fits:
        return _an_output(value, chance)
    node, slot = chance.choice(fits)
    return level, node, slot


def _join(
    level: Json, link: int, source: Any, slot: int, target: Any, into: int, kind: str
) -> None:
    if level["links"] and isinstance(level["links"][0], dict):
        fields = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        values = (link, source, slot, target, into, kind)
        level["links"].append(dict(zip(fields, values, strict=True)))
    else:
        level["links"].append([link, source, slot, target, into, kind])


def _part(link: Any, at: int) -> Any:
    """Of a link: 0 its id, 1 and 2 where it begins, 3 and 4 where it ends, 5 its type."""
    fields = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return link[fields[at]] if isinstance(link, dict) else link[at]


def _fresh(level: Json) -> int:
    ids = [each["id"] for each in level["nodes"]] + [_part(each, 0) for each in level["links"]]
    return 1 + max(each for each in ids if isinstance(each, int))


EDITS = (
    Edit("renumbered", SAME, renumbered),
    Edit("moved", SAME, moved),
    Edit("reseeded", SAME, reseeded),
    Edit("exported to the API format", SAME, exported),
    Edit("another prompt", SET, prompted),
    Edit("everything set otherwise", SET, set_otherwise),
    Edit("one node more, beside", CHANGED, one_more_beside),
    Edit("one node more, between", CHANGED, one_more_between),
    Edit("one node removed", CHANGED, one_removed),
    Edit("one node bypassed", CHANGED, bypassed),
    Edit("renumbered, moved, reseeded, prompted, one more", CHANGED, everything),
    Edit("merged with another", MERGED, merged),
)


def edited(text: str, other: str, edit: Edit, seed: int) -> str:
    """The text of the edited workflow."""
    chance = random.Random(seed)  # noqa: S311, nothing secret
    return json.dumps(edit.make(json.loads(text), json.loads(other), chance))
