"""From a file to a verdict: shipped photographs in an index, and what people do to them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from gen_ip.demo.library import DEFAULT, TITLES
from gen_ip.fingerprint.picture import decoded, read
from gen_ip.fingerprint.record import record_of
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.matcher import Answer, Matcher
from gen_ip.match.recording import indexed
from gen_ip.match.verdict import Verdict

SHIPPED = {name: DEFAULT.parent / name for name in TITLES}


def landscape(seed: int) -> Image.Image:
    """A smooth picture of hills that is like no other."""
    dice = np.random.default_rng(seed)
    noise = dice.normal(size=(6, 9, 3))
    soft = Image.fromarray(np.uint8(np.clip(128 + 60 * noise, 0, 255)))
    detail = dice.integers(0, 60, (160, 240, 3), np.uint8)
    large = np.asarray(soft.resize((960, 640), Image.Resampling.BICUBIC)).astype(int)
    rough = np.asarray(Image.fromarray(detail).resize((960, 640), Image.Resampling.BICUBIC))
    return Image.fromarray(np.uint8(np.clip(large + rough - 30, 0, 255)))


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    folder = tmp_path_factory.mktemp("pictures")
    with PictureIndex(folder / "index", write=True) as index:
        for name, path in SHIPPED.items():
            content, sha256 = read(path)
            index.add([indexed(name, record_of(sha256, decoded(path, content)))])
        yield Matcher(index)


@pytest.fixture
def ask(matcher: Matcher, tmp_path: Path) -> Callable[[Image.Image], Answer]:
    def run(image: Image.Image, kind: str = "JPEG") -> Answer:
        data = io.BytesIO()
        image.convert("RGB").save(data, kind, quality=85)
        return asked(matcher, data.getvalue(), tmp_path)

    return run


def asked(matcher: Matcher, content: bytes, folder: Path) -> Answer:
    path = folder / "asked"
    path.write_bytes(content)
    content, sha256 = read(path)
    picture = decoded(path, content, fine=True)
    return matcher.ask(picture.copy, fine=picture.fine, sha256=sha256, pixels=picture.pixels)


def opened(name: str) -> Image.Image:
    return Image.open(SHIPPED[name]).convert("RGB")


@pytest.mark.parametrize("name", TITLES)
def test_the_same_file_and_the_same_pixels(name: str, matcher: Matcher, tmp_path: Path) -> None:
    answer = asked(matcher, SHIPPED[name].read_bytes(), tmp_path)
    assert answer.verdict is Verdict.EXACT_BYTES
    assert answer.best is not None
    assert (answer.best.key, answer.best.score, answer.best.method) == (name, 1.0, "sha256")
    with Image.open(SHIPPED[name]) as image:
        again = io.BytesIO()
        image.save(again, "TIFF")
    answer = asked(matcher, again.getvalue(), tmp_path)
    assert answer.verdict is Verdict.EXACT_CONTENT
    assert answer.best is not None
    assert answer.best.key == name
    assert len([found for found in answer.findings if found.key == name]) == 1


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 5, height // 6, width * 7 // 8, height * 8 // 9))


def on_a_page(image: Image.Image) -> Image.Image:
    page = Image.new("RGB", (900, 1200), (250, 250, 250))
    page.paste(ImageOps.contain(image, (700, 700)), (80, 200))
    return page


def beside(image: Image.Image) -> Image.Image:
    page = Image.new("RGB", (1200, 600))
    page.paste(ImageOps.fit(landscape(9), (600, 600)), (0, 0))
    page.paste(ImageOps.fit(image, (600, 600)), (600, 0))
    return page


EDITS = {
    "smaller": lambda image: image.resize((image.width // 3, image.height // 3)),
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(90, expand=True),
    "gray": lambda image: image.convert("L"),
    "negative": ImageOps.invert,
    "bordered": lambda image: ImageOps.expand(image, 90, fill=(0, 0, 0)),
    "cropped": cropped,
    "on a page": on_a_page,
    "in a collage": beside,
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", TITLES)
def test_edits_are_recognized(name: str, edit: str, ask: Callable[..., Answer]) -> None:
    answer = ask(EDITS[edit](opened(name)))
    assert answer.verdict in (Verdict.NEAR_DUPLICATE, Verdict.DERIVATIVE)
    assert [found.key for found in answer.findings if found.verdict.named] == [name]
    assert answer.best is not None
    assert answer.best.likeness is not None
    if edit in ("cropped", "in a collage", "on a page"):
        assert answer.verdict is Verdict.DERIVATIVE
    if edit == "smaller":
        assert answer.verdict is Verdict.NEAR_DUPLICATE
    if edit == "negative":
        assert answer.best.likeness.negative


@pytest.mark.parametrize("seed", range(6))
def test_strangers_are_unknown(seed: int, ask: Callable[..., Answer]) -> None:
    answer = ask(landscape(seed))
    assert not answer.verdict.named
    assert answer.best is None


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (300, 300), (200, 30, 30)),
        Image.new("RGB", (2000, 3), (0, 0, 9)),
        Image.linear_gradient("L"),
    ],
)
def test_pictures_without_structure_are_unknown(
    image: Image.Image, ask: Callable[..., Answer]
) -> None:
    assert ask(image, "PNG").best is None


def test_a_collage_of_two_works_names_both(ask: Callable[..., Answer]) -> None:
    page = Image.new("RGB", (1200, 600))
    names = list(TITLES)[:2]
    for number, name in enumerate(names):
        page.paste(ImageOps.fit(opened(name), (600, 600)), (600 * number, 0))
    found = [each.key for each in ask(page).findings if each.verdict.named]
    assert sorted(found) == sorted(names)


def test_a_removed_work_is_not_found(tmp_path: Path) -> None:
    with PictureIndex(tmp_path / "index", write=True) as index:
        content, sha256 = read(DEFAULT)
        picture = decoded(DEFAULT, content)
        index.add([indexed("coffee", record_of(sha256, picture))])
        matcher = Matcher(index)
        assert matcher.ask(picture.copy, sha256=sha256).verdict is Verdict.EXACT_BYTES
        assert matcher.ask(picture.copy).verdict is Verdict.NEAR_DUPLICATE
        index.remove(["coffee"])
        assert matcher.ask(picture.copy, sha256=sha256).verdict is Verdict.UNKNOWN


def test_an_empty_index_knows_nothing(tmp_path: Path) -> None:
    with PictureIndex(tmp_path / "index", write=True) as index:
        content, sha256 = read(DEFAULT)
        answer = Matcher(index).ask(decoded(DEFAULT, content).copy, sha256=sha256)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.findings == ()


def test_the_answer_as_json(ask: Callable[..., Answer]) -> None:
    answer = ask(ImageOps.mirror(opened("cat.png"))).to_json()
    first = answer["findings"][0]
    assert answer["verdict"] == first["verdict"]
    assert first["work"] == "cat.png"
    assert first["measured"]["mirrored"]
    assert 0 < first["score"] <= 1
    assert answer["thresholds"] == "thresholds-1"
