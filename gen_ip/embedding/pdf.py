"""In a PDF: the XMP packet of its catalog (ISO 32000-2, 14.3.2), appended as an incremental update
(7.5.6), so that every byte of the original stays where it is.

The packet is written plain, and found again by looking for it, as XMP part 3 foresees: nothing of a
stranger's PDF is parsed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from gen_ip.embedding import xmp
from gen_ip.embedding.containers import Malformed
from gen_ip.embedding.saying import Saying
from gen_ip.errors import MissingLibrary

_BEGIN, _END = b"<?xpacket begin=", b"<?xpacket end="
_INSTRUCTION = re.compile(rb"<\?xpacket begin=[^>]{0,100}\?>")


def write(data: bytes, saying: Saying) -> bytes:
    """The document with the packet in place of what it had.

    Raises:
        Malformed: it is damaged or locked.
        MetadataError: the packet it has cannot be read, so it could not be kept.
        MissingLibrary: pypdf is not installed.
    """
    try:
        from pypdf import PdfReader, PdfWriter
        from pypdf.errors import PyPdfError
        from pypdf.generic import NameObject, StreamObject
    except ImportError:
        raise MissingLibrary("pypdf", "embed", "writing into a PDF") from None
    try:
        if PdfReader(io.BytesIO(data)).is_encrypted:
            raise Malformed("it is locked")
        writer = PdfWriter(io.BytesIO(data), incremental=True)
        root = writer.root_object
        before = root.get("/Metadata")
        existing = None if before is None else before.get_object().get_data()
        stream = StreamObject()
        stream.set_data(xmp.packet(saying, existing))
        stream[NameObject("/Type")] = NameObject("/Metadata")
        stream[NameObject("/Subtype")] = NameObject("/XML")
        root[NameObject("/Metadata")] = writer._add_object(stream)
        made = io.BytesIO()
        writer.write(made)
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # What its reader stumbles over in a damaged document is of many types.
        raise Malformed(str(error)[:200] or type(error).__name__) from None
    return made.getvalue()


def read(data: bytes) -> Mapping[str, str] | None:
    """What the last packet says.

    Raises:
        MetadataError: it is no XMP, or too large to be read.
    """
    begin = data.rfind(_BEGIN)
    end = data.find(_END, begin)
    if begin < 0 or end < 0:
        return None
    packet = _INSTRUCTION.sub(b"", data[begin:end], count=1)
    return xmp.read(packet) or None
