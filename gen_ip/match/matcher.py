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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.glimpse import opened
from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.fingerprint.pdq import PDQ, Orientation
from gen_ip.match.alignment import Alignment, agreement, align, align_by_box
from gen_ip.match.likeness import Likeness
from gen_ip.match.question import Question
from gen_ip.match.thresholds import Thresholds, thresholds
from gen_ip.match.verdict import Verdict

if TYPE_CHECKING:
    from numpy import uint8, uint64
    from numpy.typing import NDArray

    from gen_ip.fingerprint.descriptor import Descriptor
    from gen_ip.fingerprint.record import PictureRecord
    from gen_ip.fingerprint.views import View
    from gen_ip.match.index import PictureIndex, Row


@dataclass(frozen=True, eq=False)
class Finding:
    """A work that a picture has to do with.

    Attributes:
        key: the work, as it was named when it was added to the index.
        verdict, score: what holds, and how likely, 0 to 1, on what the thresholds were made from;
            1 for the exact ones.
        method: what decided: `sha256`, `pixels-v1`, `pdq-1`, `orb-1` or `sscd-1`.
        likeness: what was measured; None for the exact ones.
    """

    key: str
    verdict: Verdict
    score: float
    method: str
    likeness: Likeness | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        measured: dict[str, Any] = {}
        if (found := self.likeness) is not None:
            measured = {"pdq": found.pdq, "view": found.view, "sscd": found.descriptor}
            measured["orientation"] = found.orientation.value
            if (at := found.alignment) is not None:
                measured |= {
                    "points": at.inliers,
                    "agreement": round(at.agreement, 4),
                    "work_share": round(at.work_share, 4),
                    "query_share": round(at.query_share, 4),
                    "mirrored": at.mirrored,
                    "affine": [[round(float(each), 6) for each in row] for row in at.affine],
                }
        return {
            "work": self.key,
            "verdict": self.verdict.value,
            "score": round(self.score, 6),
            "method": self.method,
            "measured": measured,
        }


@dataclass(frozen=True, eq=False)
class Answer:
    """What an index knows of a picture.

    Attributes:
        verdict: of the first finding; UNKNOWN without one.
        findings: surest first; a collage has several that are named, and a picture that only looks
            like others has some that are merely similar.
        thresholds: the version of the table that decided.
        descriptor: the learned descriptor's name, or None where it was not at hand.
        milliseconds: from the copy to the answer, the decoding of the file not included.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    thresholds: str
    descriptor: str | None
    milliseconds: float = field(compare=False)

    @property
    def best(self) -> Finding | None:
        """The surest, if any work is named."""
        first = next(iter(self.findings), None)
        return first if first is not None and first.verdict.named else None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict.value,
            "findings": [found.to_json() for found in self.findings],
            "thresholds": self.thresholds,
            "descriptor": self.descriptor,
            "milliseconds": round(self.milliseconds, 3),
        }


class Matcher:
    """Asks an index about pictures.

    Args:
        index: what is searched.
        descriptor: the learned one, if at hand; works that were added without it are found by the
            other ways.
        table: the thresholds, by default those that ship.
    """

    def __init__(
        self,
        index: PictureIndex,
        descriptor: Descriptor | None = None,
        table: Thresholds | None = None,
    ) -> None:
        self.index = index
        self.descriptor = descriptor
        self.table = table or thresholds()

    def ask(
        self, copy: NDArray[uint8], *, sha256: str | None = None, pixels: str | None = None
    ) -> Answer:
        """The works that a copy (RGB, shape (h, w, 3), at most 512 a side) is of.

        Args:
            copy: from `reduced_copy`.
            sha256, pixels: of the file, 64 hex digits each; what has the same is found by it and
                not searched for further.
        """
        began = time.perf_counter()
        findings = self._exact(sha256, pixels)
        known = {found.key for found in findings}
        for row, likeness in self.likenesses(Question(copy)):
            verdict = likeness.verdict(self.table)
            if verdict is Verdict.UNKNOWN or row.key in known:
                continue
            method, score = likeness.method(self.table), likeness.score(self.table)
            findings.append(Finding(row.key, verdict, score, method, likeness))
        order = list(Verdict)
        findings.sort(key=lambda each: (not each.verdict.exact, -each.score, each.key))
        return Answer(
            verdict=min((each.verdict for each in findings), key=order.index, default=Verdict.UNKNOWN),
            findings=tuple(findings),
            thresholds=self.table.version,
            descriptor=self.descriptor.name if self.descriptor else None,
            milliseconds=1000 * (time.perf_counter() - began),
        )

    def likenesses(
        self, question: Question, looked_at: int | None = None
    ) -> Iterator[tuple[Row, Likeness]]:
        """The candidates that are looked at, and what is measured of each.

        Args:
            question: the picture.
            looked_at: how many candidates, by default what the table says.
        """
        codes = None if self.descriptor is None else question.described(self.descriptor)
        glimpsed = question.glimpsed
        for handle in self._candidates(question, codes, looked_at or self.table.looked_at):
            row = self.index.row(handle)
            yield row, self._likeness(question, codes, row)

    def _exact(self, sha256: str | None, pixels: str | None) -> list[Finding]:
        found: dict[str, Finding] = {}
        for verdict, method, rows in (
            (Verdict.EXACT_BYTES, "sha256", self.index.by_sha256(sha256) if sha256 else ()),
            (Verdict.EXACT_CONTENT, PIXELS, self.index.by_pixels(pixels) if pixels else ()),
        ):
            for row in rows:
                found.setdefault(row.key, Finding(row.key, verdict, 1.0, method))
        return list(found.values())

    def _candidates(
        self, question: Question, codes: NDArray[uint8] | None, looked_at: int
    ) -> list[int]:
        """Handles: the nearest of each search in turn, so that none crowds out another."""
        searches = [self._near(PDQ, question.pdq_codes, looked_at)]
        if codes is not None:
            searches.append(self._near(SSCD, codes, looked_at))
        searches.append(self.index.by_words(question.features, question.mirrored, looked_at))
        turns = itertools.chain.from_iterable(itertools.zip_longest(*searches))
        found = dict.fromkeys(handle for handle in turns if handle is not None)
        return list(found)[:looked_at]

    def _near(self, name: str, codes: NDArray[uint8], limit: int) -> list[int]:
        """Handles by the least distance of any of the codes, nearest first."""
        if not len(codes):
            return []
        hits = self.index.search(name, codes, self.table.radius[name], limit)
        ...
