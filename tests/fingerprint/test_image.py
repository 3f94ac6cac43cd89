"""What a fingerprint recognizes, and what it honestly does not."""

from __future__ import annotations

import hashlib
import io
import struct
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gen_ip.content.files import summarize_file
from gen_ip.content.metadata import build, decode, encode
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.image import (
    LEAST_QUALITY,
    SIMILAR_BITS,
    SIMILAR_PDQ_BITS,
    ImageFingerprint,
    Level,
    Match,
    distance,
    match,
    perceptual_hash,
)
from gen_ip.fingerprint.pdq import PDQ, Orientation
from tests.fingerprint.edits import BEYOND, COMMON
from tests.fingerprint.measure_likeness import edited, pdq_distance, pictures, unrelated

ROOT = Path(__file__).resolve().parents[2]
CAT = ROOT / "gen_ip" / "demo" / "pictures" / "cat.png"
COFFEE = ROOT / "gen_ip" / "demo" / "pictures" / "coffee.jpg"


def saved(image: Image.Image, path: Path, **options: object) -> ImageFingerprint:
    image.save(path, **options)  # type: ignore[arg-type] # each format has its own options
    return perceptual_hash(path)


def cat() -> Image.Image:
    with Image.open(CAT) as image:
        return image.convert("RGB")


def test_fingerprint_of_a_picture_that_ships() -> None:
    """Fixed: these values lie on chains once people have used the package."""
    found = perceptual_hash(CAT)
    assert found.sha256 == hashlib.sha256(CAT.read_bytes()).hexdigest()
    assert found.pixels == "0e74e6102ebe0ade0317245d8d0153ceeb5670eca30f58648b09b6e1ce385487"
    assert found.phash64 == "b15fe6465121175e"
    assert (found.width, found.height) == (451, 300)


def test_pixel_hash_is_what_its_description_says() -> None:
    rgba = numpy.asarray(cat().convert("RGBA"))
    height, width, _ = rgba.shape
    expected = hashlib.sha256(struct.pack(">II", width, height) + rgba.tobytes()).hexdigest()
    assert perceptual_hash(CAT).pixels == expected


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("TIFF", {}), ("BMP", {}), ("WEBP", {"lossless": True, "exact": True})],
)
def test_lossless_copy_has_the_same_pixels(
    tmp_path: Path, kind: str, options: dict[str, object]
) -> None:
    copy = saved(cat(), tmp_path / f"copy.{kind.lower()}", **options)
    verdict = match(perceptual_hash(CAT), copy)
    assert verdict == Match(Level.PIXELS, 0, PDQ)
    assert str(verdict) == "same pixels"


def test_same_file_matches_exactly() -> None:
    assert match(perceptual_hash(CAT), perceptual_hash(CAT)) == Match(Level.EXACT, 0, PDQ)


@pytest.mark.parametrize("edit", COMMON)
@pytest.mark.parametrize("path", pictures(), ids=lambda path: path.stem)
def test_common_edits_are_recognized(tmp_path: Path, path: Path, edit: str) -> None:
    with Image.open(path) as image:
        copy = saved(COMMON[edit](image.convert("RGB")), tmp_path / "edited.png")
    known = perceptual_hash(path)
    verdict = match(copy, known)
    assert (verdict.level, verdict.method, verdict.bits) == (Level.SIMILAR, PDQ, 256)
    assert verdict.distance is not None
    assert verdict.distance <= SIMILAR_PDQ_BITS
    # Metadata from before `pdq-1`.
    older = replace(known, pdq=None)
    verdict = match(copy, older)
    assert (verdict.level, verdict.method, verdict.bits) == (Level.SIMILAR, "phash64", 64)
    assert verdict.distance == distance(copy, known)
    assert verdict.distance <= SIMILAR_BITS


TURNED = {"mirror": Orientation.FLIP_LEFT_RIGHT, "turn by 90 degrees": Orientation.ROTATE_270}


@pytest.mark.parametrize("edit", TURNED)
@pytest.mark.parametrize("path", pictures(), ids=lambda path: path.stem)
def test_turned_pictures_are_known_by_pdq_alone(tmp_path: Path, path: Path, edit: str) -> None:
    known = perceptual_hash(path)
    copy = edited(path, BEYOND[edit], tmp_path)
    verdict = match(copy, known)
    assert verdict.level is Level.SIMILAR
    assert verdict.orientation is TURNED[edit]
    assert not match(copy, replace(known, pdq=None))
    # Of the known one metadata has the upright hash alone.
    assert match(replace(copy, turned=()), known).level is Level.DIFFERENT


