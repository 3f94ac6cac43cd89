"""What people do to pictures: named edits, each the same whenever it is made.

Some lie within stated bounds, for which recognition is told by a number of its own. The rule goes
by what an edit does, not by how well it is recognized. An edit lies within the bounds if

1. it is a single act: several acts after one another lie beyond;
2. it is of an everyday kind: saved anew, resized, cropped, turned or mirrored, framed, put on a
   page or into a screenshot, its color changed, noise put on, something laid over it. Bent pictures
   and those that a network drew anew lie beyond;
3. at least half of the picture's area is still seen, neither cut off nor covered. For crops to a
   given shape that depends on the picture, so it is decided for each picture.

Collages are beside all this: they are counted by themselves.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps
from PIL.Image import Image, Resampling, Transpose

from benchmarks.pictures import pages
from benchmarks.pictures.versions import version

Make = Callable[[Image, Random, Sequence[Image]], Image]
Keep = Callable[[int, int], float]

#: The groups of edits that may lie within the bounds, and which share of a picture is then seen.
EVERYDAY = (
    "saved anew", "resized", "cropped", "turned", "framed", "on a page", "color", "noise",
    "overlaid",
)  # fmt: skip
_LEAST_SEEN = 0.5


@dataclass(frozen=True)
class Edit:
    """An edit.

    Attributes:
        name: unique.
        group: what kind it is of, as charts show it.
        make: from a picture (RGB), dice, and pictures by others to the edited picture.
        format, options: how Pillow saves it.
        others: how many pictures by others it takes.
        keeps: from a picture's width and height, which share of its area is seen afterwards.
    """

    name: str
    group: str
    make: Make
    format: str = "JPEG"
    options: dict[str, Any] = field(default_factory=lambda: {"quality": 88})
    others: int = 0
    keeps: Keep = lambda width, height: 1.0

    @functools.cached_property
    def version(self) -> str:
        """Changes when the edit's code or parameters do."""
        return version((self.name, self.make, self.format, self.options))

    def within(self, width: int, height: int) -> bool:
        """Whether the edit of a picture of this size lies within the stated bounds."""
        return self.group in EVERYDAY and self.keeps(width, height) >= _LEAST_SEEN

    def apply(self, image: Image, others: Sequence[Image], seed: str) -> bytes:
        """The edited picture's file."""
        edited = self.make(image, Random(f"{self.name}/{seed}"), others)  # noqa: S311, dice
        data = io.BytesIO()
        edited.convert("RGB").save(data, self.format, **self.options)
        return data.getvalue()


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(max(8.0, size))


