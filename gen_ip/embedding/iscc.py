"""The ISCC of a picture's file (ISO 24138): units of its likeness, its data and its bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gen_ip.errors import MissingLibrary

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDE = 32


def iscc_of_picture(data: bytes, picture: Image) -> str:
    """The code, `ISCC:` and letters: Content-Code image, Data-Code and Instance-Code, 64 bits each.

    Args:
        data: the file.
        picture: decoded and turned upright.

    The picture is prepared as the standard says: on white where it is transparent, without a
    border of one color, gray, 32 x 32 by bicubic interpolation.

    Raises:
        MissingLibrary: iscc-core is not installed.
    """
    try:
        import iscc_core
    except ImportError:
        raise MissingLibrary("iscc-core", "embed", "computing an ISCC") from None
    from PIL import Image, ImageChops

    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    picture = picture.convert("RGB")
    border = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, border).getbbox()
    if box is not None:
        picture = picture.crop(box)
    small = picture.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    units = [
        iscc_core.gen_image_code_v0(list(small.tobytes()))["iscc"],
        iscc_core.gen_data_code_v0(io.BytesIO(data))["iscc"],
        iscc_core.gen_instance_code_v0(io.BytesIO(data))["iscc"],
    ]
    code: str = iscc_core.gen_iscc_code_v0(units)["iscc"]
    return code
