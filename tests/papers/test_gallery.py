"""The certificates of docs/certificates.md are those that the tool draws."""

from __future__ import annotations

import io
from typing import get_args

import numpy
import pytest
from PIL import Image

from gen_ip.content.kind import Kind
from tests.support.require import ROOT
from tools.docs.certificates import FOLDER, SHOWN, drawn

# Of 255: another release of Pillow may choose other colors for the same picture.
CLOSE = 3.0


def test_the_page_shows_one_of_each_kind_a_creator_certifies() -> None:
    page = (ROOT / "docs" / "certificates.md").read_text("utf-8")
    assert set(SHOWN) == set(get_args(Kind)) - {"audio", "video", "other"}
    for name, shown in SHOWN.items():
        assert shown.kind == name
        assert f"(certificates/{name}.png)" in page
    assert {path.stem for path in FOLDER.iterdir()} == set(SHOWN)


@pytest.mark.parametrize("name", ["text", "workflow"])
def test_they_are_as_drawn_now(name: str) -> None:
    with (
        Image.open(FOLDER / f"{name}.png") as kept,
        Image.open(io.BytesIO(drawn(SHOWN[name]))) as now,
    ):
        assert kept.size == now.size
        before, after = (numpy.asarray(each.convert("RGB"), float) for each in (kept, now))
    assert numpy.abs(before - after).mean() < CLOSE
