"""What is done to LoRAs: saved anew, renamed, scaled, factored anew, cut, merged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.models.files import Array, Tensors, bfloat16, float8, save

LOSSLESS, MERGED, CUT = "lossless", "merged", "cut or trained on"

Modules = dict[str, tuple[Array, Array, float]]


class Edit(NamedTuple):
    """An edit; `make` gets the LoRA, another that it may be merged with, and a random generator,
    and gives the tensors that are saved."""

    name: str
    group: str
    make: Callable[[Tensors, Tensors, np.random.Generator], Mapping[str, Array]]


def modules_of(tensors: Tensors) -> Modules:
    """Up, down, and the factor alpha / rank, by the module's name."""
    found = {}
    for name in tensors:
        if name.endswith(".lora_down.weight"):
            module = name.removesuffix(".lora_down.weight")
            down, up = tensors[name], tensors[f"{module}.lora_up.weight"]
            alpha = float(tensors.get(f"{module}.alpha", np.array(len(down))))
            found[module] = (up, down, alpha / len(down))
    return found


def tensors_of(modules: Modules) -> Tensors:
    """By kohya's names, in half precision as it saves them."""
    found: Tensors = {}
    for name, (up, down, factor) in modules.items():
        found[f"{name}.alpha"] = np.array(factor * len(down), np.float16)
        found[f"{name}.lora_down.weight"] = down.astype(np.float16)
        found[f"{name}.lora_up.weight"] = up.astype(np.float16)
    return found


def factored(up: Array, down: Array, rank: int) -> tuple[Array, Array]:
    """The same product, or the best of lower rank, from its singular values."""
    left, upper = np.linalg.qr(up)
    right, lower = np.linalg.qr(down.T)
    inner, sizes, outer = np.linalg.svd(upper @ lower.T)
    root = np.sqrt(sizes[:rank])
    return (left @ inner[:, :rank]) * root, (root[:, None] * outer[:rank]) @ right.T


def write(path: Path, edit: Edit, mine: Tensors, other: Tensors, seed: int) -> None:
    """The edited LoRA as a file."""
    save(path, edit.make(mine, other, np.random.default_rng(seed)))


def _diffusers(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
    found = {}
    for name, (up, down, factor) in modules_of(mine).items():
        dotted = name.replace("lora_unet_", "unet.")
        dotted = re.sub(r"_(?=\d)|(?<=\d)_|(?<=attn\d)_", ".", dotted)
        found[f"{dotted}.lora_A.weight"] = down
        # diffusers keeps no alpha: its factor goes into the weights.
        found[f"{dotted}.lora_B.weight"] = (factor * up).astype(np.float32)
    return found


def _peft(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
    return {
        f"base_model.model.{name.replace('lora_A', 'lora_A.default')}"
        .replace("lora_B", "lora_B.default"): each
        for name, each in _diffusers(mine, other, random).items()
    }  # fmt: skip


def _nameless(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
    names = list(modules_of(mine))
    order = {name: number for number, name in enumerate(random.permutation(names))}
    found = {}
    for name, each in mine.items():
        module, _, part = name.partition(".")
        found[f"layer_{order[module]:04d}.{part}"] = each
    return found


def _each(
    change: Callable[[Array, Array, float], tuple[Array, Array, float]],
) -> Callable[[Tensors, Tensors, np.random.Generator], Tensors]:
    def make(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
        return tensors_of({name: change(*each) for name, each in modules_of(mine).items()})

    return make


def _mixed(
    share: float, rank: Callable[[int], int] | None
) -> Callable[[Tensors, Tensors, np.random.Generator], Tensors]:
    """A merge in which the LoRA has this share; resized to a rank, or as long as both."""

    def make(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
        theirs, found = modules_of(other), {}
        for name, (up, down, factor) in modules_of(mine).items():
            up2, down2, factor2 = theirs[name]
            ups = np.concatenate([share * factor * up, (1 - share) * factor2 * up2], axis=1)
            downs = np.concatenate([down, down2])
            if rank is not None:
                ups, downs = factored(ups, downs, rank(len(down)))
            found[name] = (ups, downs, 1.0)
        return tensors_of(found)

    return make


def _part(
    keep: Callable[[str, int], bool],
) -> Callable[[Tensors, Tensors, np.random.Generator], Tensors]:
    def make(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
        chosen = {name for at, name in enumerate(modules_of(mine)) if keep(name, at)}
        return {name: each for name, each in mine.items() if name.partition(".")[0] in chosen}

    return make


def _trained_on(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
    found = {}
    for name, (up, down, factor) in modules_of(mine).items():
        moved = [
            each + 0.3 * each.std() * random.standard_normal(each.shape) for each in (up, down)
        ]
        found[name] = (moved[0], moved[1], factor)
    return tensors_of(found)


def _everything(mine: Tensors, other: Tensors, random: np.random.Generator) -> Tensors:
    again = {
        name: (*factored(up, down, len(down)), factor)
        for name, (up, down, factor) in modules_of(mine).items()
    }
    return _nameless(tensors_of(again), other, random)


def _mixture(up: Array, down: Array, factor: float) -> tuple[Array, Array, float]:
    random = np.random.default_rng(len(up))
    mixing = random.normal(size=(len(down), len(down)))
    return up @ mixing, np.linalg.solve(mixing, down), factor


EDITS = (
    Edit("metadata stripped", LOSSLESS, lambda mine, other, random: mine),
    Edit("saved as half precision", LOSSLESS,
         lambda mine, other, random: {n: e.astype(np.float16) for n, e in mine.items()}),
    Edit("saved as bfloat16", LOSSLESS,
         lambda mine, other, random: {n: bfloat16(e) for n, e in mine.items()}),
    Edit("diffusers' names", LOSSLESS, _diffusers),
    Edit("PEFT's names", LOSSLESS, _peft),
    Edit("names without meaning", LOSSLESS, _nameless),
    Edit("strength halved by alpha", LOSSLESS,
         _each(lambda up, down, factor: (up, down, factor / 2))),
    Edit("strength moved into weights", LOSSLESS,
         _each(lambda up, down, factor: (0.7 * up, 1.9 * down, factor / 1.33))),
    Edit("factors turned", LOSSLESS, _each(_mixture)),
    Edit("factored by SVD", LOSSLESS,
         _each(lambda up, down, factor: (*factored(up, down, len(down)), factor))),
    Edit("renamed, factored by SVD, stripped", LOSSLESS, _everything),
    Edit("8-bit floats", CUT,
         lambda mine, other, random: {
             n: float8(e / np.abs(e).max() * 448) if e.ndim == 2 else e for n, e in mine.items()
         }),
    Edit("rank halved", CUT,
         _each(lambda up, down, factor: (*factored(up, down, len(down) // 2), factor))),
    Edit("rank 1", CUT, _each(lambda up, down, factor: (*factored(up, down, 1), factor))),
    Edit("every second module", CUT, _part(lambda name, at: at % 2 == 0)),
    Edit("a quarter of the modules", CUT, _part(lambda name, at: at % 4 == 1)),
    Edit("noise of 0.3 in all weights", CUT, _trained_on),
    Edit("merged 70:30", MERGED, _mixed(0.7, None)),
    Edit("merged 50:50", MERGED, _mixed(0.5, None)),
    Edit("merged 50:50, resized to the rank", MERGED, _mixed(0.5, lambda rank: rank)),
    Edit("merged 50:50, names without meaning", MERGED,
         lambda mine, other, random: _nameless(_mixed(0.5, None)(mine, other, random), other,
                                               random)),
    Edit("merged 30:70", MERGED, _mixed(0.3, None)),
)  # fmt: skip