def _same(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image


def _resized(factor: float) -> Make:
    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        width, height = (max(32, round(side * factor)) for side in image.size)
        return image.resize((width, height), Resampling.BICUBIC)

    return make


def _stretched(across: float, down: float) -> Make:
    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        width, height = image.size
        return image.resize((round(width * across), round(height * down)), Resampling.BICUBIC)

    return make


def _cropped(share: float, centered: bool = True) -> Make:
    """Keeps `share` of each side."""

    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        width, height = (round(side * share) for side in image.size)
        left, top = image.width - width, image.height - height
        if centered:
            left, top = left // 2, top // 2
        else:
            left, top = dice.randint(0, left), dice.randint(0, top)
        return image.crop((left, top, left + width, top + height))

    return make


def _share(share: float) -> Keep:
    return lambda width, height: share


def _shaped(shape: float) -> Keep:
    """What the largest part of this width to height holds."""
    return lambda width, height: min(shape * height / width, width / (shape * height))


def _square(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return ImageOps.fit(image, (min(image.size), min(image.size)))


def _phone(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """Cut to 4:5 portrait, as feeds do."""
    height = min(image.height, round(image.width * 1.25))
    return ImageOps.fit(image, (round(height * 0.8), height))


def _turned(degrees: float, fill: tuple[int, int, int]) -> Make:
    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        return image.rotate(degrees, Resampling.BICUBIC, expand=True, fillcolor=fill)

    return make


def _straightened(degrees: float) -> Make:
    """Turned, then the largest upright rectangle of the same shape, as editors do."""

    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        turned = image.rotate(degrees, Resampling.BICUBIC)
        return _cropped(_straight_side(degrees, *image.size))(turned, dice, others)

    return make


def _straight_side(degrees: float, width: int, height: int) -> float:
    """Which share of each side the largest upright rectangle of a turned picture has."""
    angle = math.radians(degrees)
    long, short = max(width, height), min(width, height)
    return short / (long * math.sin(angle) + short * math.cos(angle))


def _straight(degrees: float) -> Keep:
    return lambda width, height: _straight_side(degrees, width, height) ** 2


def _transposed(how: Transpose) -> Make:
    return lambda image, dice, others: image.transpose(how)


def _bordered(color: tuple[int, int, int], share: float) -> Make:
    return lambda image, dice, others: ImageOps.expand(
        image, round(share * min(image.size)), fill=color
    )


def _polaroid(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    edge = round(0.06 * min(image.size))
    framed = ImageOps.expand(image, (edge, edge, edge, 4 * edge), fill=(250, 249, 245))
    return ImageOps.expand(framed, edge, fill=(120, 118, 115))


def _story(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """On a blurred copy of itself in 9:16, as stories show landscape pictures."""
    size = (720, 1280)
    behind = ImageOps.fit(image, size).filter(ImageFilter.GaussianBlur(30))
    front = ImageOps.contain(image, (720, 1000))
    behind.paste(front, ((720 - front.width) // 2, (1280 - front.height) // 2))
    return behind


def _rounded(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    mask = PillowImage.new("L", image.size, 0)
    radius = round(0.15 * min(image.size))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *image.size), radius, fill=255)
    page = PillowImage.new("RGB", image.size, (255, 255, 255))
    page.paste(image, mask=mask)
    return page


def _beside(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    pictures = [image, others[0]]
    dice.shuffle(pictures)
    tiles = [ImageOps.fit(each, (600, 600)) for each in pictures]
    page = PillowImage.new("RGB", (1200, 600))
    for number, tile in enumerate(tiles):
        page.paste(tile, (600 * number, 0))
    return page


def _grid(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    pictures = [image, *others[:3]]
    dice.shuffle(pictures)
    page = PillowImage.new("RGB", (1210, 1210), (255, 255, 255))
    for number, each in enumerate(pictures):
        page.paste(ImageOps.fit(each, (600, 600)), (610 * (number % 2), 610 * (number // 2)))
    return page


def _mosaic(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """A tall picture beside two small ones; any of the three places."""
    places = [(0, 0, 700, 1000), (700, 0, 1200, 500), (700, 500, 1200, 1000)]
    dice.shuffle(places)
    page = PillowImage.new("RGB", (1200, 1000))
    for each, (left, top, right, bottom) in zip([image, *others[:2]], places, strict=True):
        page.paste(ImageOps.fit(each, (right - left, bottom - top)), (left, top))
    return page


def _in_picture(share: float) -> Make:
    """Laid into another picture, so many of its width wide."""

    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        behind = ImageOps.fit(others[0], (1200, 900))
        front = ImageOps.contain(image, (round(1200 * share), round(900 * share)))
        left = dice.randint(0, 1200 - front.width)
        behind.paste(front, (left, dice.randint(0, 900 - front.height)))
        return behind

    return make


def _adjusted(kind: Callable[[Image], Any], factor: float) -> Make:
    return lambda image, dice, others: kind(image).enhance(factor)


def _gray(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image.convert("L").convert("RGB")


def _sepia(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return ImageOps.colorize(image.convert("L"), (30, 15, 5), (255, 240, 200), mid=(150, 115, 75))


def _inverted(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return ImageOps.invert(image)


def _hue(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point(lambda at: (at + 90) % 256)
    return PillowImage.merge("HSV", (turned, saturation, value)).convert("RGB")


def filtered(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """A warm, faded preset with a dark rim."""
    red, green, blue = image.split()
    warm = PillowImage.merge(
        "RGB",
        (
            red.point(lambda at: min(255, 25 + at)),
            green.point(lambda at: 15 + at * 9 // 10),
            blue.point(lambda at: 40 + at * 7 // 10),
        ),
    )
    rim = PillowImage.radial_gradient("L").resize(image.size)
    dark = PillowImage.new("RGB", image.size, (20, 10, 30))
    return PillowImage.composite(dark, warm, rim.point(lambda at: max(0, at - 60)))


def _posterized(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return ImageOps.posterize(image, 2)


def _gamma(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image.point([round(255 * (at / 255) ** 0.5) for at in range(256)] * 3)


def _noisy(spread: float) -> Make:
    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        noise = np.random.default_rng(dice.getrandbits(32)).normal(
            0, spread, (*image.size[::-1], 3)
        )
        return PillowImage.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))

    return make


def _blurred(radius: float) -> Make:
    return lambda image, dice, others: image.filter(ImageFilter.GaussianBlur(radius))


def _sharpened(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image.filter(ImageFilter.UnsharpMask(3, 250, 0))


def _smoothed(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image.filter(ImageFilter.MedianFilter(7))


def _halftone(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    return image.convert("1").convert("RGB")


def _watermarked(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """Slanted words all over."""
    layer = PillowImage.new("L", (2 * max(image.size),) * 2, 0)
    pen, font = ImageDraw.Draw(layer), _font(0.06 * max(image.size))
    step = round(0.16 * max(image.size))
    for top in range(0, layer.height, step):
        pen.text((top % (2 * step), top), "PREVIEW COPY   " * 12, fill=130, font=font)
    layer = layer.rotate(30)
    left, top = (layer.width - image.width) // 2, (layer.height - image.height) // 2
    layer = layer.crop((left, top, left + image.width, top + image.height))
    # Gray, to be seen on white, too.
    gray = PillowImage.new("RGB", image.size, (128, 128, 128))
    return PillowImage.composite(gray, image, layer)


def _signed(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    edited = image.copy()
    size = 0.05 * max(image.size)
    at = (image.width * 0.62, image.height - 1.6 * size)
    pen, edge = ImageDraw.Draw(edited), max(1, round(size / 12))
    pen.text(
        at, "@somebody", (255, 255, 255), _font(size), stroke_width=edge, stroke_fill=(0, 0, 0)
    )
    return edited


def _emblem(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    edited = image.copy()
    pages.emblem(edited, dice, share=0.3)
    return edited


def _stickers(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    edited = image.copy()
    for _ in range(4):
        pages.sticker(edited, dice, share=0.22)
    return edited


def _meme(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    edited = image.copy()
    pen, size = ImageDraw.Draw(edited), 0.11 * image.height
    font, edge = _font(size), max(1, round(size / 12))
    for words, top in (("WHEN THE RENDER", 0.02), ("FINALLY FINISHES", 0.86)):
        at = (image.width / 2, image.height * top)
        pen.text(at, words, (255, 255, 255), font, "ma", stroke_width=edge, stroke_fill=(0, 0, 0))
    return edited


def _captioned(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """Words in a white bar above."""
    bar = round(0.22 * image.height)
    edited = PillowImage.new("RGB", (image.width, image.height + bar), (255, 255, 255))
    edited.paste(image, (0, bar))
    words = "nobody:\nabsolutely nobody: me at three"
    ImageDraw.Draw(edited).text((bar / 6, bar / 8), words, (0, 0, 0), _font(0.3 * bar))
    return edited


def _barred(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """A dark bar with a headline over the lower quarter, as news posts have."""
    edited = image.copy()
    pen, top = ImageDraw.Draw(edited), round(0.74 * image.height)
    pen.rectangle((0, top, *image.size), fill=(150, 10, 20))
    size = 0.09 * image.height
    pen.text((size, top + size / 2), "Breaking: what we know", (255, 255, 255), _font(size))
    return edited


def _covered(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """A quarter of it hidden under a gray box."""
    edited = image.copy()
    width, height = image.width // 2, image.height // 2
    left, top = dice.randint(0, width), dice.randint(0, height)
    ImageDraw.Draw(edited).rectangle((left, top, left + width, top + height), fill=(128, 128, 128))
    return edited


def _slanted(strength: float) -> Make:
    """Seen from the side: each corner moved inward by up to so many of the sides."""

    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        return pages.warped(image, dice, strength)

    return make


def _waved(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    width, height = image.size
    across = np.arange(width) + 0.012 * width * np.sin(np.arange(height) / height * 12)[:, None]
    columns = np.clip(np.rint(across), 0, width - 1).astype(int)
    return PillowImage.fromarray(np.asarray(image)[np.arange(height)[:, None], columns])


def _then(*edits: Make) -> Make:
    def make(image: Image, dice: Random, others: Sequence[Image]) -> Image:
        for edit in edits:
            image = edit(image, dice, others)
        return image

    return make


_WHITE, _BLACK, _GRAY = (255, 255, 255), (0, 0, 0), (128, 128, 128)
_JPEG = "JPEG"

EDITS = (
    Edit("jpeg-60", "saved anew", _same, _JPEG, {"quality": 60}),
    Edit("jpeg-30", "saved anew", _same, _JPEG, {"quality": 30}),
    Edit("jpeg-10", "saved anew", _same, _JPEG, {"quality": 10}),
    Edit("webp-40", "saved anew", _same, "WEBP", {"quality": 40, "method": 2}),
    Edit("gif", "saved anew", lambda i, d, o: i.quantize(64), "GIF", {}),
    Edit("half", "resized", _resized(0.5)),
    Edit("quarter", "resized", _resized(0.25)),
    Edit("thumbnail", "resized", lambda i, d, o: ImageOps.contain(i, (128, 128))),
    Edit("double", "resized", _resized(1.6)),
    Edit("wide", "resized", _stretched(1.3, 1.0)),
    Edit("crop-5", "cropped", _cropped(0.9), keeps=_share(0.81)),
    Edit("crop-10", "cropped", _cropped(0.8), keeps=_share(0.64)),
    Edit("crop-corner", "cropped", _cropped(0.8, centered=False), keeps=_share(0.64)),
    Edit("crop-half", "cropped", _cropped(math.sqrt(0.5), centered=False), keeps=_share(0.5)),
    Edit("crop-quarter", "cropped", _cropped(0.5, centered=False), keeps=_share(0.25)),
    Edit("square", "cropped", _square, keeps=_shaped(1)),
    Edit("portrait", "cropped", _phone, keeps=_shaped(0.8)),
    Edit("rotate-90", "turned", _transposed(Transpose.ROTATE_90)),
    Edit("rotate-180", "turned", _transposed(Transpose.ROTATE_180)),
    Edit("rotate-2", "turned", _straightened(2), keeps=_straight(2)),
    Edit("rotate-5", "turned", _straightened(5), keeps=_straight(5)),
    Edit("rotate-15-white", "turned", _turned(15, _WHITE)),
    Edit("rotate-30-black", "turned", _turned(30, _BLACK)),
    Edit("mirror", "turned", _transposed(Transpose.FLIP_LEFT_RIGHT)),
    Edit("flip", "turned", _transposed(Transpose.FLIP_TOP_BOTTOM)),
    Edit("border-white", "framed", _bordered(_WHITE, 0.1)),
    Edit("border-black", "framed", _bordered(_BLACK, 0.3)),
    Edit("polaroid", "framed", _polaroid),
    Edit("story", "framed", _story),
    Edit("rounded", "framed", _rounded),
    Edit("letterbox", "framed", lambda i, d, o: ImageOps.pad(i, (1000, 1000), color=_BLACK)),
    Edit("document", "on a page", lambda i, d, o: pages.document(i, d)),
    Edit("post", "on a page", lambda i, d, o: pages.post(i, d)),
    Edit("post-dark", "on a page", lambda i, d, o: pages.post(i, d, dark=True)),
    Edit("slide", "on a page", lambda i, d, o: pages.slide(i, d)),
    Edit("gallery-shot", "on a page", lambda i, d, o: pages.browser(i, d, o), others=3),
    Edit("beside", "collage", _beside, others=1),
    Edit("grid", "collage", _grid, others=3),
    Edit("mosaic", "collage", _mosaic, others=2),
    Edit("in-picture-half", "collage", _in_picture(0.5), others=1),
    Edit("in-picture-third", "collage", _in_picture(0.34), others=1),
    Edit("brighter", "color", _adjusted(ImageEnhance.Brightness, 1.5)),
    Edit("darker", "color", _adjusted(ImageEnhance.Brightness, 0.5)),
    Edit("contrast", "color", _adjusted(ImageEnhance.Contrast, 1.8)),
    Edit("saturated", "color", _adjusted(ImageEnhance.Color, 2.2)),
    Edit("gray", "color", _gray),
    Edit("sepia", "color", _sepia),
    Edit("inverted", "color", _inverted),
    Edit("hue", "color", _hue),
    Edit("filter", "color", filtered),
    Edit("posterized", "color", _posterized),
    Edit("gamma", "color", _gamma),
    Edit("noise", "noise", _noisy(25)),
    Edit("blur", "noise", _blurred(3)),
    Edit("sharpened", "noise", _sharpened),
    Edit("median", "noise", _smoothed),
    Edit("halftone", "noise", _halftone),
    Edit("watermarked", "overlaid", _watermarked),
    Edit("signed", "overlaid", _signed),
    Edit("emblem", "overlaid", _emblem),
    Edit("stickers", "overlaid", _stickers),
    Edit("meme", "overlaid", _meme),
    Edit("caption", "overlaid", _captioned),
    Edit("headline", "overlaid", _barred, keeps=_share(0.74)),
    Edit("covered", "overlaid", _covered, keeps=_share(0.75)),
    Edit("slanted", "bent", _slanted(0.08)),
    Edit("screen-photo", "bent", lambda i, d, o: pages.screen(i, d)),
    Edit("waved", "bent", _waved),
    Edit(
        "mirror-crop-filter",
        "combined",
        _then(_transposed(Transpose.FLIP_LEFT_RIGHT), _cropped(0.8, centered=False), filtered),
    ),
    Edit(
        "crop-caption-small",
        "combined",
        _then(_cropped(0.85, centered=False), _captioned, _resized(0.4)),
        _JPEG,
        {"quality": 50},
    ),
    Edit("rotate-frame-gray", "combined", _then(_straightened(3), _bordered(_WHITE, 0.08), _gray)),
    Edit("meme-post", "combined", lambda i, d, o: pages.post(_meme(i, d, o), d)),
    Edit("crop-grid", "combined", _then(_cropped(0.85, centered=False), _grid), others=3),
    Edit(
        "slant-stickers-noise",
        "combined",
        _then(_slanted(0.06), _stickers, _noisy(12)),
        _JPEG,
        {"quality": 55},
    ),
)
