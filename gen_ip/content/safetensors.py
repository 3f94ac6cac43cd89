"""The header of a .safetensors file: its tensors' names, types, shapes and places.

The format (https://github.com/huggingface/safetensors#format): eight bytes, little-endian, say how
long a JSON object is that follows them; it gives each tensor's `dtype`, `shape` and
`data_offsets` from the end of the header on, and texts under `__metadata__`. The tensors fill the
rest of the file without gaps. All of this is checked, for readers of lying headers read beyond.
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import math
import os
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple, TypeGuard

from gen_ip.errors import GenIPError, shown
from gen_ip.nesting import parse

#: The format's own cap is 100 MB; a model of 10,000 tensors has some 2 MB.
MAX_HEADER_BYTES = 16 * 1024 * 1024
MAX_NAME_CHARACTERS = 1_024
#: Bits of an element of each type.
DTYPE_BITS: Mapping[str, int] = {
    "BOOL": 8,
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "U8": 8,
    "I8": 8,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I16": 16,
    "U16": 16,
    "F16": 16,
    "BF16": 16,
    "I32": 32,
    "U32": 32,
    "F32": 32,
    "I64": 64,
    "U64": 64,
    "F64": 64,
    "C64": 64,
}
_LENGTH_BYTES = 8
_DEPTH = 4
_MAX_DIMENSIONS = 16


class BadSafetensors(GenIPError):
    """The file is no .safetensors file, or its header does not describe it; `reason` says how."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"no sound .safetensors header: {reason}; save the model again")


class Tensor(NamedTuple):
    """One tensor: its type as the format names it, its shape, and its bytes' place in the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Header(NamedTuple):
    """Tensors by name, in the order in which their bytes lie; and the texts under `__metadata__`,
    which are whatever their writer claims."""

    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def looks_like_one(head: bytes, size: int) -> bool:
    """Whether a file of `size` bytes that begins with `head` can be meant to be one."""
    if len(head) < _LENGTH_BYTES + 2 or head[_LENGTH_BYTES : _LENGTH_BYTES + 1] != b"{":
        return False
    (length,) = struct.unpack_from("<Q", head)
    # A wrong length still has the name of a tensor behind it.
    return 2 <= length <= size - _LENGTH_BYTES or head[_LENGTH_BYTES + 1 :].lstrip()[:1] == b'"'


def read_header(file: BinaryIO) -> Header:
    """The checked header of an open file; its tensors are not read.

    Raises:
        BadSafetensors: it is not sound, or has more than 16 MiB.
        OSError: the system cannot read the file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    length_bytes = file.read(_LENGTH_BYTES)
    if len(length_bytes) < _LENGTH_BYTES:
        raise BadSafetensors(f"the file has {size} bytes")
    (length,) = struct.unpack("<Q", length_bytes)
    if length > size - _LENGTH_BYTES:
        raise BadSafetensors(f"its header has {length:,} bytes by its length, the file {size:,}")
    if length > MAX_HEADER_BYTES:
        raise BadSafetensors(f"its header has {length:,} bytes, the cap is {MAX_HEADER_BYTES:,}")
    text = file.read(length)
    if not text.startswith(b"{"):
        raise BadSafetensors("its header is no JSON object")
    try:
        # Of two tensors of one name readers take one or the other.
        fields = parse(text, _DEPTH, object_pairs_hook=_distinct)
    except ValueError as error:
        raise BadSafetensors(f"its header is no JSON ({shown(str(error))})") from None
    return _checked(fields, _LENGTH_BYTES + length, size)


def _checked(fields: dict[str, Any], start: int, size: int) -> Header:
    metadata = fields.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise BadSafetensors("its __metadata__ is not texts by names")
    tensors = {name: _tensor(name, value, start) for name, value in fields.items()}
    in_order = dict(sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)))
    at = start
    for name, tensor in in_order.items():
        if tensor.start != at:
            raise BadSafetensors(f"before tensor {shown(name)} bytes overlap or belong to none")
        at = tensor.end
    if at != size:
        raise BadSafetensors(f"its tensors end at byte {at:,}, the file at {size:,}")
    return Header(in_order, metadata)


def _tensor(name: str, value: Any, start: int) -> Tensor:
    dtype, shape, offsets = (
        (value.get("dtype"), value.get("shape"), value.get("data_offsets"))
        if isinstance(value, dict)
        else (None, None, None)
    )
    if len(name) > MAX_NAME_CHARACTERS:
        raise BadSafetensors(f"a tensor's name has {len(name):,} characters")
    if not isinstance(dtype, str) or (bits := DTYPE_BITS.get(dtype)) is None:
        raise BadSafetensors(f"tensor {shown(name)} has the unknown type {shown(dtype)}")
    if not _are_sizes(shape) or len(shape) > _MAX_DIMENSIONS:
        raise BadSafetensors(f"tensor {shown(name)} has the shape {shown(shape)}")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise BadSafetensors(f"tensor {shown(name)} lies at {shown(offsets)}")
    if math.prod(shape) * bits != (offsets[1] - offsets[0]) * 8:
        held = f"{offsets[1] - offsets[0]:,} bytes for the shape {shown(shape)} of {dtype}"
        raise BadSafetensors(f"tensor {shown(name)} has {held}")
    return Tensor(dtype, tuple(shape), start + offsets[0], start + offsets[1])


def _are_sizes(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        type(each) is int and 0 <= each < 2**63 for each in value
    )


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("it says something of one name twice")
    return made
