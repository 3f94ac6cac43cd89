"""Texts: whether bytes are one, and in what form it is written."""

from __future__ import annotations

import codecs
import re

from gen_ip import nesting
from gen_ip.content.detection import parameters, structures
from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.window import Window

PLAIN = Detected("text", "plain", "text/plain")
MARKDOWN = Detected("text", "markdown", "text/markdown")
HTML = Detected("text", "html", "text/html")
XML = Detected("text", "xml", "application/xml")
SVG = Detected("image", "svg", "image/svg+xml")
PARAMETERS = Detected("prompt", "a1111", "text/plain")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# All controls but tab, line feed, form feed, carriage return, escape, and what DOS ends texts with.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x19\x1c-\x1f\x7f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f\x7f]")
# By chance bytes hold no controls so long once in a million times.
_LEAST_OLD = 128
_LETTERS = re.compile(rb"[A-Za-z \xc0-\xff]")
_PROLOG = re.compile(r"\s*(?:<\?xml\b[^>]{0,500}\?>\s*)?(?:<!--.{0,5000}?-->\s*){0,9}", re.DOTALL)
# As browsers sniff it (https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type).
_HTML_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)"
    r"(?=[\s>])",
    re.IGNORECASE,
)
_SVG_TAG = re.compile(r"(?:<!doctype\s+svg\b[^>]{0,500}>\s*)?<(?:\w{1,20}:)?svg(?=[\s>/])", re.I)
_MARKDOWN = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^#{1,6} \S",
        r"^(?:```|~~~)",
        r"^ {0,3}(?:[-*+]|\d{1,9}[.)]) +\S.*\n(?:.*\n)?? {0,3}(?:[-*+]|\d{1,9}[.)]) +\S",
        r"\[[^\]\n]{1,200}\]\((?:<[^>\n]*>|[^()\s]{1,2000})",
        r"(?:^|\s)(?:\*\*|__)\S[^\n*_]{0,500}(?:\*\*|__)",
        r"^\|.{0,500}\|\s*\n\|[ :|-]{3,500}\|",
        r"^[^\n]{1,200}\n(?:={3,}|-{3,})\s*$",
        r"^> \S",
    )
)
# These alone make a text one.
_SURE = 2
_MAX_SCANNED = 65_536


def by_text(window: Window) -> Detected | None:
    """What text it is; None where the file is none, by its first and last 64 KiB."""
    text = _decoded(window.head, window.is_whole)
    if text is None or not (window.is_whole or _ends_as_text(window)):
        return _old(window)
    start = text.lstrip("\ufeff \t\r\n")[:1]
    found = None
    if start in ("{", "["):
        found = _json(window)
    elif start == "<":
        found = _marked_up(text)
    if found is None and window.size <= parameters.MAX_CHARACTERS:
        whole = text if window.is_whole else _decoded(window.read(0, window.size), True)
        if whole is not None and parameters.are_parameters(whole):
            found = PARAMETERS
    return found or (MARKDOWN if _is_markdown(text) else PLAIN)


def _decoded(data: bytes, is_whole: bool) -> str | None:
    """The text, in UTF-8 or with a byte order mark in UTF-16; None where it is none."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data, final=is_whole)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text


def _ends_as_text(window: Window) -> bool:
    if window.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # From an even place on.
        tail = window.tail[(window.size - len(window.tail)) % 2 :]
        return _decoded(window.head[:2] + tail, True) is not None
    # It may begin in the middle of a character.
    cut = next((at for at, byte in enumerate(window.tail[:4]) if byte & 0xC0 != 0x80), 0)
    return _decoded(window.tail[cut:], True) is not None


def _old(window: Window) -> Detected | None:
    """Of text in an older encoding of one or two bytes, which does not say which it is."""
    both = (window.head, window.tail)
    if window.size < _LEAST_OLD or any(_CONTROL_BYTE.search(part) for part in both):
        return None
    letters = len(_LETTERS.findall(window.head))
    return PLAIN if letters * 2 > len(window.head) else None


def _json(window: Window) -> Detected | None:
    if window.size > structures.MAX_JSON_BYTES:
        return None
    text = _decoded(window.read(0, window.size), True)
    try:
        return (
            None
            if text is None
            else structures.of_json(
                nesting.parse(text.removeprefix("\ufeff"), structures.MAX_JSON_DEPTH)
            )
        )
    except ValueError:
        return None


def _marked_up(text: str) -> Detected | None:
    """What it is by its first tag; None where it has none: a prompt may begin with `<lora:`."""
    text = text.removeprefix("\ufeff")
    prolog = _PROLOG.match(text)
    at = prolog.end() if prolog else 0
    if _SVG_TAG.match(text, at):
        return SVG
    if _HTML_TAG.match(text, at):
        return HTML
    return XML if text.lstrip().startswith("<?xml") else None


def _is_markdown(text: str) -> bool:
    text = text[:_MAX_SCANNED].replace("\r\n", "\n")
    marks = [pattern.search(text) is not None for pattern in _MARKDOWN]
    return any(marks[:_SURE]) or sum(marks) >= 2
