"""The works of the index, and edits of them."""

from __future__ import annotations

import io

from PIL import Image

from tests.support.require import ROOT

COFFEE = ROOT / "gen_ip" / "demo" / "pictures" / "coffee.jpg"
TEXT = " ".join(
    f"On day {number} the tide brought {number * 7} shells and the keeper wrote each in a ledger "
    f"of salt, page {number * 3}, before the lamp was lit."
    for number in range(1, 30)
)


def edited() -> bytes:
    """The picture at half its size, as PNG."""
    with Image.open(COFFEE) as picture:
        small = picture.resize((picture.width // 2, picture.height // 2))
    data = io.BytesIO()
    small.save(data, "PNG")
    return data.getvalue()


def bomb() -> bytes:
    """A PNG of few bytes that decodes to 25 million pixels."""
    data = io.BytesIO()
    Image.new("1", (5000, 5000)).save(data, "PNG")
    return data.getvalue()
