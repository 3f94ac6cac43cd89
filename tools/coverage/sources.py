"""The contracts with an else for every if.

forge counts how often an `if` was entered, and for one without `else` nothing more: a condition
that was true in every test would count as covered. So each gets an `else` that does nothing, on the
same line, and the way past it is counted like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tools.mutate.syntax import Node

#: A statement that does nothing, but compiles to code that forge can count.
NOTHING = b" else { 0; }"


def with_else(tree: dict[str, Any], text: str) -> str:
    """`text` of a source unit, whose syntax tree is `tree`; lines stay where they are."""
    source = text.encode()
    inserts: list[tuple[int, bytes]] = []
    for node in Node(tree, source).walk():
        if node.kind == "IfStatement" and node.child("falseBody") is None:
            inserts += _completed(node.part("trueBody"), source)
    # From the end, so that places before stay true; of two at one place the inner is first.
    for place, words in sorted(inserts, key=lambda insert: insert[0], reverse=True):
        source = source[:place] + words + source[place:]
    return source.decode()


def _completed(body: Node, source: bytes) -> Iterator[tuple[int, bytes]]:
    if body.kind == "Block":
        yield body.end, NOTHING
        return
    # An else belongs to the nearest if: braces keep it with this one.
    yield body.start, b"{ "
    yield _end(body, source), b" }" + NOTHING


def _end(body: Node, source: bytes) -> int:
    """Where a statement without braces ends; the tree leaves out the semicolon of some."""
    if source[body.end - 1 : body.end] in (b"}", b";"):
        return body.end
    return source.index(b";", body.end - 1) + 1
