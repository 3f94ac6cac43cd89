"""Writes the conformance vectors of all fingerprints anew, of `pdq-1` with Meta's hash beside ours.

The descriptor needs its weights (`make sscd`).

Needs Meta's code, which the project does not: run from the project's root
`uv run --with pdqhash==0.2.8 python tests/fingerprint/make_vectors.py`. Vectors are fixed once
released: another result is another algorithm and needs another name.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy
from PIL import Image, ImageDraw, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gen_ip.fingerprint.descriptor import SSCD, Sscd, load
from gen_ip.fingerprint.local import ORB, local_features
from gen_ip.fingerprint.pdq import MIN_SIDE, PDQ, oriented
from gen_ip.fingerprint.picture import PHASH, PIXELS, decoded
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.fingerprint.selftest import PICTURES, VECTOR_FEATURES, VECTORS
from gen_ip.fingerprint.views import views

# Smaller pictures have too little for what is learned, and for many local features.
LEAST_SIDE, ORB_SIDE = 64, 390


def shapes(width: int, height: int, seed: int) -> Image.Image:
    """A picture of flat ellipses, boxes and bands: plenty of structure in a small file."""
    chance = random.Random(seed)

    def color() -> tuple[int, int, int]:
        return chance.randrange(256), chance.randrange(256), chance.randrange(256)

    image = Image.new("RGB", (width, height), color())
    draw = ImageDraw.Draw(image)
    for index in range(24):
        left, top = chance.randrange(-width // 4, width), chance.randrange(-height // 4, height)
        right = left + chance.randrange(1, width // 2 + 2)
        bottom = top + chance.randrange(1, height // 2 + 2)
        if index % 3:
            draw.ellipse((left, top, right, bottom), color())
        else:
            draw.rectangle((left, top, right, bottom), color())
    return image


def page(width: int, height: int, seed: int) -> Image.Image:
    """White paper with lines like text above and below a picture."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    lines = [*range(20, height // 4, 14), *range(3 * height // 4 + 10, height - 20, 14)]
    for line in lines:
        for start in range(20, width - 30, 11):
            draw.rectangle((start, line, start + 6, line + 6), "black")
    inner = shapes(width // 2, height // 2 - 10, seed)
    image.paste(inner, (width // 4, height // 4 + 5))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def files() -> dict[str, bytes]:
    """The vectors' pictures by name, each as the bytes of its file."""
    see_through = shapes(120, 90, 8).convert("RGBA")
    see_through.putalpha(shapes(120, 90, 9).convert("L"))
    deep = numpy.asarray(shapes(100, 80, 10).convert("L")).astype("uint16") * 256 + 17
    turned = Image.Exif()
    turned[0x0112] = 6
    framed = ImageOps.expand(shapes(240, 180, 15), 20, "white")
    return {
        "64 x 64": saved(shapes(64, 64, 1), "PNG"),
        "5 x 5, the smallest": saved(shapes(5, 5, 2), "PNG"),
        "9 x 4, too small": saved(shapes(9, 4, 3), "PNG"),
        "one color": saved(Image.new("RGB", (100, 70), (200, 30, 90)), "PNG"),
        "129 x 128, windows of 2 and 1": saved(shapes(129, 128, 4), "PNG"),
        "300 x 401, windows of 3 and 4": saved(shapes(300, 401, 5), "PNG"),
        "512 x 17": saved(shapes(512, 17, 6), "PNG"),
        "gray": saved(shapes(200, 150, 7).convert("L"), "PNG"),
        "transparent": saved(see_through, "PNG"),
        "16 bits": saved(Image.fromarray(deep), "PNG"),
        "turned by EXIF": saved(shapes(160, 100, 11), "PNG", exif=turned.tobytes()),
        "700 x 500, filtered": saved(shapes(700, 500, 12), "PNG"),
        "1301 x 903, averaged and filtered": saved(shapes(1301, 903, 13), "PNG"),
        "JPEG, 640 x 480": saved(shapes(640, 480, 14), "JPEG", quality=40),
        "JPEG, 1101 x 801, decoded at half": saved(shapes(1101, 801, 16), "JPEG", quality=20),
        "WebP without loss": saved(shapes(220, 140, 17), "WEBP", lossless=True),
        "framed twice": saved(ImageOps.expand(framed, 13, "navy"), "PNG"),
        "on a page": saved(page(400, 500, 18), "PNG"),
    }


def vector(name: str, data: bytes, folder: Path) -> dict[str, Any]:
    path = folder / "picture"
    path.write_bytes(data)
    copy = reduced_copy(path)
    found = oriented(copy)
    first = next(iter(found.values()))
    return {
        "name": name,
        "file": base64.b64encode(data).decode(),
        "width": copy.shape[1],
        "height": copy.shape[0],
        "pixels_sha256": hashlib.sha256(copy.tobytes()).hexdigest(),
        "quality": first.quality,
        "hashes": {turn.value: each.hash.hex() for turn, each in found.items()},
        "meta": meta(copy),
        "views": {view.name: list(view.box) for view in views(copy)},
    }


def known(data: bytes, descriptor: Sscd) -> dict[str, Any]:
    """Of the whole file; of local features and the descriptor where there is structure."""
    picture = decoded("picture", data)
    phash = picture.phash64
    found: dict[str, Any] = {PIXELS: picture.pixels.hex(), PHASH: phash.hex() if phash else None}
    if min(picture.copy.shape[:2]) >= LEAST_SIDE and phash is not None:
        features = local_features(picture.copy, VECTOR_FEATURES)
        if len(features) == VECTOR_FEATURES and max(picture.copy.shape) > ORB_SIDE:
            found[ORB] = base64.b64encode(features.to_bytes()).decode()
        code = descriptor.code(descriptor.describe([picture.copy]))
        found[SSCD] = code.tobytes().hex()
    return found


def meta(copy: Any) -> dict[str, Any] | None:
    """What Meta's code says of the copy, in its own order of orientations."""
    import pdqhash

    if min(copy.shape[:2]) < MIN_SIDE:
        return None
    bits, quality = pdqhash.compute_dihedral(numpy.ascontiguousarray(copy))
    order = (
        "upright",
        "rotate-90",
        "rotate-180",
        "rotate-270",
        "flip-top-bottom",
        "flip-left-right",
        "transpose",
        "transverse",
    )
    hashes = [numpy.packbits(each).tobytes().hex() for each in bits]
    return {"quality": quality, "hashes": dict(zip(order, hashes, strict=True))}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = [vector(name, data, Path(folder)) for name, data in files().items()]
    document = {"algorithm": PDQ, "meta": "pdqhash 0.2.8", "vectors": made}
    VECTORS.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    descriptor = load()
    others = {name: known(data, descriptor) for name, data in files().items()}
    PICTURES.write_text(json.dumps({"vectors": others}, indent=1) + "\n", "utf-8")
    print(f"{len(made)} vectors, {VECTORS.stat().st_size:,} bytes: {VECTORS}")


if __name__ == "__main__":
    main()
