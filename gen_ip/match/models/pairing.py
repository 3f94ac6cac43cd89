"""Which modules of two models do the same: by their names, or by what they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.model.probes import PROBES
from gen_ip.fingerprint.model.sketch import Module

if TYPE_CHECKING:
    from numpy.typing import NDArray

# From this share of the query's modules on, names are believed.
_NAMED_SHARE = 0.5
# A group of more modules of the same sides is not assigned: the work grows with the cube.
_MOST_ASSIGNED = 400
# So far above what choosing brings by itself, assigned partners are believed altogether.
_BELIEVED = 0.06
# Flips half of the bits: what is left of an agreement is what choosing partners brings.
_CONTROL = 0x9D39_247E_3377_6D41


@dataclass(frozen=True)
class Pair:
    """Two modules taken for one.

    Attributes:
        query, work: of the model asked about, and of the work.
        differing: in how many of 64 bits.
    """

    query: Module
    work: Module
    differing: int

    @property
    def agreement(self) -> float:
        """0 to 1."""
        return 1 - self.differing / PROBES


@dataclass(frozen=True)
class Pairing:
    """All pairs of two models.

    Attributes:
        pairs: by the work's names.
        named: whether by names.
        agreement: of all bits, 0 to 1, 1/2 for unrelated models; where partners were chosen, as far
            as it exceeds what the choice itself brings.
    """

    pairs: tuple[Pair, ...]
    named: bool
    agreement: float


def paired(query: Sequence[Module], work: Sequence[Module], kind: str) -> Pairing:
    """The pairs of two models' modules of a kind."""
    asked = [each for each in query if each.kind == kind]
    known = {(each.name, each.outputs, each.inputs): each for each in work if each.kind == kind}
    pairs = [
        Pair(each, other, (each.bits ^ other.bits).bit_count())
        for each in asked
        if (other := known.get((each.name, each.outputs, each.inputs))) is not None
    ]
    if asked and len(pairs) >= _NAMED_SHARE * min(len(asked), len(known)):
        return Pairing(tuple(_by_name(pairs)), True, _mean(pairs))
    return _assigned(asked, list(known.values()))


def _assigned(asked: Sequence[Module], known: Sequence[Module]) -> Pairing:
    """The best assignment among modules of the same sides (Kuhn, 1955)."""
    groups: dict[tuple[int, int], tuple[list[Module], list[Module]]] = defaultdict(lambda: ([], []))
    for side, modules in enumerate((asked, known)):
        for each in modules:
            groups[each.outputs, each.inputs][side].append(each)
    pairs: list[Pair] = []
    chance = 0
    for ours, theirs in groups.values():
        if ours and theirs and max(len(ours), len(theirs)) <= _MOST_ASSIGNED:
            apart = _apart(ours, theirs, 0)
            rows, columns = _best(apart)
            pairs += [
                Pair(ours[row], theirs[column], int(apart[row, column]))
                for row, column in zip(rows, columns, strict=True)
            ]
            control = _apart(ours, theirs, _CONTROL)
            chance += int(control[_best(control)].sum())
    if not pairs:
        return Pairing((), False, 0.5)
    brought = 1 - chance / (PROBES * len(pairs))
    # Well above that, partners are the right ones, and what they agree in counts.
    believed = min(1.0, max(0.0, (_mean(pairs) - brought) / _BELIEVED))
    return Pairing(tuple(_by_name(pairs)), False, 0.5 + believed * (_mean(pairs) - 0.5))


def _apart(ours: Sequence[Module], theirs: Sequence[Module], mask: int) -> NDArray[Any]:
    """Bits in which modules differ, shape (ours, theirs)."""
    import numpy

    a = numpy.array([each.bits ^ mask for each in ours], numpy.uint64)
    b = numpy.array([each.bits for each in theirs], numpy.uint64)
    differing = numpy.bitwise_xor.outer(a, b).view(numpy.uint8).reshape(len(a), len(b), 8)
    apart: NDArray[Any] = numpy.unpackbits(differing, axis=2).sum(axis=2, dtype=numpy.int64)
    return apart


def _best(apart: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(apart)
    return rows, columns


def _mean(pairs: Sequence[Pair]) -> float:
    differing = sum(each.differing for each in pairs)
    return 1 - differing / (PROBES * len(pairs)) if pairs else 0.5


def _by_name(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda each: (each.work, each.query))
