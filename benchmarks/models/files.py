"""Writing .safetensors files (https://github.com/huggingface/safetensors#format), and reading back
what was written here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gen_ip.content.safetensors import header_bytes, parse_header

Array = np.ndarray[Any, Any]
Tensors = dict[str, Array]
_DTYPES = {"F16": np.float16, "F32": np.float32}


def save(
    path: Path, tensors: Mapping[str, Array], metadata: Mapping[str, str] | None = None
) -> None:
    """Numbers as they are; those of uint16 are BF16, of uint8 F8_E4M3."""
    names = {"float16": "F16", "float32": "F32", "uint16": "BF16", "uint8": "F8_E4M3"}
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at, parts = 0, []
    for name, values in tensors.items():
        data = np.ascontiguousarray(values).tobytes()
        header[name] = {
            "dtype": names[values.dtype.name],
            "shape": list(values.shape),
            "data_offsets": [at, at + len(data)],
        }
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(parts))


def load(path: Path) -> Tensors:
    """As float32."""
    with path.open("rb") as file:
        size = path.stat().st_size
        header = parse_header(header_bytes(file, size), size)
        data = path.read_bytes()
    return {
        name: np.frombuffer(data[each.start : each.end], _DTYPES[each.dtype])
        .reshape(each.shape)
        .astype(np.float32)
        for name, each in header.tensors.items()
    }


def bfloat16(values: Array) -> Array:
    """The upper halves as uint16, rounded to nearest, ties to even."""
    bits = np.ascontiguousarray(values, np.float32).reshape(-1).view(np.uint32)
    halves = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    return halves.astype(np.uint16).reshape(values.shape)


def float8(values: Array) -> Array:
    """The nearest F8_E4M3 code as uint8."""
    from gen_ip.fingerprint.model.elements import floats

    codes = np.arange(127, dtype=np.uint8)
    sizes = floats("F8_E4M3", codes.tobytes())
    flat = np.abs(values).reshape(-1)
    above = np.clip(np.searchsorted(sizes, flat), 1, 126)
    nearer = flat - sizes[above - 1] < sizes[above] - flat
    found = np.where(nearer, above - 1, above).astype(np.uint8)
    found |= np.where(values.reshape(-1) < 0, 128, 0).astype(np.uint8)
    return found.reshape(values.shape)
