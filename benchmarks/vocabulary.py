"""Makes the vocabulary that local features are filed under: `gen_ip/match/words/vocabulary-1.bin`.

Of the development half's strangers alone, so that the works which searching is measured with are
new to it. Without `--write` it says whether the shipped file is what it makes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

import gen_ip.match.words
from benchmarks.pictures import collection
from gen_ip.fingerprint.local import MAX_FEATURES, LocalFeatures, local_features
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.match.codes import as_words
from gen_ip.match.loops import loops
from gen_ip.match.words import vocabulary as shipped
from gen_ip.match.words.searching import PROBES
from gen_ip.match.words.vocabulary import SIGNATURE_BITS, SIZE, STEMS, Vocabulary

FOLDER = Path(gen_ip.match.words.__file__).parent
ROUNDS = 10
#: How copies are changed to learn which bits last: turned (degrees), scaled, JPEG quality.
CHANGES = ((0, 0.6, 40), (7, 0.9, 70), (-20, 0.75, 60), (35, 1.0, 80))
# Features of a changed copy are the same within so many pixels, octaves and degrees, and differ
# from others of a word by no more than so many bits.
_NEAR, _OCTAVES, _TURN, _BITS = 3.0, 0.4, 25.0, 100
_ALIKE = 12
_SEED = 1


def make(half: collection.Collection) -> Vocabulary:
    """A vocabulary of a half's strangers; the same of the same pictures."""
    random = numpy.random.default_rng(_SEED)
    copies = [reduced_copy(half.path(picture)) for picture in half.strangers]
    codes = numpy.concatenate([local_features(copy, MAX_FEATURES).codes for copy in copies])
    stems = _centers(codes, STEMS, random)
    nearest = _nearest(codes, stems)
    words = [_centers(codes[nearest == stem], STEMS, random) for stem in range(STEMS)]
    every = numpy.concatenate(words)
    plain = Vocabulary(
        numpy.arange(SIGNATURE_BITS, dtype=numpy.uint8), as_words(stems), as_words(every)
    )
    bits = _lasting_bits(copies, codes, plain, random)
    return Vocabulary(bits, plain.stems, plain.words)


def _centers(
    codes: NDArray[numpy.uint8], count: int, random: numpy.random.Generator
) -> NDArray[numpy.uint8]:
    """k-majority: each center's bits are those that most of the codes nearest to it have.

    C. Grana and others, "A Fast Approach for Integrating ORB Descriptors in the Bag of Words
    Model", 2013.
    """
    if not len(codes):
        return random.integers(0, 256, (count, 32), numpy.uint8)
    centers = codes[random.choice(len(codes), count, replace=len(codes) < count)].copy()
    every = numpy.unpackbits(codes, axis=1)
    for _ in range(ROUNDS):
        nearest = _nearest(codes, centers)
        for number in range(count):
            own = every[nearest == number]
            if len(own):
                twice, before = 2 * own.sum(axis=0, dtype=numpy.int64), len(own)
                kept = numpy.unpackbits(centers[number]).astype(bool)
                centers[number] = numpy.packbits((twice > before) | ((twice == before) & kept))
            else:
                centers[number] = codes[random.integers(len(codes))]
    return centers


def _nearest(codes: NDArray[numpy.uint8], centers: NDArray[numpy.uint8]) -> NDArray[numpy.uint16]:
    found = numpy.empty((len(codes), 1), numpy.uint16)
    # One stem that has all of them.
    planes = numpy.ascontiguousarray(as_words(centers).T)
    stem = planes[:, :1].copy()
    loops("words.kernels").nearest_words(as_words(codes), stem, planes[None], 1, found)
    return found[:, 0]


