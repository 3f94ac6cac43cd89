"""The photographs that ship with the package; gen_ip/demo/pictures/SOURCES.md says whose."""

from __future__ import annotations

from pathlib import Path

from gen_ip.fingerprint.image import SIMILAR_BITS, ImageFingerprint, distance, perceptual_hash

_FOLDER = Path(__file__).parent / "pictures"
TITLES = {"coffee.jpg": "Espresso", "cat.png": "Chelsea", "rocket.jpg": "Falcon at dawn"}
DEFAULT = _FOLDER / "coffee.jpg"


def title_of(path: Path) -> str:
    """What to call a picture: a shipped one by its title, another by its file's name."""
    if path.parent == _FOLDER and path.name in TITLES:
        return TITLES[path.name]
    stem = path.stem.encode("utf-8", "replace").decode()
    return "".join(char for char in stem if char.isprintable())[:60].strip() or "Untitled"


def another(path: Path, fingerprint: ImageFingerprint) -> Path:
    """A shipped picture other than `path` and than the one that `unlike` picks."""
    taken = {path, unlike(fingerprint)}
    return next(found for name in TITLES if (found := _FOLDER / name) not in taken)


def unlike(fingerprint: ImageFingerprint) -> Path:
    """A shipped picture that is clearly another one: of all, the one least like it."""
    paths = [_FOLDER / name for name in TITLES]

    def bits(path: Path) -> int:
        found = distance(fingerprint, perceptual_hash(path))
        return SIMILAR_BITS + 1 if found is None else found

    return max(paths, key=bits)
