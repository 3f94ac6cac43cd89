"""Hashes and descriptors that Gen-IP is measured beside: each alone, as its makers use it.

They come with `make peers`; imagehash is Gen-IP's own dependency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gen_ip.errors import GenIPError
from gen_ip.fingerprint.pdq import oriented
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.fingerprint.views import views

Codes = NDArray[Any]

# Names of hashes, the packages they are of, and what these are imported as.
_PACKAGES = {
    "pdqhash": ("pdqhash", "pdqhash"),
    "ISCC Image-Code": ("iscc-core", "iscc_core"),
}


class PeerMissing(GenIPError):  # noqa: N818, named as the package's own
    """What is compared with is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not installed; run `make peers`, or give --without-peers")


@dataclass(frozen=True)
class Hash:
    """A way to know pictures by codes that are compared in pairs.

    Attributes:
        name: as in the results.
        work: a work's codes, shape (k, bytes) uint8, or (k, n) float32 of length 1.
        asked: the same of a picture asked about; the nearest of all pairs counts.
    """

    name: str
    work: Callable[[Path], Codes]
    asked: Callable[[Path], Codes]


def distances(asked: Codes, works: Codes) -> NDArray[np.float64]:
    """The least distance of any code asked with to each of the works' codes, shape (works,).

    Bits that differ, or 1 minus the cosine.
    """
    if asked.dtype == np.uint8:
        differing = np.bitwise_xor(asked[:, None, :], works[None, :, :])
        counted = np.unpackbits(differing, axis=2).sum(axis=2)
        return np.asarray(counted.min(axis=0), np.float64)
    return np.asarray(1 - (asked @ works.T).max(axis=0), np.float64)


def check_peers(names: Iterable[str]) -> None:
    """That what these hashes are computed by is there.

    Raises:
        PeerMissing: it is not.
    """
    for name in names:
        package, module = _PACKAGES.get(name, ("imagehash", "imagehash"))
        if find_spec(module) is None:
            raise PeerMissing(package)


def _picture(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _phash(side: int) -> Callable[[Path], Codes]:
    def codes(path: Path) -> Codes:
        import imagehash

        return np.packbits(imagehash.phash(_picture(path), hash_size=side).hash.ravel())[None]

    return codes


def _pdqhash(path: Path) -> Codes:
    import pdqhash

    bits, _ = pdqhash.compute(np.asarray(_picture(path)))
    return np.packbits(bits)[None]


def _iscc(path: Path) -> Codes:
    """The Image-Code of ISO 24138, 256 bits, with the preparation its SDK does."""
    from iscc_core.code_content_image import soft_hash_image_v0

    small = _picture(path).convert("L").resize((32, 32), Image.Resampling.BICUBIC)
    pixels = list(small.getdata())
    return np.frombuffer(soft_hash_image_v0(pixels, bits=256), np.uint8)[None]


def _pdq(path: Path) -> Codes:
    return _stack([next(iter(oriented(reduced_copy(path)).values())).hash])


def _pdq_turned(path: Path) -> Codes:
    return _stack([each.hash for each in oriented(reduced_copy(path)).values()])


def _pdq_views(path: Path) -> Codes:
    found = [
        each.hash for view in views(reduced_copy(path)) for each in oriented(view.pixels).values()
    ]
    return _stack(found)


def _stack(hashes: list[bytes]) -> Codes:
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), -1)


class _Sscd:
    """The learned descriptor alone, of the whole picture; loaded once in each process."""

    def __init__(self) -> None:
        self._loaded: Any = None

    def __call__(self, path: Path) -> Codes:
        if self._loaded is None:
            from gen_ip.fingerprint.descriptor import load

            self._loaded = load()
        vectors: Codes = self._loaded.describe([reduced_copy(path)])
        return vectors


_sscd = _Sscd()

HASHES: Mapping[str, Hash] = {
    each.name: each
    for each in (
        Hash("imagehash pHash-64", _phash(8), _phash(8)),
        Hash("imagehash pHash-256", _phash(16), _phash(16)),
        Hash("pdqhash", _pdqhash, _pdqhash),
        Hash("ISCC Image-Code", _iscc, _iscc),
        Hash("pdq-1", _pdq, _pdq),
        Hash("pdq-1 turned", _pdq, _pdq_turned),
        Hash("pdq-1 turned, views", _pdq, _pdq_views),
        Hash("SSCD alone", _sscd, _sscd),
    )
}
