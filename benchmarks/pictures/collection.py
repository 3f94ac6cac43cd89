"""Distinct pictures in two halves: one to develop on, one to look at for the final numbers only."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from benchmarks.pictures.sources import PACKAGES, Package, fetch, pictures, version
from gen_ip.atomic_file import write_text
from gen_ip.errors import FileProblem
from gen_ip.fingerprint.opening import on_white, open_image, upright
from gen_ip.fingerprint.pdq import Orientation, Pdq, distance, oriented
from gen_ip.fingerprint.reduced import reduce

#: Where pictures are kept between runs, unless told otherwise.
CACHE = Path(
    os.environ.get("GENIP_PICTURES") or platformdirs.user_cache_path("gen-ip") / "pictures"
)
HALVES = ("development", "test")
#: Longest side in pixels of a picture as it is used: about what sites show.
SIDE = 1280

_LEAST_SIDE = 240
# Pictures nearer than this, turned and mirrored too, count as one; the largest is kept.
_SAME_BITS = 90
_LEAST_QUALITY = 20
# Of five pictures, three are works and two are strangers.
_FIFTHS_OF_WORKS = 3
# Counted up when the same packages give other pictures.
_RECIPE = 1


@dataclass(frozen=True)
class Picture:
    """One of the distinct pictures.

    Attributes:
        name: of its file, a JPEG of at most 1280 pixels a side, transparency on white.
        package, version, source: the Debian package, and the path in it.
        licenses: of the package's pictures.
        half: `development` or `test`.
        work: whether it is in the gallery; a stranger otherwise.
        alike: what it shares with others of its package; empty for most.
    """

    name: str
    package: str
    version: str
    source: str
    licenses: str
    half: str
    work: bool
    alike: str = ""


@dataclass(frozen=True)
class Collection:
    """One half.

    Attributes:
        folder: where the files are.
        works: in the gallery.
        strangers: asked about, in no gallery.
        alike: further works and strangers which share a program's windows, or a style.
    """

    folder: Path
    works: tuple[Picture, ...]
    strangers: tuple[Picture, ...]
    alike: tuple[Picture, ...] = ()

    def path(self, picture: Picture) -> Path:
        """The picture's file."""
        return self.folder / picture.name


def load(
    half: str, *, cache: Path = CACHE, progress: Callable[[str], None] = lambda line: None
) -> Collection:
    """One half of the pictures; fetched and sorted out first, if that was not done.

    Raises:
        PicturesUnavailable: they cannot be fetched.
    """
    manifest = _manifest(cache)
    if not manifest.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "collecting.lock").open("w") as lock:
            # Two at once would take each other's packages away; the later one finds all done.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not manifest.exists():
                _collect(cache, manifest, progress)
    found = [Picture(**each) for each in json.loads(manifest.read_text("utf-8"))]
    mine = [each for each in found if each.half == half]
    return Collection(
        cache / "originals",
        tuple(each for each in mine if each.work and not each.alike),
        tuple(each for each in mine if not each.work and not each.alike),
        tuple(each for each in mine if each.alike),
    )


def digest(cache: Path = CACHE) -> str:
    """SHA-256 of the manifest, which names every picture's file by its content."""
    return hashlib.sha256(_manifest(cache).read_bytes()).hexdigest()


def _manifest(cache: Path) -> Path:
    recipe = hashlib.sha256(f"{_RECIPE} {PACKAGES}".encode()).hexdigest()[:8]
    return cache / f"manifest-{recipe}.json"


@dataclass(frozen=True)
class _Prepared:
    package: Package
    source: str
    name: str
    area: int
    turned: dict[Orientation, Pdq]


def _collect(cache: Path, manifest: Path, progress: Callable[[str], None]) -> None:
    packages, originals = cache / "packages", cache / "originals"
    fetch(packages, lambda name: progress(f"fetching {name}"))
    originals.mkdir(parents=True, exist_ok=True)
    # Other manifests, of another checkout, may name these.
    before = {path.name for path in originals.iterdir()}
    prepared: list[_Prepared] = []
    with ProcessPoolExecutor() as pool:
        for package in PACKAGES:
            progress(f"reading {package.name}")
            paths = list(pictures(package, packages))
            made = pool.map(
                _prepare,
                *zip(*((package, path, packages, originals) for path in paths), strict=True),
                chunksize=8,
            )
            found = [each for each in made if each is not None]
            found.sort(key=lambda each: each.name)
            prepared += found
    progress("comparing")
    kept = _distinct(prepared)
    collected = []
    counts: dict[str, int] = {}
    for each in kept:
        package = each.package
        counts[package.name] = counts.get(package.name, 0) + 1
        if counts[package.name] > package.most:
            continue
        # The name is a hash of the content, so its digits are as good as thrown dice.
        number = int(each.name[:8], 16)
        collected.append(
            Picture(
                name=each.name,
                package=package.name,
                version=version(package, packages),
                source=each.source,
                licenses=package.licenses,
                half=HALVES[number % 2],
                work=not package.unknown and number // 2 % 5 < _FIFTHS_OF_WORKS,
                alike=package.alike,
            )
        )
    for name in {each.name for each in prepared} - {each.name for each in collected} - before:
        (originals / name).unlink(missing_ok=True)
    write_text(manifest, json.dumps([asdict(each) for each in collected], indent=1))
    shutil.rmtree(packages)


def _prepare(package: Package, path: Path, packages: Path, originals: Path) -> _Prepared | None:
    from PIL import Image

    try:
        with open_image(path) as image:
            if min(image.size) < _LEAST_SIDE or max(image.size) > 6 * min(image.size):
                return None
            area = image.width * image.height
            picture = on_white(upright(image, path), "RGB")
    except FileProblem:
        return None
    import numpy

    turned = oriented(numpy.asarray(reduce(picture)))
    if turned[Orientation.UPRIGHT].quality < _LEAST_QUALITY:
        return None
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    name = f"{hashlib.sha256(picture.tobytes()).hexdigest()[:24]}.jpg"
    picture.save(originals / name, quality=92)
    source = path.relative_to(packages / package.name).as_posix()
    return _Prepared(package, source, name, area, turned)


def _distinct(prepared: Sequence[_Prepared]) -> list[_Prepared]:
    """One of each group of pictures that are alike: the largest; in the order of their names."""
    kept: list[_Prepared] = []
    families: set[str] = set()
    for each in sorted(prepared, key=lambda each: (-each.area, each.name)):
        found = re.search(each.package.family, each.source) if each.package.family else None
        family = f"{each.package.name} {found[1]}" if found else each.name
        upright_hash = each.turned[Orientation.UPRIGHT]
        if family not in families and all(
            distance(upright_hash, turned) > _SAME_BITS
            for other in kept
            for turned in other.turned.values()
        ):
            families.add(family)
            kept.append(each)
    return sorted(kept, key=lambda each: each.name)
