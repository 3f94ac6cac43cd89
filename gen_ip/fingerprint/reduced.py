"""A small copy of a picture, from which likeness is computed.

Whole numbers decide its pixels: JPEG's own reduced decoding, averages over squares, and Pillow's
bilinear filter in 22-bit fixed point. So equal files give equal copies wherever the decoder is
libjpeg-turbo, as in all of Pillow's wheels; `python -m gen_ip.fingerprint.selftest` tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.content.files import MAX_FILE_BYTES, StrPath
from gen_ip.fingerprint.opening import MAX_PIXELS, on_white, open_image, upright

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray
    from PIL.Image import Image

#: Longest side of a copy in pixels.
SIDE = 512
#: Of the finer copy, in which parts of a picture that is asked about are looked at.
FINE_SIDE = 1024


def reduced_copy(
    path: StrPath,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    max_pixels: int = MAX_PIXELS,
    content: bytes | None = None,
) -> NDArray[uint8]:
    """The first frame at 512 pixels or fewer a side: RGB, shape (height, width, 3), read-only.

    Upright (EXIF orientation applied), what is transparent on white, never enlarged. With
    `content`, the bytes of a file that was read before, `path` only names it.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: the file is not usable.
        ImageTooLarge: it has more than `max_pixels` pixels.
        UnreadableImage: another format, truncated or damaged, or of 32-bit samples.
    """
    with open_image(
        path, max_bytes=max_bytes, max_pixels=max_pixels, enough=SIDE, content=content
    ) as image:
        return copy_of(upright(image, path))


def copy_of(standing: Image) -> NDArray[uint8]:
    """The copy of a picture that is decoded and upright; exact only for one that
    `decodes_at_a_fraction` does not hold for."""
    import numpy

    return numpy.asarray(reduce(on_white(standing, "RGB")))


def fine_copy(standing: Image) -> NDArray[uint8] | None:
    """The same at 1,024 pixels or fewer a side; None where a copy has all the pixels there are."""
    import numpy

    if max(standing.size) <= SIDE:
        return None
    return numpy.asarray(reduce(on_white(standing, "RGB"), FINE_SIDE))


def reduce(image: Image, most: int = SIDE) -> Image:
    """The picture with at most `most` pixels a side; one that has no more is returned as it is."""
    from PIL import Image as PillowImage

    longer = max(image.size)
    if longer <= most:
        return image
    # Squares first: the filter alone would take three times as long.
    squares = image.reduce(longer // most)
    longer = max(squares.size)
    width, height = (max(1, (2 * side * most + longer) // (2 * longer)) for side in squares.size)
    return squares.resize((width, height), PillowImage.Resampling.BILINEAR)
