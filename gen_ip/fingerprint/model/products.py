"""What a LoRA's module does, in more numbers than its sketch: `strongest-1`, kept to compare with.

P = a^T (up down) b with the 64 probes a and b of each side (`gen_ip.fingerprint.model.probes`) is
the module's W seen through them. Of a work the four strongest directions of P are kept: P is about
U diag(s) V^T, cut off after four (Eckart and Young, 1936). A merge p X + q Y does with X's main
inputs nearly what p X does, P V being U diag(s) and of Y, which works on other inputs, 4/64 of the
energy, however X is diluted. A LoRA that merely began with the same random numbers works on the
same inputs and does something else with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.model.probes import PROBES

if TYPE_CHECKING:
    from numpy import float16, float32, int8
    from numpy.typing import NDArray

STRONGEST = "strongest-1"
#: Directions that are kept of a module.
KEPT = 4
#: Bytes of a module's: sizes as binary16, then outputs and inputs as signed bytes, big endian.
BYTES = 2 * KEPT + 2 * PROBES * KEPT


def product(up: NDArray[float32], down: NDArray[float32]) -> NDArray[float16] | None:
    """P over its largest number, float16 of shape (64, 64); None where it says nothing.

    Args:
        up: a^T up, shape (64, rank).
        down: down b, shape (rank, 64).
    """
    import numpy

    with numpy.errstate(all="ignore"):
        found = up @ down
    largest = numpy.abs(found).max()
    if not numpy.isfinite(largest) or not largest:
        return None
    whole: NDArray[float16] = (found / largest).astype(numpy.float16)
    return whole


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest directions of a module.

    Attributes:
        outputs, inputs: a column for each, to any scale, int8 of shape (64, 4).
        sizes: how strong each is, to any scale, float16 of shape (4,).
    """

    outputs: NDArray[int8]
    inputs: NDArray[int8]
    sizes: NDArray[float16]

    @classmethod
    def of(cls, whole: NDArray[float16]) -> Strongest:
        """Of what `product` gives."""
        import numpy

        left, sizes, right = numpy.linalg.svd(whole.astype(numpy.float32))
        return cls(
            _bytes(left[:, :KEPT]), _bytes(right[:KEPT].T), sizes[:KEPT].astype(numpy.float16)
        )

    def to_bytes(self) -> bytes:
        """`BYTES` bytes."""
        sizes = self.sizes.astype(">f2").tobytes()
        return sizes + self.outputs.tobytes() + self.inputs.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Strongest:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another length, or sizes that are none.
        """
        import numpy

        if len(data) != BYTES:
            raise MalformedFingerprint(STRONGEST, len(data), f"{BYTES} bytes")
        sizes = numpy.frombuffer(data, ">f2", KEPT).astype(numpy.float16)
        if not numpy.isfinite(sizes).all() or sizes[0] <= 0 or (sizes < 0).any():
            raise MalformedFingerprint(STRONGEST, sizes.tolist(), "sizes of 0 or more")
        columns = numpy.frombuffer(data, numpy.int8, offset=2 * KEPT).reshape(2, PROBES, KEPT)
        return cls(columns[0], columns[1], sizes)

    def followed(self, whole: NDArray[float16]) -> float:
        """How far another module does the same with these inputs, whatever it does with others: a
        cosine, -1 to 1; 0 if it does nothing with them."""
        import numpy

        mine = _columns(self.outputs) * self.sizes.astype(numpy.float32)
        other = whole.astype(numpy.float32) @ _columns(self.inputs)
        length = float(numpy.linalg.norm(mine) * numpy.linalg.norm(other))
        return float((mine * other).sum()) / length if length else 0.0


def _bytes(columns: NDArray[float32]) -> NDArray[int8]:
    import numpy

    largest = numpy.maximum(numpy.abs(columns).max(axis=0), 1e-12)
    found: NDArray[int8] = numpy.rint(127 * columns / largest).astype(numpy.int8)
    return found


def _columns(kept: NDArray[int8]) -> NDArray[float32]:
    """At length 1."""
    import numpy

    found = kept.astype(numpy.float32)
    units: NDArray[float32] = found / numpy.maximum(numpy.linalg.norm(found, axis=0), 1e-12)
    return units
