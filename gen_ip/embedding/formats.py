"""Which format says it where, and what reads it back.

What is read was written by anybody. Nothing of it is believed, and a file that is damaged, or made
to do harm, says nothing or ends in `Malformed` or `MetadataError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from gen_ip.content.detection.models import TENSORS
from gen_ip.embedding import archives, containers, graphs, pages, pdf, tensors, xmp
from gen_ip.embedding.saying import Saying

Said = Mapping[str, str]


class Place(NamedTuple):
    """Where a format says it: `name` for people, `write` gives the bytes of a copy, `read` what a
    file says, None where it says nothing."""

    name: str
    write: Callable[[bytes, Saying], bytes]
    read: Callable[[bytes], Said | None]


def _picture(media_type: str) -> Place:
    def write(data: bytes, saying: Saying) -> bytes:
        packet = xmp.packet(saying, containers.packet_of(data, media_type))
        return containers.with_packet(data, media_type, packet)

    def read(data: bytes) -> Said | None:
        packet = containers.packet_of(data, media_type)
        return None if packet is None else xmp.read(packet) or None

    return Place("XMP", write, read)


#: By the names of `gen_ip.content.detection`.
PLACES: Mapping[str, Place] = {
    "png": _picture("image/png"),
    "jpeg": _picture("image/jpeg"),
    "webp": _picture("image/webp"),
    "pdf": Place("XMP", pdf.write, pdf.read),
    "epub": Place("XMP", archives.write_epub, archives.read_epub),
    "docx": Place("document properties", archives.write_docx, archives.read_docx),
    "html": Place("meta elements", pages.write_html, pages.read_html),
    "markdown": Place("a comment", pages.write_markdown, pages.read_markdown),
    "comfyui-ui": Place("extra", graphs.write_workflow, graphs.read_workflow),
    "prompt-json": Place("gen_ip", graphs.write_prompt, graphs.read_prompt),
    **{form: Place("__metadata__", tensors.write, tensors.read) for form in TENSORS},
}
#: Those that content credentials can be put into.
SIGNED = ("png", "jpeg", "webp")
