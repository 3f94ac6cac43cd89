"""Whether this machine computes the fingerprints that all others do.

`python -m gen_ip.fingerprint.selftest` compares with the conformance vectors that ship with the
package: small files, the pixels of their copies, the parts looked at, and their hashes.
`pixels-v1`, `phash64` and `pdq-1` are the same everywhere, and so is all of texts and prompts.
`orb-1` and `sscd-1` are computed with the rounding of the machine: of a picture's local features
four in five must be found again, within 1.5 pixels and 32 of 256 bits, and of the descriptor's code
at most 24 of 256 bits may differ. Searching allows several times as much. What an extra is missing
for is left out, and said to be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gen_ip.errors import GenIPError, MissingLibrary, UnreadableImage
from gen_ip.fingerprint.descriptor import SSCD, Sscd, load
from gen_ip.fingerprint.local import ORB, LocalFeatures, local_features
from gen_ip.fingerprint.pdq import Orientation, Pdq, oriented
from gen_ip.fingerprint.picture import PHASH, PIXELS, Picture, decoded
from gen_ip.fingerprint.text.selftest import deviation as text_deviation
from gen_ip.fingerprint.text.selftest import vectors as text_vectors
from gen_ip.fingerprint.views import views

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

VECTORS = Path(__file__).parent / "vectors" / "pdq-1.json"
#: What else is known of the same files, by their names.
PICTURES = VECTORS.with_name("picture-1.json")
#: So many local features of a picture are in its vector.
VECTOR_FEATURES = 100

_FOUND_SHARE = 0.8
_PIXELS_OFF = 1.5
_FEATURE_BITS = 32
_CODE_BITS = 24


def vectors() -> list[dict[str, Any]]:
    """The shipped conformance vectors; `known` of each holds what `picture-1.json` says of it."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    known = json.loads(PICTURES.read_text("utf-8"))["vectors"]
    return [{**vector, "known": known[vector["name"]]} for vector in found]


def deviation(
    vector: dict[str, Any], descriptor: Sscd | None = None, features: bool = False
) -> str | None:
    """What differs from a vector first, in words; None when everything agrees.

    Args:
        vector: from `vectors`.
        descriptor: to compare `sscd-1` as well.
        features: whether to compare `orb-1` as well; needs OpenCV.
    """
    try:
        picture = decoded("picture", base64.b64decode(vector["file"]))
    except UnreadableImage as error:
        return f"Pillow does not decode it: {error.reason}"
    found = _of_the_copy(vector, picture.copy) or _of_the_file(vector["known"], picture)
    if found is None and features and ORB in vector["known"]:
        found = _of_the_features(vector["known"][ORB], picture.copy)
    if found is None and descriptor and SSCD in vector["known"]:
        found = _of_the_code(vector["known"][SSCD], picture.copy, descriptor)
    return found


def _of_the_copy(vector: dict[str, Any], copy: NDArray[uint8]) -> str | None:
    size = vector["height"], vector["width"], 3
    if copy.shape != size:
        return f"the copy's shape is {copy.shape}, not {size}"
    if hashlib.sha256(copy.tobytes()).hexdigest() != vector["pixels_sha256"]:
        return "Pillow or its decoder gives other pixels"
    parts = {view.name: list(view.box) for view in views(copy)}
    if parts != vector["views"]:
        return f"the views are {parts}, not {vector['views']}"
    found = oriented(copy)
    for name, expected in vector["hashes"].items():
        wanted = Pdq(bytes.fromhex(expected), vector["quality"])
        if found[Orientation(name)] != wanted:
            return f"{name}: {found[Orientation(name)].to_json()}, not {wanted.to_json()}"
    return None


def _of_the_file(known: dict[str, Any], picture: Picture) -> str | None:
    phash = picture.phash64
    found = {PIXELS: picture.pixels.hex(), PHASH: None if phash is None else phash.hex()}
    for name, value in found.items():
        if value != known[name]:
            return f"{name} is {value}, not {known[name]}"
    return None


def _of_the_features(known: str, copy: NDArray[uint8]) -> str | None:
    import numpy

    wanted = LocalFeatures.from_bytes(base64.b64decode(known))
    found = local_features(copy, len(wanted))
    if not len(found):
        return f"{ORB} finds nothing"
    apart = numpy.linalg.norm(wanted.points[:, None] - found.points[None], axis=2)
    differ = numpy.unpackbits(wanted.codes[:, None] ^ found.codes[None], axis=2).sum(axis=2)
    again = ((apart <= _PIXELS_OFF) & (differ <= _FEATURE_BITS)).any(axis=1).mean()
    if again < _FOUND_SHARE:
        return f"{ORB} finds {again:.0%} of the features again, not {_FOUND_SHARE:.0%}"
    return None


def _of_the_code(known: str, copy: NDArray[uint8], descriptor: Sscd) -> str | None:
    code = descriptor.code(descriptor.describe([copy]))[0].tobytes()
    bits = (int.from_bytes(code) ^ int(known, 16)).bit_count()
    return f"{SSCD} differs in {bits} bits, not {_CODE_BITS}" if bits > _CODE_BITS else None


def main() -> int:
    """Prints a line for every vector; 1 if any deviates, else 0."""
    import numpy

    left_out = []
    features, descriptor = True, None
    try:
        local_features(numpy.zeros((1, 1, 3), numpy.uint8))
    except MissingLibrary as error:
        features = False
        left_out.append(f"{ORB}: {error}")
    try:
        descriptor = load()
    except GenIPError as error:
        left_out.append(f"{SSCD}: {error}")
    deviations = 0
    known = vectors()
    for vector in known:
        found = deviation(vector, descriptor, features)
        deviations += found is not None
        print(f"{'differs' if found else 'ok':8} {vector['name']}{': ' + found if found else ''}")
    texts = text_vectors()
    for vector in texts:
        found = text_deviation(vector)
        deviations += found is not None
        print(f"{'differs' if found else 'ok':8} {vector['name']}{': ' + found if found else ''}")
    for each in left_out:
        print(f"not compared: {each}")
    print(f"{deviations} of {len(known) + len(texts)} vectors differ")
    return 1 if deviations else 0


if __name__ == "__main__":
    sys.exit(main())
