"""LoRAs in the shapes of models in use, whose numbers are made up.

A change is what trained ones look like from afar: a few strong directions, weaker ones below. Of
its strength a part lies in directions that all LoRAs of a base share, differently for each LoRA,
as gradients of one network do. That is a guess at how alike strangers are, and a stern one:
`python -m benchmarks.fingerprint --kind model --json` tells what agreement follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.models.files import Array, Tensors

#: Of the strength of a change, at most so much lies in directions that all share.
MOST_SHARED = 0.3
_SHARED_RANK = 6

# Channels of the U-Net's levels, how many transformer blocks each has on the way down and up.
_SD15 = ((320, 1, 2, 3), (640, 1, 2, 3), (1280, 1, 2, 3))
_SDXL = ((640, 2, 2, 3), (1280, 10, 2, 3))
_CONTEXT = {"sd15": 768, "sdxl": 2048}


def modules(model: str) -> Iterator[tuple[str, int, int]]:
    """Names by diffusers, outputs and inputs of all layers of the U-Net's transformers.

    Args:
        model: `sd15` or `sdxl`.
    """
    levels = _SD15 if model == "sd15" else _SDXL
    # SDXL's first level has no attention.
    first = 0 if model == "sd15" else 1
    last = len(levels) - 1
    for level, (channels, depth, down, up) in enumerate(levels):
        for layer in range(down):
            place = f"down_blocks_{level + first}_attentions_{layer}"
            yield from _transformers(place, channels, depth, model)
        for layer in range(up):
            place = f"up_blocks_{last - level + (1 - first)}_attentions_{layer}"
            yield from _transformers(place, channels, depth, model)
    channels, depth = levels[-1][:2]
    yield from _transformers("mid_block_attentions_0", channels, depth, model)


def _transformers(
    place: str, channels: int, depth: int, model: str
) -> Iterator[tuple[str, int, int]]:
    context = _CONTEXT[model]
    yield f"{place}_proj_in", channels, channels
    for block in range(depth):
        name = f"{place}_transformer_blocks_{block}"
        for attention, inputs in (("attn1", channels), ("attn2", context)):
            yield f"{name}_{attention}_to_q", channels, channels
            yield f"{name}_{attention}_to_k", channels, inputs
            yield f"{name}_{attention}_to_v", channels, inputs
            yield f"{name}_{attention}_to_out_0", channels, channels
        yield f"{name}_ff_net_0_proj", 8 * channels, channels
        yield f"{name}_ff_net_2", channels, 4 * channels
    yield f"{place}_proj_out", channels, channels


def lora(model: str, seed: int, rank: int) -> Tensors:
    """A LoRA of all these layers by kohya's names, float32."""
    random = np.random.default_rng(seed)
    shared = MOST_SHARED * random.uniform()
    found: Tensors = {}
    for number, (name, outputs, inputs) in enumerate(modules(model)):
        common = np.random.default_rng((number, outputs))
        strengths = np.exp(-np.arange(rank) / 3) * np.exp(random.normal(0, 0.5))
        up, down = random.normal(size=(outputs, rank)), random.normal(size=(rank, inputs))
        ours = _low(common, outputs, inputs)
        turned = random.normal(size=(_SHARED_RANK, rank)) / np.sqrt(_SHARED_RANK)
        up = np.sqrt(1 - shared) * up + np.sqrt(shared) * ours[0] @ turned
        down = np.sqrt(1 - shared) * down + np.sqrt(shared) * turned.T @ ours[1]
        module = f"lora_unet_{name}"
        found[f"{module}.alpha"] = np.array(rank / 2, np.float32)
        scale = 0.02
        found[f"{module}.lora_down.weight"] = (scale * down).astype(np.float32)
        found[f"{module}.lora_up.weight"] = (scale * up * strengths).astype(np.float32)
    return found


def _low(common: np.random.Generator, outputs: int, inputs: int) -> tuple[Array, Array]:
    """The directions of a layer that are shared."""
    return (
        common.normal(size=(outputs, _SHARED_RANK)),
        common.normal(size=(_SHARED_RANK, inputs)),
    )
