"""Edits people make to a picture: those pHash is expected to see through, and some it is not."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

Edit = Callable[[Image.Image], Image.Image]


def jpeg(quality: int) -> Edit:
    def run(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality)
        return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")

    return run


def webp(quality: int) -> Edit:
    def run(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "WEBP", quality=quality)
        return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")

    return run


def resize(factor: float) -> Edit:
    return lambda image: image.resize((round(image.width * factor), round(image.height * factor)))


def crop(share: float) -> Edit:
    """Cut `share` of the width and height from each side."""

    def run(image: Image.Image) -> Image.Image:
        dx, dy = round(image.width * share), round(image.height * share)
        return image.crop((dx, dy, image.width - dx, image.height - dy))

    return run


def watermark(image: Image.Image) -> Image.Image:
    out = image.copy()
    draw = ImageDraw.Draw(out)
    draw.text((out.width * 0.55, out.height * 0.9), "(c) example", "white", font_size=24)
    return out


def two_lines_of_text(image: Image.Image) -> Image.Image:
    out = image.copy()
    draw = ImageDraw.Draw(out)
    text = "SALE ON NOW\nFIND OUT MORE"
    draw.multiline_text((out.width * 0.1, out.height * 0.1), text, "yellow", font_size=40)
    return out


COMMON: dict[str, Edit] = {
    "resize 25 %": resize(0.25),
    "resize 50 %": resize(0.5),
    "resize 200 %": resize(2.0),
    "JPEG quality 60": jpeg(60),
    "JPEG quality 30": jpeg(30),
    "WebP quality 50": webp(50),
    "brightness +30 %": lambda image: ImageEnhance.Brightness(image).enhance(1.3),
    "brightness -30 %": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "contrast +30 %": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "black and white": lambda image: image.convert("L").convert("RGB"),
    "blur, radius 2": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "watermark": watermark,
    "crop 1 % each side": crop(0.01),
    "crop 2 % each side": crop(0.02),
}

BEYOND: dict[str, Edit] = {
    "two lines of text": two_lines_of_text,
    "crop 5 % each side": crop(0.05),
    "crop 15 % each side": crop(0.15),
    "turn by 5 degrees": lambda image: image.rotate(5),
    "turn by 90 degrees": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "mirror": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "negative": lambda image: image.point(lambda value: 255 - value),
}
