"""The header of a .safetensors file: its tensors' names, types, shapes and places.

The format (https://github.com/huggingface/safetensors#format): eight bytes, little-endian, say how
long a JSON object is that follows them; it gives each tensor's `dtype`, `shape` and
`data_offsets` from the end of the header on, and texts under `__metadata__`. The tensors fill the
rest of the file without gaps. All of this is checked, for readers of lying headers read beyond.

The header is not given to a general JSON parser as a whole, each tensor's short entry is: 100 MB of
brackets or numbers cost neither depth nor a multiple of their memory.
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NamedTuple, TypeGuard

from gen_ip.errors import GenIPError, shown

#: The format's own cap; a model of 10,000 tensors has some 2 MB.
MAX_HEADER_BYTES = 100_000_000
#: The largest models in use have some thousands.
MAX_TENSORS = 200_000
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
_METADATA = "__metadata__"
_LENGTH_BYTES = 8
_CHUNK_BYTES = 1024 * 1024
_MAX_DIMENSIONS = 16
_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
# No member of an entry is an object, and no name in it has a brace.
_ENTRY = re.compile(r"\{[^{}]{0,2000}+\}")


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

    @property
    def elements(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)


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
        BadSafetensors: it is not sound, or has more than 100 MB.
        OSError: the system cannot read the file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return parse_header(header_bytes(file, size), size)


def header_bytes(file: BinaryIO, size: int) -> bytes:
    """The bytes before the tensors', from the beginning of a file of `size` bytes, unchecked but
    for their length.

    Raises:
        BadSafetensors: there are not so many, or more than the cap.
        OSError: the system cannot read the file.
    """
    length_bytes = file.read(_LENGTH_BYTES)
    if len(length_bytes) < _LENGTH_BYTES:
        raise BadSafetensors(f"the file has {size} bytes")
    (length,) = struct.unpack("<Q", length_bytes)
    if length > size - _LENGTH_BYTES:
        raise BadSafetensors(f"its header has {length:,} bytes by its length, the file {size:,}")
    if length > MAX_HEADER_BYTES:
        raise BadSafetensors(f"its header has {length:,} bytes, the cap is {MAX_HEADER_BYTES:,}")
    text = file.read(length)
    if len(text) < length:
        raise BadSafetensors("the file ends within its header")
    return length_bytes + text


def tensors_sha256(file: BinaryIO, on_bytes: Callable[[int, int], None] | None = None) -> str:
    """The sha2-256 of everything behind the header of an open file, 64 hex digits: AutoV3, which
    another header leaves as it is. `on_bytes` is told how many of the file's bytes are read, and of
    how many.

    Raises:
        BadSafetensors: the header has no sound length.
        OSError: the system cannot read the file.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header_bytes(file, size)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK_BYTES):
        digest.update(chunk)
        if on_bytes is not None:
            on_bytes(file.tell(), max(size, file.tell()))
    return digest.hexdigest()


def parse_header(data: bytes, size: int) -> Header:
    """What `header_bytes` of a file of `size` bytes say.

    Raises:
        BadSafetensors: they are not sound.
    """
    if data[_LENGTH_BYTES : _LENGTH_BYTES + 1] != b"{":
        raise BadSafetensors("its header is no JSON object")
    try:
        text = str(memoryview(data)[_LENGTH_BYTES:], "utf-8")
    except UnicodeDecodeError:
        raise BadSafetensors("its header is not UTF-8") from None
    tensors: dict[str, Tensor] = {}
    metadata: dict[str, str] | None = None
    at = _past(text, 1)
    while text[at : at + 1] != "}":
        name, at = _member(text, at, not tensors and metadata is None)
        if name in tensors or (name == _METADATA and metadata is not None):
            raise BadSafetensors(f"it says something of {shown(name)} twice")
        if name == _METADATA:
            metadata, at = _texts(text, at)
            continue
        if len(tensors) == MAX_TENSORS:
            raise BadSafetensors(f"it has more than {MAX_TENSORS:,} tensors")
        if len(name) > MAX_NAME_CHARACTERS:
            raise BadSafetensors(f"a tensor's name has {len(name):,} characters")
        found = _ENTRY.match(text, at)
        if found is None:
            raise BadSafetensors(f"tensor {shown(name)} is described by no short JSON object")
        tensors[name] = _tensor(name, found.group(), len(data))
        at = _past(text, found.end())
    if text[at + 1 :].strip(" "):
        raise BadSafetensors("its header has something behind its end")
    return Header(_contiguous(tensors, len(data), size), metadata or {})


