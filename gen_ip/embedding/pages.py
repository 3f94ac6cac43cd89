"""In HTML: `meta` elements in the head and a link to the license. In Markdown: a last comment.

Front matter would be shown by readers that do not know it, as a heading or a table; a comment is
shown by none, and leaves the text what it is.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from gen_ip import nesting
from gen_ip.embedding.containers import Malformed
from gen_ip.embedding.saying import Saying, flat

_PREFIX = "gen-ip:"
_OURS = re.compile(
    rb'<meta name="(?:gen-ip:[a-z_]{1,40}|dcterms\.rights)" content="[^"<>]*" data-gen-ip>\n?'
    rb'|<link rel="license" href="ipfs://[^"<>]*" data-gen-ip>\n?'
)
_COMMENT = re.compile(r"\n*<!-- gen-ip: (\{[^<>]*\}) -->\s*\Z")
_MOST, _DEPTH = 8 * 2**20, 4
_MOST_COMMENT = 65_536
_NAMES = 32


def write_html(data: bytes, saying: Saying) -> bytes:
    """The page with what is said first in its head. All of it is ASCII, so that it says the same in
    every encoding but those of two bytes a letter.

    Raises:
        Malformed: it is in one of these, or too large.
    """
    text = _OURS.sub(b"", _bytes(data))
    lines = [
        f'<meta name="{_PREFIX}{name}" content="{_quoted(value)}" data-gen-ip>'
        for name, value in (flat(saying.certificate()) or {}).items()
    ]
    lines.append(f'<meta name="dcterms.rights" content="{_quoted(saying.usage)}" data-gen-ip>')
    lines += [f'<link rel="license" href="{_quoted(each)}" data-gen-ip>' for each in saying.terms]
    at = _Head(text).at
    added = "".join(f"{line}\n" for line in lines).encode("ascii")
    return text[:at] + added + text[at:]


def read_html(data: bytes) -> Mapping[str, str] | None:
    """What the `meta` elements of a page's head say.

    Raises:
        Malformed: it is too large, or in an encoding of two bytes a letter.
    """
    return flat(_Head(_bytes(data)).said)


def write_markdown(data: bytes, saying: Saying) -> bytes:
    """The text with a comment behind its end.

    Raises:
        Malformed: it is not UTF-8.
    """
    said = json.dumps(saying.certificate(), sort_keys=True)
    # What could end the comment is spelled otherwise.
    for character in "-<>":
        said = said.replace(character, f"\\u{ord(character):04x}")
    text = _COMMENT.sub("\n", _text(data))
    return f"{text.rstrip(chr(10))}\n\n<!-- gen-ip: {said} -->\n".encode()


def read_markdown(data: bytes) -> Mapping[str, str] | None:
    """What the comment at the end of a text says.

    Raises:
        Malformed: it is not UTF-8.
    """
    found = _COMMENT.search(_text(data)[-_MOST_COMMENT:])
    try:
        return None if found is None else flat(nesting.parse(found[1], _DEPTH))
    except ValueError:
        return None


class _Head(HTMLParser):
    """Finds the head of a page, which is not where a comment or a script says so."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.at = 0
        self.said: dict[str, str] = {}
        self._lines = [0, *(found.end() for found in re.finditer(b"\n", data))]
        self._is_body = False
        # One byte is one character, so that places are those of the bytes.
        self.feed(data.decode("latin-1"))

    def handle_decl(self, decl: str) -> None:
        """A document type: what is said comes behind it."""
        self._behind(len(decl) + 3)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element: the head, or one of those that say it."""
        if self._is_body:
            return
        if tag in ("html", "head"):
            self._behind(len(self.get_starttag_text() or ""))
        elif tag == "meta" and len(self.said) < _NAMES:
            values = dict(attrs)
            name, value = values.get("name") or "", values.get("content")
            if name.startswith(_PREFIX) and value is not None:
                self.said.setdefault(name.removeprefix(_PREFIX), value)
        self._is_body = tag == "body"

    def _behind(self, length: int) -> None:
        line, column = self.getpos()
        if not self._is_body:
            self.at = self._lines[line - 1] + column + length


def _quoted(text: str) -> str:
    """As an attribute's value, in ASCII."""
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _bytes(data: bytes) -> bytes:
    if len(data) > _MOST:
        raise Malformed(f"it has more than {_MOST:,} bytes")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Malformed("it is in UTF-16; save it in UTF-8")
    return data


def _text(data: bytes) -> str:
    if len(data) > _MOST:
        raise Malformed(f"it has more than {_MOST:,} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8; save it so") from None
