"""Asking an index of works of a kind about files, and counting; for all kinds but pictures."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._recognition import Answered, Asked
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.kind import Kind, kind_of

Progress = Callable[[str, int, int], None]

METHOD = "gen-ip"
# Works added at a time.
_BATCH = 50


@dataclass(frozen=True)
class Question:
    """A file to ask about.

    Attributes:
        name: what it is.
        kind, group: by which it is counted.
        truths: the works it was made from: any of them is right.
        make: writes it to a path.
        alike: works that it was not made from and has to do with all the same, counted apart.
    """

    name: str
    kind: str
    group: str
    truths: frozenset[str]
    make: Callable[[Path], Any]
    alike: frozenset[str] = frozenset()

    def asked(self, path: Path) -> Asked:
        """As the benchmark of pictures has it."""
        return Asked(self.name, self.kind, self.group, self.truths, path)


def fingerprints(kind: str, questions: Sequence[Question], progress: Progress) -> Iterator[
    tuple[Question, Any, float]
]:  # fmt: skip
    """Every question's fingerprint, and in how many milliseconds it was read."""
    with tempfile.TemporaryDirectory() as folder, kind_of(kind).reader() as reader:
        path = Path(folder) / "asked"
        for number, question in enumerate(questions, 1):
            question.make(path)
            began = time.perf_counter()
            found = reader.fingerprint(path)
            yield question, found, 1000 * (time.perf_counter() - began)
            path.unlink()
            progress("questions", number, len(questions))


def build(kind: Kind, folder: Path, gallery: Mapping[str, Path], progress: Progress) -> WorkIndex:
    """An index of a gallery's files."""
    index = WorkIndex(folder, write=True)
    records = []
    with kind.reader() as reader:
        for number, (name, path) in enumerate(gallery.items(), 1):
            records.append(kind.record(name, reader.fingerprint(path)))
            if len(records) == _BATCH or number == len(gallery):
                index.add(records)
                records = []
            progress("gallery", number, len(gallery))
    return index


def asked(
    name: str,
    gallery: Mapping[str, Path],
    questions: Sequence[Question],
    peers: Mapping[str, Callable[[Any], bytes]],
    progress: Progress,
) -> dict[str, list[Answered]]:
    """By method, what an index of the gallery says of every question; and of each peer's values,
    which works have the question's."""
    kind = kind_of(name)
    found: dict[str, list[Answered]] = {method: [] for method in (METHOD, *peers)}
    with (
        tempfile.TemporaryDirectory() as folder,
        build(kind, Path(folder), gallery, progress) as index,
        kind.reader() as reader,
    ):
        works = {key: reader.fingerprint(path) for key, path in gallery.items()} if peers else {}
        for question, fingerprint, spent in fingerprints(name, questions, progress):
            answer = kind.ask(index, fingerprint)
            best = answer.findings[0] if answer.findings else None
            found[METHOD].append(
                Answered(
                    question.asked(Path()),
                    answer.best.key if answer.best else None,
                    tuple(each.key for each in answer.findings if each.verdict.named),
                    answer.verdict.value,
                    best.score if best else 0.0,
                    best.method if best else "none",
                    spent + answer.milliseconds,
                )
            )
            for peer, value in peers.items():
                same = tuple(
                    key for key, work in works.items() if value(work) == value(fingerprint)
                )
                first, verdict = (same[0], "same") if same else (None, "unknown")
                score = float(bool(same))
                found[peer].append(
                    Answered(question.asked(Path()), first, same, verdict, score, peer, spent)
                )
    return found
