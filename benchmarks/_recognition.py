"""Asking every question of every method, and counting."""

from __future__ import annotations

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks._peers import HASHES, Codes, distances
from gen_ip.errors import FileProblem
from gen_ip.fingerprint.descriptor import Descriptor, load
from gen_ip.fingerprint.picture import Picture, decoded, read
from gen_ip.fingerprint.record import record_of
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.matcher import Matcher
from gen_ip.match.recording import indexed

Progress = Callable[[str, int, int], None]

#: Wrong pairs that a hash alone may take for one, of all pairs of strangers and works.
PAIR_RATE = 1e-4
DEFAULT, WITH_SSCD = "gen-ip", "gen-ip with SSCD"
#: The verdict on a file that is no usable picture.
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Asked:
    """A file to ask about, and the works it was made from.

    Attributes:
        truths: any of these is right; none where the gallery has none.
        within: whether the edit lies within the bounds that `benchmarks.pictures.edits` states.
    """

    name: str
    kind: str
    group: str
    truths: frozenset[str]
    path: Path
    within: bool = False

    @property
    def stranger(self) -> bool:
        """Whether it was made from no work, and not to share a part with one."""
        return not self.truths and self.group != "shared"


@dataclass(frozen=True)
class Answered:
    """What a method said of a question.

    Attributes:
        answer: the work named first, or None.
        named: all works named.
        score: 0 to 1 of a matcher, bits or 1 - cosine of a hash.
        milliseconds: the file's decoding included.
    """

    question: Asked
    answer: str | None
    named: tuple[str, ...]
    verdict: str
    score: float
    method: str
    milliseconds: float

    @classmethod
    def unreadable(cls, question: Asked, method: str) -> Answered:
        """The answer to a file that is no usable picture."""
        return cls(question, None, (), UNREADABLE, 0.0, method, 0.0)

    @property
    def right(self) -> bool:
        """Whether a work it was made from was named, first."""
        return self.answer is not None and self.answer in self.question.truths

    @property
    def all_named(self) -> bool:
        """Whether every work it was made from was named, at any place."""
        return self.question.truths <= set(self.named)

    @property
    def wrong(self) -> bool:
        """Whether a work is named, at any place, that it was not made from, though one was."""
        return bool(self.question.truths) and not self.question.truths >= set(self.named)

    @property
    def accepted_unknown(self) -> bool:
        """Whether any work is named though it was made from none."""
        return not self.question.truths and self.answer is not None


def asked_picture(path: Path) -> Picture:
    """What `gen-ip match` decodes of a file."""
    content, _ = read(path)
    return decoded(path, content, fine=True)


class _Worker:
    """A process's own matchers and hashes; set up once in each."""

    matchers: ClassVar[Mapping[str, Matcher]] = {}
    hashes: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def start(cls, index: Path, matchers: Sequence[str], hashes: Sequence[str]) -> None:
        import cv2

        cv2.setNumThreads(1)
        cls.hashes = tuple(hashes)
        cls.matchers = {
            name: Matcher(PictureIndex(index), load() if name == WITH_SSCD else None, threads=1)
            for name in matchers
        }

    @classmethod
    def ask(cls, question: Asked) -> tuple[list[Answered], dict[str, tuple[Codes, float]]]:
        """What the matchers answer; the hashes' codes, and milliseconds; none if unreadable."""
        try:
            asked_picture(question.path)
        except FileProblem:
            return [Answered.unreadable(question, name) for name in cls.matchers], {}
        answers = []
        for name, matcher in cls.matchers.items():
            began = time.perf_counter()
            picture = asked_picture(question.path)
            found = matcher.ask(picture.copy, fine=picture.fine)
            spent = 1000 * (time.perf_counter() - began)
            named = tuple(each.key for each in found.findings if each.verdict.named)
            best = found.findings[0] if found.findings else None
            answers.append(
                Answered(
                    question,
                    found.best.key if found.best else None,
                    named,
                    found.verdict.value,
                    best.score if best else 0.0,
                    f"{name}: {best.method}" if best else name,
                    spent,
                )
            )
        codes = {}
        for name in cls.hashes:
            began = time.perf_counter()
            asked = HASHES[name].asked(question.path)
            codes[name] = asked, 1000 * (time.perf_counter() - began)
        return answers, codes

    @classmethod
    def code(cls, path: Path) -> dict[str, Codes]:
        return {name: HASHES[name].work(path) for name in cls.hashes}


