"""Asking Gen-IP, and what others use, about texts and prompts."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._recognition import PAIR_RATE, Answered, Asked, Progress, limit_at
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.kind import Kind


@dataclass(frozen=True)
class Peer:
    """A way to know works by one code each.

    Attributes:
        name: as in the results.
        code: of a file.
        distances: of one code to each of many, the larger the less alike.
    """

    name: str
    code: Callable[[Path], Any]
    distances: Callable[[Any, Sequence[Any]], np.ndarray[Any, Any]]


def asked(
    kind: Kind,
    gallery: Mapping[str, Path],
    questions: Sequence[Asked],
    progress: Progress,
    learned: bool = False,
) -> list[Answered]:
    """What Gen-IP says to each question, the reading of the file within the time."""
    answers = []
    with (
        tempfile.TemporaryDirectory() as folder,
        kind.reader(learned=learned) as reader,
        filled(kind, gallery, Path(folder) / "index", reader) as index,
    ):
        for number, question in enumerate(questions, 1):
            began = time.perf_counter()
            found = kind.ask(index, reader.fingerprint(question.path))
            spent = 1000 * (time.perf_counter() - began)
            best = found.findings[0] if found.findings else None
            answers.append(
                Answered(
                    question,
                    found.best.key if found.best else None,
                    tuple(each.key for each in found.findings if each.verdict.named),
                    found.verdict.value,
                    best.score if best else 0.0,
                    best.method if best else "none",
                    spent,
                )
            )
            progress("questions", number, len(questions))
    return answers


def filled(kind: Kind, gallery: Mapping[str, Path], folder: Path, reader: Any) -> WorkIndex:
    """An index of a gallery's works, by name."""
    index = WorkIndex(folder, write=True)
    index.add(kind.record(name, reader.fingerprint(path)) for name, path in gallery.items())
    return index


def peers(
    compared: Sequence[Peer],
    gallery: Mapping[str, Path],
    questions: Sequence[Asked],
    given: Mapping[str, float] | None = None,
) -> Iterator[tuple[str, float, list[Answered]]]:
    """Name, threshold and answers of each peer.

    A threshold is as `given`, or the largest at which at most one in 10,000 pairs of a stranger and
    a work is taken for one.
    """
    names = list(gallery)
    for peer in compared:
        works = [peer.code(path) for path in gallery.values()]
        rows = []
        for question in questions:
            began = time.perf_counter()
            far = peer.distances(peer.code(question.path), works)
            rows.append((question, far, 1000 * (time.perf_counter() - began)))
        if given is None:
            limit = limit_at(PAIR_RATE, [far for each, far, _ in rows if each.stranger])
        else:
            limit = given[peer.name]
        answers = []
        for question, far, spent in rows:
            within = [names[at] for at in np.argsort(far, kind="stable") if far[at] < limit]
            verdict, first = ("near", within[0]) if within else ("unknown", None)
            answers.append(
                Answered(
                    question, first, tuple(within), verdict, float(far.min()), peer.name, spent
                )
            )
        yield peer.name, limit, answers
