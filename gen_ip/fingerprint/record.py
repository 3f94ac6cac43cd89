"""All fingerprints of a picture's file, to be stored and sent: `picture-1`, JSON or binary."""

from __future__ import annotations

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import Rest, check_bytes, from_hex
from gen_ip.fingerprint.glimpse import GLIMPSE, MAX_GLIMPSE_BYTES, glimpse
from gen_ip.fingerprint.local import MAX_FEATURES_BYTES, ORB, LocalFeatures, local_features
from gen_ip.fingerprint.pdq import PDQ, Pdq, pdq
from gen_ip.fingerprint.picture import PHASH, PHASH_BYTES, PIXELS

if TYPE_CHECKING:
    from gen_ip.fingerprint.descriptor import Descriptor
    from gen_ip.fingerprint.picture import Picture

PICTURE = "picture-1"
#: The descriptor's name: this module goes without the descriptor's.
SSCD = "sscd-1"
#: No record takes more in binary form.
MAX_RECORD_BYTES = 256 + MAX_FEATURES_BYTES + MAX_GLIMPSE_BYTES

_HASH_BYTES = 32
_CODE_BYTES = 32
_PDQ_BYTES = 34
_MOST_PIXELS = 2**32 - 1

# Magic and version, which of the optional parts follow, width, height.
_MAGIC = b"GIP\x01"
_HEADER = struct.Struct(">4sBII")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class PictureRecord:
    """Everything that an index keeps of a picture's file.

    Attributes:
        sha256: of the file, 32 bytes.
        pixels: `pixels-v1`, 32 bytes.
        width, height: of the upright picture in pixels.
        pdq: of its copy, upright.
        phash64: 8 bytes; None for a picture without structure.
        features: its local features as `LocalFeatures.to_bytes` writes them, if they were wanted.
        sscd: its code of `sscd-1`, 32 bytes, if the descriptor was at hand.
        glimpse: its small picture, a JPEG, if it was wanted.

    Raises:
        MalformedFingerprint: a value is out of form. What features and the glimpse hold is checked
            where they are read.
    """

    sha256: bytes
    pixels: bytes
    width: int
    height: int
    pdq: Pdq
    phash64: bytes | None = None
    features: bytes | None = None
    sscd: bytes | None = None
    glimpse: bytes | None = None

    def __post_init__(self) -> None:
        check_bytes("sha256", self.sha256, _HASH_BYTES)
        check_bytes(PIXELS, self.pixels, _HASH_BYTES)
        for side in (self.width, self.height):
            if type(side) is not int or not 1 <= side <= _MOST_PIXELS:
                raise MalformedFingerprint("size", side, f"1 to {_MOST_PIXELS:,} pixels")
        if not isinstance(self.pdq, Pdq):
            raise MalformedFingerprint(PDQ, self.pdq, "a Pdq")
        for name, value, size in (
            (PHASH, self.phash64, PHASH_BYTES),
            (SSCD, self.sscd, _CODE_BYTES),
        ):
            if value is not None:
                check_bytes(name, value, size)
        for name, value, most in (
            (ORB, self.features, MAX_FEATURES_BYTES),
            (GLIMPSE, self.glimpse, MAX_GLIMPSE_BYTES),
        ):
            if value is not None and not (isinstance(value, bytes) and len(value) <= most):
                raise MalformedFingerprint(name, value, f"at most {most:,} bytes")

    def local_features(self) -> LocalFeatures | None:
        """The local features, read.

        Raises:
            MalformedFingerprint: they are not what `LocalFeatures.to_bytes` writes.
        """
        return None if self.features is None else LocalFeatures.from_bytes(self.features)

    def to_json(self) -> dict[str, Any]:
        """Hashes and codes as hex, features and glimpse as base64, by the names of their
        algorithms; what is absent has no member. Also `format`, `sha256` and `size`."""
        found: dict[str, Any] = {
            "format": PICTURE,
            "sha256": self.sha256.hex(),
            "size": [self.width, self.height],
            PIXELS: self.pixels.hex(),
            PDQ: self.pdq.to_hex(),
        }
        for name, value in ((PHASH, self.phash64), (SSCD, self.sscd)):
            if value is not None:
                found[name] = value.hex()
        for name, value in ((ORB, self.features), (GLIMPSE, self.glimpse)):
            if value is not None:
                found[name] = base64.b64encode(value).decode()
        return found

    @classmethod
    def from_json(cls, value: Any) -> PictureRecord:
        """What `to_json` made, parsed from JSON by the caller.

        Raises:
            MalformedFingerprint: a member is missing, unknown, or out of form.
        """
        needed = {"format", "sha256", "size", PIXELS, PDQ}
        known = needed | {PHASH, SSCD, ORB, GLIMPSE}
        if not isinstance(value, dict) or not needed <= value.keys() <= known:
            expected = f"an object of {', '.join(sorted(needed))} and maybe {PHASH}, {SSCD}, "
            raise MalformedFingerprint(PICTURE, value, f"{expected}{ORB}, {GLIMPSE}")
        if value["format"] != PICTURE:
            raise MalformedFingerprint("picture", value["format"], f"the format {PICTURE}")
        size = value["size"]
        if not isinstance(size, list) or len(size) != 2:
            raise MalformedFingerprint("size", size, "width and height")
        return cls(
            sha256=from_hex("sha256", value["sha256"], _HASH_BYTES),
            pixels=from_hex(PIXELS, value[PIXELS], _HASH_BYTES),
            width=size[0],
            height=size[1],
            pdq=Pdq.from_hex(value[PDQ]),
            phash64=from_hex(PHASH, value[PHASH], PHASH_BYTES) if PHASH in value else None,
            features=_from_base64(ORB, value[ORB], MAX_FEATURES_BYTES) if ORB in value else None,
            sscd=from_hex(SSCD, value[SSCD], _CODE_BYTES) if SSCD in value else None,
            glimpse=_from_base64(GLIMPSE, value[GLIMPSE], MAX_GLIMPSE_BYTES)
            if GLIMPSE in value
            else None,
        )

    def to_bytes(self) -> bytes:
        """111 bytes and the optional parts: `GIP` and the version 1; a bit for each optional part
        (phash64 the lowest, sscd-1, features, glimpse); width, height; sha256, pixels, PDQ; the
        parts, features and glimpse after their lengths. Big endian."""
        fixed = (self.phash64, self.sscd)
        sized = (self.features, self.glimpse)
        flags = sum((part is not None) << bit for bit, part in enumerate((*fixed, *sized)))
        header = _HEADER.pack(_MAGIC, flags, self.width, self.height)
        parts = [header, self.sha256, self.pixels, self.pdq.to_bytes()]
        parts += [part for part in fixed if part is not None]
        for part in sized:
            if part is not None:
                parts += [_LENGTH.pack(len(part)), part]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> PictureRecord:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version, cut off or too long, or a part out of form.
        """
        rest = Rest(PICTURE, data)
        magic, flags, width, height = _HEADER.unpack(rest.take(_HEADER.size))
        if magic != _MAGIC or flags > 0b1111:
            raise MalformedFingerprint(PICTURE, data[: _HEADER.size], f"{_MAGIC!r} at the start")
        sha256, pixels = rest.take(_HASH_BYTES), rest.take(_HASH_BYTES)
        hashed = Pdq.from_bytes(rest.take(_PDQ_BYTES))
        phash = rest.take(PHASH_BYTES) if flags & 1 else None
        sscd = rest.take(_CODE_BYTES) if flags & 2 else None
        features = rest.take_sized() if flags & 4 else None
        small = rest.take_sized() if flags & 8 else None
        rest.end()
        return cls(sha256, pixels, width, height, hashed, phash, features, sscd, small)


def record_of(
    sha256: bytes,
    picture: Picture,
    descriptor: Descriptor | None = None,
    *,
    features: bool = True,
    glimpses: bool = True,
) -> PictureRecord:
    """The record of a decoded picture.

    Args:
        sha256: of its file, 32 bytes.
        picture: from `gen_ip.fingerprint.picture.decoded`.
        descriptor: `sscd-1`, if at hand.
        features, glimpses: whether local features and the small picture are wanted.

    Raises:
        MissingLibrary: features are wanted and OpenCV is not installed.
    """
    copy = picture.copy
    return PictureRecord(
        sha256,
        picture.pixels,
        picture.width,
        picture.height,
        pdq(copy),
        picture.phash64,
        local_features(copy).to_bytes() if features else None,
        descriptor.code(descriptor.describe([copy]))[0].tobytes() if descriptor else None,
        glimpse(copy) if glimpses else None,
    )


def _from_base64(name: str, value: Any, most: int) -> bytes:
    try:
        if isinstance(value, str) and len(value) <= most * 4 // 3 + 4:
            data = base64.b64decode(value, validate=True)
            # One spelling only: no bits beyond the last byte.
            if base64.b64encode(data).decode() == value:
                return data
    except (binascii.Error, ValueError):
        pass
    raise MalformedFingerprint(name, value, f"base64 of at most {most:,} bytes")
