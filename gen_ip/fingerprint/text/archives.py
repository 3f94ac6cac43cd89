"""What a reader sees of DOCX (ECMA-376), ODT (OpenDocument 1.3) and EPUB 3, which are archives."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from gen_ip.fingerprint.text.pages import local_name, of_xhtml, xml

#: Entries of an archive, and bytes of all that is unpacked of it.
MAX_ENTRIES, MAX_UNPACKED = 20_000, 128 * 2**20

# What reading an archive that was cut off or made up raises.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip
_TEXT_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_GAPS = frozenset(("br", "cr", "tab"))
_DELETED = frozenset(("del", "movefrom", "instrtext", "deltext"))


class _Archive:
    """An archive's parts; together they unpack to no more than the cap."""

    def __init__(self, content: bytes) -> None:
        self._left = MAX_UNPACKED
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGED as error:
            raise ValueError(f"its archive is damaged: {error}") from None
        self.names = frozenset(self._zip.namelist())
        if len(self._zip.infolist()) > MAX_ENTRIES:
            raise ValueError(f"its archive has more than {MAX_ENTRIES:,} entries")

    def read(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as part:
                # What the archive says of the size may be a lie.
                data = part.read(self._left + 1)
        except _DAMAGED as error:
            raise ValueError(f"its part {name[:100]!r} is damaged: {error}") from None
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {MAX_UNPACKED:,} bytes")
        return data


def of_docx(content: bytes) -> str:
    """The words of a document, its notes last, without what was deleted from it.

    Raises:
        ValueError: it is damaged, or holds more than the caps allow.
    """
    archive = _Archive(content)
    if _TEXT_PARTS[0] not in archive.names:
        raise ValueError("it has no word/document.xml")
    parts = (name for name in _TEXT_PARTS if name in archive.names)
    return "\n".join("".join(_of_word(xml(archive.read(name)))) for name in parts)


def of_odt(content: bytes) -> str:
    """The words of a document.

    Raises:
        ValueError: it is damaged, or holds more than the caps allow.
    """
    archive = _Archive(content)
    root = xml(archive.read("content.xml"))
    body = next((each for each in root.iter() if local_name(each) == "body"), root)
    return "".join(_of_office(body))


def of_epub(content: bytes) -> str:
    """The words of a book, its chapters in the order of the spine.

    Raises:
        ValueError: it is damaged, or holds more than the caps allow.
    """
    archive = _Archive(content)
    container = xml(archive.read("META-INF/container.xml"))
    paths = [each.get("full-path") for each in container.iter() if local_name(each) == "rootfile"]
    package = next((path for path in paths if path in archive.names), None)
    if package is None:
        raise ValueError("it names no package document")
    root = xml(archive.read(package))
    items = {
        each.get("id"): unquote(each.get("href") or "")
        for each in root.iter()
        if local_name(each) == "item"
    }
    chapters = []
    for each in root.iter():
        if local_name(each) != "itemref":
            continue
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(package), items.get(each.get("idref"), ""))
        )
        if path in archive.names:
            chapters.append(of_xhtml(archive.read(path)))
    if not chapters:
        raise ValueError("its spine has no chapters")
    return "\n".join(chapters)


def _of_word(root: Any) -> Iterator[str]:
    from lxml import etree

    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local_name(element)
        if event == "end":
            hidden -= name in _DELETED
            continue
        hidden += name in _DELETED
        if name == "p":
            yield "\n"
        elif name in _GAPS:
            yield " "
        elif name == "t" and not hidden:
            yield element.text or ""


def _of_office(root: Any) -> Iterator[str]:
    from lxml import etree

    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local_name(element)
        if event == "start":
            if name in ("p", "h"):
                yield "\n"
            yield " " if name in ("s", "tab", "line-break") else element.text or ""
        elif element is not root:
            yield element.tail or ""
