"""Which parts of a picture are lettering, lines and shapes on plain paper.

Pages, posts and slides of one template share all of these and show other pictures. Paper is one
tone over much of a picture, so what lies on paper is told by how much of it shines through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import bool_, float32, float64
    from numpy.typing import NDArray

# The commonest luminance is paper's if so much of the picture is within so much of it, of 255.
_PAGE = 0.25
_ALIKE = 4
# What is still paper once it was drawn smaller and saved as JPEG.
_SHADE = 6


def papered(
    picture: NDArray[float32], shown: NDArray[bool_], corners: NDArray[float64], side: int
) -> NDArray[float64]:
    """How much of each of some squares of a picture is plain paper, 0 to 1, shape (n,).

    Args:
        picture: luminance, 0 to 255, shape (h, w).
        shown: which of its pixels count, shape (h, w).
        corners: x and y of the squares' upper left corners, shape (n, 2).
        side: of the squares, which lie within the picture, in pixels.
    """
    import numpy

    levels = numpy.rint(picture[shown]).astype(numpy.int64)
    counts = numpy.bincount(levels, minlength=256)
    around = numpy.convolve(counts, numpy.ones(2 * _ALIKE + 1), "same")
    commonest = int(around.argmax())
    if around[commonest] < max(1, _PAGE * len(levels)):
        return numpy.zeros(len(corners))
    plain = numpy.abs(picture - commonest) <= _SHADE
    # Sums over squares from the sums over rectangles that begin in the upper left corner.
    sums = numpy.zeros((picture.shape[0] + 1, picture.shape[1] + 1))
    sums[1:, 1:] = plain.cumsum(axis=0).cumsum(axis=1)
    x, y = corners.astype(numpy.int64).T
    within = sums[y + side, x + side] - sums[y, x + side] - sums[y + side, x] + sums[y, x]
    shares: NDArray[float64] = within / side**2
    return shares
