"""In archives. EPUB: an XMP packet as `META-INF/metadata.xml`, the place that EPUB 3.3 keeps for
metadata of the whole container. DOCX: custom properties (ECMA-376 part 1, 22.3), which Word shows
among a document's properties."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Mapping

from gen_ip.embedding import xmp
from gen_ip.embedding.containers import Malformed
from gen_ip.embedding.saying import Saying, flat

_PACKET = "META-INF/metadata.xml"
_CUSTOM, _TYPES, _RELATIONS = "docProps/custom.xml", "[Content_Types].xml", "_rels/.rels"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
# That of properties that users name; their numbers begin at 2.
_FORMAT_ID, _FIRST = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}", 2
_PREFIX = "gen_ip."
_MAX_ENTRIES, _MAX_UNPACKED, _MAX_PART = 20_000, 256 * 2**20, 2**22
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError,
            OSError, ValueError)  # fmt: skip


def write_epub(data: bytes, saying: Saying) -> bytes:
    """The book with a packet in place of what it had.

    Raises:
        Malformed: its archive is damaged, or unpacks to more than 256 MiB.
        MetadataError: the packet it has cannot be read, so it could not be kept.
    """
    before = _part(data, _PACKET)
    return _with(data, {_PACKET: xmp.packet(saying, before)})


def read_epub(data: bytes) -> Mapping[str, str] | None:
    """What the packet says.

    Raises:
        Malformed: the archive is damaged.
        MetadataError: it is no XMP.
    """
    packet = _part(data, _PACKET)
    return None if packet is None else xmp.read(packet) or None


def write_docx(data: bytes, saying: Saying) -> bytes:
    """The document with properties named `gen_ip.work`, `gen_ip.rights` and so on.

    Raises:
        Malformed: its archive or a part of it is damaged, or unpacks to more than 256 MiB.
    """
    before = _part(data, _CUSTOM)
    root = ET.Element(f"{{{_PROPERTIES}}}Properties") if before is None else _xml(before)
    for each in list(root):
        if each.get("name", "").startswith(_PREFIX):
            root.remove(each)
    number = max([_FIRST - 1, *(_number(each.get("pid", "")) for each in root)])
    said = {**(flat(saying.certificate()) or {}), "rights": saying.usage}
    for name, value in said.items():
        number += 1
        item = ET.SubElement(
            root,
            f"{{{_PROPERTIES}}}property",
            {"fmtid": _FORMAT_ID, "pid": str(number), "name": f"{_PREFIX}{name}"},
        )
        ET.SubElement(item, f"{{{_VALUES}}}lpwstr").text = value
    return _with(data, {**_named(data), _CUSTOM: _bytes(root, {"": _PROPERTIES, "vt": _VALUES})})


def read_docx(data: bytes) -> Mapping[str, str] | None:
    """What the properties say.

    Raises:
        Malformed: the archive or its properties are damaged.
    """
    part = _part(data, _CUSTOM)
    if part is None:
        return None
    found = {
        each.get("name", "").removeprefix(_PREFIX): "".join(each.itertext())
        for each in _xml(part)
        if each.get("name", "").startswith(_PREFIX)
    }
    return flat(found)


def _named(data: bytes) -> dict[str, bytes]:
    """The parts that say where the properties are."""
    types, relations = (_part(data, name) for name in (_TYPES, _RELATIONS))
    if types is None or relations is None:
        raise Malformed("it is no package of Office documents")
    listed, related = _xml(types), _xml(relations)
    if not any(each.get("PartName") == f"/{_CUSTOM}" for each in listed):
        entry = {"PartName": f"/{_CUSTOM}", "ContentType": _CUSTOM_TYPE}
        ET.SubElement(listed, f"{{{_CONTENT_TYPES}}}Override", entry)
    if not any(each.get("Type") == _CUSTOM_RELATION for each in related):
        entry = {"Id": "rIdGenIp", "Type": _CUSTOM_RELATION, "Target": _CUSTOM}
        ET.SubElement(related, f"{{{_RELATIONSHIPS}}}Relationship", entry)
    return {
        _TYPES: _bytes(listed, {"": _CONTENT_TYPES}),
        _RELATIONS: _bytes(related, {"": _RELATIONSHIPS}),
    }


def _part(data: bytes, name: str) -> bytes | None:
    """One part, None where there is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if name not in archive.namelist():
                return None
            with archive.open(name) as part:
                # What the archive says of the size may be a lie.
                found = part.read(_MAX_PART + 1)
    except _DAMAGED as error:
        raise Malformed(str(error)[:200]) from None
    if len(found) > _MAX_PART:
        raise Malformed(f"its {name} has more than {_MAX_PART:,} bytes")
    return found


def _with(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The archive with these parts, all else in its order: a book's type must come first."""
    made, left = io.BytesIO(), _MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w") as after:
            if len(before.infolist()) > _MAX_ENTRIES:
                raise Malformed(f"it has more than {_MAX_ENTRIES:,} entries")
            for entry in before.infolist():
                if entry.filename in parts:
                    continue
                with before.open(entry) as part:
                    content = part.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise Malformed(f"it unpacks to more than {_MAX_UNPACKED:,} bytes")
                after.writestr(entry, content)
            for name, content in parts.items():
                # Of one time, so that the same words give the same bytes.
                after.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    except _DAMAGED as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed(str(error)[:200]) from None
    return made.getvalue()


def _xml(data: bytes) -> ET.Element:
    # As in a packet: entities blow up, and these parts need none.
    if b"<!" in data:
        raise Malformed("a part of it declares a document type")
    try:
        return ET.XML(data.decode())
    except (ET.ParseError, UnicodeDecodeError):
        raise Malformed("a part of it is no XML in UTF-8") from None


def _bytes(root: ET.Element, prefixes: Mapping[str, str]) -> bytes:
    for prefix, name in prefixes.items():
        ET.register_namespace(prefix, name)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
