"""The pictures the demo makes: two derivatives and an edited copy, by real edits.

Every function reads through the capped opening of `gen_ip.fingerprint`, and writes a new file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.content.files import StrPath
from gen_ip.fingerprint.opening import open_image

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIDE = 1024
MIN_SIDE = 128
_DUOTONE = ("#1b1046", "#ff5d5d", "#ffe8c2")
_POP = (
    ("#0b1d51", "#ff4f79", "#fff1d0"),
    ("#053b3f", "#19b394", "#fdf6c1"),
    ("#3a0ca3", "#f9a03f", "#fff3e2"),
    ("#2b2d42", "#3fa7f5", "#f6fbff"),
)


def mirrored_duotone(source: StrPath, target: Path) -> Path:
    """The first remix: left half mirrored to the right, in two inks on paper; a PNG.

    Raises:
        FileProblem: `source` is no usable picture.
    """
    from PIL import Image as PillowImage
    from PIL import ImageOps

    picture = _read(source)
    half = picture.crop((0, 0, (picture.width + 1) // 2, picture.height))
    both = PillowImage.new("RGB", (half.width * 2, half.height))
    both.paste(half, (0, 0))
    both.paste(ImageOps.mirror(half), (half.width, 0))
    _ink(both, _DUOTONE).save(target, "PNG")
    return target


def pop_art(source: StrPath, target: Path) -> Path:
    """The second remix: four posters of the picture in four palettes, framed; a PNG.

    Raises:
        FileProblem: `source` is no usable picture.
    """
    from PIL import Image as PillowImage
    from PIL import ImageOps

    picture = _read(source)
    tile = picture.resize((max(picture.width // 2, 1), max(picture.height // 2, 1)))
    gap = max(tile.width // 24, 2)
    sheet = PillowImage.new("RGB", (tile.width * 2 + gap * 3, tile.height * 2 + gap * 3), "#fbf7ef")
    for index, inks in enumerate(_POP):
        x, y = index % 2, index // 2
        turned = ImageOps.mirror(tile) if index in (1, 2) else tile
        printed = _ink(ImageOps.posterize(turned, 3), inks)
        sheet.paste(printed, (gap + x * (tile.width + gap), gap + y * (tile.height + gap)))
    sheet.save(target, "PNG")
    return target


def edited_copy(source: StrPath, target: Path) -> Path:
    """What someone might pass around: resized to 70 %, watermarked, as a JPEG of quality 45.

    Raises:
        FileProblem: `source` is no usable picture.
    """
    from PIL import Image as PillowImage
    from PIL import ImageDraw, ImageFont

    picture = _read(source)
    size = (max(picture.width * 7 // 10, 1), max(picture.height * 7 // 10, 1))
    small = picture.resize(size, PillowImage.Resampling.BICUBIC)
    mark = PillowImage.new("RGBA", small.size, (0, 0, 0, 0))
    ImageDraw.Draw(mark).text(
        (small.width * 0.96, small.height * 0.96),
        "free wallpapers",
        fill=(255, 255, 255, 150),
        font=ImageFont.load_default(max(small.height // 16, 8)),
        anchor="rs",
    )
    marked = PillowImage.alpha_composite(small.convert("RGBA"), mark)
    marked.convert("RGB").save(target, "JPEG", quality=45)
    return target


def _read(source: StrPath) -> Image:
    """The first frame, upright, as RGB on white, its longer side within the edits' bounds."""
    from PIL import Image as PillowImage
    from PIL import ImageOps

    with open_image(source) as opened:
        # Reduced before anything is converted: a copy of a huge picture would take gigabytes.
        opened.thumbnail((MAX_SIDE, MAX_SIDE))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    white = PillowImage.new("RGBA", upright.size, "white")
    picture = PillowImage.alpha_composite(white, upright).convert("RGB")
    if max(picture.size) < MIN_SIDE:
        scale = MIN_SIDE / max(picture.size)
        size = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
        picture = picture.resize(size, PillowImage.Resampling.NEAREST)
    return picture


def _ink(picture: Image, inks: tuple[str, str, str]) -> Image:
    """A picture's lightness printed with dark, middle and light ink."""
    from PIL import ImageOps

    lightness = ImageOps.autocontrast(ImageOps.grayscale(picture), cutoff=1)
    return ImageOps.colorize(lightness, black=inks[0], mid=inks[1], white=inks[2])
