"""A second look finds works that are a small part of a picture, and only where it is needed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gen_ip.demo.library import DEFAULT, TITLES
from gen_ip.fingerprint.picture import decoded, read
from gen_ip.fingerprint.record import record_of
from gen_ip.fingerprint.reduced import copy_of, fine_copy
from gen_ip.match import matcher as matchers
from gen_ip.match.closer import CloserQuestion
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.likeness import Likeness
from gen_ip.match.matcher import Matcher
from gen_ip.match.question import Question
from gen_ip.match.recording import indexed

SHIPPED = {name: DEFAULT.parent / name for name in TITLES}


class Counted:
    """A descriptor that tells how many pictures it looked at, each by its mean color."""

    name = "sscd-1"

    def __init__(self) -> None:
        self.seen: list[tuple[int, ...]] = []

    def describe(self, copies: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        self.seen += [copy.shape for copy in copies]
        vectors = [np.resize(copy.mean(axis=(0, 1)) - 128, 512) for copy in copies]
        return np.array(vectors, np.float32).reshape(-1, 512)

    def code(self, vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
        return np.packbits(vectors[:, :256] > 0, axis=1)


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    folder = tmp_path_factory.mktemp("closer")
    with PictureIndex(folder / "index", write=True) as index:
        for name, path in SHIPPED.items():
            content, sha256 = read(path)
            index.add([indexed(name, record_of(sha256, decoded(path, content)))])
        yield Matcher(index)


def stone(seed: int) -> Image.Image:
    """A rough picture with corners everywhere, 1,200 x 900."""
    dice = np.random.default_rng(seed)
    rough = Image.fromarray(dice.integers(0, 256, (112, 150, 3), np.uint8))
    return rough.resize((1200, 900), Image.Resampling.BICUBIC)


def small_part(name: str) -> Image.Image:
    """A work in a fifth of a picture's width."""
    page = stone(4)
    work = ImageOps.contain(Image.open(SHIPPED[name]).convert("RGB"), (240, 240))
    page.paste(work, (700, 330))
    return page


@pytest.mark.parametrize("name", TITLES)
def test_a_small_part_is_recognized_in_the_finer_copy(name: str, matcher: Matcher) -> None:
    page = small_part(name)
    best = matcher.ask(copy_of(page), fine=fine_copy(page)).best
    assert best is not None
    assert best.key == name
    assert best.likeness is not None
    assert best.likeness.alignment is not None
    # In pixels of the copy.
    left, top = best.likeness.alignment.corners.min(axis=0)
    right, _ = best.likeness.alignment.corners.max(axis=0)
    assert abs(left - 700 * 512 / 1200) < 3
    assert abs(top - 330 * 512 / 1200) < 3
    assert abs(right - left - 240 * 512 / 1200) < 4


def test_a_part_is_asked_about_like_a_whole(matcher: Matcher) -> None:
    page = small_part("cat.png")
    first = Question(copy_of(page), fine_copy(page))
    assert dict(matcher.likenesses(first)).get("cat.png", Likeness()).pdq is None
    closer = dict(matcher.likenesses(CloserQuestion(first)))["cat.png"]
    assert closer.view.startswith("part ")
    assert closer.pdq is not None
    assert closer.pdq < 40
    assert closer.alignment is not None
    assert closer.alignment.agreement > 0.9


def test_the_work_may_go_on_beyond_its_tile(matcher: Matcher) -> None:
    page = stone(7)
    page.paste(ImageOps.fit(Image.open(DEFAULT).convert("RGB"), (300, 600)), (500, 150))
    first = Question(copy_of(page), fine_copy(page))
    found = dict(matcher.likenesses(CloserQuestion(first)))[DEFAULT.name]
    assert found.alignment is not None
    assert found.inside is not None
    # Laid over all of it, most of the work lies on something else.
    assert found.alignment.agreement < 0.7 < 0.95 < found.inside.agreement
    assert found.inside.query_size[0] <= 130


def test_what_is_recognized_is_not_looked_at_again(
    matcher: Matcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Question] = []

    def counted(first: Question) -> CloserQuestion:
        looks.append(first)
        return CloserQuestion(first)

    monkeypatch.setattr(matchers, "CloserQuestion", counted)
    picture = decoded(DEFAULT, DEFAULT.read_bytes(), fine=True)
    assert matcher.ask(picture.copy, fine=picture.fine).best is not None
    assert not looks
    page = stone(5)
    assert matcher.ask(copy_of(page), fine=fine_copy(page)).best is None
    assert len(looks) == 1


def test_without_a_finer_copy_it_looks_at_the_copy(matcher: Matcher) -> None:
    copy = copy_of(stone(6))
    closer = CloserQuestion(Question(copy))
    assert closer.size == (512, 384)
    assert closer.features.size == closer.mirrored.size == closer.size
    assert matcher.ask(copy).best is None
    assert matcher.ask(np.zeros((1, 1, 3), np.uint8)).best is None


def test_views_are_those_of_the_first_look_and_parts() -> None:
    page = small_part("coffee.jpg")
    first = Question(copy_of(page), fine_copy(page))
    closer = CloserQuestion(first)
    assert list(closer.views[: len(first.views)]) == list(first.views)
    assert [view.name for view in closer.parts] == [
        f"part {number}" for number in range(1, len(closer.parts) + 1)
    ]
    part = min(closer.parts, key=lambda view: abs(view.box.left - 299) + abs(view.box.top - 141))
    assert part.box.right - part.box.left == pytest.approx(102, abs=2)
    # Twice as many pixels a side as in the copy.
    assert part.pixels.shape[1] == pytest.approx(204, abs=4)
    assert len(closer.hashes) == len(first.hashes) + 8 * len(closer.parts)
    # No view has more pixels than a copy.
    assert all(max(view.pixels.shape) <= 512 for view in closer.views)


def test_the_smallest_part_with_the_points() -> None:
    page = small_part("coffee.jpg")
    closer = CloserQuestion(Question(copy_of(page), fine_copy(page)))
    inside = np.float32([[310, 150], [330, 200], [395, 170]])
    box = closer.part_with(inside)
    assert box is not None
    assert (box.left, box.top) == pytest.approx((299, 141), abs=2)
    assert closer.part_with(np.float32([[5, 5], [330, 200], [500, 380]])) is None
    assert closer._first.part_with(inside) is None


def test_few_parts_are_described_and_nothing_twice() -> None:
    page = small_part("rocket.jpg")
    descriptor = Counted()
    first = Question(copy_of(page), fine_copy(page))
    codes = first.described(descriptor)
    assert len(descriptor.seen) == len(first.views) == len(codes)
    closer = CloserQuestion(first)
    every = closer.described(descriptor)
    assert np.array_equal(every[: len(codes)], codes)
    assert len(every) == len(descriptor.seen) == len(codes) + min(2, len(closer.parts))
