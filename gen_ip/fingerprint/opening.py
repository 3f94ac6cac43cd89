"""Decoding a picture from a stranger.

Size and pixel caps are checked before anything is decoded; only common raster formats are tried,
so that no file reaches a rarely used decoder.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gen_ip.content.files import MAX_FILE_BYTES, StrPath, open_file
from gen_ip.errors import GenIPError, ImageTooLarge, TooManyFrames, UnreadableImage

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 100_000_000
# A file within the other caps may hold millions of frames of one pixel: minutes of work.
MAX_FRAMES = 2_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF")

_ORIENTATION = 0x0112
# What libjpeg decodes, at a half, a quarter or an eighth.
_JPEGS = ("JPEG", "MPO")
_LEAST_FRACTION = 2

# What Pillow's decoders have been seen to raise on damaged files.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_UNSUPPORTED = f"give a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file"
_DAMAGED = "the file is damaged or incomplete; give an intact copy"


@contextmanager
def open_image(
    path: StrPath,
    *,
    max_bytes: int = MAX_FILE_BYTES,
    max_pixels: int = MAX_PIXELS,
    enough: int | None = None,
    content: bytes | None = None,
) -> Iterator[Image]:
    """A picture whose first frame is decoded, as stored: neither rotated nor converted.

    With `content`, the bytes of a file that was read before, `path` only names it.

    Where `enough` pixels along the longer side do, a JPEG is decoded at the smallest of its
    fractions (a half, a quarter, an eighth) that has as many; this takes a third of the time.
    Further frames may be decoded inside the block; `frames` does so under the same pixel cap.
    Pillow's own limit (178,956,970 pixels unless changed) holds in addition.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: from `open_file`.
        ImageTooLarge: width * height is above `max_pixels`; told from the header.
        UnreadableImage: another format, truncated or damaged.
    """
    from PIL import Image, UnidentifiedImageError

    opened = open_file(path, max_bytes) if content is None else io.BytesIO(content)
    with opened as file, _decoding(path, max_pixels):
        try:
            image = Image.open(file, formats=FORMATS)
        except UnidentifiedImageError:
            raise UnreadableImage(path, "unknown format", _UNSUPPORTED) from None
        with image:
            width, height = image.size
            if width * height > max_pixels:
                raise ImageTooLarge(path, f"{width:,} x {height:,}", max_pixels)
            if enough is not None:
                image.draft(None, _least(image.size, enough))
            image.load()
            yield image


def decodes_at_a_fraction(image: Image, enough: int) -> bool:
    """Whether `open_image` decodes the picture to fewer pixels where `enough` a side do."""
    if image.format not in _JPEGS:
        return False
    width, height = _least(image.size, enough)
    return min(image.width // width, image.height // height) >= _LEAST_FRACTION


def frames(image: Image, path: StrPath, max_pixels: int = MAX_PIXELS) -> Iterator[Image]:
    """Every frame of an opened picture, one after the other; all count against the pixel cap.

    A phone's multi-picture JPEG (MPO) counts as its first picture: what follows is a preview or a
    gain map.

    Raises:
        ImageTooLarge: all frames together are above `max_pixels`.
        TooManyFrames: they are more than 2,000.
    """
    total = 0
    index = 0
    while True:
        try:
            image.seek(index)
        except EOFError:
            return
        if index == MAX_FRAMES:
            raise TooManyFrames(path, MAX_FRAMES)
        total += image.width * image.height
        if total > max_pixels:
            raise ImageTooLarge(
                path, f"more than {max_pixels:,}, in {index + 1:,} frames,", max_pixels
            )
        image.load()
        yield image
        if image.format == "MPO":
            return
        index += 1


def upright(image: Image, path: StrPath) -> Image:
    """The picture turned as its EXIF orientation says, its samples cut to 8 bits.

    Raises:
        UnreadableImage: it has samples of 32 bits.
    """
    from PIL import Image as PillowImage
    from PIL import ImageOps

    if image.mode.startswith("I;16"):
        import numpy

        # Pillow's own conversion cuts off everything above 255 instead of scaling.
        samples = numpy.asarray(image) >> 8
        high = PillowImage.fromarray(samples.astype("uint8"))
        high.info["exif"] = image.getexif().tobytes()
        image = high
    elif image.mode in ("I", "F"):
        reason = f"samples of 32 bits, mode {image.mode}"
        raise UnreadableImage(path, reason, "save it with 8 or 16 bits a channel")
    if image.getexif().get(_ORIENTATION, 1) == 1:
        return image
    return ImageOps.exif_transpose(image)


def on_white(image: Image, mode: str) -> Image:
    """The picture in `mode`, "L" or "RGB", what is transparent laid on white."""
    from PIL import Image as PillowImage

    opaque = image.convert(mode)
    if not image.has_transparency_data:
        return opaque
    white = PillowImage.new(mode, image.size, "white")
    white.paste(opaque, mask=image.convert("RGBA").getchannel("A"))
    return white


def _least(size: tuple[int, int], enough: int) -> tuple[int, int]:
    """What is asked of a decoder: `enough` along the longer side, the other in proportion."""
    width, height = size
    longer = max(size)
    return max(1, width * enough // longer), max(1, height * enough // longer)


@contextmanager
def _decoding(path: StrPath, max_pixels: int) -> Iterator[None]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            # Damaged metadata is no concern of the user's, and the pixel cap replaces Pillow's.
            warnings.simplefilter("ignore")
            yield
    except GenIPError:
        raise
    except Image.DecompressionBombError:
        limit = min(max_pixels, 2 * (Image.MAX_IMAGE_PIXELS or max_pixels))
        raise ImageTooLarge(path, "too many", limit) from None
    except _DECODER_ERRORS as error:
        raise UnreadableImage(path, str(error) or type(error).__name__, _DAMAGED) from error
