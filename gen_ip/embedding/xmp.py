"""Rights in a file's XMP packet: who claims it, under which terms, how it came about.

Standards: XMP (ISO 16684-1), the schemas `dc` and `xmpRights` there, and IPTC Photo Metadata for
the digital source type. What others wrote into the packet stays, but for these properties.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from gen_ip.embedding.saying import Saying
from gen_ip.errors import MetadataError

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
X = "adobe:ns:meta/"
DC = "http://purl.org/dc/elements/1.1/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
XML = "http://www.w3.org/XML/1998/namespace"
#: The properties that only Gen-IP knows.
GEN_IP = "urn:x-gen-ip:embedded:1#"

#: A packet that was there and is larger is not read.
MAX_PACKET_BYTES = 1 << 20
_DEEPEST = 64

_HEAD = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_TAIL = '<?xpacket end="w"?>'
_PREFIXES = {"x": X, "rdf": RDF, "dc": DC, "xmpRights": RIGHTS, "Iptc4xmpExt": IPTC,
             "genip": GEN_IP}  # fmt: skip


def packet(saying: Saying, existing: bytes | None = None) -> bytes:
    """The packet, UTF-8, with what an existing one holds besides.

    Raises:
        MetadataError: the existing one is no XMP, or too large to be read.
    """
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    tree = ET.Element(f"{{{X}}}xmpmeta") if existing is None else _parsed(existing)
    rdf = tree.find(f"{{{RDF}}}RDF")
    if rdf is None:
        rdf = ET.SubElement(tree, f"{{{RDF}}}RDF")
    ours = _description(saying)
    _forget(rdf, {each.tag for each in ours} | set(ours.attrib))
    rdf.append(ours)
    return f"{_HEAD}{ET.tostring(tree, encoding='unicode')}{_TAIL}".encode()


def read(data: bytes) -> dict[str, str]:
    """What Gen-IP wrote into a packet: `work`, `chain`, `creator` and so on; empty if it did not.

    Raises:
        MetadataError: it is no XMP, or too large to be read.
    """
    found = {}
    for name, value in _properties(_parsed(data)).items():
        if name.startswith(f"{{{GEN_IP}}}"):
            found[name.rpartition("}")[2]] = value
    return found


def _properties(tree: ET.Element) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for description in tree.iter(f"{{{RDF}}}Description"):
        found |= description.attrib
        for each in description:
            items = [item.text or "" for item in each.iter(f"{{{RDF}}}li")]
            found[each.tag] = ", ".join(items) if items else each.text or ""
    return found


class _Shallow(ET.TreeBuilder):
    """Builds a tree that is not so deep that writing it fails."""

    _depth = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> ET.Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise MetadataError("xmp", f"is nested deeper than {_DEEPEST} levels")
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _parsed(data: bytes) -> ET.Element:
    """The `xmpmeta` element, around the `RDF` element where that is all there is.

    Raises:
        MetadataError: it is no XMP, declares entities, or is too large or nested too deeply.
    """
    if len(data) > MAX_PACKET_BYTES:
        raise MetadataError("xmp", f"has {len(data):,} bytes; {MAX_PACKET_BYTES:,} at most")
    if b"<!" in data:
        # Entities blow up, and a packet needs neither them nor comments.
        raise MetadataError("xmp", "declares a document type; remove it with an editor of metadata")
    # Whatever its declaration says, a packet in these formats is UTF-8.
    try:
        text = data.decode().strip("\ufeff\0 \r\n\t")
        tree = ET.XML(text, ET.XMLParser(target=_Shallow()))  # noqa: S314, nothing is declared
    except (ET.ParseError, UnicodeDecodeError) as error:
        raise MetadataError("xmp", f"is no XML in UTF-8 ({error})") from None
    if tree.tag == f"{{{RDF}}}RDF":
        whole = ET.Element(f"{{{X}}}xmpmeta")
        whole.append(tree)
        return whole
    if tree.tag != f"{{{X}}}xmpmeta":
        raise MetadataError("xmp", "is not an x:xmpmeta element")
    return tree


def _forget(rdf: ET.Element, names: set[str]) -> None:
    """Takes out properties that are written anew: as elements, and as attributes."""
    for description in rdf.findall(f"{{{RDF}}}Description"):
        for each in list(description):
            if each.tag in names or each.tag.startswith(f"{{{GEN_IP}}}"):
                description.remove(each)
        for name in list(description.attrib):
            if name in names or name.startswith(f"{{{GEN_IP}}}"):
                del description.attrib[name]
        if not len(description) and set(description.attrib) <= {f"{{{RDF}}}about"}:
            rdf.remove(description)


def _description(saying: Saying) -> ET.Element:
    found = ET.Element(f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})

    def text(name: str, value: str) -> None:
        ET.SubElement(found, name).text = value

    def in_language(name: str, value: str) -> None:
        alternatives = ET.SubElement(ET.SubElement(found, name), f"{{{RDF}}}Alt")
        ET.SubElement(alternatives, f"{{{RDF}}}li", {f"{{{XML}}}lang": "x-default"}).text = value

    in_language(f"{{{DC}}}title", saying.title)
    in_language(f"{{{DC}}}rights", saying.usage)
    people = ET.SubElement(ET.SubElement(found, f"{{{DC}}}creator"), f"{{{RDF}}}Seq")
    ET.SubElement(people, f"{{{RDF}}}li").text = saying.creator
    text(f"{{{RIGHTS}}}Marked", "True")
    in_language(f"{{{RIGHTS}}}UsageTerms", saying.usage)
    if saying.terms:
        text(f"{{{RIGHTS}}}WebStatement", saying.terms[0])
    text(f"{{{IPTC}}}DigitalSourceType", saying.source.uri)
    for name, value in saying.certificate().items():
        if isinstance(value, list):
            if value:
                bag = ET.SubElement(ET.SubElement(found, f"{{{GEN_IP}}}{name}"), f"{{{RDF}}}Bag")
                for each in value:
                    ET.SubElement(bag, f"{{{RDF}}}li").text = each
        else:
            text(f"{{{GEN_IP}}}{name}", str(value))
    return found