@pytest.mark.parametrize("path", pictures(), ids=lambda path: path.stem)
def test_stated_limits_are_real(tmp_path: Path, path: Path) -> None:
    known = perceptual_hash(path)
    for edit in ("crop 15 % each side", "negative"):
        assert not match(edited(path, BEYOND[edit], tmp_path), known), edit


def test_a_crop_that_pdq_misses_is_known_by_phash(tmp_path: Path) -> None:
    verdict = match(
        edited(CAT, BEYOND["crop 5 % each side"], tmp_path), perceptual_hash(CAT), SIMILAR_BITS
    )
    assert (verdict.level, verdict.method) == (Level.SIMILAR, "phash64")


def test_unrelated_pictures_do_not_match(tmp_path: Path) -> None:
    pairs = unrelated(tmp_path)
    found = [bits for a, b in pairs if (bits := distance(a, b)) is not None]
    assert len(found) > 500
    assert min(found) > SIMILAR_BITS
    nearest = [bits for a, b in pairs if (bits := pdq_distance(a, b)) is not None]
    assert len(nearest) > 300
    assert min(nearest) > SIMILAR_PDQ_BITS
    for a, b in combinations(pictures(), 2):
        assert match(perceptual_hash(a), perceptual_hash(b)).level is Level.DIFFERENT


