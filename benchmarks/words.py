"""`python -m benchmarks.words [--json]`: works found by words of their local features.

Whether the right work is among the first that `WordIndex` names for an edited picture and its
mirror image, how long that takes on one core, and what is kept of a work; by features a work, by
words a feature looks into, and among up to a million works. Pictures: the development half's works
and strangers. To a million the gallery is filled up with made-up works of features drawn from all
of the strangers', an eighth of their signatures' bits flipped.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from benchmarks.pictures import collection
from benchmarks.pictures.questions import Exam, exam
from gen_ip.fingerprint.local import LocalFeatures, asked_features, local_features
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.match.words.postings import (
    FEATURES_A_WORK,
    ROW_SHIFT,
    Postings,
    file_features,
    merge,
)
from gen_ip.match.words.searching import PROBES, WordIndex
from gen_ip.match.words.vocabulary import SIZE, vocabulary

EDITS = (
    "crop-10", "crop-corner", "crop-half", "crop-quarter", "square", "portrait", "rotate-5",
    "rotate-15-white", "rotate-30-black", "mirror", "mirror-crop-filter", "document", "post",
    "slide", "gallery-shot", "screen-photo", "beside", "grid", "mosaic", "crop-grid",
    "in-picture-half", "in-picture-third", "meme", "stickers", "watermark", "covered", "slanted",
    "jpeg-10", "thumbnail", "noise", "filter",
)  # fmt: skip
_FIRST = (1, 5, 20)
_ASKED = 1_000
_AT_ONCE = 50_000
_SEED = 1

Question = tuple[str, int, Sequence[LocalFeatures]]


def measure(
    works: int, sizes: Sequence[int], progress: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """All numbers, asked of the edits of so many works in galleries of so many."""
    half = collection.load("development", progress=progress)
    asked = exam(half, collection.CACHE / "edited" / "development", works)
    progress("finding features")
    strangers = [local_features(reduced_copy(half.path(each))) for each in half.strangers]
    held = [local_features(reduced_copy(path)) for path in asked.gallery.values()]
    questions = list(_questions(asked))
    pictures = list(enumerate([*held, *strangers]))
    known = vocabulary()
    found: dict[str, Any] = {
        "pictures": collection.digest(),
        "works": len(held),
        "strangers": len(strangers),
        "questions": len(questions),
        "features_asked": _ASKED,
        "by_features_a_work": {},
        "by_probes": {},
        "by_gallery": {},
    }
    for limit in (64, FEATURES_A_WORK, 256):
        progress(f"{limit} features a work")
        index = WordIndex(known, (file_features(pictures, known, limit),))
        found["by_features_a_work"][limit] = _asked(index, questions)
    real = file_features(pictures, known)
    for probes in (1, 2, PROBES, 8):
        progress(f"{probes} words a feature")
        found["by_probes"][probes] = _asked(WordIndex(known, (real,)), questions, probes)
    pool = file_features(list(enumerate(strangers)), known, 500)
    for size in sizes:
        progress(f"{size:,} works")
        every = _filled(real, pool, size)
        told = _asked(WordIndex(known, (every,)), questions, edits=True)
        arrays = (every.handles, every.starts, every.signatures, every.places)
        told["bytes_per_work"] = round(sum(each.nbytes for each in arrays) / every.rows)
        found["by_gallery"][every.rows] = told
    return found


def _questions(asked: Exam) -> list[Question]:
    """Edit, the right row, and the features of the picture and of its mirror image."""
    rows = {name: row for row, name in enumerate(asked.gallery)}
    questions = []
    for each in asked.questions:
        if each.truth is not None and each.kind in EDITS:
            copy = reduced_copy(each.path)
            both = (copy, numpy.ascontiguousarray(copy[:, ::-1]))
            features = [asked_features(one, _ASKED) for one in both]
            questions.append((each.kind, rows[each.truth], features))
    return questions


def _asked(
    index: WordIndex, questions: Sequence[Question], probes: int = PROBES, edits: bool = False
) -> dict[str, Any]:
    places: dict[str, list[int]] = defaultdict(list)
    seconds = []
    for edit, row, features in questions:
        # The processor's time: what a core not shared with others would take.
        began = time.thread_time()
        found = index.search(features, max(_FIRST), probes).handles.tolist()
        seconds.append(time.thread_time() - began)
        places[edit].append(found.index(row) if row in found else max(_FIRST))
    every = numpy.concatenate([numpy.array(each) for each in places.values()])
    told: dict[str, Any] = {f"among_first_{n}": round(float((every < n).mean()), 4) for n in _FIRST}
    milliseconds = 1000 * numpy.array(seconds)
    told["milliseconds"] = round(float(numpy.median(milliseconds)), 1)
    told["milliseconds_99th"] = round(float(numpy.percentile(milliseconds, 99)), 1)
    if edits:
        told["among_first_20_by_edit"] = {
            edit: round(float((numpy.array(places[edit]) < max(_FIRST)).mean()), 4)
            for edit in EDITS
            if edit in places
        }
    return told


def _filled(real: Postings, pool: Postings, size: int) -> Postings:
    """The real works and so many made-up ones that there are `size`."""
    random = numpy.random.default_rng(_SEED)
    words = numpy.repeat(numpy.arange(SIZE), numpy.diff(pool.starts.astype(numpy.int64)))
    parts, first = [real], real.rows
    while first < size:
        rows = min(_AT_ONCE, size - first)
        drawn = numpy.sort(random.integers(0, len(pool), rows * FEATURES_A_WORK))
        row = random.permutation(rows * FEATURES_A_WORK) // FEATURES_A_WORK
        flips = random.integers(0, 2**64, (3, len(drawn)), dtype=numpy.uint64)
        shapes = pool.places[drawn] & ((1 << ROW_SHIFT) - 1)
        starts = numpy.zeros(SIZE + 1, numpy.uint32)
        starts[1:] = numpy.cumsum(numpy.bincount(words[drawn], minlength=SIZE))
        parts.append(
            Postings(
                numpy.arange(first, first + rows),
                starts,
                pool.signatures[drawn] ^ (flips[0] & flips[1] & flips[2]),
                row.astype(numpy.uint32) << ROW_SHIFT | shapes,
            )
        )
        first += rows
    return merge(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--json", action="store_true", help="all numbers, for machines")
    parser.add_argument("--works", type=int, default=60, help="whose edits are asked about")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    asked = parser.parse_args(arguments)
    found = measure(asked.works, asked.sizes, lambda line: print(line, file=sys.stderr))
    if asked.json:
        print(json.dumps(found, indent=2))
        return 0
    print(f"{found['questions']} questions about {found['works']} works; per cent among the first")
    for name in ("by_features_a_work", "by_probes", "by_gallery"):
        print(f"\n{name.replace('_', ' '):>20} {'1':>6} {'5':>6} {'20':>6}  ms of a core")
        for key, told in found[name].items():
            shares = " ".join(f"{100 * told[f'among_first_{n}']:6.1f}" for n in _FIRST)
            print(f"{key:>20,} {shares} {told['milliseconds']:6.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
