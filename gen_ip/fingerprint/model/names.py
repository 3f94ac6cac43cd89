"""What a tensor's name says: which module it belongs to, and as which part of a low-rank change.

Trainers name the same module in several ways: kohya's scripts
`lora_unet_mid_block_attentions_0_proj_in.lora_down.weight`, diffusers
`unet.mid_block.attentions.0.proj_in.lora_A.weight`, PEFT with `base_model.model.` before it. The
common name lets modules of two files be paired; where names do not map, they are paired by what
they do (`gen_ip.match.models`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

UP, DOWN, MID, ALPHA = "up", "down", "mid", "alpha"
W1A, W1B, W2A, W2B = "w1a", "w1b", "w2a", "w2b"

_SUFFIXES = (
    (re.compile(r"[._]lora(?:_linear_layer)?[._]down(?:\.[\w-]+)?$"), DOWN),
    (re.compile(r"[._]lora(?:_linear_layer)?[._]up(?:\.[\w-]+)?$"), UP),
    (re.compile(r"[._]lora_A(?:\.[\w-]+){0,2}$"), DOWN),
    (re.compile(r"[._]lora_B(?:\.[\w-]+){0,2}$"), UP),
    (re.compile(r"[._]lora_mid(?:\.weight)?$"), MID),
    (re.compile(r"\.alpha$"), ALPHA),
    (re.compile(r"\.hada_w1_a$"), W1A),
    (re.compile(r"\.hada_w1_b$"), W1B),
    (re.compile(r"\.hada_w2_a$"), W2A),
    (re.compile(r"\.hada_w2_b$"), W2B),
)
_PREFIXES = (
    ("base_model.model.", ""),
    ("model.diffusion_model.", ""),
    ("diffusion_model.", ""),
    ("transformer.", ""),
    ("unet.", ""),
    ("text_encoder_2.", "te2_"),
    ("text_encoder.", "te1_"),
    ("lora_unet_", ""),
    ("lora_transformer_", ""),
    ("lora_te2_", "te2_"),
    ("lora_te1_", "te1_"),
    ("lora_te_", "te1_"),
)
# SDXL's blocks as its authors number them, and as diffusers does: three layers a block.
_INPUT = re.compile(r"^input_blocks_(\d{1,2})_1_(?=transformer|proj|norm)")
_OUTPUT = re.compile(r"^output_blocks_(\d{1,2})_1_(?=transformer|proj|norm)")
_MIDDLE = re.compile(r"^middle_block_1_(?=transformer|proj|norm)")


class Part(NamedTuple):
    """A tensor as a part of a module: the module's name as in the file, and which part."""

    module: str
    role: str


def part_of(name: str) -> Part | None:
    """Which part of a low-rank change a tensor is; None for a weight of its own."""
    for pattern, role in _SUFFIXES:
        found = pattern.search(name)
        if found is not None and found.start():
            return Part(name[: found.start()], role)
    return None


def common_name(module: str) -> str:
    """A module's name as far as trainers agree on it: words joined by `_`, no prefix."""
    name, before = module.removesuffix(".weight"), ""
    stripped = True
    while stripped:
        stripped = False
        for prefix, instead in _PREFIXES:
            if name.startswith(prefix) and len(name) > len(prefix):
                name, before, stripped = name[len(prefix) :], before or instead, True
    name = before + name.replace(".processor.", ".").replace(".", "_")
    name = re.sub(r"to_out_0$", "to_out", name)
    name = _MIDDLE.sub("mid_block_attentions_0_", name)
    found = _INPUT.match(name)
    if found is not None and int(found[1]):
        block, layer = divmod(int(found[1]) - 1, 3)
        return f"down_blocks_{block}_attentions_{layer}_{name[found.end() :]}"
    found = _OUTPUT.match(name)
    if found is not None:
        block, layer = divmod(int(found[1]), 3)
        return f"up_blocks_{block}_attentions_{layer}_{name[found.end() :]}"
    return name
