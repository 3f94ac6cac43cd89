"""A second look at a picture of which the first told nothing: at its parts, in a finer copy.

A picture that is a third of a page's width has 170 pixels in the copy that all else is made from,
and few local features. In the finer copy it has twice as many pixels a side. Rectangles that may be
pictures by themselves (`rectangles`) are asked about like the whole, and what agrees within one
counts by itself: of a collage's tile the work may go on beyond it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gen_ip.fingerprint.local import LocalFeatures, fine_features
from gen_ip.fingerprint.rectangles import rectangles
from gen_ip.fingerprint.reduced import SIDE
from gen_ip.fingerprint.views import Box, View
from gen_ip.match.question import AskedHash, Question, hashes_of
from gen_ip.match.registration import Slopes

if TYPE_CHECKING:
    from numpy import float32, uint8
    from numpy.typing import NDArray

    from gen_ip.fingerprint.descriptor import Descriptor

# Of the points that a part is to hold.
_NEARLY_ALL = 0.9
# Of the parts so many, surest first, are described too: it takes as long as all else.
_DESCRIBED = 2


class CloserQuestion(Question):
    """What a second look at a picture searches with; what the first has found out is not done
    again."""

    def __init__(self, first: Question) -> None:
        super().__init__(first.copy, first.fine)
        self._first = first

    @functools.cached_property
    def rectangles(self) -> Sequence[Box]:
        """Parts of the copy that may be pictures by themselves, surest first."""
        return rectangles(self.copy)

    @functools.cached_property
    def parts(self) -> Sequence[View]:
        """The rectangles, `part 1` and so on."""
        return [
            View(f"part {number}", box, self._finer(box))
            for number, box in enumerate(self.rectangles, 1)
        ]

    @functools.cached_property
    def views(self) -> Sequence[View]:
        """Those of the first look, then the rectangles."""
        return [*self._first.views, *self.parts]

    @functools.cached_property
    def hashes(self) -> Sequence[AskedHash]:
        """Those of the first look, then eight for each rectangle."""
        return [*self._first.hashes, *hashes_of(self.parts)]

    @property
    def slopes(self) -> Slopes:
        """Of the first look."""
        return self._first.slopes

    def described(self, descriptor: Descriptor) -> NDArray[uint8]:
        """The codes of the first look, then those of the surest rectangles."""
        import numpy

        parts = [view.pixels for view in self.parts[:_DESCRIBED]]
        codes = descriptor.code(descriptor.describe(parts))
        return numpy.concatenate([self._first.described(descriptor), codes])

    def part_with(self, points: NDArray[float32]) -> Box | None:
        """The smallest rectangle that holds nine tenths of the points."""
        x, y = points.T
        holding = [
            box
            for box in self.rectangles
            if ((x >= box.left) & (x < box.right) & (y >= box.top) & (y < box.bottom)).mean()
            >= _NEARLY_ALL
        ]
        return min(holding, key=lambda box: box.area, default=None)

    def _finer(self, box: Box) -> NDArray[uint8]:
        """A part's pixels, of the finer copy where these are not more than a copy has."""
        pixels = self._finest
        across, down = pixels.shape[1] / self.size[0], pixels.shape[0] / self.size[1]
        left, right = (round(x * across) for x in (box.left, box.right))
        top, bottom = (round(y * down) for y in (box.top, box.bottom))
        if max(right - left, bottom - top) > SIDE:
            return box.of(self.copy)
        return pixels[top:bottom, left:right]

    @functools.cached_property
    def _both_ways(self) -> tuple[LocalFeatures, LocalFeatures]:
        return fine_features(self._finest, self.size)

    @property
    def _finest(self) -> NDArray[uint8]:
        return self.copy if self.fine is None else self.fine
