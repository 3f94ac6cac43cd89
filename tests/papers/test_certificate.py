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
from xml.sax.saxutils import escape

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from gen_ip.content.kind import Kind
from gen_ip.content.metadata_schema import HIDDEN
from gen_ip.errors import MissingLibrary, UnreadableImage
from gen_ip.papers import scripts
from gen_ip.papers.certificate import FORMS, CertificateFacts, certificate
from gen_ip.papers.code import qr
from gen_ip.papers.errors import UnknownPaper
from gen_ip.papers.texts import titled, written
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


HOSTILE_TITLES = {
    "markup": '"><script>alert(1)</script>]]>&lt;<![CDATA[x]]><?php ?><!-- --><!ENTITY x "y">',
    "typst": '#panic("x") $x$ *b* _i_ `c` \\u{41} @ref <label> = h // /* #read("/etc/passwd")',
    "controls": "a\x00b\x01c\x1b[31md\x7f\x85e\x0c",
    "overrides": "safe\u202egnp.exe\u202c \u2066x\u2069 \u200bend",
    "no characters": "a\ufffeb\uffff\U0001fffe\ud800c\udfff",
    "lines": "a\n\n\nb\r\nc\u2028d\u2029e\tf",
    "10,000 words": "lorem ipsum " * 5000,
    "10,000 letters": "W" * 10_000,
    "10,000 marks": "Z" + "\u0301\u0329" * 5000,
    "10,000 ideographs": "\u591c\u306e\u8857\u3001" * 2500,
    "10,000 emoji": "\U0001f469\u200d\U0001f469\u200d\U0001f467 " * 2000,
}


def outlines(svg: bytes) -> list[str | None]:
    """All that is drawn, in order."""
    return [each.get("d") for each in elements(svg) if each.tag.endswith("path")]


def text_of(pdf: bytes) -> str:
    """A page's text without the breaks and spaces that its lines make."""
    found = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    return re.sub(r"\s", "", found)


def lines(facts: CertificateFacts) -> int:
    """Of the title: rows of ink between those without any."""
    with Image.open(io.BytesIO(certificate(facts, "png"))) as image:
        box = numpy.asarray(image.convert("L"))[245:570, 980:2200]
    ink = (box < 100).any(axis=1)
    return int((ink[1:] & ~ink[:-1]).sum())


@pytest.mark.parametrize("name", HOSTILE_TITLES)
def test_no_title_breaks_out_of_a_paper(name: str) -> None:
    facts = replace(FACTS, title=HOSTILE_TITLES[name])
    # A strict parser: what is no XML character, or markup that is not closed, ends it.
    svg = certificate(facts, "svg")
    found = elements(svg)
    assert {each.tag.rpartition("}")[2] for each in found} <= HARMLESS
    assert not any(mark in svg for mark in (b"<script", b"<!", b"<?", b"]]>"))
    pdf = PdfReader(io.BytesIO(certificate(facts, "pdf")))
    assert len(pdf.pages) == 1
    for text in (pdf.metadata.title if pdf.metadata else "", found[0].get("aria-label")):
        assert text
        assert not HIDDEN.search(text)
        assert len(text) < 1000


@pytest.mark.parametrize(
    "title",
    [
        HOSTILE_TITLES["markup"],
        HOSTILE_TITLES["typst"],
        "Ελληνικά и кириллица",
        "夜の街、雨のあと",
        "서울의 밤",
        "x" * 256,
    ],
)
def test_a_pdf_holds_its_title_as_text(title: str) -> None:
    data = certificate(replace(FACTS, title=title), "pdf")
    assert re.sub(r"\s", "", title) in text_of(data)


@pytest.mark.parametrize("name", [name for name in HOSTILE_TITLES if name.startswith("10,000")])
def test_long_titles_end_with_an_ellipsis(name: str) -> None:
    title = HOSTILE_TITLES[name]
    said = text_of(certificate(replace(FACTS, title=title), "pdf"))
    if name == "10,000 marks":
        assert text_of(certificate(replace(FACTS, title=title[:5]), "pdf"))[:80] == said[:80]
        return
    start = re.sub(r"\s", "", title)[:20]
    assert said.count("…") == 1
    # Of Arabic and emoji the order of a page's text is not that of its letters.
    assert start in said or name == "10,000 emoji"


def test_a_title_that_fits_in_is_not_cut_and_no_word_leaves_the_page() -> None:
    whole = certificate(replace(FACTS, title="W" * 200), "pdf")
    assert "W" * 200 in text_of(whole)
    assert "…" not in text_of(whole)
    assert lines(replace(FACTS, title="W")) == 1
    assert lines(replace(FACTS, title="W" * 200)) == 6
    assert lines(replace(FACTS, title="W" * 10_000)) == 7


@given(st.text(max_size=40))
def test_any_title_is_one_clean_line(title: str) -> None:
    line = titled(title)
    ElementTree.fromstring(f"<t>{escape(line)}</t>".encode())  # noqa: S314 - it is our own
    assert line == line.strip()
    assert "\n" not in line
    assert not HIDDEN.search(line)
    assert titled(line) == line


def test_texts_within_facts_are_cleaned_and_keep_their_lines() -> None:
    facts = {"a": ["x\x00\r\ny\n", ("\u202ez", 1, None, True)], "b": {"c": "\ud800"}}
    assert written(facts) == {"a": ["x\ny\n", ["z", 1, None, True]], "b": {"c": "\ufffd"}}


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
    assert scripts.lacks_fonts("漢字")
    assert not scripts.lacks_fonts("letters")
    # Boxes, as many as letters, and the letters themselves for who does not see them.
    drawn, other = (certificate(replace(FACTS, title=each), "svg") for each in ("漢字", "夢見"))
    assert "漢字".encode() in drawn
    assert outlines(drawn) == outlines(other)
    assert outlines(drawn) != outlines(certificate(replace(FACTS, title="\u2003 \u2003x"), "svg"))
    page = PdfReader(io.BytesIO(certificate(replace(FACTS, title="漢字"), "pdf")))
    assert page.metadata
    assert page.metadata.title == "漢字"
    monkeypatch.setattr(scripts, "find_spec", lambda name: None)
    with pytest.raises(MissingLibrary, match=r"gen-ip\[papers\]"):
        certificate(FACTS, "svg")


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
