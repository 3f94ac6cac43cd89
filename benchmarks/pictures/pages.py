"""What pictures are put on, into and under: pages, posts, windows, screens, emblems."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont, ImageOps
from PIL.Image import Image, Resampling, Transform

_WORDS = [
    "light",
    "garden",
    "river",
    "stone",
    "paper",
    "winter",
    "signal",
    "harbor",
    "copper",
    "window",
    "velvet",
    "engine",
    "mountain",
    "letter",
    "shadow",
    "market",
    "orange",
    "planet",
    "silver",
    "thunder",
]
_PALETTE = ((214, 40, 40), (247, 127, 0), (252, 191, 73), (0, 119, 182), (42, 157, 143))


def prose(dice: Random, words: int) -> str:
    """So many words that mean nothing."""
    return " ".join(dice.choice(_WORDS) for _ in range(words)).capitalize() + "."


def _lines(page: Image, box: tuple[int, int, int, int], dice: Random, size: int, ink: int) -> None:
    """Fills a box with lines of words."""
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    left, top, right, bottom = box
    while top + size <= bottom:
        words = prose(dice, max(1, (right - left) // (size * 4)))
        pen.text((left, top), words, (ink, ink, ink), font)
        top += round(size * 1.5)


def document(image: Image, dice: Random) -> Image:
    """A page of text with the picture in it."""
    page = PillowImage.new("RGB", (1000, 1400), (255, 255, 255))
    ImageDraw.Draw(page).text((90, 70), prose(dice, 4), (0, 0, 0), ImageFont.load_default(44))
    picture = ImageOps.contain(image, (820, 620))
    _lines(page, (90, 150, 910, 380), dice, 22, 30)
    page.paste(picture, ((1000 - picture.width) // 2, 400))
    _lines(page, (90, 430 + picture.height, 910, 1330), dice, 22, 30)
    return page


def post(image: Image, dice: Random, dark: bool = False) -> Image:
    """A screenshot of a post: name and words above, buttons below."""
    paper, ink = ((21, 24, 28), 230) if dark else ((255, 255, 255), 20)
    page = PillowImage.new("RGB", (800, 1280), paper)
    pen = ImageDraw.Draw(page)
    pen.ellipse((30, 40, 110, 120), fill=dice.choice(_PALETTE))
    pen.text((130, 45), "someone", (ink, ink, ink), ImageFont.load_default(32))
    pen.text((130, 85), "@someone · 3 h", (130, 130, 130), ImageFont.load_default(24))
    _lines(page, (30, 150, 770, 240), dice, 30, ink)
    picture = ImageOps.contain(image, (740, 860))
    page.paste(picture, (30, 260))
    bottom = 290 + picture.height
    for number in range(4):
        left = 60 + 190 * number
        pen.ellipse((left, bottom, left + 32, bottom + 32), outline=(130, 130, 130), width=3)
        pen.text(
            (left + 45, bottom),
            str(dice.randint(2, 900)),
            (130, 130, 130),
            ImageFont.load_default(26),
        )
    return page


def slide(image: Image, dice: Random) -> Image:
    """A slide: a title, points on the left, the picture on the right."""
    page = PillowImage.new("RGB", (1280, 720), (18, 52, 86))
    pen = ImageDraw.Draw(page)
    pen.text((60, 40), prose(dice, 3), (255, 255, 255), ImageFont.load_default(54))
    for number in range(5):
        words = "-  " + prose(dice, 3)
        pen.text((60, 170 + 90 * number), words, (220, 230, 240), ImageFont.load_default(30))
    picture = ImageOps.contain(image, (640, 500))
    page.paste(picture, (1240 - picture.width, 150))
    return page


def browser(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    """A gallery site in a window: the picture large, small ones beside it."""
    page = PillowImage.new("RGB", (1400, 900), (245, 245, 247))
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 1400, 60), fill=(222, 225, 230))
    pen.rounded_rectangle((180, 12, 1200, 48), 18, fill=(255, 255, 255))
    pen.text((200, 18), "gallery.example/works/4711", (60, 60, 60), ImageFont.load_default(22))
    picture = ImageOps.contain(image, (960, 780))
    page.paste(picture, (40, 90))
    for number, other in enumerate(others[:3]):
        page.paste(ImageOps.fit(other, (320, 220)), (1040, 90 + 250 * number))
    return page


def screen(image: Image, dice: Random) -> Image:
    """A photograph of a screen: slanted, dim, with the pattern of its pixels, in a dark room."""
    picture = np.asarray(ImageOps.contain(image, (1000, 1000))).astype(float)
    rows, columns = np.indices(picture.shape[:2])
    pattern = 1 + 0.12 * np.sin(columns * 2.05 + rows * 0.07) * np.sin(rows * 1.9)
    glow = 0.75 + 0.35 * columns / picture.shape[1]
    lit = np.clip(picture * (pattern * glow)[..., None] * 0.85 + 12, 0, 255).astype(np.uint8)
    framed = ImageOps.expand(PillowImage.fromarray(lit), 40, fill=(15, 15, 18))
    room = ImageOps.expand(framed, 90, fill=(52, 47, 44))
    return warped(room, dice, 0.06)


def warped(image: Image, dice: Random, strength: float) -> Image:
    """Each corner moved inward by up to so much of the sides; gray where nothing is left."""
    width, height = image.size

    def inward() -> float:
        return dice.uniform(strength / 4, strength)

    corners = [
        (inward() * width, inward() * height),
        ((1 - inward()) * width, inward() * height),
        ((1 - inward()) * width, (1 - inward()) * height),
        (inward() * width, (1 - inward()) * height),
    ]
    straight = [(0, 0), (width, 0), (width, height), (0, height)]
    # The map that Pillow wants leads from the new picture to the old one.
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, straight, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    found = np.linalg.solve(np.array(rows), np.array(values)).tolist()
    return image.transform(
        image.size, Transform.PERSPECTIVE, found, Resampling.BICUBIC, fillcolor=(90, 88, 86)
    )


def emblem(image: Image, dice: Random, share: float) -> None:
    """A logo with its wordmark, drawn into the picture, so many of its shorter side high."""
    logo = wordmark(dice, round(share * min(image.size)))
    at = (
        dice.randint(0, max(0, image.width - logo.width)),
        dice.randint(0, max(0, image.height - logo.height)),
    )
    image.paste(logo, at, logo)


def wordmark(dice: Random, height: int) -> Image:
    """A logo of shapes and a word, with transparency."""
    side = max(24, height)
    logo = PillowImage.new("RGBA", (round(2.4 * side), side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(logo)
    colors = dice.sample(_PALETTE, 3)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), side // 5, fill=(*colors[0], 255))
    corners = dice.randint(3, 7)
    points = [
        (side / 2 + side * r * math.cos(a), side / 2 + side * r * math.sin(a))
        for number in range(2 * corners)
        for a in [math.pi * number / corners + dice.random() / 2]
        for r in [0.42 if number % 2 else dice.uniform(0.15, 0.25)]
    ]
    pen.polygon(points, fill=(*colors[1], 255))
    pen.ellipse((side * 0.4, side * 0.4, side * 0.6, side * 0.6), fill=(*colors[2], 255))
    word = dice.choice(_WORDS).upper()
    pen.text((side * 1.1, side * 0.3), word, (*colors[0], 255), ImageFont.load_default(side * 0.3))
    return logo


def sticker(image: Image, dice: Random, share: float) -> None:
    """A round face, drawn into the picture."""
    side = round(share * min(image.size))
    left, top = dice.randint(0, image.width - side), dice.randint(0, image.height - side)
    pen = ImageDraw.Draw(image)
    pen.ellipse(
        (left, top, left + side, top + side),
        fill=(255, 204, 51),
        outline=(90, 60, 0),
        width=max(1, side // 30),
    )
    for eye in (0.3, 0.6):
        pen.ellipse(
            (left + side * eye, top + side * 0.3, left + side * (eye + 0.1), top + side * 0.42),
            fill=(60, 40, 0),
        )
    mouth = (left + side * 0.25, top + side * 0.35, left + side * 0.75, top + side * 0.8)
    pen.arc(mouth, 20, 160, fill=(60, 40, 0), width=max(1, side // 15))


def poster(image: Image, dice: Random) -> Image:
    """A template: the same page, emblem and words for each seed; only the picture differs."""
    page = PillowImage.new("RGB", (900, 1200), dice.choice(_PALETTE))
    pen = ImageDraw.Draw(page)
    for _ in range(14):
        left, top = dice.randint(0, 860), dice.randint(0, 1160)
        pen.rectangle((left, top, left + 40, top + 40), fill=dice.choice(_PALETTE))
    pen.rectangle((40, 40, 860, 180), fill=(255, 255, 255))
    pen.text((60, 60), prose(dice, 3), (10, 10, 10), ImageFont.load_default(64))
    page.paste(ImageOps.fit(image, (780, 700)), (60, 220))
    _lines(page, (60, 950, 840, 1150), dice, 34, 255)
    logo = wordmark(dice, 120)
    page.paste(logo, (580, 1060), logo)
    return page