def _lasting_bits(
    copies: Sequence[NDArray[numpy.uint8]],
    codes: NDArray[numpy.uint8],
    plain: Vocabulary,
    random: numpy.random.Generator,
) -> NDArray[numpy.uint8]:
    """The 64 bits whose sum tells best a feature's later codes from its word's other codes.

    Greedily by Fisher's criterion: the squared difference of the means over the variances.
    """
    pairs = [_changed(copy, change) for copy in copies for change in CHANGES]
    before, after = (numpy.concatenate(each) for each in zip(*pairs, strict=True))
    looked = plain.nearest(after, PROBES)
    found = (looked == plain.nearest(before, 1)).any(axis=1)
    same = before[found] ^ after[found]
    words = plain.nearest(codes, 1)[:, 0]
    order = numpy.argsort(words, kind="stable")
    # What else is under the words that are looked into: it starts there, and ends there.
    starts = numpy.searchsorted(words[order], numpy.arange(SIZE + 1))
    first, count = starts[looked], starts[looked.astype(int) + 1] - starts[looked]
    drawn = first + (random.random(first.shape) * count).astype(int)
    other = codes[order[drawn[count > 0]]] ^ numpy.repeat(after, PROBES, 0)[count.ravel() > 0]
    # Without those of the picture itself, or of one like it.
    other = other[numpy.unpackbits(other, axis=1).sum(axis=1) > _ALIKE]
    other = other[random.choice(len(other), min(len(other), len(same)), replace=False)]
    bits = [
        numpy.unpackbits(each, axis=1, bitorder="little").astype(float) for each in (same, other)
    ]
    gain = bits[1].mean(axis=0) - bits[0].mean(axis=0)
    spread = numpy.cov(bits[0].T) + numpy.cov(bits[1].T)
    picked: list[int] = []
    mean = variance = 0.0
    shared = numpy.zeros(len(gain))
    for _ in range(SIGNATURE_BITS):
        value = (mean + gain) ** 2 / (variance + 2 * shared + numpy.diag(spread) + 1e-9)
        value[picked] = -1
        best = int(value.argmax())
        mean += gain[best]
        variance += 2 * shared[best] + spread[best, best]
        shared += spread[best]
        picked.append(best)
    return numpy.array(sorted(picked), numpy.uint8)


def _changed(copy: NDArray[numpy.uint8], change: tuple[float, float, int]) -> NDArray[numpy.uint8]:
    """In which bits features differ from the same ones of the changed copy: uint8 (n, 32)."""
    import cv2

    turn, scale, quality = change
    height, width, _ = copy.shape
    affine = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    turned = cv2.warpAffine(copy, affine, (width, height), flags=cv2.INTER_AREA)
    saved = cv2.imencode(".jpg", turned, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    before, after = local_features(copy), local_features(cv2.imdecode(saved, cv2.IMREAD_COLOR))
    if not len(before) or not len(after):
        return before.codes[:0], after.codes[:0]
    moved = before.points @ affine[:, :2].T + affine[:, 2]
    same = _same(before, after, moved, turn, scale)
    apart = numpy.unpackbits(before.codes[:, None] ^ after.codes[None], axis=2).sum(axis=2)
    apart = numpy.where(same, apart, 999)
    nearest = apart.argmin(axis=1)
    found = apart.min(axis=1) <= _BITS
    return before.codes[found], after.codes[nearest[found]]


def _same(
    before: LocalFeatures, after: LocalFeatures, moved: NDArray[Any], turn: float, scale: float
) -> NDArray[numpy.bool_]:
    """Which pairs of features lie in one place, turned and scaled as the copy was: (n, m)."""
    far = numpy.hypot(*(moved[:, None] - after.points[None]).transpose(2, 0, 1))
    # OpenCV's turns go from y to x.
    turned = (after.angles[None] - before.angles[:, None] + turn + 180) % 360 - 180
    grown = numpy.log2(after.scales[None] / before.scales[:, None] / scale)
    same: NDArray[numpy.bool_] = far < _NEAR
    same &= (numpy.abs(turned) < _TURN) & (numpy.abs(grown) < _OCTAVES)
    return same


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="replace the shipped file")
    asked = parser.parse_args(arguments)
    half = collection.load("development", progress=lambda line: print(line, file=sys.stderr))
    data = make(half).to_bytes()
    found = hashlib.sha256(data).hexdigest()
    if asked.write:
        said = {
            "name": shipped.NAME,
            "sha256": found,
            "made_by": "python -m benchmarks.vocabulary --write",
            "made_of": f"{len(half.strangers)} pictures: the development half's strangers",
            "manifest": collection.digest(),
        }
        (FOLDER / f"{shipped.NAME}.bin").write_bytes(data)
        (FOLDER / f"{shipped.NAME}.json").write_text(json.dumps(said, indent=2) + "\n", "utf-8")
    now = hashlib.sha256((FOLDER / f"{shipped.NAME}.bin").read_bytes()).hexdigest()
    print(f"made {found}\nshipped {now}")
    return 0 if found == now else 1


if __name__ == "__main__":
    sys.exit(main())
