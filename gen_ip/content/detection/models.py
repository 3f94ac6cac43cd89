"""Models: what a .safetensors file holds, told from the names of its tensors.

The names are conventions of the programs that write such files: kohya's sd-scripts
(`lora_unet_….lora_down.weight`), PEFT and diffusers (`….lora_A.weight`), LyCORIS (`hada_w1_a`,
`lokr_w1`, `oft_blocks`), and embeddings of Automatic1111's web UI (`emb_params`), SDXL (`clip_l`
and `clip_g`) and diffusers (`<token>`).
"""

from __future__ import annotations

import re

from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.window import Window
from gen_ip.content.safetensors import (
    BadSafetensors,
    Header,
    looks_like_one,
    read_header,
)

TENSORS = frozenset(("lora", "embedding", "checkpoint"))
"""Formats whose files are .safetensors."""

_MEDIA_TYPE = "application/octet-stream"
_ADAPTER = re.compile(
    r"^lora_(?:unet|te\d?|transformer|prior)_|"
    r"[._](?:lora_(?:up|down|mid|A|B|E|magnitude_vector|linear_layer|embedding_[AB])|"
    r"lora\.(?:up|down)|hada_[wt][12](?:_[ab])?|lokr_[wt][12](?:_[ab])?|oft_(?:blocks|diag|R)|"
    r"boft_R|dora_scale|ia3_l|glora_[ab][12])(?:[._]|$)"
)
_EMBEDDING = re.compile(r"emb_params|clip_[lgh]|t5xxl|string_to_param\.\*|<[^<>]{1,200}>")
_MAX_EMBEDDING_TENSORS = 8
_MAX_TOKENS = 1_024


def by_tensors(window: Window) -> Detected | None:
    """What model it is; None where the file is no .safetensors file."""
    if not looks_like_one(window.head, window.size):
        return None
    try:
        header = read_header(window.file)
    except BadSafetensors as error:
        return Detected("model", "safetensors", _MEDIA_TYPE, refusal=f"has {error}")
    return Detected("model", _part(header), _MEDIA_TYPE)


def _part(header: Header) -> str:
    adapting = sum(1 for name in header.tensors if _ADAPTER.search(name))
    plain = sum(1 for name in header.tensors if not name.endswith(".alpha")) - adapting
    if adapting and adapting >= plain:
        return "lora"
    small = len(header.tensors) <= _MAX_EMBEDDING_TENSORS and all(
        len(each.shape) <= 2 and each.shape[0] <= _MAX_TOKENS
        for each in header.tensors.values()
        if each.shape
    )
    named = any(_EMBEDDING.fullmatch(name) for name in header.tensors)
    return "embedding" if small and named else "checkpoint"
