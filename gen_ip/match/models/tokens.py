"""What a model is found by in an index: its tensors' digests, and bands of its sketches' bits.

A band is a few bits of a module's 64 at fixed places. Two modules that agree in 3 bits of 4, as
after an even merge, share a band of 12 bits in 1 case of 32; unrelated ones in 1 of 4,096. With
their names' hash beside them, hundreds of bands of a LoRA make that a sure thing; longer bands with
nothing but the module's sides beside them find LoRAs whose names say nothing.
"""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

from gen_ip.fingerprint.model.sketch import LORA, Module

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

    from gen_ip.fingerprint.model.record import ModelRecord

#: The names of the sets.
DIGESTS, NAMED_BANDS, BANDS = "model-tensors-1", "model-named-bands-1", "model-bands-1"

#: A tensor with fewer elements, such as an alpha, says nothing of whose it is.
LEAST_ELEMENTS = 64

_BITS, _LONG_BITS = 12, 16
# So many bands of a module's 64 bits without one bit twice; then they are dealt anew.
_DEALT, _LONG_DEALT = 5, 4
# A file of few modules gets more bands of each.
_WANTED, _FEWEST, _MOST = 1_000, 5, 20
# Of a checkpoint: it has a thousand weights, and all of its family the same bands.
_MOST_WEIGHTS = 64


def tokens_of(record: ModelRecord) -> dict[str, NDArray[uint64]]:
    """Tokens by the names of their sets."""
    import numpy

    digests = b"".join(
        each.digest[:8] for each in record.tensors if each.elements >= LEAST_ELEMENTS
    )
    modules = _counted(record.modules)
    count = min(_MOST, max(_FEWEST, _WANTED // max(1, len(modules))))
    return {
        DIGESTS: numpy.frombuffer(digests, "<u8").astype(numpy.uint64),
        NAMED_BANDS: _bands(modules, count, _BITS, _DEALT, named=True),
        BANDS: _bands(modules, _LONG_DEALT, _LONG_BITS, _LONG_DEALT, named=False),
    }


def _counted(modules: tuple[Module, ...]) -> list[Module]:
    """The modules that are looked for: a LoRA's, or some weights, the same of every file."""
    found = [each for each in modules if each.kind == LORA]
    if found:
        return found
    return sorted(modules, key=lambda each: _hash(each.name))[:_MOST_WEIGHTS]


def _bands(
    modules: list[Module], count: int, size: int, dealt: int, *, named: bool
) -> NDArray[uint64]:
    import numpy

    bits = numpy.array([each.bits for each in modules], numpy.uint64)
    heads = numpy.array(
        [
            _hash(f"{each.kind} {each.outputs} {each.inputs} {each.name if named else ''}")
            for each in modules
        ],
        numpy.uint64,
    )
    found = []
    for number, places in enumerate(_places(count, size, dealt)):
        value = numpy.full(len(bits), number, numpy.uint64)
        for place in places:
            value = value << numpy.uint64(1) | (bits >> numpy.uint64(place)) & numpy.uint64(1)
        found.append(_mixed(heads ^ _mixed(value)))
    return numpy.concatenate(found) if found else numpy.zeros(0, numpy.uint64)


@functools.cache
def _places(count: int, size: int, dealt: int) -> tuple[tuple[int, ...], ...]:
    """Which bits each band has: the first `count` of a fixed list."""
    bands: list[tuple[int, ...]] = []
    deal = 0
    while len(bands) < count:
        order = sorted(range(64), key=lambda bit: _hash(f"bands {size} {deal} {bit}"))
        bands += [tuple(order[at * size : (at + 1) * size]) for at in range(dealt)]
        deal += 1
    return tuple(bands[:count])


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _mixed(values: NDArray[uint64]) -> NDArray[uint64]:
    """Every bit depends on every bit (the finalizer of SplitMix64, Steele and others, 2014)."""
    import numpy

    values = values + numpy.uint64(0x9E3779B97F4A7C15)
    values = (values ^ values >> numpy.uint64(30)) * numpy.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ values >> numpy.uint64(27)) * numpy.uint64(0x94D049BB133111EB)
    mixed: NDArray[uint64] = values ^ values >> numpy.uint64(31)
    return mixed
