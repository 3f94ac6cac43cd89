"""All mutants of a contract: of itself, its own base contracts and the libraries inlined in it."""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, NamedTuple

from tools.mutate.errors import MutationError
from tools.mutate.identity import Identity, normalized
from tools.mutate.operators import Edit, edits_of
from tools.mutate.syntax import EXPRESSIONS, SIMPLE_STATEMENTS, Node

#: Longest text of source that names a mutant, in characters.
CONTEXT = 100


class Mutant(NamedTuple):
    """One wrong version of one source file."""

    identity: Identity
    unit: str
    edit: Edit

    def source(self, original: str) -> str:
        """The file with the mutation in it."""
        data = original.encode()
        return (data[: self.edit.start] + self.edit.text.encode() + data[self.edit.end :]).decode()

    def diff(self, original: str) -> str:
        """The mutation as a unified diff that `git apply` takes."""
        lines = difflib.unified_diff(
            original.splitlines(keepends=True),
            self.source(original).splitlines(keepends=True),
            f"a/{self.unit}",
            f"b/{self.unit}",
        )
        return "".join(lines)


def mutants_of(target: str, trees: dict[str, Any], sources: dict[str, str]) -> list[Mutant]:
    """The mutants of the contract ``target``, in the order of its sources.

    Args:
        target: The contract's name.
        trees: Source unit -> syntax tree, of all that the contract imports.
        sources: Source unit -> text, of our own files only.

    Raises:
        MutationError: when no source defines the contract.
    """
    found: list[Mutant] = []
    counts: Counter[Identity] = Counter()
    for unit, definition in _subjects(target, trees, sources):
        for function, part in _parts(definition):
            for node in part.walk():
                for edit in edits_of(node):
                    first = _identity(definition, function, node, edit)
                    counts[first] += 1
                    identity = first._replace(nth=counts[first])
                    found.append(Mutant(identity, unit, edit))
    return found


def sampled(mutants: Iterable[Mutant], share: float, seed: str) -> list[Mutant]:
    """``share`` of the mutants of every function, rounded up.

    Which ones is decided by a hash of the seed and each mutant's own name, so an edit elsewhere
    changes nothing about them. They come in the order of these hashes too: a run broken off has
    seen a fair part.
    """
    strata: dict[tuple[str, str], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        strata[mutant.identity.contract, mutant.identity.function].append(mutant)

    def lot(mutant: Mutant) -> str:
        return hashlib.sha256(f"{seed}/{mutant.identity.short}".encode()).hexdigest()

    chosen = (
        mutant
        for stratum in strata.values()
        for mutant in sorted(stratum, key=lot)[: ceil(len(stratum) * share)]
    )
    return sorted(chosen, key=lot)


def _subjects(
    target: str, trees: dict[str, Any], sources: dict[str, str]
) -> Iterator[tuple[str, Node]]:
    """The definitions whose code ends up in the contract's own: not what it calls or creates."""
    definitions = {
        each["id"]: (unit, each)
        for unit, tree in sorted(trees.items())
        for each in tree["nodes"]
        if each["nodeType"] == "ContractDefinition"
    }
    bases = next(
        (
            each["linearizedBaseContracts"]
            for _, each in definitions.values()
            if each["name"] == target
        ),
        None,
    )
    if bases is None:
        raise MutationError(f"no source defines the contract {target}; name one that does")
    for key, (unit, each) in definitions.items():
        kind = each["contractKind"]
        own = unit in sources
        if own and (kind == "library" or (kind == "contract" and key in bases)):
            yield unit, Node(each, sources[unit].encode())


def _parts(definition: Node) -> Iterator[tuple[str, Node]]:
    """What of a contract may be mutated, and its name: functions, modifiers, constants."""
    for node in definition.children("nodes"):
        name = str(node.data.get("name") or node.data.get("kind"))
        implemented = node.kind == "ModifierDefinition" or node.data.get("implemented")
        if node.kind in {"FunctionDefinition", "ModifierDefinition"} and implemented:
            yield name, node
        elif node.kind == "VariableDeclaration" and node.data.get("value"):
            yield name, Node(node.data["value"], node.source, node)


def _identity(definition: Node, function: str, node: Node, edit: Edit) -> Identity:
    # Of an `if` or a loop, its condition says enough.
    context = (not _is_expression(node) and node.child("condition")) or node
    above = context.parent
    while above is not None and (_is_expression(above) or above.kind in SIMPLE_STATEMENTS):
        if len(normalized(above.text)) > CONTEXT:
            break
        context, above = above, above.parent
    start, end = min(context.start, edit.start), max(context.end, edit.end)
    before = node.source[start:end].decode()
    after = (
        node.source[start : edit.start].decode() + edit.text + node.source[edit.end : end].decode()
    )
    return Identity(str(definition.data["name"]), function, normalized(before), normalized(after))


def _is_expression(node: Node) -> bool:
    return node.kind in EXPRESSIONS
