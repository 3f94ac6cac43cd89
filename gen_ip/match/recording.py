"""What an index keeps of a picture, from its fingerprints."""

from __future__ import annotations

from gen_ip.fingerprint.record import SSCD, PictureRecord
from gen_ip.match.index.records import Record


def indexed(key: str, picture: PictureRecord) -> Record:
    """A picture's record under a key, such as its work's id, to be added to an index.

    Raises:
        BadRecord: the key is not text, or empty.
    """
    return Record(
        key,
        picture.sha256,
        picture.pdq,
        picture.pixels,
        {} if picture.sscd is None else {SSCD: picture.sscd},
        picture.features,
        picture.glimpse,
    )
