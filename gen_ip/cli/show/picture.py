"""A picture in a terminal: each character is two pixels, an upper half block on a background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.errors import FileProblem
from gen_ip.fingerprint.opening import open_image

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image
    from rich.text import Text

# Strangers' pictures, too: less than certifying decodes, enough for a camera's 24 megapixels.
MAX_PREVIEW_PIXELS = 25_000_000
_HALF = "\N{UPPER HALF BLOCK}"


def half_blocks(path: Path, columns: int, rows: int) -> Text | None:
    """A file's picture, fitted into `columns` x `rows` characters; None if none, or too large."""
    try:
        with open_image(path, max_pixels=MAX_PREVIEW_PIXELS) as image:
            return draw(image, columns, rows)
    except FileProblem:
        return None


def draw(image: Image, columns: int, rows: int) -> Text:
    """An opened picture, fitted into `columns` x `rows` characters."""
    from PIL import Image as PillowImage
    from PIL import ImageOps
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    upright = ImageOps.exif_transpose(image)
    small = upright.convert("RGBA")
    scale = min(columns / small.width, rows * 2 / small.height)
    width = max(round(small.width * scale), 1)
    height = max(round(small.height * scale / 2), 1) * 2
    small = small.resize((width, height), PillowImage.Resampling.LANCZOS)
    # On a mid gray, transparent parts show on dark and on light terminals.
    flat = PillowImage.new("RGB", (width, height), (128, 128, 128))
    flat.paste(small, mask=small.getchannel("A"))
    text = Text(no_wrap=True, end="")
    for y in range(0, height, 2):
        for x in range(flat.width):
            upper, lower = flat.getpixel((x, y)), flat.getpixel((x, y + 1))
            assert isinstance(upper, tuple)  # noqa: S101 - RGB pixels are triples; for mypy
            assert isinstance(lower, tuple)  # noqa: S101
            text.append(
                _HALF,
                Style(color=Color.from_rgb(*upper[:3]), bgcolor=Color.from_rgb(*lower[:3])),
            )
        if y + 2 < height:
            text.append("\n")
    return text
