"""Pictures from strangers: refused before they are decoded, never a traceback."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from gen_ip.errors import (
    EmptyFile,
    FileProblem,
    FileTooLarge,
    ImageTooLarge,
    MissingFile,
    NotAFile,
    TooManyFrames,
    UnreadableImage,
)
from gen_ip.fingerprint.image import perceptual_hash
from gen_ip.fingerprint.opening import MAX_FRAMES, open_image

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"


def encoded(kind: str) -> bytes:
    """A small real picture in the format `kind`."""
    with Image.open(PICTURES / "cat.png") as image:
        small = image.convert("RGB").resize((90, 60))
    buffer = io.BytesIO()
    small.save(buffer, kind)
    return buffer.getvalue()


def png_header(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims `width` x `height`; its data is `body`, compressed."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(body))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
def test_supported_formats_open(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(kind))
    with open_image(path) as image:
        assert (image.size, image.format) == ((90, 60), kind)


def test_problems_of_the_file_itself(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        perceptual_hash(tmp_path / "missing.png")
    with pytest.raises(NotAFile):
        perceptual_hash(tmp_path)
    (tmp_path / "empty.png").touch()
    with pytest.raises(EmptyFile):
        perceptual_hash(tmp_path / "empty.png")
    with pytest.raises(FileTooLarge):
        perceptual_hash(PICTURES / "cat.png", max_bytes=1000)


@pytest.mark.parametrize(
    "data",
    [
        b"just text, called a picture",
        b"\x00" * 100,
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"P6 1 1 255\n\x00\x00\x00",
    ],
)
def test_other_formats_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(UnreadableImage, match=r"unknown format.*give a PNG, JPEG") as caught:
        perceptual_hash(path)
    assert "picture.png" in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_picture(tmp_path: Path, kind: str, share: float) -> None:
    data = encoded(kind)
    path = tmp_path / "cut"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableImage):
        perceptual_hash(path)


def test_truncated_picture_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    data = (PICTURES / "cat.png").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableImage, match="damaged or incomplete; give an intact copy"):
        perceptual_hash(path)


def test_pixel_cap_is_checked_from_the_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "wide.png"
    path.write_bytes(png_header(12_000, 10_000))
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))
    with pytest.raises(ImageTooLarge, match="12,000 x 10,000 pixels, the cap is 100,000,000"):
        perceptual_hash(path)


def test_decompression_bomb(tmp_path: Path) -> None:
    """30 kB that would take 30 GB: Pillow's own limit answers first, under the same error."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(100_000, 100_000, bytes(30_000_000)))
    assert path.stat().st_size < 40_000
    with pytest.raises(ImageTooLarge, match="give a smaller picture"):
        perceptual_hash(path)
    with pytest.raises(ImageTooLarge):
        perceptual_hash(path, max_pixels=10**12)


def test_header_that_promises_more_than_there_is(tmp_path: Path) -> None:
    path = tmp_path / "short.png"
    path.write_bytes(png_header(1000, 1000, b"\x00" * 500))
    with pytest.raises(UnreadableImage):
        perceptual_hash(path)


def test_frames_count_together(tmp_path: Path) -> None:
    path = tmp_path / "animation.gif"
    frames = [Image.new("L", (100, 100), 20 * index) for index in range(6)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    perceptual_hash(path, max_pixels=60_000)
    with pytest.raises(ImageTooLarge, match="in 6 frames"):
        perceptual_hash(path, max_pixels=59_999)


def test_frames_of_one_pixel_do_not_take_for_ever(tmp_path: Path) -> None:
    """The caps on bytes and pixels alone would let five million of these through."""

    def gif(count: int) -> Path:
        head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
        frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
        path = tmp_path / f"{count}.gif"
        path.write_bytes(head + frame * count + b"\x3b")
        return path

    assert perceptual_hash(gif(MAX_FRAMES)).pixels
    with pytest.raises(TooManyFrames, match="more than 2,000 frames"):
        perceptual_hash(gif(MAX_FRAMES + 1))


def test_cap_is_inclusive(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.linear_gradient("L").save(path)
    perceptual_hash(path, max_pixels=65_536)
    with pytest.raises(ImageTooLarge):
        perceptual_hash(path, max_pixels=65_535)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_damaged_bytes_never_end_in_another_exception(tmp_path: Path, kind: str) -> None:
    original = encoded(kind)
    path = tmp_path / "damaged"
    source = random.Random(kind)
    for _ in range(150):
        data = bytearray(original)
        for _ in range(source.randint(1, 8)):
            # Headers hold what decoders branch on, so half the damage goes there.
            limit = len(data) if source.random() < 0.5 else min(len(data), 200)
            data[source.randrange(limit)] = source.randrange(256)
        path.write_bytes(data)
        message = ""
        try:
            perceptual_hash(path, max_pixels=1_000_000)
        except FileProblem as problem:
            message = str(problem)
        assert len(message) < 1000
        assert "\n" not in message


def test_picture_of_32_bit_samples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "float.tiff"
    Image.new("F", (10, 10), 0.5).save(path)
    with pytest.raises(UnreadableImage, match=r"32 bits.*save it with 8 or 16 bits"):
        perceptual_hash(path)
