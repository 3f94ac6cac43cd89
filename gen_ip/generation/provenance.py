"""What XMP and C2PA say of a picture's origin.

XMP is looked through by patterns, not by an XML parser: its packets are strangers', and all that is
wanted of them is two values. IPTC's `DigitalSourceType` is a term of the vocabulary at
http://cv.iptc.org/newscodes/digitalsourcetype/, such as `trainedAlgorithmicMedia`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TERM = rb"https?://cv\.iptc\.org/newscodes/digitalsourcetype/([A-Za-z]{1,64})"
_SOURCE = re.compile(
    rb"DigitalSourceType(?:\s{0,9}=\s{0,9}[\"']|[^<>]{0,200}>\s{0,99}|\s[^<>]{0,99}resource\s?=\s?[\"'])"
    + _TERM
)
_TOOL = re.compile(rb"CreatorTool(?:\s{0,9}=\s{0,9}[\"']|\s{0,9}>\s{0,99})([^\"'<>]{1,128})")


@dataclass(frozen=True)
class Provenance:
    """What a picture's file says of its origin besides generation data.

    Attributes:
        digital_source_type: IPTC's term.
        creator_tool: XMP's.
        c2pa: where a C2PA manifest lies; that it is there says nothing of whether it holds.
    """

    digital_source_type: str | None = None
    creator_tool: str | None = None
    c2pa: str | None = None

    def __bool__(self) -> bool:
        return any((self.digital_source_type, self.creator_tool, self.c2pa))


def provenance(packets: Iterable[bytes], c2pa: str | None) -> Provenance:
    """What XMP packets say, and where C2PA's manifest lies."""
    source = tool = None
    for packet in packets:
        source = source or _SOURCE.search(packet)
        tool = tool or _TOOL.search(packet)
    return Provenance(
        None if source is None else source[1].decode(),
        None if tool is None else tool[1].decode("utf-8", "replace").strip() or None,
        c2pa,
    )