def _contiguous(tensors: dict[str, Tensor], start: int, size: int) -> dict[str, Tensor]:
    """The tensors as their bytes lie, which must be all from `start` to `size`, each once."""
    in_order = dict(sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)))
    at = start
    for name, tensor in in_order.items():
        if tensor.start != at:
            raise BadSafetensors(f"before tensor {shown(name)} bytes overlap or belong to none")
        at = tensor.end
    if at != size:
        raise BadSafetensors(f"its tensors end at byte {at:,}, the file at {size:,}")
    return in_order


def _tensor(name: str, text: str, start: int) -> Tensor:
    try:
        # Of two members of one name readers take one or the other.
        value = json.loads(text, object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        raise BadSafetensors(f"tensor {shown(name)} is described by no JSON") from None
    dtype, shape, offsets = value.get("dtype"), value.get("shape"), value.get("data_offsets")
    if not isinstance(dtype, str) or (bits := DTYPE_BITS.get(dtype)) is None:
        raise BadSafetensors(f"tensor {shown(name)} has the unknown type {shown(dtype)}")
    if not _are_sizes(shape) or len(shape) > _MAX_DIMENSIONS:
        raise BadSafetensors(f"tensor {shown(name)} has the shape {shown(shape)}")
    if not _are_sizes(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise BadSafetensors(f"tensor {shown(name)} lies at {shown(offsets)}")
    if math.prod(shape) * bits != (offsets[1] - offsets[0]) * 8:
        held = f"{offsets[1] - offsets[0]:,} bytes for the shape {shown(shape)} of {dtype}"
        raise BadSafetensors(f"tensor {shown(name)} has {held}")
    if len(value) != 3:
        raise BadSafetensors(f"tensor {shown(name)} has other members than three")
    return Tensor(dtype, tuple(shape), start + offsets[0], start + offsets[1])


def _texts(text: str, at: int) -> tuple[dict[str, str], int]:
    """The object of texts at `at`, and where the next token is."""
    found: dict[str, str] = {}
    if text[at : at + 1] != "{":
        raise BadSafetensors("its __metadata__ is not texts by names")
    at = _past(text, at + 1)
    while text[at : at + 1] != "}":
        name, at = _member(text, at, not found)
        if name in found:
            raise BadSafetensors(f"its __metadata__ says something of {shown(name)} twice")
        if len(found) == MAX_TENSORS:
            raise BadSafetensors(f"its __metadata__ has more than {MAX_TENSORS:,} texts")
        if text[at : at + 1] != '"':
            raise BadSafetensors(f"its __metadata__ says no text of {shown(name)}")
        found[name], at = _text(text, at)
    return found, _past(text, at + 1)


def _member(text: str, at: int, first: bool) -> tuple[str, int]:
    """The name of an object's next member, and where its value is."""
    name, at = _text(text, at if first else _expected(text, at, ","))
    return name, _expected(text, at, ":")


def _text(text: str, at: int) -> tuple[str, int]:
    """The string at `at`, and where the next token is."""
    found = _STRING.match(text, at)
    if found is None:
        raise BadSafetensors(f"its header is no JSON of texts and tensors at character {at:,}")
    try:
        value: str = json.loads(found.group())
        # Half of a surrogate pair can be neither kept nor shown.
        value.encode()
    except ValueError:
        raise BadSafetensors(f"its header is no Unicode text at character {at:,}") from None
    return value, _past(text, found.end())


def _expected(text: str, at: int, token: str) -> int:
    """Where the next token is, behind the one that must be at `at`."""
    if text[at : at + 1] != token:
        raise BadSafetensors(f"its header has no {token!r} at character {at:,}")
    return _past(text, at + 1)


def _past(text: str, at: int) -> int:
    """Where white space that may be at `at` ends."""
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _are_sizes(value: object) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        type(each) is int and 0 <= each < 2**63 for each in value
    )


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("it says something of one name twice")
    return made
