"""The certificate as a picture: it holds what the registry says, whatever strangers wrote."""

from __future__ import annotations

import hashlib
import io
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import cv2
import numpy
import pytest
from PIL import Image

from gen_ip.content.kind import Kind
from gen_ip.errors import MissingLibrary, UnreadableImage
from gen_ip.papers import scripts
from gen_ip.papers.certificate import FORMS, CertificateFacts, certificate
from gen_ip.papers.code import qr
from gen_ip.papers.errors import UnknownPaper
from gen_ip.papers.thumbnail import thumbnail
from gen_ip.papers.typesetting import form_of
from gen_ip.terms import COMMERCIAL, READY
from gen_ip.work import WorkAddress

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"
ALICE, BOB = "0x" + "Aa" * 20, "0x" + "Bb" * 20
FACTS = CertificateFacts(
    chain_id=1,
    registry="0x85D116459dE2D720FC5583F33F405b23FA8Dc4Cb",
    work=2**160 - 1,
    title="Chelsea",
    kind="image",
    creator=ALICE,
    owner=ALICE,
    content_hash=hashlib.sha256(b"").digest(),
    claim_time=1_795_502_253,
    first=True,
    claims=1,
    terms=(COMMERCIAL,),
)
# An element of SVG that is harmless wherever it is shown.
HARMLESS = {"svg", "g", "path", "use", "symbol", "defs", "title", "clipPath", "image", "rect"}
HARMLESS |= {"linearGradient", "stop"}
HOSTILE = '"><script>alert(1)</script><image href="https://evil.example/x.png"/>#set page()'


def elements(svg: bytes) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())  # noqa: S314 - it is our own


def test_svg_is_safe_wherever_it_is_shown() -> None:
    facts = replace(FACTS, title=HOSTILE)
    svg = certificate(facts, "svg", picture=thumbnail(PICTURES / "cat.png"))
    found = elements(svg)
    assert {each.tag.rpartition("}")[2] for each in found} <= HARMLESS
    for each in found:
        for name, value in each.attrib.items():
            local = name.rpartition("}")[2]
            assert not local.startswith("on"), name
            assert local != "style", name
            if local == "href":
                assert value.startswith(("#", "data:image/png;base64,")), value
            elif "url(" in value:
                assert re.fullmatch(r"url\(#[\w]+\)", value), value
    # The text is there for those who do not see it, as a text.
    assert HOSTILE in (found[0].get("aria-label") or "")
    assert b"<script" not in svg
    assert b"<!" not in svg


def test_without_being_asked_it_shows_a_symbol() -> None:
    svg = certificate(FACTS, "svg")
    assert b"data:" not in svg
    assert b"<image" not in svg


def test_the_same_facts_give_the_same_bytes() -> None:
    for form in FORMS:
        assert certificate(FACTS, form) == certificate(FACTS, form)
    assert certificate(FACTS, "svg") != certificate(replace(FACTS, content_hash=bytes(32)), "svg")


def test_png_is_of_print_size_and_its_code_can_be_read() -> None:
    for theme in ("light", "dark"):
        data = certificate(FACTS, "png", theme=theme)
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (2339, 1654)
            pixels = numpy.asarray(image.convert("L"))
        text, *_ = cv2.QRCodeDetector().detectAndDecode(pixels)
        assert text == str(WorkAddress(1, FACTS.work)) == f"gen-ip:1:{2**160 - 1}"


def test_pdf_is_one_page() -> None:
    full = replace(FACTS, title="W" * 256, owner=BOB, parents=(1, 2, 3), terms=(*READY.values(),))
    for language in ("en", "fr"):
        data = certificate(full, "pdf", language=language)
        assert data.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
        assert b"/JavaScript" not in data


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_its_own_symbol(kind: Kind) -> None:
    others = {certificate(replace(FACTS, kind=each), "svg") for each in ("image", "text")}
    assert (certificate(replace(FACTS, kind=kind), "svg") in others) == (kind in ("image", "text"))


@pytest.mark.parametrize(
    "title",
    [
        *("נוף עם עץ", "نموذج خط النسخ", "夜の街、雨のあと", "서울의 밤", "静夜思", "🎨🚀", "ไทย"),
        *("हिन्दी", "Ελληνικά и кириллица", "a\nb\tc", "x" * 256, "-- // /* ` $ @ < > \\"),
    ],
)
def test_titles_in_any_script_are_drawn(title: str) -> None:
    """Two titles of as many letters that no font has would look the same."""
    drawn = certificate(replace(FACTS, title=title), "svg")
    glyphs = {each.get("id") for each in elements(drawn) if each.tag.endswith("symbol")}
    other = certificate(replace(FACTS, title="\U000e0001" * len(title)), "svg")
    assert glyphs - {each.get("id") for each in elements(other) if each.tag.endswith("symbol")}


def test_directions_and_fonts_follow_the_text() -> None:
    assert scripts.runs_right_to_left("123 שלום")
    assert scripts.runs_right_to_left("نص and more")
    assert not scripts.runs_right_to_left("and نص")
    assert not scripts.runs_right_to_left("123")
    assert scripts.families("ひらがな漢字")[0] == "Noto Sans JP"
    assert scripts.families("한국어")[0] == "Noto Sans KR"
    assert scripts.families("漢字")[0] == "Noto Sans SC"


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "typst", None)
        with pytest.raises(MissingLibrary, match=r"gen-ip\[papers\]"):
            certificate(FACTS, "svg")
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, "segno", None)
        with pytest.raises(MissingLibrary, match=r"gen-ip\[papers\]"):
            qr("x")
    found: Any = scripts.find_spec
    monkeypatch.setattr(scripts, "find_spec", lambda name: None if "cjk" in name else found(name))
    assert certificate(FACTS, "svg")
    with pytest.raises(MissingLibrary, match=r"gen-ip\[papers-cjk\]"):
        certificate(replace(FACTS, title="漢字"), "svg")


def test_thumbnails_hold_pixels_only(tmp_path: Path) -> None:
    with Image.open(io.BytesIO(thumbnail(PICTURES / "rocket.jpg"))) as image:
        assert max(image.size) <= 512
        assert not image.info
    text = tmp_path / "text.png"
    text.write_bytes(b"no picture")
    with pytest.raises(UnreadableImage):
        thumbnail(text)


def test_forms_by_the_files_name() -> None:
    assert form_of(Path("a.b.SVG"), FORMS) == "svg"
    for name in ("a", "a.jpg", ".png"):
        with pytest.raises(UnknownPaper, match=r"\.svg, \.png, \.pdf"):
            form_of(Path(name), FORMS)
