"""A picture's file, read once and decoded: what all its fingerprints are made from."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.content.files import MAX_FILE_BYTES, StrPath, read_chunks
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.opening import (
    MAX_PIXELS,
    decodes_at_a_fraction,
    frames,
    on_white,
    open_image,
    upright,
)
from gen_ip.fingerprint.reduced import FINE_SIDE, SIDE, copy_of, fine_copy, reduced_copy

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray
    from PIL.Image import Image

PIXELS = "pixels-v1"
PHASH = "phash64"
PHASH_BYTES = 8
# Below this spread of luminance (standard deviation, of 255) the hash would be of noise.
MIN_CONTRAST = 2.0

# A strip that stays in the processor's cache takes half the time of the whole.
_STRIP_PIXELS = 100_000
# Version; pixels hash; whether there is a phash, it; width, height; of the copy; of the finer one,
# zeros for none.
_HEADER = struct.Struct(">B32sB8sIIHHHH")
_VERSION = 2


@dataclass(frozen=True, eq=False)
class Picture:
    """What decoding gave.

    Attributes:
        pixels: `pixels-v1`, 32 bytes: sha2-256 over every frame's width and height (4 bytes each,
            big endian) and its rows of 8-bit RGBA, upright (EXIF orientation applied), 16-bit
            samples cut to their high byte, colors of fully transparent pixels zeroed. Color
            profiles are not applied.
        phash64: 8 bytes, of the first frame on white; None for a picture without structure, such
            as a flat color.
        width, height: of the upright picture in pixels.
        copy: as `reduced_copy` makes it.
        fine: with up to 1,024 pixels a side, for asking about parts; None where it was not wanted,
            or the copy has all the pixels there are.
    """

    pixels: bytes
    phash64: bytes | None
    width: int
    height: int
    copy: NDArray[uint8]
    fine: NDArray[uint8] | None = None

    def to_bytes(self) -> bytes:
        """58 bytes, the copy and the finer one."""
        phash = self.phash64 or bytes(PHASH_BYTES)
        side = self.copy.shape
        finer = (0, 0) if self.fine is None else self.fine.shape
        has = self.phash64 is not None
        header = (_VERSION, self.pixels, has, phash, self.width, self.height, side[1], side[0])
        fine = b"" if self.fine is None else self.fine.tobytes()
        return _HEADER.pack(*header, finer[1], finer[0]) + self.copy.tobytes() + fine

    @classmethod
    def from_bytes(cls, data: bytes) -> Picture:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version or length, a copy of no or too many pixels, or a
                finer one of too few or too many.
        """
        import numpy

        if len(data) < _HEADER.size or data[0] != _VERSION:
            raise MalformedFingerprint("picture", data[: _HEADER.size], f"version {_VERSION}")
        _, pixels, has, phash, width, height, *sides = _HEADER.unpack_from(data)
        across, down, wide, high = sides
        # One spelling for every picture.
        if has not in (0, 1) or (not has and any(phash)):
            raise MalformedFingerprint(PHASH, phash, "a hash, or none and zeros")
        size = _HEADER.size + 3 * (across * down + wide * high)
        small = min(width, height, across, down) >= 1 and max(across, down) <= SIDE
        finer = min(wide, high) >= 1 and SIDE < max(wide, high) <= FINE_SIDE
        if not small or not (finer or wide == high == 0) or len(data) != size:
            expected = f"a copy of 1 to {SIDE} pixels a side, and one of up to {FINE_SIDE} or none"
            raise MalformedFingerprint("picture", (width, height, *sides), expected)
        every = numpy.frombuffer(data, numpy.uint8, offset=_HEADER.size)
        copy, fine = numpy.split(every, [3 * across * down])
        return cls(
            pixels,
            phash if has else None,
            width,
            height,
            copy.reshape(down, across, 3),
            fine.reshape(high, wide, 3) if len(fine) else None,
        )


def read(path: StrPath, max_bytes: int = MAX_FILE_BYTES) -> tuple[bytes, bytes]:
    """A file's bytes, at most `max_bytes`, and their sha2-256.

    What is decoded later are these bytes, whatever happens to the file meanwhile.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: the file is not usable.
    """
    content, digest = bytearray(), hashlib.sha256()
    for chunk in read_chunks(path, max_bytes):
        content += chunk
        digest.update(chunk)
    return bytes(content), digest.digest()


def decoded(
    path: StrPath, content: bytes, max_pixels: int = MAX_PIXELS, *, fine: bool = False
) -> Picture:
    """The picture in a file's bytes; `path` only names it.

    A JPEG of more than 1,024 pixels a side is decoded twice: `pixels-v1` is of all its pixels,
    and what `reduced_copy` decodes at a fraction is not to the bit what averaging them gives.

    Args:
        path: for messages.
        content: of the file.
        max_pixels: bounds what is decoded: all frames of an animation together.
        fine: whether the finer copy is wanted, as of a picture that is asked about.

    Raises:
        ImageTooLarge: it would decode to more pixels than the cap.
        TooManyFrames: it is an animation of more than 2,000 frames.
        UnreadableImage: another format, truncated or damaged, or of 32-bit samples.
    """
    pixels = hashlib.sha256()
    phash: bytes | None = None
    copy: NDArray[uint8] | None = None
    finer: NDArray[uint8] | None = None
    width = height = 0
    with open_image(path, max_pixels=max_pixels, content=content) as image:
        for frame in frames(image, path, max_pixels):
            standing = upright(frame, path)
            _hash_pixels(standing, pixels)
            if not width:
                width, height = standing.size
                phash = _phash(standing)
                if not decodes_at_a_fraction(frame, SIDE):
                    copy = copy_of(standing)
                if fine:
                    finer = fine_copy(standing)
    if copy is None:
        copy = reduced_copy(path, max_pixels=max_pixels, content=content)
    return Picture(pixels.digest(), phash, width, height, copy, finer)


def _hash_pixels(image: Image, pixels: hashlib._Hash) -> None:
    from PIL import Image as PillowImage

    width, height = image.size
    pixels.update(struct.pack(">II", width, height))
    rows = max(1, _STRIP_PIXELS // width)
    # In strips: a whole picture as RGBA may take gigabytes.
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height))).convert("RGBA")
        if image.has_transparency_data:
            opaque = strip.getchannel("A").point(lambda alpha: 255 if alpha else 0)
            blank = PillowImage.new("RGBA", strip.size)
            strip = PillowImage.composite(strip, blank, opaque)
        pixels.update(strip.tobytes())


def _phash(image: Image) -> bytes | None:
    import imagehash
    from PIL import Image as PillowImage
    from PIL import ImageStat

    # As imagehash reduces it; what has that size already it takes as it is.
    small = on_white(image, "L").resize((32, 32), PillowImage.Resampling.LANCZOS)
    if ImageStat.Stat(small).stddev[0] < MIN_CONTRAST:
        return None
    return bytes.fromhex(str(imagehash.phash(small)))
