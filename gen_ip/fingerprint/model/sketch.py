"""The sign sketch of what a module does: 64 bits, whatever it is called and however it is stored.

Bit i is the sign of a_i^T W b_i, set where it is negative, with the fixed vectors a_i, b_i of +-1
from `gen_ip.fingerprint.model.probes`. Of a LoRA module W = up down is what it changes, and since

    a^T (up down) b = (a^T up) (down b)

W is never made: it takes 64 (outputs + inputs) rank products. Neither the rank, nor another
factorization of the same W, nor a positive factor, nor the kind of the numbers, nor a name changes
it, but for signs of values near 0. After a merge p X + q Y, bits of X stay with probability
1 - acos(c) / pi, c the correlation of both W: 3/4 for equal parts of equal size (Goemans and
Williamson, 1995). Of a convolution inputs and kernel count as one side.

A weight that is not part of a low-rank change is sketched by at most 64 evenly spaced rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gen_ip.content.safetensors import Tensor
from gen_ip.fingerprint.model.elements import FLOATS, floats
from gen_ip.fingerprint.model.names import DOWN, UP, Part, common_name, part_of
from gen_ip.fingerprint.model.probes import INPUTS, MAX_SIDE, OUTPUTS, PROBES, Probes
from gen_ip.fingerprint.model.products import product

if TYPE_CHECKING:
    from numpy import float16, float32
    from numpy.typing import NDArray

LORA, WEIGHT = "lora", "weight"

_ROWS = 64
_MOST_RANK = 4_096
# A row of it is kept whole while it is read.
_MOST_ROW_BYTES = 2**20
_LEAST_WEIGHTS = 256
# Halves of modules whose other half has not come: of files in the usual order, one.
_MOST_WAITING = 64 * 2**20


# Up to so many multiplications OpenBLAS starts no thread.
_IN_ONE_THREAD = 2**18


@dataclass(frozen=True, order=True)
class Module:
    """What is kept of a module.

    Attributes:
        name: as far as trainers agree on it: `common_name`.
        kind: `LORA` or `WEIGHT`.
        outputs, inputs: the sides of W.
        bits: the sketch, an unsigned number of 64 bits; bit i is probe i's.
    """

    name: str
    kind: str
    outputs: int
    inputs: int
    bits: int


@dataclass
class _Halves:
    """What is known of a LoRA module so far: (a^T up), shape (64, r); (down b), shape (r, 64)."""

    up: NDArray[float32] | None = None
    down: NDArray[float32] | None = None
    outputs: int = 0
    inputs: int = 0

    @property
    def bytes(self) -> int:
        return sum(each.nbytes for each in (self.up, self.down) if each is not None)


@dataclass
class Sketcher:
    """Sketches of the modules of a file, from its tensors in any order.

    Attributes:
        modules: those that are complete.
        products: of LoRA modules, see `gen_ip.fingerprint.model.products`.
    """

    modules: list[Module] = field(default_factory=list)
    products: dict[Module, NDArray[float16]] = field(default_factory=dict)
    _waiting: dict[str, _Halves] = field(default_factory=dict)
    _kept: int = 0

    def rows(self, name: str, tensor: Tensor) -> Rows | None:
        """What takes the tensor's rows; None if it is not sketched."""
        rows = tensor.shape[0] if tensor.shape else 0
        columns = tensor.elements // rows if rows else 0
        size = FLOATS.get(tensor.dtype)
        fits = 0 < rows <= MAX_SIDE and 0 < columns <= MAX_SIDE
        if size is None or not fits or columns * size > _MOST_ROW_BYTES:
            return None
        part = part_of(name)
        if part is None:
            if tensor.elements < _LEAST_WEIGHTS or len(tensor.shape) < 2:
                return None
            return _WeightRows(tensor, rows, columns, name, self.modules.append)
        if part.role == UP and columns <= _MOST_RANK:
            return _UpRows(tensor, rows, columns, part, self._half)
        if part.role == DOWN and rows <= _MOST_RANK:
            return _DownRows(tensor, rows, columns, part, self._half)
        return None

    def _half(self, part: Part, projected: NDArray[float32], side: int) -> None:
        found = self._waiting.pop(part.module, None) or _Halves()
        self._kept -= found.bytes
        if part.role == UP:
            found.up, found.outputs = projected, side
        else:
            found.down, found.inputs = projected, side
        if found.up is None or found.down is None:
            self._waiting[part.module] = found
            self._kept += found.bytes
            while self._kept > _MOST_WAITING:
                oldest = next(iter(self._waiting))
                self._kept -= self._waiting.pop(oldest).bytes
        elif found.up.shape[1] == len(found.down):
            bits = _bits((found.up * found.down.T).sum(axis=1))
            if bits is not None:
                name = common_name(part.module)
                module = Module(name, LORA, found.outputs, found.inputs, bits)
                self.modules.append(module)
                if (whole := product(found.up, found.down)) is not None:
                    self.products[module] = whole


