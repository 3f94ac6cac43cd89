"""A work's small picture: small, like the work, and never a way in for a hostile file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.glimpse import GLIMPSE_SIDE, MAX_GLIMPSE_BYTES, glimpse, opened


@pytest.mark.parametrize("size", [(1, 1), (512, 384), (512, 3), (100, 512)])
def test_is_small_and_like_the_copy(size: tuple[int, int]) -> None:
    width, height = size
    slope = np.linspace(0, 255, width)[None, :, None] * np.linspace(0.2, 1, height)[:, None, None]
    copy = np.broadcast_to(slope, (height, width, 3)).astype(np.uint8)
    data = glimpse(copy)
    small = opened(data)
    assert max(small.shape) <= GLIMPSE_SIDE
    again = np.asarray(Image.fromarray(copy).resize(small.shape[1::-1], Image.Resampling.BOX))
    assert np.abs(small.astype(int) - again).mean() < 6


def test_noise_stays_below_the_cap() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
    assert len(glimpse(noise)) <= MAX_GLIMPSE_BYTES
    tiny = np.random.default_rng(1).integers(0, 256, (192, 192, 3), np.uint8)
    assert len(glimpse(tiny)) <= MAX_GLIMPSE_BYTES


def jpeg(width: int, height: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height)).save(data, "JPEG")
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", jpeg(8, 8)[:40], jpeg(20_000, 8), jpeg(8, 8) + bytes(MAX_GLIMPSE_BYTES)],
)
def test_refuses_what_is_no_glimpse(data: bytes) -> None:
    with pytest.raises(MalformedFingerprint):
        opened(data)
