"""A file's tensors, fed as they come: the digest of each, and the sketches of their modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gen_ip.content.safetensors import Tensor
from gen_ip.fingerprint.model.elements import FLOATS, halves
from gen_ip.fingerprint.model.sketch import Rows, Sketcher

_SEED = b"gen-ip tensor-1\0"


class TensorDigest(NamedTuple):
    """What identifies a tensor's content.

    Attributes:
        digest: 32 bytes, BLAKE3 over `gen-ip tensor-1` and a zero byte; `float`, or the dtype of
            what is not rounded, and a zero byte; how many sides are longer than 1, and these, 8
            bytes each, little endian; the elements, floating-point ones as binary16.
        elements: how many elements it has.
    """

    digest: bytes
    elements: int


class TensorReader:
    """Takes a file's bytes from the end of its header on."""

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self.digests: list[TensorDigest] = []
        self.sketcher = Sketcher()
        self._coming = iter(tensors.items())
        self._current: _Current | None = None
        self._advance()

    def feed(self, data: memoryview) -> None:
        """The next bytes."""
        while data and self._current is not None:
            taken = data[: self._current.left]
            self._current.feed(taken)
            data = data[len(taken) :]
            if not self._current.left:
                self._advance()

    def _advance(self) -> None:
        """On to the next tensor that has bytes."""
        if self._current is not None:
            self.digests.append(self._current.digest())
            self._current = None
        for name, tensor in self._coming:
            current = _Current(tensor, self.sketcher.rows(name, tensor))
            if current.left:
                self._current = current
                return
            self.digests.append(current.digest())


class _Current:
    """The tensor whose bytes come now, in units that are not torn: rows, or elements."""

    def __init__(self, tensor: Tensor, rows: Rows | None) -> None:
        from blake3 import blake3

        self.left = tensor.end - tensor.start
        self._tensor, self._rows = tensor, rows
        self._float = tensor.dtype in FLOATS
        self._unit = rows.row_bytes if rows else FLOATS.get(tensor.dtype, 1)
        self._rest = bytearray()
        self._hash = blake3(_SEED)
        sides = [side for side in tensor.shape if side != 1]
        kind = "float" if self._float else tensor.dtype
        self._hash.update(kind.encode() + b"\0")
        self._hash.update(b"".join(each.to_bytes(8, "little") for each in (len(sides), *sides)))

    def feed(self, data: memoryview) -> None:
        """The tensor's next bytes, not beyond its end."""
        self.left -= len(data)
        if self._rest:
            missing = self._unit - len(self._rest)
            self._rest += data[:missing]
            data = data[missing:]
            if len(self._rest) < self._unit:
                return
            self._take(memoryview(bytes(self._rest)))
            self._rest.clear()
        whole = len(data) // self._unit * self._unit
        if whole:
            self._take(data[:whole])
        self._rest += data[whole:]

    def digest(self) -> TensorDigest:
        """Of all its bytes."""
        return TensorDigest(self._hash.digest(), self._tensor.elements)

    def _take(self, data: memoryview) -> None:
        content: Any = halves(self._tensor.dtype, data) if self._float else data
        self._hash.update(content if isinstance(content, memoryview) else content.view("u1"))
        if self._rows is not None:
            self._rows.take(data)
