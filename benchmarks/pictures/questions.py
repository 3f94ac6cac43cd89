"""What is asked of a gallery: every edit of every work; strangers, some of which share a part."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image as PillowImage
from PIL.Image import Image

from benchmarks.pictures import pages, redrawing
from benchmarks.pictures.collection import Collection, Picture
from benchmarks.pictures.edits import EDITS, Edit

# What is done to strangers: each kind of edit, and those that look most alike whatever is in them.
_STRANGERS_EDITS = (
    "jpeg-60", "quarter", "crop-half", "mirror", "rotate-15-white", "border-black", "document",
    "post", "slide", "grid", "in-picture-half", "gray", "halftone", "watermarked", "meme",
    "caption", "stickers", "screen-photo",
)  # fmt: skip
# How many works of each kind are made to share a part with strangers.
_SHARED = 12


@dataclass(frozen=True)
class Question:
    """A file to ask about.

    Attributes:
        name: unique within a half.
        kind: an edit's name; `stranger`, or `stranger EDIT`; `same emblem` and the like.
        group: the edit's; `stranger`, or `shared`.
        truth: the work it was made from; None where the gallery has none.
        path: its file.
    """

    name: str
    kind: str
    group: str
    truth: str | None
    path: Path


@dataclass(frozen=True)
class Exam:
    """A gallery, by name, and what to ask of it."""

    gallery: dict[str, Path]
    questions: tuple[Question, ...]


def exam(collection: Collection, folder: Path, works: int | None = None) -> Exam:
    """The questions about a half, their files made where they are not there yet.

    Edits by a network are among them where ncnn is installed, as `make peers` does.

    Args:
        collection: the half.
        folder: where to keep them.
        works: ask about the edits of so many works only; the gallery stays whole.

    Raises:
        RedrawingUnavailable: the network's weights cannot be fetched.
    """
    donors, strangers = collection.strangers[::3], _without(collection.strangers, 3)
    gallery = {each.name: collection.path(each) for each in collection.works}
    questions: list[Question] = []
    for kind, made, asked in _sharing(collection, donors, strangers, folder / "shared"):
        gallery[made.name] = made
        questions.append(Question(asked.name, kind, "shared", None, asked))
    for each in collection.alike:
        path = collection.path(each)
        if each.work:
            gallery[each.name] = path
        else:
            questions.append(Question(f"alike-{each.name}", each.alike, "shared", None, path))
    for each in strangers:
        path = collection.path(each)
        questions.append(Question(f"stranger-{each.name}", "stranger", "stranger", None, path))
        for edit in EDITS:
            if edit.name in _STRANGERS_EDITS:
                file = _edited(edit, collection, each, strangers, folder)
                name = f"stranger-{edit.name}-{each.name}"
                questions.append(Question(name, f"stranger {edit.name}", "stranger", None, file))
    every = (*EDITS, *redrawing.edits())
    for each in collection.works[:works]:
        for edit in every:
            file = _edited(edit, collection, each, strangers, folder)
            name = f"{edit.name}-{each.name}"
            questions.append(Question(name, edit.name, edit.group, each.name, file))
    return Exam(gallery, tuple(questions))


def _without(pictures: Sequence[Picture], step: int) -> list[Picture]:
    return [each for number, each in enumerate(pictures) if number % step]


def _edited(
    edit: Edit, collection: Collection, picture: Picture, strangers: Sequence[Picture], folder: Path
) -> Path:
    others = _drawn(picture.name, [each for each in strangers if each != picture], edit.others)
    # What was made with other pictures must not be taken for this one.
    mark = "".join(f"-{each.name[:6]}" for each in others)
    path = folder / edit.name / f"{Path(picture.name).stem}{mark}.{edit.format.lower()}"
    if not path.exists():
        beside = [_opened(collection.path(each)) for each in others]
        _write(path, edit.apply(_opened(collection.path(picture)), beside, picture.name))
    return path


def _drawn(seed: str, pictures: Sequence[Picture], count: int) -> list[Picture]:
    """So many of the pictures, as if by lot; few change when the pictures do."""

    def lot(picture: Picture) -> str:
        return hashlib.sha256(f"{seed} {picture.name}".encode()).hexdigest()

    return sorted(pictures, key=lot)[:count]


def _sharing(
    collection: Collection, donors: Sequence[Picture], strangers: Sequence[Picture], folder: Path
) -> Iterator[tuple[str, Path, Path]]:
    """Kind, a made work, and a stranger with the same emblem, template or words."""

    def branded(share: float, image: Image, dice: Random) -> Image:
        edited = image.copy()
        pages.emblem(edited, dice, share)
        return edited

    kinds: dict[str, Callable[[Image, Random], Image]] = {
        "same emblem": functools.partial(branded, 0.3),
        "same large emblem": functools.partial(branded, 0.6),
        "same poster": pages.poster,
        "same slide": pages.slide,
        "same post": pages.post,
        "same words": lambda image, dice: _meme().make(image, dice, ()),
    }
    for kind, make in kinds.items():
        for number in range(_SHARED):
            seed = f"{kind} {number}"
            paths = []
            for role, group in (("work", donors), ("asked", strangers)):
                picture = _drawn(f"{seed} {role}", group, 1)[0]
                mark = picture.name[:6]
                path = folder / f"{seed.replace(' ', '-')}-{role}-{mark}.jpg"
                if not path.exists():
                    data = io.BytesIO()
                    made = make(_opened(collection.path(picture)), Random(seed))  # noqa: S311
                    made.save(data, "JPEG", quality=88)
                    _write(path, data.getvalue())
                paths.append(path)
            yield kind, paths[0], paths[1]


def _meme() -> Edit:
    return next(edit for edit in EDITS if edit.name == "meme")


@functools.lru_cache(maxsize=8)
def _opened(path: Path) -> Image:
    with PillowImage.open(path) as image:
        return image.convert("RGB")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.replace(temporary, path)