def fresh_processes(count: int, start: Callable[..., None], *arguments: Any) -> ProcessPoolExecutor:
    """Processes that share nothing with this one: copies of it would wait for its threads."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=start, initargs=arguments)


def build(
    index: Path, gallery: Mapping[str, Path], descriptor: Descriptor | None, progress: Progress
) -> dict[str, FileProblem]:
    """An index of a gallery's works, by name; returns what is no usable picture, and why."""
    problems = {}
    with PictureIndex(index, write=True) as opened:
        for number, (name, path) in enumerate(gallery.items(), 1):
            try:
                content, sha256 = read(path)
                picture = record_of(sha256, decoded(path, content), descriptor)
            except FileProblem as problem:
                problems[name] = problem
            else:
                opened.add([indexed(name, picture)])
            progress("works", number, len(gallery))
    return problems


def limit_at(rate: float, apart: Sequence[np.ndarray[Any, Any]]) -> float:
    """The largest distance below which at most this share of the distances lies; 0 of none."""
    if not apart:
        return 0.0
    distances_ = np.sort(np.concatenate(apart))
    return float(distances_[int(rate * len(distances_))])


def run(
    index: Path,
    gallery: Mapping[str, Path],
    questions: Sequence[Asked],
    matchers: Sequence[str],
    hashes: Sequence[str],
    processes: int,
    progress: Progress,
    given: Mapping[str, float] | None = None,
) -> tuple[dict[str, list[Answered]], dict[str, float]]:
    """Every method's answers to all questions, and the thresholds of the hashes.

    A hash's threshold is as `given`, or the largest at which at most one in 10,000 pairs of a
    stranger's picture and a work is taken for one; strangers made to share a part with a work are
    left out of that.
    """
    names = list(gallery)
    answers: dict[str, list[Answered]] = {name: [] for name in (*matchers, *hashes)}
    nearest: dict[str, list[tuple[Asked, np.ndarray[Any, Any], float]]] = defaultdict(list)
    with fresh_processes(processes, _Worker.start, index, matchers, hashes) as pool:
        works: dict[str, list[Codes]] = defaultdict(list)
        for found in pool.map(_Worker.code, gallery.values(), chunksize=8):
            for name, codes in found.items():
                works[name].append(codes)
        stacked = {name: np.concatenate(codes) for name, codes in works.items()}
        asked = pool.map(_Worker.ask, questions, chunksize=8)
        pairs = zip(questions, asked, strict=True)
        for number, (question, (answered, coded)) in enumerate(pairs, 1):
            for name, answer in zip(matchers, answered, strict=True):
                answers[name].append(answer)
            for name in hashes:
                if name in coded:
                    codes, spent = coded[name]
                    nearest[name].append((question, distances(codes, stacked[name]), spent))
                else:
                    answers[name].append(Answered.unreadable(question, name))
            progress("questions", number, len(questions))
    limits = {}
    for name, rows in nearest.items():
        if given is None:
            apart = [far for each, far, _ in rows if each.stranger]
            limits[name] = limit_at(PAIR_RATE, apart)
        else:
            limits[name] = given[name]
        for question, far, spent in rows:
            within = [names[at] for at in np.argsort(far, kind="stable") if far[at] < limits[name]]
            nearest_name = within[0] if within else None
            verdict = "near" if within else "unknown"
            score = float(far.min())
            answers[name].append(
                Answered(question, nearest_name, tuple(within), verdict, score, name, spent)
            )
    return answers, limits
