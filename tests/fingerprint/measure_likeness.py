"""Prints how far edits move the likeness hashes, and how far apart different pictures are.

Run from the project's root: `python tests/fingerprint/measure_likeness.py`
"""

from __future__ import annotations

import sys
import tempfile
from itertools import combinations
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gen_ip.fingerprint.image import (
    SIMILAR_BITS,
    SIMILAR_PDQ_BITS,
    ImageFingerprint,
    distance,
    match,
    perceptual_hash,
)
from gen_ip.fingerprint.pdq import PDQ
from tests.fingerprint.edits import BEYOND, COMMON, Edit

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"


def pictures() -> list[Path]:
    """The shipped pictures' paths."""
    return sorted(path for path in PICTURES.iterdir() if path.suffix in (".jpg", ".png"))


def edited(path: Path, edit: Edit, folder: Path) -> ImageFingerprint:
    """The fingerprint of the picture at `path` after an edit."""
    copy = folder / "edited.png"
    with Image.open(path) as image:
        edit(image.convert("RGB")).save(copy)
    return perceptual_hash(copy)


def pdq_distance(asked: ImageFingerprint, known: ImageFingerprint) -> int | None:
    """Of 256 bits, in the orientation that comes nearest; None without structure."""
    found = match(asked, known)
    return found.distance if found.method == PDQ else None


DISTANCES = {"phash64": distance, "pdq-1": pdq_distance}


def unrelated(folder: Path) -> list[tuple[ImageFingerprint, ImageFingerprint]]:
    """Pairs of pictures that share no scene: every tile of every shipped picture, cut
    4 x 4, against every tile of the others."""
    tiles: list[tuple[Path, Path]] = []
    for path in pictures():
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        width, height = image.width // 4, image.height // 4
        for index in range(16):
            left, top = index % 4 * width, index // 4 * height
            tile = folder / f"{path.stem}-{index}.png"
            image.crop((left, top, left + width, top + height)).save(tile)
            tiles.append((path, tile))
    prints = [(path, perceptual_hash(tile)) for path, tile in tiles]
    return [(a, b) for (of_a, a), (of_b, b) in combinations(prints, 2) if of_a != of_b]


def main() -> None:
    paths = pictures()
    known = [perceptual_hash(path) for path in paths]
    names = "".join(f"{path.name:>16}" for path in paths)
    print(f"{'phash64 (of 64), pdq-1 (of 256)':32}{names}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for title, edits in (("common", COMMON), ("beyond", BEYOND)):
            print(title)
            for name, edit in edits.items():
                cells = []
                for path, original in zip(paths, known, strict=True):
                    copy = edited(path, edit, folder)
                    bits = [str(measure(copy, original)) for measure in DISTANCES.values()]
                    cells.append(f"{', '.join(bits):>16}")
                print(f"  {name:30}{''.join(cells)}")
        pairs = unrelated(folder)
    for (name, measure), most in zip(
        DISTANCES.items(), (SIMILAR_BITS, SIMILAR_PDQ_BITS), strict=True
    ):
        found = sorted(bits for a, b in pairs if (bits := measure(a, b)) is not None)
        print(
            f"unrelated, {name}: {len(found)} pairs, least {found[0]}, "
            f"median {found[len(found) // 2]}; threshold {most}"
        )


if __name__ == "__main__":
    main()
