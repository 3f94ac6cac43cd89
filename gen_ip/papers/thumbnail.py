"""The work itself, small, for its certificate."""

from __future__ import annotations

import io

from gen_ip.content.files import StrPath


def thumbnail(path: StrPath) -> bytes:
    """A PNG of a picture's first frame, at most 512 pixels a side, without anything else that its
    file held. It is decoded in a process of its own.

    Raises:
        FileProblem, UnreadableImage: it is no picture that can be shown.
    """
    from PIL import Image

    from gen_ip.fingerprint.confined import Confined

    with Confined() as decoder:
        _, picture = decoder.picture(path)
    data = io.BytesIO()
    Image.fromarray(picture.copy).save(data, "PNG", optimize=True)
    return data.getvalue()
