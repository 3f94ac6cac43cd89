"""Text in the lowest bits of a picture's alpha channel, as NovelAI writes it, and plug-ins of
Automatic1111's web UI after it.

The bits are read down the columns: 15 bytes `stealth_pngcomp` (`stealth_pnginfo`: not packed),
32 bits with the count of bits that follow, and a text packed by gzip
(https://github.com/NovelAI/novelai-image-metadata). It lives through programs that drop PNG chunks.
"""

from __future__ import annotations

from typing import Any

from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.limits import MAX_TEXT_BYTES, BadEmbedding, gunzipped

PLACE = "PNG alpha channel"
_PACKED, _PLAIN = b"stealth_pngcomp", b"stealth_pnginfo"
_MARK_BYTES, _LENGTH_BYTES = 15, 4


def read_alpha(alpha: Any, contents: Contents) -> None:
    """Adds the text in an alpha channel: uint8, of shape (rows, columns)."""
    head = _bytes(alpha, 0, _MARK_BYTES + _LENGTH_BYTES)
    mark = head[:_MARK_BYTES]
    if mark not in (_PACKED, _PLAIN) or len(head) < _MARK_BYTES + _LENGTH_BYTES:
        return
    size = int.from_bytes(head[_MARK_BYTES:], "big") // 8
    if size > min(MAX_TEXT_BYTES, alpha.size // 8 - len(head)):
        contents.problem(PLACE, f"it says that it has {size:,} bytes, more than there are")
        return
    data = _bytes(alpha, len(head), size)
    try:
        text = gunzipped(data) if mark == _PACKED else data
    except BadEmbedding as error:
        contents.problem(PLACE, error)
        return
    contents.add("stealth", text.decode("utf-8", "replace"), PLACE)


def _bytes(alpha: Any, start: int, count: int) -> bytes:
    """Bytes from the lowest bits, down the columns from `start` bytes on."""
    import numpy

    rows = alpha.shape[0]
    first, last = start * 8, min((start + count) * 8, alpha.size)
    # No more columns than hold them.
    columns = alpha[:, first // rows : -(-last // rows)]
    bits = (columns.T.reshape(-1) & 1)[first % rows : first % rows + last - first]
    return bytes(numpy.packbits(bits[: len(bits) // 8 * 8]))
