"""Which works of an index a picture is of: exact hashes, then candidates, then a look at each.

Candidates come from three searches, each of which sees what the others miss: hashes of the whole
picture and its parts in eight orientations (`pdq-1`), codes of the learned descriptor where it is
at hand (`sscd-1`), and local features (`orb-1`: crops and collages). The nearest of each are
looked at: the work is laid over the picture, and what is then measured of the pair becomes one
score through the table of thresholds.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.glimpse import opened
from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.fingerprint.pdq import PDQ, distance
from gen_ip.fingerprint.picture import PIXELS
from gen_ip.fingerprint.views import Box
from gen_ip.match import answer
from gen_ip.match.agreement import compared
from gen_ip.match.alignment import align
from gen_ip.match.closer import CloserQuestion
from gen_ip.match.geometry import Alignment, align_by_box
from gen_ip.match.likeness import Likeness
from gen_ip.match.question import Question
from gen_ip.match.registration import Slopes, register
from gen_ip.match.thresholds import Thresholds, thresholds
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.kind import IMAGE

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

    from gen_ip.fingerprint.descriptor import Descriptor
    from gen_ip.match.index.pictures import PictureIndex
    from gen_ip.match.index.records import Entry

# A picture, or a work, with fewer features, or codes of the descriptor as near as that in bits: the
# work may lie where no feature tells.
_FEW_ASKED = 60
_FEW_KEPT = 300
_NEAR_CODES = 64
# Fewer pairs of features fill no rectangle.
_FEW_POINTS = 8
# Of the rectangle's sides: features do not reach a picture's edge.
_MARGIN = 0.05


@dataclass(frozen=True, eq=False)
class Finding(answer.Finding):
    """A work that a picture has to do with.

    Attributes:
        method: what decided: `sha256`, `pixels-v1`, `pdq-1`, `orb-1`, `slopes-1`
            or `sscd-1`.
        likeness: what was measured; None for the exact ones.
    """

    likeness: Likeness | None = None

    def measured(self) -> dict[str, Any]:
        """The numbers that the score follows from, for JSON."""
        if (found := self.likeness) is None:
            return {}
        measured: dict[str, Any] = {"pdq": found.pdq, "view": found.view, "sscd": found.descriptor}
        measured |= {"orientation": found.orientation.value, "negative": found.negative}
        measured["points"] = found.points
        if (at := found.shown) is not None:
            measured |= {
                "agreement": round(at.agreement, 4),
                "agreeing": round(at.agreeing, 4),
                "work_part": round(at.work_part, 4),
                "query_part": round(at.query_part, 4),
                "work_share": round(at.work_share, 4),
                "query_share": round(at.query_share, 4),
                "mirrored": at.mirrored,
                "affine": [[round(float(each), 6) for each in row] for row in at.affine],
            }
        return measured

    def lines(self) -> list[str]:
        """What was measured, in words, a line each."""
        if (seen := self.likeness) is None:
            return []
        lines = []
        if seen.pdq is not None:
            how = f"{seen.orientation.value}, negative" if seen.negative else seen.orientation.value
            lines.append(f"PDQ {seen.pdq} of 256 bits apart, {seen.view}, {how}")
        if seen.descriptor is not None:
            lines.append(f"descriptor {seen.descriptor} of 256 bits apart")
        if (at := seen.alignment) is not None:
            mirrored = ", mirrored" if at.mirrored else ""
            points = f"{seen.points} points in place{mirrored}; " if seen.points else ""
            lines.append(
                f"{points}{at.work_part:.0%} of the work agrees with "
                f"{at.query_part:.0%} of the picture"
            )
        return lines


@dataclass(frozen=True, eq=False)
class Answer(answer.Answer):
    """What an index knows of a picture.

    Attributes:
        findings: surest first; a collage has several that are named, and a picture that only looks
            like others has some that are merely similar.
        descriptor: the learned descriptor's name, or None where it was not at hand.
        milliseconds: from the copy to the answer, the decoding of the file not included.
    """

    findings: Sequence[Finding]
    descriptor: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {**super().to_json(), "descriptor": self.descriptor}


class Matcher:
    """Asks an index about pictures. May be used from several threads.

    Args:
        index: what is searched.
        descriptor: the learned one, if at hand; works that were added without it are found by the
            other ways.
        table: the thresholds, by default those that ship.
        threads: of a search, by default one for each processor.
    """

    def __init__(
        self,
        index: PictureIndex,
        descriptor: Descriptor | None = None,
        table: Thresholds | None = None,
        threads: int | None = None,
    ) -> None:
        self.index = index
        self.descriptor = descriptor
        self.table = table or thresholds()
        self.threads = threads

    def ask(
        self,
        copy: NDArray[uint8],
        *,
        fine: NDArray[uint8] | None = None,
        sha256: bytes | None = None,
        pixels: bytes | None = None,
    ) -> Answer:
        """The works that a picture was made from, and those that look like it.

        Args:
            copy: from `reduced_copy`.
            fine: the finer copy of `Picture`, if there is one: where nothing is recognized at
                first, small parts are looked at in it.
            sha256, pixels: of its file, 32 bytes each, where they are known: equal ones decide.
        """
        began = time.perf_counter()
        findings = self._exact(sha256, pixels)
        known = {found.key for found in findings}
        for key, likeness in self._looked(Question(copy, fine)).items():
            verdict = likeness.verdict(self.table)
            if verdict is not Verdict.UNKNOWN and key not in known:
                score, method = likeness.score(self.table), likeness.method(self.table)
                findings.append(Finding(key, verdict, score, method, likeness))
        findings.sort(key=lambda each: (not each.verdict.exact, -each.score, each.key))
        return Answer(
            kind=IMAGE,
            verdict=findings[0].verdict if findings else Verdict.UNKNOWN,
            findings=tuple(findings),
            thresholds=self.table.version,
            descriptor=self.descriptor.name if self.descriptor else None,
            milliseconds=1000 * (time.perf_counter() - began),
        )

    def _looked(self, question: Question) -> dict[str, Likeness]:
        """What is measured of each candidate, of two looks the better if the first names none."""
        found = dict(self.likenesses(question))
        if any(each.verdict(self.table).named for each in found.values()):
            return found
        for key, likeness in self.likenesses(CloserQuestion(question)):
            before = found.get(key)
            if before is None or before.score(self.table) < likeness.score(self.table):
                found[key] = likeness
        return found

    def likenesses(
        self, question: Question, looked_at: int | None = None
    ) -> Iterator[tuple[str, Likeness]]:
        """The candidates' keys, and what is measured of each.

        Args:
            question: the picture.
            looked_at: how many candidates, by default as many as the table says.
        """
        codes = None if self.descriptor is None else question.described(self.descriptor)
        for handle in self._candidates(question, codes, looked_at or self.table.looked_at):
            entry = self.index.by_handle(handle)
            # It may have been removed since it was found.
            if entry is not None:
                yield entry.key, self._likeness(question, codes, entry)

    def _exact(self, sha256: bytes | None, pixels: bytes | None) -> list[Finding]:
        found: dict[str, Finding] = {}
        for verdict, method, entries in (
            (Verdict.EXACT_BYTES, "sha256", self.index.by_sha256(sha256) if sha256 else []),
            (Verdict.EXACT_CONTENT, PIXELS, self.index.by_pixels(pixels) if pixels else []),
        ):
            for entry in entries:
                found.setdefault(entry.key, Finding(entry.key, verdict, 1.0, method))
        return list(found.values())

    def _candidates(
        self, question: Question, codes: NDArray[uint8] | None, looked_at: int
    ) -> list[int]:
        """Handles, the nearest of each search in turn, so that none crowds another out."""
        hashes = [each.pdq.hash for each in question.structured(self.table.least_quality)]
        searches = [self._near(PDQ, hashes, looked_at) if hashes else []]
        if self.descriptor is not None and codes is not None:
            searches.append(self._near(self.descriptor.name, codes, looked_at))
        searches.append(self._featured(question, looked_at))
        in_turn = itertools.chain.from_iterable(itertools.zip_longest(*searches))
        found = dict.fromkeys(handle for handle in in_turn if handle is not None)
        return list(found)[:looked_at]

    def _near(self, name: str, codes: Any, limit: int) -> list[int]:
        """Handles by the least distance to any of the codes."""
        radius = self.table.radius[name]
        found = self.index.search(name, codes, radius, limit, threads=self.threads)
        pairs = sorted(zip(found.distances.tolist(), found.handles.tolist(), strict=True))
        return list(dict.fromkeys(handle for _, handle in pairs))

    def _featured(self, question: Question, limit: int) -> list[int]:
        """Handles by how many local features they share."""
        asked = [question.features, question.mirrored]
        return [int(handle) for handle in self.index.by_words(asked, limit).handles]

    def _likeness(self, question: Question, codes: NDArray[uint8] | None, entry: Entry) -> Likeness:
        """Everything that is measured of the question and one work."""
        hashes = question.structured(self.table.least_quality)
        if entry.pdq.quality < self.table.least_quality:
            hashes = []
        nearest = min(hashes, key=lambda each: distance(each.pdq, entry.pdq), default=None)
        found = Likeness(descriptor=self._described(codes, entry))
        if nearest is not None:
            found = replace(
                found,
                pdq=distance(nearest.pdq, entry.pdq),
                view=nearest.view.name,
                orientation=nearest.orientation,
                negative=nearest.negative,
            )
        small, data = self.index.glimpse(entry.handle), self.index.features(entry.handle)
        if small is None or data is None:
            return found
        glimpse, features = opened(small), LocalFeatures.from_bytes(data)
        by_hash: Alignment | None = None
        if nearest is not None and found.pdq is not None and found.pdq <= self.table.radius[PDQ]:
            box = align_by_box(nearest.orientation, nearest.view.box, question.size, features.size)
            by_hash = compared(
                question.negative if nearest.negative else question.copy, glimpse, box
            )
        by_points = align(question.features, features, question.mirrored)
        if by_points is None:
            found = replace(found, alignment=by_hash)
            return _registered(question, glimpse, features, found)
        placed = compared(question.copy, glimpse, by_points)
        agrees = by_hash is not None and by_hash.agreement > placed.agreement
        found = replace(
            found,
            points=by_points.inliers,
            spread=min(by_points.spread),
            alignment=by_hash if agrees else placed,
            inside=_inside(question, glimpse, by_points),
        )
        return _registered(question, glimpse, features, found)

    def _described(self, codes: NDArray[uint8] | None, entry: Entry) -> int | None:
        """Bits in which the nearest of the codes, shape (n, 32), differs."""
        import numpy

        if self.descriptor is None or codes is None:
            return None
        own = self.index.codes(entry.handle).get(self.descriptor.name)
        if own is None:
            return None
        apart = numpy.bitwise_xor(codes, numpy.frombuffer(own, numpy.uint8))
        return int(numpy.unpackbits(apart, axis=1).sum(axis=1).min())


def _registered(
    question: Question, glimpse: NDArray[uint8], features: LocalFeatures, found: Likeness
) -> Likeness:
    """With how the work lies by its slopes, where features may have missed it."""
    few = min(len(question.features) - _FEW_ASKED, len(features) - _FEW_KEPT) < 0
    near = found.descriptor is not None and found.descriptor <= _NEAR_CODES
    if found.surely_placed or not (few or near):
        return found
    return replace(found, registered=register(question.slopes, Slopes(glimpse, features.size)))


def _inside(question: Question, glimpse: NDArray[uint8], found: Alignment) -> Alignment | None:
    """What agrees within the part of the picture that the pairs of features lie in; where none is
    known, within the rectangle that they fill, and a little around it."""
    import numpy

    if found.inliers < _FEW_POINTS:
        return None
    box = question.part_with(found.query_points)
    if box is None:
        low, high = found.query_points.min(axis=0), found.query_points.max(axis=0)
        margin = _MARGIN * (high - low)
        least = numpy.maximum(numpy.floor(low - margin), 0).astype(int).tolist()
        most = numpy.minimum(numpy.ceil(high + margin) + 1, question.size).astype(int).tolist()
        box = Box(*least, *most)
    moved = found.affine.copy()
    moved[:, 2] -= (box.left, box.top)
    size = box.right - box.left, box.bottom - box.top
    return compared(box.of(question.copy), glimpse, replace(found, affine=moved, query_size=size))
