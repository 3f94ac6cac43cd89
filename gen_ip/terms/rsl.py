"""Rights as a license of Really Simple Licensing (RSL) 1.0, XML that crawlers read.

Lists are separated by spaces, and each type stands once, since a prohibition beats a permission of
the same type. RSL knows nothing of derivatives, goods or transfers: it says less than the contract
and never more. The price is the offer's, so none is named.

Standard: https://rslstandard.org/rsl (version 1.0)
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from gen_ip.terms.rights import Rights

NAMESPACE = "https://rslstandard.org/rsl"
_NON_COMMERCIAL = "non-commercial education personal"
_ANY_USER = "commercial non-commercial education government personal"


def license_xml(grant: Rights) -> str:
    """The `<license>` element for these rights, without a namespace; the same for the same rights.

    A license for machines alone names no kinds of users: COMMERCIAL speaks of the work itself.
    """
    return ET.tostring(_license(grant), encoding="unicode")


def document_xml(grant: Rights, *, url: str, terms: str) -> str:
    """A whole document: what lies at `url` (or a path with * and $) is licensed under `terms`.

    `terms` is the address of the bundle. Both are escaped.
    """
    root = ET.Element("rsl", xmlns=NAMESPACE)
    content = ET.SubElement(root, "content", url=url)
    ET.SubElement(content, "terms").text = terms
    content.append(_license(grant))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _license(grant: Rights) -> ET.Element:
    element = ET.Element("license")
    permitted, prohibited = _usage(grant)
    if permitted:
        _of_type(element, "permits", "usage", " ".join(permitted))
    if Rights.COMMERCIAL in grant:
        _of_type(element, "permits", "user", _ANY_USER)
    elif Rights.TRAIN not in grant:
        _of_type(element, "permits", "user", _NON_COMMERCIAL)
    if prohibited:
        _of_type(element, "prohibits", "usage", " ".join(prohibited))
    if not grant & (Rights.COMMERCIAL | Rights.TRAIN):
        _of_type(element, "prohibits", "user", "commercial")
    ET.SubElement(element, "payment", type="purchase")
    _of_type(element, "legal", "warranty", "authority")
    _of_type(element, "legal", "disclaimer", "as-is no-warranty")
    return element


def _usage(grant: Rights) -> tuple[list[str], list[str]]:
    permitted, prohibited = [], []
    for right, token in ((Rights.TRAIN, "ai-train"), (Rights.GENERATE, "ai-input")):
        if right in grant:
            permitted.append(token)
        # A remix may be made with a model: neither permitted to all nor prohibited.
        elif not (right is Rights.GENERATE and Rights.DERIVE in grant):
            prohibited.append(token)
    return permitted, prohibited


def _of_type(parent: ET.Element, name: str, kind: str, text: str) -> None:
    ET.SubElement(parent, name, type=kind).text = text
