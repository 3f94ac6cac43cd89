"""A picture as it is asked about: in its parts, turned and mirrored each way."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gen_ip.fingerprint.local import LocalFeatures, both_ways
from gen_ip.fingerprint.pdq import Orientation, Pdq, oriented
from gen_ip.fingerprint.views import Box, View, views
from gen_ip.match.registration import Slopes

if TYPE_CHECKING:
    from numpy import float32, uint8
    from numpy.typing import NDArray

    from gen_ip.fingerprint.descriptor import Descriptor


class AskedHash(NamedTuple):
    """A hash to search with, and what of the picture it is of."""

    view: View
    orientation: Orientation
    negative: bool
    pdq: Pdq


@dataclass(frozen=True, eq=False)
class Question:
    """A copy (RGB, shape (h, w, 3), at most 512 a side) and what is searched with.

    What costs time is computed when it is first asked for, once.

    Attributes:
        copy: of the picture.
        fine: its finer copy, at most 1,024 a side, if there is one.
    """

    copy: NDArray[uint8]
    fine: NDArray[uint8] | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the copy."""
        return self.copy.shape[1], self.copy.shape[0]

    @functools.cached_property
    def views(self) -> Sequence[View]:
        """The whole picture, then parts of it that may be a work."""
        return views(self.copy)

    @functools.cached_property
    def negative(self) -> NDArray[uint8]:
        """The copy with dark and light changed over."""
        import numpy

        return numpy.bitwise_not(self.copy)

    @functools.cached_property
    def hashes(self) -> Sequence[AskedHash]:
        """Eight for each view, and eight of the negative of the whole."""
        found = hashes_of(self.views)
        # Every frequency of a negative has the other sign, so every bit is the other one.
        return found + [
            each._replace(
                negative=True,
                pdq=Pdq(bytes(255 - byte for byte in each.pdq.hash), each.pdq.quality),
            )
            for each in found[: len(Orientation)]
        ]

    @property
    def features(self) -> LocalFeatures:
        """Of the whole picture."""
        return self._both_ways[0]

    @property
    def mirrored(self) -> LocalFeatures:
        """Of the whole picture, left and right changed over."""
        return self._both_ways[1]

    @functools.cached_property
    def slopes(self) -> Slopes:
        """Of the whole picture, to register works that have few features."""
        return Slopes(self.copy, self.size)

    def structured(self, least_quality: int) -> Sequence[AskedHash]:
        """The hashes of at least this quality."""
        return [each for each in self.hashes if each.pdq.quality >= least_quality]

    def described(self, descriptor: Descriptor) -> NDArray[uint8]:
        """The descriptor's codes of all views, shape (views, 32)."""
        if descriptor.name not in self._codes:
            vectors = descriptor.describe([view.pixels for view in self.views])
            self._codes[descriptor.name] = descriptor.code(vectors)
        return self._codes[descriptor.name]

    def part_with(self, points: NDArray[float32]) -> Box | None:
        """The part of the copy that may be a picture by itself and holds nearly all of the points,
        shape (n, 2); None where none is known."""
        return None

    @functools.cached_property
    def _both_ways(self) -> tuple[LocalFeatures, LocalFeatures]:
        return both_ways(self.copy)

    @functools.cached_property
    def _codes(self) -> dict[str, NDArray[uint8]]:
        """What was described before, by the descriptor's name."""
        return {}


def hashes_of(parts: Sequence[View]) -> list[AskedHash]:
    """Eight for each view."""
    return [
        AskedHash(view, orientation, False, hashed)
        for view in parts
        for orientation, hashed in oriented(view.pixels).items()
    ]
