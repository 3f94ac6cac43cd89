"""Pictures in gray and smaller, as they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gen_ip.match.errors import MatchingUnavailable

if TYPE_CHECKING:
    from numpy import float32, uint8
    from numpy.typing import NDArray


def luminance(picture: NDArray[uint8]) -> NDArray[float32]:
    """Of an RGB picture, shape (h, w, 3): 0 to 255, shape (h, w).

    Raises:
        MatchingUnavailable: OpenCV is not installed.
    """
    import numpy

    cv2 = opencv()
    gray = cv2.cvtColor(numpy.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    brightness: NDArray[float32] = gray.astype(numpy.float32)
    return brightness


def reduced(picture: NDArray[float32], width: float, height: float) -> NDArray[float32]:
    """A picture at about that width and height, each pixel the mean of those it covers; as it is
    if it has no more pixels.

    Raises:
        MatchingUnavailable: OpenCV is not installed.
    """
    cv2 = opencv()
    size = max(1, round(width)), max(1, round(height))
    if size >= picture.shape[1::-1]:
        return picture
    smaller: NDArray[float32] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return smaller


def opencv() -> Any:
    """The module `cv2`.

    Raises:
        MatchingUnavailable: it is not installed.
    """
    try:
        import cv2
    except ImportError:
        raise MatchingUnavailable("OpenCV") from None
    return cv2
