"""The fixed +-1 probes of `model-1`: the same for everybody, from a published seed.

Element j of a side has 64 signs, one a probe: the 8 bytes from 8 j on of
SHAKE-256("gen-ip model-1 probes of outputs"), or "... of inputs"; bit i of them as a little-endian
number, set for -1, is probe i's sign. A side's length changes no sign.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

#: So many bits a module.
PROBES = 64
#: Tensors with a longer side are not sketched: the probes would take more than 32 MiB.
MAX_SIDE = 2**17

OUTPUTS, INPUTS = "outputs", "inputs"
_LEAST = 2**12


class Probes:
    """The signs of one side, made as far as they are needed."""

    _made: ClassVar[dict[str, NDArray[float32]]] = {}
    _lock: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def of(cls, side: str, length: int) -> NDArray[float32]:
        """+1 and -1, shape (length, 64).

        Args:
            side: `OUTPUTS` or `INPUTS`.
            length: at most `MAX_SIDE`.
        """
        with cls._lock:
            made = cls._made.get(side)
            if made is None or len(made) < length:
                made = _signs(side, max(_LEAST, 1 << (length - 1).bit_length()))
                cls._made[side] = made
        return made[:length]


def _signs(side: str, length: int) -> NDArray[float32]:
    import numpy

    seed = f"gen-ip model-1 probes of {side}".encode()
    stream = numpy.frombuffer(hashlib.shake_256(seed).digest(8 * length), numpy.uint8)
    bits = numpy.unpackbits(stream.reshape(length, 8), axis=1, bitorder="little")
    return 1 - 2 * bits.astype(numpy.float32)
