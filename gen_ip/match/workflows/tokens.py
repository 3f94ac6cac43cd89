"""What a workflow is found by in an index, and compared by: its links, surroundings and settings.

Each is a multiset: what occurs twice has two tokens.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gen_ip.fingerprint.workflow.refining import labels

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

    from gen_ip.fingerprint.workflow.record import WorkflowRecord

#: The names of the sets: class, output, class and input of every link; every node with what is
#: within two links of it; class and text of everything that is set.
EDGES, LABELS, SETTINGS = "workflow-edges-1", "workflow-labels-1", "workflow-settings-1"

_ROUNDS = 2

Counts = Counter[bytes]


def counts_of(record: WorkflowRecord) -> dict[str, Counts]:
    """How often what occurs, by the sets' names."""
    graph = record.graph
    nodes = graph.nodes
    edges = (
        f"{nodes[each.source].kind}\0{each.slot}\0{nodes[each.target].kind}\0{each.name}".encode()
        for each in graph.edges
    )
    settings = (f"{node.kind}\0{each}".encode() for node in nodes for each in node.settings)
    return {
        EDGES: Counter(edges),
        LABELS: Counter(labels(graph, settings=False, rounds=_ROUNDS)),
        SETTINGS: Counter(settings),
    }


def tokens_of(record: WorkflowRecord) -> dict[str, NDArray[uint64]]:
    """Tokens by the names of their sets."""
    return {name: _tokens(counts) for name, counts in counts_of(record).items()}


def _tokens(counts: Counts) -> NDArray[uint64]:
    import numpy

    return numpy.array(list(_hashes(counts)), numpy.uint64)


def _hashes(counts: Counts) -> Iterable[int]:
    for what, count in counts.items():
        for number in range(count):
            digest = hashlib.blake2b(what, digest_size=8, salt=number.to_bytes(8, "little"))
            yield int.from_bytes(digest.digest(), "little")
