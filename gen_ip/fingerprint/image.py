"""An image's fingerprint, and what two of them say about each other.

Three levels, from the surest down: the same bytes; the same pixels (re-encoded without loss); a
similar picture (re-encoded with loss, resized, touched up).

The likeness hash is pHash in imagehash's variant: luminance at 32 x 32, its DCT, the 8 x 8 lowest
frequencies, one bit each for being above their median (C. Zauner, "Implementation and Benchmarking
of Perceptual Image Hash Functions", 2010). It does not recognize a picture that was mirrored,
turned, cropped by more than a few percent, lettered over, set into a collage, or redrawn. Anyone
can make an image that it misses on purpose, or two different ones that it confuses. So a similar
picture is a reason to look, never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from gen_ip.content.files import MAX_FILE_BYTES, StrPath
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.opening import MAX_PIXELS
from gen_ip.fingerprint.picture import PHASH, PIXELS, Picture, decoded, read

PHASH_BITS = 64
# Chosen between edits of one picture and different pictures; the measurement:
# `python tests/fingerprint/measure_phash.py`
SIMILAR_BITS = 10

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PHASH = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class ImageFingerprint:
    """How a picture can be known again. A hash that is absent is None and matches nothing.

    Attributes:
        sha256: of the file's bytes, 64 hex digits.
        pixels: `pixels-v1`, 64 hex digits: of every frame's pixels; see `Picture`.
        phash64: 16 hex digits of the first frame on white, or None for a picture without
            structure, such as a flat color.
        width, height: of the upright picture in pixels; 0 when only hashes are known.

    Raises:
        MalformedFingerprint: a hash is not lower-case hex of its length.
    """

    sha256: str | None
    pixels: str | None
    phash64: str | None
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        _checked("sha256", self.sha256, _SHA256, "64 lower-case hex digits")
        _checked(PIXELS, self.pixels, _SHA256, "64 lower-case hex digits")
        _checked(PHASH, self.phash64, _PHASH, "16 lower-case hex digits")

    @property
    def canonical(self) -> dict[str, str]:
        """The part for `canonical` in a certificate's metadata."""
        return {PIXELS: self.pixels} if self.pixels else {}

    @property
    def fingerprints(self) -> dict[str, str]:
        """The part for `fingerprints` in a certificate's metadata."""
        return {PHASH: self.phash64} if self.phash64 else {}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> ImageFingerprint:
        """The fingerprint in a certificate's decoded metadata, as far as it has one.

        Raises:
            MalformedFingerprint: a hash is not lower-case hex of its length.
        """
        part = metadata["gen_ip"]
        return cls(
            sha256=part["content"]["sha256"],
            pixels=part["canonical"].get(PIXELS),
            phash64=part["fingerprints"].get(PHASH),
        )


class Level(Enum):
    """How surely two fingerprints are of one picture."""

    EXACT = "exact bytes"
    PIXELS = "same pixels"
    SIMILAR = "similar"
    DIFFERENT = "different"


class Match(NamedTuple):
    """A verdict: the surest level that holds, and the likeness distance (bits of 64) if known."""

    level: Level
    distance: int | None

    def __bool__(self) -> bool:
        return self.level is not Level.DIFFERENT

    def __str__(self) -> str:
        if self.distance is None or self.level in (Level.EXACT, Level.PIXELS):
            return self.level.value
        return f"{self.level.value} (distance {self.distance} of {PHASH_BITS})"


def perceptual_hash(
    path: StrPath, *, max_bytes: int = MAX_FILE_BYTES, max_pixels: int = MAX_PIXELS
) -> ImageFingerprint:
    """The fingerprint of the picture in a file of at most `max_bytes` bytes.

    `max_pixels` bounds what is decoded: all frames of an animation together.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: the file is not usable.
        ImageTooLarge: it would decode to more pixels than the cap.
        TooManyFrames: it is an animation of more than 2,000 frames.
        UnreadableImage: another format, truncated or damaged, or of 32-bit samples.
    """
    content, sha256 = read(path, max_bytes)
    return of_picture(sha256, decoded(path, content, max_pixels))


def of_picture(sha256: bytes, picture: Picture) -> ImageFingerprint:
    """The fingerprint of a decoded picture; `sha256` of its file, 32 bytes."""
    phash = picture.phash64
    return ImageFingerprint(
        sha256.hex(),
        picture.pixels.hex(),
        None if phash is None else phash.hex(),
        picture.width,
        picture.height,
    )


def distance(a: ImageFingerprint, b: ImageFingerprint) -> int | None:
    """In how many of 64 bits the likeness hashes differ (Hamming); None when one has none."""
    if a.phash64 is None or b.phash64 is None:
        return None
    return (int(a.phash64, 16) ^ int(b.phash64, 16)).bit_count()


def match(a: ImageFingerprint, b: ImageFingerprint, similar_bits: int = SIMILAR_BITS) -> Match:
    """The surest level at which two fingerprints agree.

    Pictures count as similar up to `similar_bits` of 64 differing bits. On the pictures shipped
    with the demo, common edits (resizing, JPEG quality 30 to 60, brightness, a small watermark,
    2 % cropped from each side) move 0 to 8 bits, 5 % cropped from each side 10 to 18, and scenes
    without relation differ in 20 or more, in 32 at the median; the default of 10 lies between.
    Larger values find more heavily edited copies and more false ones. Expect false matches among
    many pictures, and among simple drawings sooner than among photographs. See the module for
    what this hash cannot recognize.
    """
    bits = distance(a, b)
    if a.sha256 is not None and a.sha256 == b.sha256:
        return Match(Level.EXACT, bits)
    if a.pixels is not None and a.pixels == b.pixels:
        return Match(Level.PIXELS, bits)
    if bits is not None and bits <= similar_bits:
        return Match(Level.SIMILAR, bits)
    return Match(Level.DIFFERENT, bits)


def _checked(kind: str, value: str | None, pattern: re.Pattern[str], expected: str) -> None:
    if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
        raise MalformedFingerprint(kind, value, expected)
