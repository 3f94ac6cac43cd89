"""Hashes of a graph, however its nodes are numbered: Weisfeiler-Lehman over SHA-256.

Every node starts with a label, the hash of its class, and its settings where these count. Then each
label is replaced by the hash of itself, of what comes in (which input, from which output, of which
label) in ascending order, and of what goes out; as often as that tells more nodes apart, at most 64
times (Shervashidze et al., "Weisfeiler-Lehman Graph Kernels", 2011). The graph's hash is that of
all labels in ascending order. Equal graphs have equal hashes; different ones differ but for rare
symmetric ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from gen_ip.fingerprint.workflow.graph import Graph

_SEED = b"gen-ip workflow-1\0"
_MOST_ROUNDS = 64


def labels(graph: Graph, settings: bool, rounds: int = _MOST_ROUNDS) -> list[bytes]:
    """A label of 32 bytes for each node.

    Args:
        graph: any.
        settings: whether they count.
        rounds: at most so many.
    """
    found = [
        _hash([each.kind.encode(), *(text.encode() for text in each.settings if settings)])
        for each in graph.nodes
    ]
    inputs: list[list[tuple[bytes, int]]] = [[] for _ in graph.nodes]
    outputs: list[list[tuple[bytes, int]]] = [[] for _ in graph.nodes]
    for source, slot, target, name in graph.edges:
        way = slot.to_bytes(4) + name.encode()
        inputs[target].append((way, source))
        outputs[source].append((way, target))
    different = len(set(found))
    for _ in range(rounds):
        refined = [
            _hash(
                [
                    label,
                    _hash(sorted(found[other] + way for way, other in inputs[at])),
                    _hash(sorted(found[other] + way for way, other in outputs[at])),
                ]
            )
            for at, label in enumerate(found)
        ]
        now = len(set(refined))
        # One round more than tells nodes apart, so that every edge has counted.
        found, settled = refined, now == different
        if settled:
            break
        different = now
    return found


def graph_hash(found: Iterable[bytes]) -> bytes:
    """The hash of a graph with these labels, 32 bytes."""
    return _hash(sorted(found))


def _hash(parts: list[bytes]) -> bytes:
    digest = hashlib.sha256(_SEED)
    for each in parts:
        digest.update(len(each).to_bytes(4))
        digest.update(each)
    return digest.digest()
