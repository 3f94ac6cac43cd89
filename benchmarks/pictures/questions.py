"""What is asked of a gallery: every edit of every work; strangers, some of which share a part."""

from __future__ import annotations

import functools
import hashlib
import io
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image as PillowImage
from PIL.Image import Image

from benchmarks.pictures import pages, redrawing
from benchmarks.pictures.collection import Collection as Half
from benchmarks.pictures.collection import Picture
from benchmarks.pictures.edits import EDITS, Edit
from benchmarks.pictures.versions import version

# What is done to strangers: each kind of edit, and those that look most alike whatever is in them.
_STRANGERS_EDITS = (
    "jpeg-60", "quarter", "crop-half", "mirror", "rotate-15-white", "border-black", "document",
    "post", "slide", "grid", "in-picture-half", "gray", "halftone", "watermarked", "meme",
    "caption", "stickers", "screen-photo",
)  # fmt: skip
# How many works of each kind are made to share a part with strangers.
_SHARED = 12
# Collages that hold two works of the gallery, each of which is a right answer.
_BOTH = ("beside", "mosaic", "in-picture-half")
#: The group of such collages.
BOTH = "collage of two works"
# Other checkouts may be at work with what was made by code that is not this one's.
_STALE_SECONDS = 24 * 3600
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Question:
    """A file to ask about.

    Attributes:
        name: unique within a half.
        kind: an edit's name; `stranger`, or `stranger EDIT`; `same emblem` and the like.
        group: the edit's; `collage of two works`; `stranger`, or `shared`.
        truths: the works it was made from; none where the gallery has none.
        path: its file.
        within: whether the edit lies within the bounds that `edits` states.
    """

    name: str
    kind: str
    group: str
    truths: frozenset[str]
    path: Path
    within: bool = False


@dataclass(frozen=True)
class Exam:
    """A gallery, by name, and what to ask of it."""

    gallery: dict[str, Path]
    questions: tuple[Question, ...]


def exam(collection: Half, folder: Path, works: int | None = None) -> Exam:
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
    shared = list(_sharing(collection, donors, strangers, folder / "shared"))
    for kind, made, asked in shared:
        gallery[made.name] = made
        questions.append(Question(asked.name, kind, "shared", _NONE, asked))
    if shared:
        used = {path.name for _, *paths in shared for path in paths}
        _remove_stale(folder / "shared", used)
    for each in collection.alike:
        path = collection.path(each)
        if each.work:
            gallery[each.name] = path
        else:
            questions.append(
                Question(f"alike-{each.name}", each.alike, "shared", frozenset(), path)
            )
    for each in strangers:
        path = collection.path(each)
        questions.append(
            Question(f"stranger-{each.name}", "stranger", "stranger", frozenset(), path)
        )
        for edit in EDITS:
            if edit.name in _STRANGERS_EDITS:
                file = _edited(edit, collection, each, strangers, folder)
                name = f"stranger-{edit.name}-{each.name}"
                questions.append(
                    Question(name, f"stranger {edit.name}", "stranger", frozenset(), file)
                )
    every = (*EDITS, *redrawing.edits())
    for each in collection.works[:works]:
        truths = frozenset([each.name])
        with PillowImage.open(collection.path(each)) as image:
            size = image.size
        for edit in every:
            file = _edited(edit, collection, each, strangers, folder)
            name, within = f"{edit.name}-{each.name}", edit.within(*size)
            questions.append(Question(name, edit.name, edit.group, truths, file, within))
        questions += _with_two_works(collection, each, strangers, folder)
    _remove_stale(folder, {"shared", *(_place(edit) for edit in every)})
    return Exam(gallery, tuple(questions))


def _with_two_works(
    collection: Half, work: Picture, strangers: Sequence[Picture], folder: Path
) -> Iterator[Question]:
    """Collages of a work and another one of the gallery; what else they take is by strangers."""
    for edit in EDITS:
        if edit.name not in _BOTH:
            continue
        kind = f"two works {edit.name}"
        others = _drawn(f"{kind} {work.name}", [e for e in collection.works if e != work], 1)
        if not others:
            return
        truths = frozenset({work.name, *(each.name for each in others)})
        others += _drawn(f"{kind} {work.name}", strangers, edit.others - 1)
        file = _edited_with(edit, collection, work, others, folder)
        yield Question(f"{kind}-{work.name}", kind, BOTH, truths, file)


def _without(pictures: Sequence[Picture], step: int) -> list[Picture]:
    return [each for number, each in enumerate(pictures) if number % step]


def _edited(
    edit: Edit, collection: Half, picture: Picture, strangers: Sequence[Picture], folder: Path
) -> Path:
    others = _drawn(picture.name, [each for each in strangers if each != picture], edit.others)
    return _edited_with(edit, collection, picture, others, folder)


def _edited_with(
    edit: Edit, collection: Half, picture: Picture, others: Sequence[Picture], folder: Path
) -> Path:
    # What was made with other pictures, or by other code, must not be taken for this one.
    mark = "".join(f"-{each.name[:6]}" for each in others)
    path = folder / _place(edit) / f"{Path(picture.name).stem}{mark}.{edit.format.lower()}"
    if not path.exists():
        beside = [_opened(collection.path(each)) for each in others]
        _write(path, edit.apply(_opened(collection.path(picture)), beside, picture.name))
    return path


def _place(edit: Edit) -> str:
    """The name of the folder of what this version of an edit makes."""
    return f"{edit.name}-{edit.version}"


def _remove_stale(folder: Path, used: Collection[str]) -> None:
    """Removes what other versions of the code made, unless it was in use since yesterday."""
    for path in folder.iterdir():
        if path.name in used:
            os.utime(path)
        elif time.time() - path.stat().st_mtime > _STALE_SECONDS:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _drawn(seed: str, pictures: Sequence[Picture], count: int) -> list[Picture]:
    """So many of the pictures, as if by lot; few change when the pictures do."""

    def lot(picture: Picture) -> str:
        return hashlib.sha256(f"{seed} {picture.name}".encode()).hexdigest()

    return sorted(pictures, key=lot)[:count]


def _sharing(
    collection: Half, donors: Sequence[Picture], strangers: Sequence[Picture], folder: Path
) -> Iterator[tuple[str, Path, Path]]:
    """Kind, a made work, and a stranger with the same emblem, template or words."""

    def branded(share: float, image: Image, dice: Random) -> Image:
        edited = image.copy()
        pages.emblem(edited, dice, share)
        return edited

    words = next(edit for edit in EDITS if edit.name == "meme").make
    kinds: dict[str, Callable[[Image, Random], Image]] = {
        "same emblem": functools.partial(branded, 0.3),
        "same large emblem": functools.partial(branded, 0.6),
        "same poster": pages.poster,
        "same slide": pages.slide,
        "same post": pages.post,
        "same words": lambda image, dice: words(image, dice, ()),
    }
    for kind, make in kinds.items():
        made_by = version(make)
        for number in range(_SHARED):
            seed = f"{kind} {number}"
            paths = []
            for role, group in (("work", donors), ("asked", strangers)):
                picture = _drawn(f"{seed} {role}", group, 1)[0]
                mark = picture.name[:6]
                path = folder / f"{seed.replace(' ', '-')}-{role}-{mark}-{made_by}.jpg"
                if not path.exists():
                    data = io.BytesIO()
                    made = make(_opened(collection.path(picture)), Random(seed))  # noqa: S311
                    made.save(data, "JPEG", quality=88)
                    _write(path, data.getvalue())
                paths.append(path)
            yield kind, paths[0], paths[1]


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