class Rows:
    """A tensor's rows, taken a few at a time."""

    def __init__(self, tensor: Tensor, rows: int, columns: int) -> None:
        self.count, self.columns = rows, columns
        self.row_bytes = columns * FLOATS[tensor.dtype]
        self._dtype = tensor.dtype
        self._at = 0

    def take(self, data: memoryview) -> None:
        """The next whole rows."""
        rows = len(data) // self.row_bytes
        self._take(data, self._at, rows)
        self._at += rows
        if self._at == self.count:
            self._end()

    def _values(self, data: Any) -> NDArray[float32]:
        return floats(self._dtype, data).reshape(-1, self.columns)

    def _take(self, data: memoryview, at: int, rows: int) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


class _UpRows(Rows):
    def __init__(
        self, tensor: Tensor, rows: int, columns: int, part: Part, done: Callable[..., None]
    ) -> None:
        super().__init__(tensor, rows, columns)
        self._part, self._done = part, done
        self._sum: Any = 0

    def _take(self, data: memoryview, at: int, rows: int) -> None:
        signs = Probes.of(OUTPUTS, self.count)[at : at + rows]
        self._sum = self._sum + _product(signs.T, self._values(data))

    def _end(self) -> None:
        self._done(self._part, self._sum, self.count)


class _DownRows(Rows):
    def __init__(
        self, tensor: Tensor, rows: int, columns: int, part: Part, done: Callable[..., None]
    ) -> None:
        super().__init__(tensor, rows, columns)
        self._part, self._done = part, done
        self._parts: list[NDArray[float32]] = []

    def _take(self, data: memoryview, at: int, rows: int) -> None:
        signs = Probes.of(INPUTS, self.columns)
        self._parts.append(_product(self._values(data), signs))

    def _end(self) -> None:
        import numpy

        self._done(self._part, numpy.concatenate(self._parts), self.columns)


class _WeightRows(Rows):
    def __init__(
        self,
        tensor: Tensor,
        rows: int,
        columns: int,
        name: str,
        done: Callable[[Module], None],
    ) -> None:
        super().__init__(tensor, rows, columns)
        self._name, self._done = common_name(name), done
        kept = min(_ROWS, rows)
        self._wanted = [number * rows // kept for number in range(kept)]
        self._sum: Any = 0

    def _take(self, data: memoryview, at: int, rows: int) -> None:
        import numpy

        wanted = [row for row in self._wanted if at <= row < at + rows]
        if not wanted:
            return
        whole = numpy.frombuffer(data, numpy.uint8).reshape(rows, self.row_bytes)
        values = self._values(whole[[row - at for row in wanted]])
        signs = Probes.of(OUTPUTS, self.count)[wanted]
        products = _product(values, Probes.of(INPUTS, self.columns))
        self._sum = self._sum + (signs * products).sum(axis=0)

    def _end(self) -> None:
        bits = _bits(self._sum)
        if bits is not None:
            self._done(Module(self._name, WEIGHT, self.count, self.columns, bits))


def _product(a: NDArray[float32], b: NDArray[float32]) -> NDArray[float32]:
    """a b, in pieces that a BLAS does in this thread: others would wait for its threads."""
    import numpy

    rows, inner, columns = len(a), a.shape[1], b.shape[1]
    # What overflows has no sketch, which `_bits` tells.
    with numpy.errstate(all="ignore"):
        piece = max(1, _IN_ONE_THREAD // max(1, rows * columns))
        total: NDArray[float32] = a[:, :piece] @ b[:piece]
        for start in range(piece, inner, piece):
            total += a[:, start : start + piece] @ b[start : start + piece]
    return total


def _bits(values: NDArray[float32]) -> int | None:
    """The signs of 64 values; None where they say nothing: all 0, or not all numbers."""
    import numpy

    if values.shape != (PROBES,) or not numpy.isfinite(values).all() or not values.any():
        return None
    return int.from_bytes(numpy.packbits(values < 0, bitorder="little").tobytes(), "little")
