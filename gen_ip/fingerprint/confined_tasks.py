"""What is done with strangers' files in a limited process."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from gen_ip.fingerprint.confined_worker import UNNAMED, Task
from gen_ip.fingerprint.descriptor import load
from gen_ip.fingerprint.opening import FORMATS
from gen_ip.fingerprint.picture import decoded
from gen_ip.fingerprint.record import record_of

_HASH_BYTES = 32
_EXIF_ORIENTATION = 0x0112


def pictures(options: Mapping[str, Any]) -> Task:
    """From a file's bytes to `Picture.to_bytes`. Options: `pixels`, the cap; `fine`, whether the
    finer copy is wanted, by default not."""
    fine = bool(options.get("fine"))

    def run(content: bytes) -> bytes:
        return decoded(UNNAMED, content, options["pixels"], fine=fine).to_bytes()

    return _warmed(run, b"")


def records(options: Mapping[str, Any]) -> Task:
    """From a file's sha2-256 and bytes to `PictureRecord.to_bytes`. Options: `pixels`; `features`
    and `glimpses`, whether they are wanted; `weights`, a path for `sscd-1`, or None.

    Raises:
        MissingLibrary: what is wanted needs a library that is not installed.
        MissingWeights, WrongWeights, FileProblem: the weights are not the right ones.
    """
    weights = options["weights"]
    descriptor = load(weights) if weights else None
    if options["features"]:
        _single_threaded()

    def run(request: bytes) -> bytes:
        picture = decoded(UNNAMED, request[_HASH_BYTES:], options["pixels"])
        return record_of(
            request[:_HASH_BYTES],
            picture,
            descriptor,
            features=options["features"],
            glimpses=options["glimpses"],
        ).to_bytes()

    return _warmed(run, bytes(_HASH_BYTES))


def _single_threaded() -> None:
    """A process for every core is faster, and threads started later would not get their stacks."""
    try:
        import cv2
    except ImportError:
        # Said with its remedy where it is first used.
        return
    cv2.setNumThreads(1)


def _warmed(task: Task, prefix: bytes) -> Task:
    """The task, with everything loaded: afterwards no file can be opened, no library's either."""
    for content in _samples():
        task(prefix + content)
    return task


def _samples() -> Iterator[bytes]:
    """A picture of each format, and of each way that pixels are turned into 8-bit RGB."""
    from PIL import Image

    gradient = Image.linear_gradient("L").resize((64, 48))
    color = Image.merge("RGB", (gradient, gradient.transpose(Image.Transpose.ROTATE_180), gradient))
    clear = color.copy()
    clear.putalpha(gradient)
    turned = Image.Exif()
    turned[_EXIF_ORIENTATION] = 6
    Image.init()
    for kind in FORMATS:
        if kind in Image.SAVE:
            yield _saved(color, kind)
    yield _saved(color, "JPEG", exif=turned)
    yield _saved(color.resize((1100, 40)), "JPEG")
    yield _saved(color.convert("CMYK"), "TIFF")
    yield _saved(clear, "PNG")
    yield _saved(color.convert("P"), "GIF", save_all=True, append_images=[gradient.convert("P")])
    yield _saved(gradient.convert("I;16"), "PNG")


def _saved(image: Any, kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()
