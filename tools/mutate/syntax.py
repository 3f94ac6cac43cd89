"""The compiler's syntax tree (compact AST) as Python objects that know their parents and text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: An expression's text is a mutant's name, and these are expressions.
EXPRESSIONS = {
    "Assignment",
    "BinaryOperation",
    "Conditional",
    "FunctionCall",
    "FunctionCallOptions",
    "Identifier",
    "IndexAccess",
    "Literal",
    "MemberAccess",
    "TupleExpression",
    "UnaryOperation",
    "YulFunctionCall",
    "YulIdentifier",
    "YulLiteral",
}
#: Statements that hold no other statement.
SIMPLE_STATEMENTS = {
    "EmitStatement",
    "ExpressionStatement",
    "Return",
    "RevertStatement",
    "VariableDeclarationStatement",
    "YulAssignment",
    "YulExpressionStatement",
    "YulVariableDeclaration",
}


class Node:
    """One node of the tree of one source file, whose text is ``source`` (UTF-8, as solc counts)."""

    def __init__(self, data: dict[str, Any], source: bytes, parent: Node | None = None) -> None:
        self.data = data
        self.source = source
        self.parent = parent
        self.kind: str = data["nodeType"]
        start, length, _ = map(int, data["src"].split(":"))
        self.start, self.end = start, start + length

    @property
    def text(self) -> str:
        """The node's own text."""
        return self.source[self.start : self.end].decode()

    def child(self, key: str) -> Node | None:
        """The node at ``key``, where there is one."""
        value = self.data.get(key)
        return Node(value, self.source, self) if isinstance(value, dict) else None

    def part(self, key: str) -> Node:
        """The node at ``key``, which nodes of this kind always have."""
        return Node(self.data[key], self.source, self)

    def children(self, key: str) -> list[Node]:
        """The nodes of the list at ``key``."""
        return [Node(each, self.source, self) for each in self.data.get(key) or [] if each]

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the source."""
        yield self
        below = [
            Node(each, self.source, self)
            for value in self.data.values()
            for each in (value if isinstance(value, list) else [value])
            if isinstance(each, dict) and "nodeType" in each and "src" in each
        ]
        for each in sorted(below, key=lambda node: (node.start, -node.end)):
            yield from each.walk()

    def type_of(self) -> str:
        """The identifier of an expression's type; empty where it has none."""
        described = self.data.get("typeDescriptions") or {}
        return str(described.get("typeIdentifier") or "")


def called_name(node: Node) -> str:
    """What a Yul call calls."""
    return str(node.data["functionName"]["name"])
