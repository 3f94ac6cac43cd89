"""Passages that a text and a work have in common, word for word as normalized."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gen_ip.fingerprint.text.normalizing import normalized

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

#: So many are told of, the longest first.
MOST = 20


class Run(NamedTuple):
    """Words in a row that both have: where they begin in each, and how many there are."""

    query: int
    work: int
    words: int


class Passage(NamedTuple):
    """The same as characters: from which to before which."""

    query: tuple[int, int]
    work: tuple[int, int]
    words: int

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {"query": list(self.query), "work": list(self.work), "words": self.words}


def runs(query: NDArray[uint64], work: NDArray[uint64], size: int) -> list[Run]:
    """The longest runs of common words, at most 20, longest first.

    A row of words that stands at several places of the work counts where it stands first.

    Args:
        query, work: a number for every `size` words in a row, in their order.
    """
    import numpy

    different, first = numpy.unique(work, return_index=True)
    if not len(different) or not len(query):
        return []
    at = numpy.searchsorted(different, query)
    at[at == len(different)] = 0
    places = numpy.flatnonzero(different[at] == query)
    if not len(places):
        return []
    there = first[at[places]]
    breaks = (numpy.diff(places) != 1) | (numpy.diff(there) != 1)
    begins = numpy.append(0, numpy.flatnonzero(breaks) + 1)
    lengths = numpy.diff(numpy.append(begins, len(places))) + size - 1
    order = numpy.argsort(-lengths, kind="stable")[:MOST]
    return [
        Run(int(places[begins[each]]), int(there[begins[each]]), int(lengths[each]))
        for each in order.tolist()
    ]


def passages(query: str, work: str, found: list[Run]) -> list[Passage]:
    """Runs of words as characters of the texts they were found in."""
    if not found:
        return []
    asked, held = normalized(query), normalized(work)
    return [
        Passage(
            asked.span(run.query, min(run.query + run.words, len(asked))),
            held.span(run.work, min(run.work + run.words, len(held))),
            run.words,
        )
        for run in found
    ]
