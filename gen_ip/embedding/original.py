"""A file that a copy is made from: read once, and decoded once."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from gen_ip.content.detection.detect import detect
from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.signatures import PICTURES
from gen_ip.content.files import StrPath
from gen_ip.embedding.errors import NothingToKeep
from gen_ip.embedding.iscc import likeness_of_picture
from gen_ip.fingerprint.canonical import canonical_of
from gen_ip.fingerprint.opening import open_image, upright
from gen_ip.fingerprint.picture import PIXELS, decoded, read


@dataclass(frozen=True)
class Original:
    """See the module.

    Attributes:
        sha256: of the bytes, 32 bytes.
        keeps: what a copy must keep: the algorithm of a canonical hash, and its 64 hex digits.
        likeness: the ISCC unit of a picture's likeness, which a copy has as well; None for others.
    """

    path: StrPath
    data: bytes = field(repr=False)
    sha256: bytes
    detected: Detected
    keeps: tuple[str, str]
    likeness: str | None

    @classmethod
    def opened(cls, path: StrPath) -> Original:
        """From a file.

        Raises:
            FileProblem: it is not usable, or a picture that cannot be decoded.
            NothingToKeep: no hash of its content is known, by which a copy could be checked.
            MissingLibrary: `gen-ip[embed]` is not installed.
        """
        data, sha256 = read(path)
        found = detect(io.BytesIO(data))
        keeps = kept(path, data, found)
        likeness = None
        if found.format in PICTURES:
            with open_image(path, content=data) as image:
                likeness = likeness_of_picture(upright(image, path))
        return cls(path, data, sha256, found, keeps, likeness)


def kept(path: StrPath, data: bytes, found: Detected) -> tuple[str, str]:
    """What must be the same in a copy of a file; `path` only names it.

    Raises:
        FileProblem: it is a picture that cannot be decoded.
        NothingToKeep: there is no such hash of it.
    """
    if found.format in PICTURES:
        return PIXELS, decoded(path, data).pixels.hex()
    for algorithm, digits in canonical_of(path, data, found).items():
        return algorithm, digits
    raise NothingToKeep(path, found.format)