def test_hashes_of_little_structure_are_not_compared(tmp_path: Path) -> None:
    faint = cat().convert("L").point(lambda value: 100 + value // 8)
    one = saved(faint, tmp_path / "a.png")
    two = saved(faint.resize((225, 150)), tmp_path / "b.png")
    assert one.pdq is not None
    assert one.pdq.quality < LEAST_QUALITY
    assert match(one, two).method == "phash64"


def test_verdict_names_the_distance(tmp_path: Path) -> None:
    edited = saved(COMMON["crop 2 % each side"](cat()), tmp_path / "a.png")
    assert str(match(perceptual_hash(CAT), edited)) == "similar (distance 34 of 256)"
    other = match(perceptual_hash(CAT), perceptual_hash(COFFEE))
    assert not other
    assert str(other).endswith(" of 256)")


@pytest.mark.parametrize("orientation", range(2, 9))
def test_orientation_of_exif_is_applied(tmp_path: Path, orientation: int) -> None:
    """A camera's sideways file and its upright copy are one picture."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = cat().transpose(undo[orientation])
    turned = saved(stored, tmp_path / "camera.png", exif=exif.tobytes())
    assert match(perceptual_hash(CAT), turned).level is Level.PIXELS
    assert (turned.width, turned.height) == (451, 300)


def test_colors_below_full_transparency_do_not_count(tmp_path: Path) -> None:
    data = numpy.asarray(cat().convert("RGBA")).copy()
    data[:50, :, 3] = 0
    one = saved(Image.fromarray(data), tmp_path / "one.png")
    data[:50, :, :3] = 77
    two = saved(Image.fromarray(data), tmp_path / "two.png")
    assert one.sha256 != two.sha256
    assert (one.pixels, one.phash64) == (two.pixels, two.phash64)


def test_partly_transparent_colors_do_count(tmp_path: Path) -> None:
    data = numpy.asarray(cat().convert("RGBA")).copy()
    data[:50, :, 3] = 1
    one = saved(Image.fromarray(data), tmp_path / "one.png")
    data[0, 0, 0] ^= 1
    assert saved(Image.fromarray(data), tmp_path / "two.png").pixels != one.pixels


def test_palette_and_full_color_of_the_same_pixels_agree(tmp_path: Path) -> None:
    palette = cat().quantize(64)
    one = saved(palette, tmp_path / "palette.png")
    two = saved(palette.convert("RGB"), tmp_path / "full.png")
    assert one.pixels == two.pixels
    gray = cat().convert("L")
    assert (
        saved(gray, tmp_path / "gray.png").pixels
        == saved(gray.convert("RGB"), tmp_path / "rgb.png").pixels
    )


def test_16_bit_gray_keeps_its_picture(tmp_path: Path) -> None:
    gray = numpy.asarray(cat().convert("L"))
    deep = saved(Image.fromarray(gray.astype("uint16") * 256 + 17), tmp_path / "deep.png")
    plain = saved(Image.fromarray(gray), tmp_path / "plain.png")
    assert match(deep, plain).level is Level.PIXELS


def test_strips_are_seamless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = perceptual_hash(CAT).pixels
    monkeypatch.setattr("gen_ip.fingerprint.picture._STRIP_PIXELS", 1000)
    assert perceptual_hash(CAT).pixels == whole


def test_shape_counts(tmp_path: Path) -> None:
    one = saved(Image.new("RGB", (20, 30)), tmp_path / "a.png")
    two = saved(Image.new("RGB", (30, 20)), tmp_path / "b.png")
    assert one.pixels != two.pixels


def test_later_frames_count(tmp_path: Path) -> None:
    first, second = cat().convert("P"), Image.new("P", cat().size)
    one = saved(first, tmp_path / "one.gif", save_all=True, append_images=[second])
    two = saved(first, tmp_path / "two.gif", save_all=True, append_images=[second, first])
    assert one.pixels != two.pixels
    assert one.phash64 == two.phash64
    assert match(one, two).level is Level.SIMILAR


def test_preview_in_a_phones_jpeg_does_not_count(tmp_path: Path) -> None:
    with_preview = tmp_path / "phone.jpg"
    cat().save(with_preview, "MPO", save_all=True, append_images=[cat().resize((45, 30))])
    plain = io.BytesIO()
    cat().save(plain, "JPEG")
    (tmp_path / "plain.jpg").write_bytes(plain.getvalue())
    assert perceptual_hash(with_preview).pixels == perceptual_hash(tmp_path / "plain.jpg").pixels


def test_pictures_without_structure_have_no_likeness(tmp_path: Path) -> None:
    """Otherwise every flat color would be similar to every other."""
    red = saved(Image.new("RGB", (300, 200), "red"), tmp_path / "red.png")
    blue = saved(Image.new("RGB", (300, 200), "blue"), tmp_path / "blue.png")
    assert red.phash64 is None
    assert red.fingerprints == {}
    assert distance(red, blue) is None
    assert match(red, blue) == Match(Level.DIFFERENT, None)
    assert str(match(red, blue)) == "different"
    assert match(red, red).level is Level.EXACT


def test_fingerprint_survives_the_metadata() -> None:
    known = perceptual_hash(CAT)
    document = build(
        name="Chelsea",
        content=summarize_file(CAT),
        canonical=known.canonical,
        fingerprints=known.fingerprints,
    )
    restored = ImageFingerprint.from_metadata(decode(encode(document)))
    assert restored.pdq == known.pdq
    assert restored.fingerprints == known.fingerprints
    assert match(restored, known) == Match(Level.EXACT, 0, PDQ)


def test_metadata_without_likeness_matches_by_bytes_only() -> None:
    document = build(name="Chelsea", content=summarize_file(CAT))
    restored = ImageFingerprint.from_metadata(decode(encode(document)))
    assert match(restored, perceptual_hash(CAT)) == Match(Level.EXACT, None)
    assert not match(restored, perceptual_hash(COFFEE))


def test_absent_hashes_match_nothing() -> None:
    unknown = ImageFingerprint(None, None, None)
    assert match(unknown, unknown) == Match(Level.DIFFERENT, None)


@pytest.mark.parametrize("value", ["", "B15FE6465121175E", "b15fe6465121175", "0x5fe6465121175e"])
def test_malformed_hash(value: str) -> None:
    with pytest.raises(MalformedFingerprint, match="16 lower-case hex digits"):
        ImageFingerprint(None, None, value)


HASHES = st.integers(0, 2**64 - 1).map(lambda bits: ImageFingerprint(None, None, f"{bits:016x}"))


@given(HASHES, HASHES, HASHES)
def test_distance_is_a_metric(
    a: ImageFingerprint, b: ImageFingerprint, c: ImageFingerprint
) -> None:
    ab, ba, bc, ac = distance(a, b), distance(b, a), distance(b, c), distance(a, c)
    assert ab is not None
    assert bc is not None
    assert ac is not None
    assert ab == ba
    assert (ab == 0) == (a == b)
    assert ac <= ab + bc <= 128


def test_heavy_libraries_are_imported_only_when_used() -> None:
    program = """
import sys, gen_ip.fingerprint.image
heavy = {"PIL", "numpy", "scipy", "imagehash"} & set(sys.modules)
assert not heavy, f"imported too early: {heavy}"
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
