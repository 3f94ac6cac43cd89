"""An image's fingerprint, and what two of them say about each other.

Three levels, from the surest down: the same bytes; the same pixels (re-encoded without loss); a
similar picture (re-encoded with loss, resized, touched up).

Likeness is told by PDQ-256 (`gen_ip.fingerprint.pdq`), in whichever of the eight orientations of
the picture asked about comes nearest, and by pHash, which older metadata has alone and which sees a
little cropping better. It is imagehash's variant: luminance at 32 x 32, its
DCT, the 8 x 8 lowest frequencies, one bit each for being above their median (C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010).

Neither recognizes a picture that was cropped by more than some percent, turned by an angle, set
into a collage, or redrawn; pHash none that was mirrored or turned at all. `gen_ip.match` sees more.
Anyone can make an image that a hash misses on purpose, or two different ones that it confuses. So a
similar picture is a reason to look, never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from gen_ip.content.files import MAX_FILE_BYTES, StrPath
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint import pdq as _pdq
from gen_ip.fingerprint.opening import MAX_PIXELS
from gen_ip.fingerprint.pdq import PDQ, Orientation, Pdq, oriented
from gen_ip.fingerprint.picture import PHASH, PIXELS, Picture, decoded, read

PHASH_BITS = 64
#: How many bits each likeness hash has.
BITS = {PHASH: PHASH_BITS, PDQ: _pdq.BITS}
# Chosen between edits of one picture and different pictures; the measurement:
# `python tests/fingerprint/measure_likeness.py`
SIMILAR_BITS = 10
# No two of 1.5 million pairs of different pictures were as near; Meta's customary 31 misses a third
# of the copies that this finds.
SIMILAR_PDQ_BITS = 60
# Hashes of less structure are noise, says Meta's document.
LEAST_QUALITY = 50

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
        pdq: the PDQ hash of its copy, upright; None for a picture without structure.
        turned: the hashes of the copy in all eight orientations, where the picture is at hand.

    Raises:
        MalformedFingerprint: a hash is not lower-case hex of its length.
    """

    sha256: str | None
    pixels: str | None
    phash64: str | None
    width: int = 0
    height: int = 0
    pdq: Pdq | None = None
    turned: tuple[tuple[Orientation, Pdq], ...] = field(default=(), repr=False, compare=False)

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
        found = {PHASH: self.phash64} if self.phash64 else {}
        return found if self.pdq is None else {**found, PDQ: self.pdq.to_hex()}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> ImageFingerprint:
        """The fingerprint in a certificate's decoded metadata, as far as it has one.

        Raises:
            MalformedFingerprint: a hash is not lower-case hex of its length.
        """
        part = metadata["gen_ip"]
        hashed = part["fingerprints"].get(PDQ)
        return cls(
            sha256=part["content"]["sha256"],
            pixels=part["canonical"].get(PIXELS),
            phash64=part["fingerprints"].get(PHASH),
            pdq=None if hashed is None else Pdq.from_hex(hashed),
        )


class Level(Enum):
    """How surely two fingerprints are of one work. CONTENT is of works that are no pictures
    (`gen_ip.fingerprint.canonical`); COPY is a certificate's word alone."""

    EXACT = "exact bytes"
    PIXELS = "same pixels"
    CONTENT = "same content"
    COPY = "published copy"
    SIMILAR = "similar"
    DIFFERENT = "different"


class Match(NamedTuple):
    """A verdict: the surest level that holds, and in how many bits likeness hashes differ, if that
    is known.

    Attributes:
        method: of the hashes: `pdq-1`, of 256 bits, or `phash64`, of 64; None without a distance.
        orientation: of the picture asked about, in which it was compared.
    """

    level: Level
    distance: int | None
    method: str | None = None
    orientation: Orientation = Orientation.UPRIGHT

    @property
    def bits(self) -> int | None:
        """Of how many bits the distance is."""
        return None if self.method is None else BITS[self.method]

    def __bool__(self) -> bool:
        return self.level is not Level.DIFFERENT

    def __str__(self) -> str:
        if self.distance is None or self.level in (Level.EXACT, Level.PIXELS):
            return self.level.value
        return f"{self.level.value} (distance {self.distance} of {self.bits})"


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
    turned = oriented(picture.copy)
    upright = turned[Orientation.UPRIGHT]
    if not upright.quality:
        # Of a picture without structure: it would be like every other such.
        turned = {}
    return ImageFingerprint(
        sha256.hex(),
        picture.pixels.hex(),
        None if phash is None else phash.hex(),
        picture.width,
        picture.height,
        upright if turned else None,
        tuple(turned.items()),
    )


def distance(a: ImageFingerprint, b: ImageFingerprint) -> int | None:
    """In how many of 64 bits the hashes `phash64` differ (Hamming); None when one has none."""
    if a.phash64 is None or b.phash64 is None:
        return None
    return (int(a.phash64, 16) ^ int(b.phash64, 16)).bit_count()


def match(
    asked: ImageFingerprint,
    known: ImageFingerprint,
    similar_bits: int = SIMILAR_BITS,
    similar_pdq_bits: int = SIMILAR_PDQ_BITS,
) -> Match:
    """The surest level at which two fingerprints agree.

    Pictures are similar when they differ in at most `similar_pdq_bits` of 256 bits of PDQ, where
    both have a hash of quality 50 or more, or in at most `similar_bits` of 64 of pHash. On the
    pictures shipped with the demo, common edits (resizing, JPEG quality 30 to 60, brightness, a
    small watermark, 2 % cropped from each side) move 0 to 60 bits of PDQ and 0 to 8 of pHash, and
    scenes without relation differ in 96 or more and in 20 or more:
    `python tests/fingerprint/measure_likeness.py` prints it. Larger values find more heavily edited
    copies and more false ones. Expect false matches among many pictures, and among simple drawings
    sooner than among photographs.

    Args:
        asked: compared in all its orientations, where it has them.
        known: compared as it stands, such as a fingerprint from metadata.
        similar_bits: of `phash64`.
        similar_pdq_bits: of `pdq-1`.
    """
    found = _likeness(asked, known, similar_bits, similar_pdq_bits)
    if asked.sha256 is not None and asked.sha256 == known.sha256:
        return found._replace(level=Level.EXACT)
    if asked.pixels is not None and asked.pixels == known.pixels:
        return found._replace(level=Level.PIXELS)
    return found


def _likeness(
    asked: ImageFingerprint, known: ImageFingerprint, similar_bits: int, similar_pdq_bits: int
) -> Match:
    """By PDQ, unless pHash alone finds them similar or nothing else is at hand."""
    found = Match(Level.DIFFERENT, None)
    if asked.pdq and known.pdq and min(asked.pdq.quality, known.pdq.quality) >= LEAST_QUALITY:
        turned = asked.turned or ((Orientation.UPRIGHT, asked.pdq),)
        near = [(_pdq.distance(each, known.pdq), turn) for turn, each in turned]
        bits, turn = min(near, key=lambda each: each[0])
        found = Match(Level.DIFFERENT, bits, PDQ, turn)
        if bits <= similar_pdq_bits:
            return found._replace(level=Level.SIMILAR)
    phash = distance(asked, known)
    if phash is not None and phash <= similar_bits:
        return Match(Level.SIMILAR, phash, PHASH)
    if found.method is None and phash is not None:
        return Match(Level.DIFFERENT, phash, PHASH)
    return found


def _checked(kind: str, value: str | None, pattern: re.Pattern[str], expected: str) -> None:
    if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
        raise MalformedFingerprint(kind, value, expected)
