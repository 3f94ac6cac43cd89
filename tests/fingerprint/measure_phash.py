"""Prints how far edits move the likeness hash, and how far apart different pictures are.

Run from the project's root: `python tests/fingerprint/measure_phash.py`
"""

from __future__ import annotations

import sys
import tempfile
from itertools import combinations
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gen_ip.fingerprint.image import SIMILAR_BITS, distance, perceptual_hash
from tests.fingerprint.edits import BEYOND, COMMON, Edit

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"


def pictures() -> list[Path]:
    """The shipped pictures' paths."""
    return sorted(path for path in PICTURES.iterdir() if path.suffix in (".jpg", ".png"))


def edited_distance(path: Path, edit: Edit, folder: Path) -> int | None:
    """By how many of 64 bits `edit` moves the hash of the picture at `path`."""
    copy = folder / "edited.png"
    with Image.open(path) as image:
        edit(image.convert("RGB")).save(copy)
    return distance(perceptual_hash(path), perceptual_hash(copy))


def unrelated_distances(folder: Path) -> list[int]:
    """The distances between pictures that share no scene: every tile of every shipped picture, cut
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
    found = [distance(a, b) for (of_a, a), (of_b, b) in combinations(prints, 2) if of_a != of_b]
    return [bits for bits in found if bits is not None]


def main() -> None:
    names = [path.name for path in pictures()]
    print(f"{'bits of 64':24}" + "".join(f"{name:>12}" for name in names))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for title, edits in (("common", COMMON), ("beyond this hash", BEYOND)):
            print(title)
            for name, edit in edits.items():
                bits = [edited_distance(path, edit, folder) for path in pictures()]
                print(f"  {name:22}" + "".join(f"{bit!s:>12}" for bit in bits))
        unrelated = sorted(unrelated_distances(folder))
    print(
        f"unrelated: {len(unrelated)} pairs, least {unrelated[0]}, "
        f"median {unrelated[len(unrelated) // 2]}; threshold {SIMILAR_BITS}"
    )


if __name__ == "__main__":
    main()
