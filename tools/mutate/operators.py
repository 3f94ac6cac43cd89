"""The mutation operators: from a node of the syntax tree to wrong versions of its text.

The set follows the classic ones for method bodies (relational, arithmetic, conditional, statement
deletion, constants, as in Offutt et al., "An experimental determination of sufficient mutant
operators", 1996) and what matters on chain: modifiers, swapped arguments, narrowing casts and
inline assembly. Replacements that hardly any test could miss, such as a revert in place of a
statement, are left out: they would only raise the rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tools.mutate.syntax import SIMPLE_STATEMENTS, Node, called_name

RELATIONAL = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
ARITHMETIC = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "<<": (">>",),
    ">>": ("<<",),
}
#: Operators that bind tighter or looser than those they stand in for.
REGROUPING = {"&&", "||", "&", "|"}
LOGICAL = {"&&": "||", "||": "&&"}
ASSIGNMENTS = {
    "+=": ("-=", "="),
    "-=": ("+=", "="),
    "*=": ("/=", "="),
    "/=": ("*=", "="),
    "|=": ("&=", "="),
    "&=": ("|=", "="),
}
YUL_CALLS = {
    "add": "sub",
    "sub": "add",
    "mul": "div",
    "div": "mul",
    "mod": "mul",
    "and": "or",
    "or": "and",
    "xor": "and",
    "shl": "shr",
    "shr": "shl",
    "lt": "gt",
    "gt": "lt",
    "slt": "sgt",
    "sgt": "slt",
    "eq": "lt",
}


class Edit(NamedTuple):
    """Replace the bytes ``start`` to ``end`` of the file by ``text``."""

    start: int
    end: int
    text: str
    operator: str


def edits_of(node: Node) -> Iterator[Edit]:
    """All mutations whose subject is ``node`` itself, not a node below it."""
    handler = _HANDLERS.get(node.kind)
    if handler is not None:
        yield from handler(node)
    if node.kind in SIMPLE_STATEMENTS and _deletable(node):
        text = "{}" if _stands_alone(node) else ""
        yield Edit(node.start, _after_semicolon(node), text, "delete-statement")


# ------------------------------------------------------------------ operators


def _binary(node: Node) -> Iterator[Edit]:
    left, right = node.part("leftExpression"), node.part("rightExpression")
    operator = str(node.data["operator"])
    for other in RELATIONAL.get(operator, ()):
        yield _joined(node, left, right, other, "relational")
    for other in ARITHMETIC.get(operator, ()):
        yield _joined(node, left, right, other, "arithmetic")
    if operator in LOGICAL:
        yield _joined(node, left, right, LOGICAL[operator], "logical")
        yield Edit(node.start, node.end, left.text, "drop-operand")
        # Dropping the whole chain on the left would only repeat what its own operands show.
        if left.data.get("operator") != operator:
            yield Edit(node.start, node.end, right.text, "drop-operand")


def _joined(node: Node, left: Node, right: Node, operator: str, name: str) -> Edit:
    if operator not in REGROUPING:
        return Edit(node.start, node.end, f"{left.text} {operator} {right.text}", name)
    text = f"{_grouped(left)} {operator} {_grouped(right)}"
    nested = node.parent is not None and node.parent.kind in {"BinaryOperation", "UnaryOperation"}
    return Edit(node.start, node.end, f"({text})" if nested else text, name)


def _grouped(node: Node) -> str:
    """Text that keeps its meaning beside any operator."""
    return f"({node.text})" if node.kind in {"BinaryOperation", "Conditional"} else node.text


def _unary(node: Node) -> Iterator[Edit]:
    operator, operand = str(node.data["operator"]), node.part("subExpression")
    if operator in {"!", "-", "~"}:
        yield Edit(node.start, node.end, operand.text, "drop-unary")
    elif operator in {"++", "--"} and not _is_loop_step(node.parent):
        other = "--" if operator == "++" else "++"
        before = node.data["prefix"]
        text = f"{other}{operand.text}" if before else f"{operand.text}{other}"
        yield Edit(node.start, node.end, text, "increment")


def _assignment(node: Node) -> Iterator[Edit]:
    left, right = node.part("leftHandSide"), node.part("rightHandSide")
    for other in ASSIGNMENTS.get(str(node.data["operator"]), ()):
        yield Edit(node.start, node.end, f"{left.text} {other} {right.text}", "assignment")


def _if(node: Node) -> Iterator[Edit]:
    condition = node.part("condition")
    yield Edit(condition.start, condition.end, "false", "condition")
    if condition.kind not in {"BinaryOperation", "UnaryOperation"}:
        yield Edit(condition.start, condition.end, f"!({condition.text})", "negate")
    # A check that always fails is noticed by any test that passes by.
    if not _only_reverts(node.child("trueBody")):
        yield Edit(condition.start, condition.end, "true", "condition")


def _conditional(node: Node) -> Iterator[Edit]:
    condition = node.part("condition")
    for value in ("true", "false"):
        yield Edit(condition.start, condition.end, value, "condition")


def _loop(node: Node) -> Iterator[Edit]:
    condition = node.child("condition")
    if condition is not None:
        yield Edit(condition.start, condition.end, "false", "condition")


def _literal(node: Node) -> Iterator[Edit]:
    kind = node.data.get("kind")
    if kind == "bool":
        other = "false" if node.data["value"] == "true" else "true"
        yield Edit(node.start, node.end, other, "constant")
    elif kind == "string" and node.data["value"]:
        yield Edit(node.start, node.end, '""', "constant")
    elif kind == "number":
        yield from _numbers(node, node.data["value"])


def _numbers(node: Node, written: str) -> Iterator[Edit]:
    try:
        value = int(written.replace("_", ""), 0)
    except ValueError:  # 1e18: to be one off means nothing
        return
    shown = hex if written.startswith("0x") else str
    for other in (value + 1, value - 1):
        if other >= 0:
            # `30 days` keeps its unit.
            text = node.text.replace(written, shown(other), 1)
            yield Edit(node.start, node.end, text, "constant")


def _call(node: Node) -> Iterator[Edit]:
    arguments = node.children("arguments")
    # Named arguments may stand in any order.
    if not node.data.get("names"):
        for first, second in pairwise(arguments):
            if first.type_of() == second.type_of() and first.text != second.text:
                between = node.source[first.end : second.start].decode()
                text = f"{second.text}{between}{first.text}"
                yield Edit(first.start, second.end, text, "swap-arguments")
    if node.data.get("kind") == "typeConversion" and len(arguments) == 1:
        target, source = node.type_of(), arguments[0].type_of()
        if target.startswith("t_uint") and source == "t_uint256" and target != source:
            yield Edit(node.start, node.end, arguments[0].text, "drop-cast")


def _modifier(node: Node) -> Iterator[Edit]:
    # A base constructor's arguments stand in the same place.
    if node.data.get("kind") == "modifierInvocation":
        yield Edit(node.start, node.end, "", "drop-modifier")


def _yul_call(node: Node) -> Iterator[Edit]:
    name = called_name(node)
    arguments = [each.text for each in node.children("arguments")]
    if name in YUL_CALLS:
        yield Edit(node.start, node.end, f"{YUL_CALLS[name]}({', '.join(arguments)})", "arithmetic")
    elif name == "iszero":
        yield Edit(node.start, node.end, arguments[0], "drop-unary")


def _yul_literal(node: Node) -> Iterator[Edit]:
    if node.data.get("kind") == "number":
        yield from _numbers(node, node.data["value"])


_HANDLERS = {
    "Assignment": _assignment,
    "BinaryOperation": _binary,
    "Conditional": _conditional,
    "ForStatement": _loop,
    "FunctionCall": _call,
    "IfStatement": _if,
    "Literal": _literal,
    "ModifierInvocation": _modifier,
    "UnaryOperation": _unary,
    "WhileStatement": _loop,
    "YulFunctionCall": _yul_call,
    "YulLiteral": _yul_literal,
}

# ----------------------------------------------------------------- statements


def _only_reverts(body: Node | None) -> bool:
    if body is None:
        return False
    if body.kind == "Block":
        statements = body.children("statements")
        return len(statements) == 1 and _only_reverts(statements[0])
    return body.kind == "RevertStatement"


def _deletable(node: Node) -> bool:
    """Whether deleting the statement is no other mutation in disguise, and may well compile."""
    if node.kind in {"VariableDeclarationStatement", "YulVariableDeclaration"}:
        return False
    parent = node.parent
    if parent is None:
        return False
    # `if (c) s;` without s is `if (false) s;`.
    if parent.kind == "IfStatement":
        return parent.data.get("falseBody") is not None
    if parent.kind == "Block" and len(parent.data["statements"]) == 1:
        above = parent.parent
        return above is None or above.kind != "IfStatement" or bool(above.data.get("falseBody"))
    return not _is_loop_step(node)


def _is_loop_step(statement: Node | None) -> bool:
    """Whether it is the third part of a `for`: a loop that steps wrongly fails loudly."""
    if statement is None or statement.parent is None or statement.parent.kind != "ForStatement":
        return False
    return statement.parent.data.get("loopExpression") is statement.data


def _after_semicolon(node: Node) -> int:
    """Where a statement ends; the compiler leaves out its semicolon."""
    rest = node.source[node.end :]
    blank = len(rest) - len(rest.lstrip())
    return node.end + blank + 1 if rest[blank : blank + 1] == b";" else node.end


def _stands_alone(node: Node) -> bool:
    """Whether nothing at all may not stand in the statement's place."""
    return node.parent is not None and node.parent.kind in {"IfStatement", "ForStatement"}
