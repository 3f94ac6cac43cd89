"""Models for tests: small .safetensors files, made here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray[Any, Any]]
_DTYPES = {"f2": "F16", "f4": "F32", "f8": "F64", "u1": "U8", "i8": "I64", "b1": "BOOL"}


def saved(
    tensors: Arrays, metadata: Mapping[str, str] | None = None, bf16: bool = False, pad: int = 8
) -> bytes:
    """As https://github.com/huggingface/safetensors#format says; float32 as BF16 if wanted."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    parts, at = [], 0
    for name, values in tensors.items():
        if bf16 and values.dtype == np.float32:
            dtype, data = "BF16", to_bf16(values).tobytes()
        else:
            dtype, data = _DTYPES[values.dtype.str[1:]], values.tobytes()
        header[name] = {
            "dtype": dtype,
            "shape": list(values.shape),
            "data_offsets": [at, at + len(data)],
        }
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % pad)
    return len(text).to_bytes(8, "little") + text + b"".join(parts)


def to_bf16(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The upper halves, rounded to nearest, ties to even."""
    bits = values.astype(np.float32).reshape(-1).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16).reshape(values.shape)


def from_bf16(halves: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """As float32."""
    wide = np.asarray(halves).reshape(-1).astype(np.uint32) << 16
    return wide.view(np.float32).reshape(np.shape(halves))


def lora(
    seed: int = 0,
    modules: int = 6,
    rank: int = 4,
    sides: tuple[int, int] = (48, 40),
    dtype: str = "f4",
) -> dict[str, np.ndarray[Any, Any]]:
    """A LoRA by kohya's names: structured noise, as good as any for what is tested."""
    random = np.random.default_rng(seed)
    found: dict[str, np.ndarray[Any, Any]] = {}
    for number in range(modules):
        name = f"lora_unet_down_blocks_{number}_attentions_0_proj_in"
        found[f"{name}.alpha"] = np.array(rank / 2, dtype)
        found[f"{name}.lora_down.weight"] = random.normal(0, 0.1, (rank, sides[1])).astype(dtype)
        found[f"{name}.lora_up.weight"] = random.normal(0, 0.1, (sides[0], rank)).astype(dtype)
    return found


def diffusers_names(tensors: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    """The same tensors as diffusers calls them, without alphas."""
    found = {}
    for name, values in tensors.items():
        if not name.endswith(".alpha"):
            renamed = name.replace("lora_unet_down_blocks_", "unet.down_blocks.")
            renamed = renamed.replace("_attentions_0_", ".attentions.0.")
            renamed = renamed.replace("lora_down", "lora_A").replace("lora_up", "lora_B")
            found[renamed] = values
    return found
