"""The ISCC of a file (ISO 24138): units of a picture's likeness, of its data and its bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MissingLibrary
from gen_ip.fingerprint.opening import on_white

if TYPE_CHECKING:
    from PIL.Image import Image

_SIDE = 32


def likeness_of_picture(picture: Image) -> str:
    """The Content-Code of a picture, decoded and turned upright, 64 bits.

    It is prepared as the standard says: on white where it is transparent, without a border of one
    color, gray, 32 x 32 by bicubic interpolation.

    Raises:
        MissingLibrary: iscc-core is not installed.
    """
    iscc_core = _library()
    from PIL import Image, ImageChops

    opaque = on_white(picture, "RGB")
    border = Image.new("RGB", opaque.size, opaque.getpixel((0, 0)))
    box = ImageChops.difference(opaque, border).getbbox()
    if box is not None:
        opaque = opaque.crop(box)
    small = opaque.convert("L").resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)
    unit: str = iscc_core.gen_image_code_v0(list(small.tobytes()))["iscc"]
    return unit


def iscc_of(data: bytes, likeness: str | None) -> str:
    """The code of a file's bytes, `ISCC:` and letters: the Content-Code `likeness` where there is
    one, Data-Code and Instance-Code, 64 bits each.

    Raises:
        MissingLibrary: iscc-core is not installed.
    """
    iscc_core = _library()
    units = [] if likeness is None else [likeness]
    units.append(iscc_core.gen_data_code_v0(io.BytesIO(data))["iscc"])
    units.append(iscc_core.gen_instance_code_v0(io.BytesIO(data))["iscc"])
    code: str = iscc_core.gen_iscc_code_v0(units)["iscc"]
    return code


def _library() -> Any:
    try:
        import iscc_core
    except ImportError:
        raise MissingLibrary("iscc-core", "embed", "computing an ISCC") from None
    return iscc_core
