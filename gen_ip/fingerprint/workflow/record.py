"""All that is kept of a workflow's file, to be stored and sent: `workflow-1`, JSON or binary."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gen_ip import nesting
from gen_ip.content.files import StrPath
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import check_bytes, from_hex
from gen_ip.fingerprint.workflow.graph import (
    MAX_EDGES,
    MAX_NAME_CHARACTERS,
    MAX_NODES,
    MAX_SETTINGS,
    MAX_SLOT,
    Edge,
    Graph,
    Node,
)
from gen_ip.fingerprint.workflow.parsing import read_workflow
from gen_ip.fingerprint.workflow.refining import graph_hash, labels

WORKFLOW = "workflow-1"
#: The names of the graph's hashes: with what is set in its nodes, and without.
SETTINGS, TOPOLOGY = "graph-settings-1", "graph-1"
#: No record takes more, unpacked.
MAX_RECORD_BYTES = 2**25

_MAGIC = b"GIW\x01"
_HASH_BYTES = 32
_SETTING_DIGITS = 16
_DEPTH = 5


@dataclass(frozen=True)
class WorkflowRecord:
    """A workflow's graph, and what identifies it.

    Attributes:
        sha256: of the file, 32 bytes.
        graph: its nodes in an order that follows from what they are and what they join; settings
            are the first 16 hex digits of the sha2-256 of their texts.

    Raises:
        MalformedFingerprint: a value is out of form.
    """

    sha256: bytes
    graph: Graph

    def __post_init__(self) -> None:
        check_bytes("sha256", self.sha256, _HASH_BYTES)
        nodes, edges = self.graph.nodes, self.graph.edges
        if not 1 <= len(nodes) <= MAX_NODES or len(edges) > MAX_EDGES:
            raise MalformedFingerprint(WORKFLOW, len(nodes), f"1 to {MAX_NODES:,} nodes")
        for node in nodes:
            if not _is_text(node.kind) or len(node.settings) > MAX_SETTINGS:
                raise MalformedFingerprint(WORKFLOW, node.kind, "a node's class")
            for each in node.settings:
                from_hex("setting", each, _SETTING_DIGITS // 2)
        for edge in edges:
            ends = all(_is_number(at, len(nodes)) for at in (edge.source, edge.target))
            if not ends or not _is_number(edge.slot, MAX_SLOT) or not _is_text(edge.name):
                raise MalformedFingerprint(WORKFLOW, list(edge), "a link between its nodes")

    @cached_property
    def topology(self) -> bytes:
        """`graph-1`, 32 bytes: the same for all graphs of these classes joined in this way."""
        return graph_hash(labels(self.graph, settings=False))

    @cached_property
    def content(self) -> bytes:
        """`graph-settings-1`, 32 bytes: that, with what is set in the nodes but for seeds."""
        return graph_hash(labels(self.graph, settings=True))

    def to_json(self) -> dict[str, Any]:
        """`format`, `sha256`, both hashes of the graph as hex; `nodes` as lists of class and
        settings, `edges` as lists of source, output, target and the input's name."""
        return {
            "format": WORKFLOW,
            "sha256": self.sha256.hex(),
            TOPOLOGY: self.topology.hex(),
            SETTINGS: self.content.hex(),
            "nodes": [[each.kind, list(each.settings)] for each in self.graph.nodes],
            "edges": [list(each) for each in self.graph.edges],
        }

    def lines(self) -> dict[str, str]:
        """What people are shown."""
        return {
            "sha256": self.sha256.hex(),
            TOPOLOGY: self.topology.hex(),
            SETTINGS: self.content.hex(),
            "nodes": f"{len(self.graph.nodes):,}",
            "links": f"{len(self.graph.edges):,}",
        }

    @classmethod
    def from_json(cls, value: Any) -> WorkflowRecord:
        """What `to_json` made, parsed from JSON by the caller.

        Raises:
            MalformedFingerprint: a member is missing, unknown, or out of form.
        """
        needed = {"format", "sha256", TOPOLOGY, SETTINGS, "nodes", "edges"}
        if not isinstance(value, dict) or value.keys() != needed or value["format"] != WORKFLOW:
            expected = f"an object of {', '.join(sorted(needed))}, the format {WORKFLOW}"
            raise MalformedFingerprint(WORKFLOW, value, expected)
        nodes = [_node(each) for each in _listed(value["nodes"], MAX_NODES)]
        edges = [_edge(each) for each in _listed(value["edges"], MAX_EDGES)]
        sha256 = from_hex("sha256", value["sha256"], _HASH_BYTES)
        found = cls(sha256, Graph(tuple(nodes), tuple(edges)))
        if (value[TOPOLOGY], value[SETTINGS]) != (found.topology.hex(), found.content.hex()):
            raise MalformedFingerprint(WORKFLOW, value[TOPOLOGY], "what follows from its graph")
        return found

    def to_bytes(self) -> bytes:
        """`GIW` and the version 1, sha256, and as JSON, compressed (RFC 1950), a list of the nodes
        and one of the edges as in `to_json`.

        Raises:
            MalformedFingerprint: that has more than `MAX_RECORD_BYTES` before it is compressed.
        """
        nodes = [[each.kind, list(each.settings)] for each in self.graph.nodes]
        edges = [list(each) for each in self.graph.edges]
        text = json.dumps([nodes, edges], separators=(",", ":"))
        if len(text) > MAX_RECORD_BYTES:
            raise MalformedFingerprint(WORKFLOW, len(text), f"{MAX_RECORD_BYTES:,} bytes at most")
        return _MAGIC + self.sha256 + zlib.compress(text.encode())

    @classmethod
    def from_bytes(cls, data: bytes) -> WorkflowRecord:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version, cut off or too long, or a part out of form.
        """
        start = len(_MAGIC) + _HASH_BYTES
        if data[: len(_MAGIC)] != _MAGIC or len(data) <= start:
            raise MalformedFingerprint(WORKFLOW, data[:start], f"{_MAGIC!r} at the start")
        inflating = zlib.decompressobj()
        try:
            text = inflating.decompress(data[start:], MAX_RECORD_BYTES)
            value = nesting.parse(text, _DEPTH)
        except (zlib.error, ValueError):
            value = None
        whole = inflating.eof and not inflating.unused_data
        if not whole or not isinstance(value, list) or len(value) != 2:
            raise MalformedFingerprint(WORKFLOW, data[:start], "lists, compressed")
        nodes = [_node(each) for each in _listed(value[0], MAX_NODES)]
        edges = [_edge(each) for each in _listed(value[1], MAX_EDGES)]
        return cls(bytes(data[len(_MAGIC) : start]), Graph(tuple(nodes), tuple(edges)))


def workflow_record(path: StrPath) -> WorkflowRecord:
    """The record of a file.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
        UnreadableWorkflow: it is none; see `gen_ip.fingerprint.workflow.parsing`.
    """
    data, graph = read_workflow(path)
    return record_of(hashlib.sha256(data).digest(), graph)


def record_of(sha256: bytes, graph: Graph) -> WorkflowRecord:
    """The record of a graph; `sha256` is its file's."""
    nodes = tuple(Node(each.kind, _hashed(each.settings)) for each in graph.nodes)
    hashed = Graph(nodes, graph.edges)
    marks = labels(hashed, settings=True)
    order = sorted(range(len(nodes)), key=lambda at: marks[at])
    places = {old: new for new, old in enumerate(order)}
    edges = sorted(
        each._replace(source=places[each.source], target=places[each.target])
        for each in graph.edges
    )
    return WorkflowRecord(sha256, Graph(tuple(nodes[at] for at in order), tuple(edges)))


def _hashed(settings: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        sorted(hashlib.sha256(each.encode()).hexdigest()[:_SETTING_DIGITS] for each in settings)
    )


def _node(value: Any) -> Node:
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], list):
        raise MalformedFingerprint(WORKFLOW, value, "a node's class and its settings")
    return Node(value[0], tuple(value[1]))


def _edge(value: Any) -> Edge:
    if not isinstance(value, list) or len(value) != 4:
        raise MalformedFingerprint(WORKFLOW, value, "source, output, target and input")
    return Edge(*value)


def _listed(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise MalformedFingerprint(WORKFLOW, value, f"a list of at most {most:,}")
    return value


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_NAME_CHARACTERS:
        return False
    return value == value.encode("utf-8", "replace").decode()


def _is_number(value: object, below: int) -> bool:
    return type(value) is int and 0 <= value < below
