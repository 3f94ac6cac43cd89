"""A work's small picture, kept beside its fingerprints: `glimpse-1`.

What two pictures share is looked at in it, and shown to people, without fetching the work's file.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.reduced import SIDE

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

GLIMPSE = "glimpse-1"
#: Longest side in pixels.
GLIMPSE_SIDE = 192
#: No glimpse takes more: 192 x 192 pixels of noise take 50 kB.
MAX_GLIMPSE_BYTES = 65_536

_QUALITY = 80


def glimpse(copy: NDArray[uint8]) -> bytes:
    """A JPEG of at most 192 pixels a side, around 6 kB, of a copy (RGB, shape (h, w, 3))."""
    from PIL import Image

    image = Image.fromarray(copy)
    # A quarter at a time first, so that no line is skipped.
    image.thumbnail((GLIMPSE_SIDE, GLIMPSE_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    data = io.BytesIO()
    image.save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()


def opened(data: bytes) -> NDArray[uint8]:
    """The pixels of what `glimpse` made: RGB, shape (height, width, 3), read-only.

    Raises:
        MalformedFingerprint: it is larger than any glimpse, or no JPEG.
    """
    import numpy
    from PIL import Image

    wanted = f"a JPEG of at most {GLIMPSE_SIDE} pixels a side and {MAX_GLIMPSE_BYTES:,} bytes"
    if len(data) > MAX_GLIMPSE_BYTES:
        raise MalformedFingerprint(GLIMPSE, data, wanted)
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if max(image.size) > SIDE:
                raise MalformedFingerprint(GLIMPSE, data, wanted)
            return numpy.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError):
        raise MalformedFingerprint(GLIMPSE, data, wanted) from None
