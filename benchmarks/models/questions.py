"""The LoRAs of a half, in a gallery and asked about; made once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import platformdirs

from benchmarks._kinds import Question
from benchmarks.models import edits, shapes, training
from benchmarks.models.files import Tensors, load, save
from benchmarks.pictures import collection

CACHE = Path(os.environ.get("GENIP_LORAS") or platformdirs.user_cache_path("gen-ip") / "loras")

#: How many LoRAs of each kind a half has: in the gallery, asked about as strangers, and merged in.
COUNTS = {"trained": (14, 8, 4), "sd15": (16, 10, 4), "sdxl": (1, 1, 1)}
_ROLES = ("works", "strangers", "partners")
_RANKS = {"trained": (4, 8, 16), "sd15": (4, 8), "sdxl": (4,)}
# The pictures that the base is trained on; the LoRAs' come after them.
_BASE_PICTURES = 60


def originals(half: str, progress: Callable[[str], None]) -> dict[str, dict[str, Path]]:
    """The files of a half by role and name; made where they are missing.

    Raises:
        PicturesUnavailable: there are no pictures to train with.
    """
    recipe = "".join(
        Path(module.__file__ or "").read_text("utf-8") for module in (training, shapes)
    )
    version = hashlib.sha256(f"{recipe} {COUNTS} {_RANKS}".encode()).hexdigest()[:8]
    folder = CACHE / version / half
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for name, tensors in _made(half, progress):
            metadata = {"ss_network_module": "networks.lora", "ss_output_name": name}
            save(folder / f"{name}.safetensors", tensors, metadata)
        (folder / "complete").touch()
    return {
        role: {path.stem: path for path in sorted((folder / role).glob("*.safetensors"))}
        for role in _ROLES
    }


def questions(found: dict[str, dict[str, Path]], works: int | None = None) -> Iterator[Question]:
    """All edits of the works, of `works` of each kind at most, and the strangers."""
    counts: dict[str, int] = {}
    for number, (name, path) in enumerate(found["works"].items()):
        family = name.partition("-")[0]
        counts[family] = counts.get(family, 0) + 1
        if works is not None and counts[family] > works:
            continue
        partners = [each for each in found["partners"] if each.startswith(family)]
        other = found["partners"][partners[number % len(partners)]]
        for each in edits.EDITS:
            make = partial(_write_edited, path, other, each, number)
            truths = frozenset([name])
            alike = _begun_alike(name, found["works"]) - truths
            yield Question(f"{name}, {each.name}", each.name, each.group, truths, make, alike)
    for role in ("strangers", "partners"):
        for name, path in found[role].items():
            family = name.partition("-")[0]
            make = partial(shutil.copyfile, path)
            alike = _begun_alike(name, found["works"])
            kind, group = ("begun alike", "shared") if alike else (family, "stranger")
            yield Question(name, kind, group, frozenset(), make, alike)


def _begun_alike(name: str, works: Iterable[str]) -> frozenset[str]:
    """The works whose training began with the same random numbers as a LoRA's."""
    family, _, number = name.partition("-")
    if family != "trained" or not int(number) % 2:
        return frozenset()
    return frozenset(
        each for each in works if each.startswith(family) and int(each.partition("-")[2]) % 2
    )


def _write_edited(path: Path, other: Path, edit: edits.Edit, seed: int, target: Path) -> None:
    edits.write(target, edit, load(path), load(other), seed)


def _made(half: str, progress: Callable[[str], None]) -> Iterator[tuple[str, Tensors]]:
    pictures = collection.load(half, progress=progress)
    paths = [pictures.path(each) for each in pictures.works]
    progress("training the base")
    # One base for both halves: a creator's LoRAs and everybody's stand on the same.
    first = collection.load(collection.HALVES[0], progress=progress)
    network = training.base([first.path(each) for each in first.works[:_BASE_PICTURES]])
    offset = 10_000 * collection.HALVES.index(half)
    for family, counts in COUNTS.items():
        number = 0
        for role, count in zip(_ROLES, counts, strict=True):
            for _ in range(count):
                name = f"{role}/{family}-{number:03d}"
                progress(name)
                rank = _RANKS[family][number // 2 % len(_RANKS[family])]
                if family == "trained":
                    # Half of them begin with the same random numbers, as a default seed does.
                    begin = 42 if number % 2 else offset + number
                    path = paths[_BASE_PICTURES + number]
                    yield name, training.lora(network, path, offset + number, begin, rank)
                else:
                    yield name, shapes.lora(family, offset + number, rank)
                number += 1
