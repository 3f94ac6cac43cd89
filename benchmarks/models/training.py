"""LoRAs that were really trained, on a network small enough for NumPy.

The network removes noise from patches of gray pictures: residual blocks of two linear layers, which
are told how strong the noise is. It is trained on patches of many pictures; a LoRA of all its
blocks is then trained on one other picture, as an artist's style is. So LoRAs share what real ones
share: the base, which directions it can easily be turned in, and, half of them, the random numbers
they began with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.models.files import Array, Tensors

PATCH, WIDTH, HIDDEN, BLOCKS = 12, 128, 256, 8
BASE_STEPS, LORA_STEPS, BATCH = 1_000, 160, 128
_RATE, _LORA_RATE = 2e-3, 3e-3


@dataclass
class Network:
    """The layers' weights, shape (outputs, inputs), by name."""

    weights: dict[str, Array]

    def run(self, noisy: Array, level: Array, delta: dict[str, Array]) -> tuple[Array, list[Any]]:
        """The noise that was guessed, shape (n, PATCH**2), and what the way back needs."""

        def weight(name: str) -> Array:
            return self.weights[name] + delta[name] if name in delta else self.weights[name]

        state = noisy @ weight("enter").T + level @ weight("level").T
        kept: list[Any] = [noisy]
        for block in range(BLOCKS):
            scale = 1 / np.sqrt((state**2).mean(axis=1, keepdims=True) + 1e-5)
            normal = state * scale
            inner = normal @ weight(f"blocks.{block}.fc1").T
            active = np.maximum(inner, 0)
            kept.append((normal, scale, inner, active))
            state = state + active @ weight(f"blocks.{block}.fc2").T
        kept.append(state)
        return state @ weight("leave").T, kept

    def back(
        self, kept: list[Any], error: Array, level: Array, delta: dict[str, Array]
    ) -> dict[str, Array]:
        """The gradients of all weights, from that of the output."""

        def weight(name: str) -> Array:
            return self.weights[name] + delta[name] if name in delta else self.weights[name]

        found = {"leave": error.T @ kept[-1]}
        flow = error @ weight("leave")
        for block in reversed(range(BLOCKS)):
            normal, scale, inner, active = kept[1 + block]
            found[f"blocks.{block}.fc2"] = flow.T @ active
            inside = (flow @ weight(f"blocks.{block}.fc2")) * (inner > 0)
            found[f"blocks.{block}.fc1"] = inside.T @ normal
            entering = inside @ weight(f"blocks.{block}.fc1")
            mean = (entering * normal).mean(axis=1, keepdims=True)
            flow = flow + scale * (entering - normal * mean)
        found["enter"] = flow.T @ kept[0]
        found["level"] = flow.T @ level
        return found


class Adam:
    """Kingma and Ba, 2015."""

    def __init__(self, rate: float) -> None:
        self._rate, self._time = rate, 0
        self._first: dict[str, Array] = {}
        self._second: dict[str, Array] = {}

    def step(self, values: dict[str, Array], gradients: dict[str, Array]) -> None:
        """Moves the values, in place."""
        self._time += 1
        for name, slope in gradients.items():
            first = self._first.setdefault(name, np.zeros_like(slope))
            second = self._second.setdefault(name, np.zeros_like(slope))
            first += 0.1 * (slope - first)
            second += 0.001 * (slope**2 - second)
            one = first / (1 - 0.9**self._time)
            two = second / (1 - 0.999**self._time)
            values[name] -= self._rate * one / (np.sqrt(two) + 1e-8)


def patches(paths: Sequence[Path], count: int, seed: int) -> Array:
    """Patches of gray pictures, about -1 to 1, shape (count, PATCH**2)."""
    random = np.random.default_rng(seed)
    found = []
    for path in paths:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L").resize((160, 160)), np.float32) / 127.5 - 1
        for _ in range(-(-count // len(paths))):
            y, x = random.integers(0, 160 - PATCH, 2)
            found.append(pixels[y : y + PATCH, x : x + PATCH].reshape(-1))
    random.shuffle(found)
    return np.stack(found[:count])


def base(paths: Sequence[Path], seed: int = 1) -> Network:
    """The network, trained on patches of these pictures."""
    random = np.random.default_rng(seed)

    def normal(outputs: int, inputs: int, gain: float = 1.0) -> Array:
        return random.normal(0, gain / np.sqrt(inputs), (outputs, inputs)).astype(np.float32)

    weights = {"enter": normal(WIDTH, PATCH**2), "level": normal(WIDTH, 4)}
    for block in range(BLOCKS):
        weights[f"blocks.{block}.fc1"] = normal(HIDDEN, WIDTH, 1.4)
        weights[f"blocks.{block}.fc2"] = normal(WIDTH, HIDDEN, 0.5)
    weights["leave"] = normal(PATCH**2, WIDTH)
    network, adam = Network(weights), Adam(_RATE)
    data = patches(paths, 20_000, seed)
    for _ in range(BASE_STEPS):
        noisy, level, noise = _noised(data, random)
        guessed, kept = network.run(noisy, level, {})
        adam.step(weights, network.back(kept, _error(guessed, noise), level, {}))
    return network


def lora(
    network: Network, path: Path, seed: int, begin: int, rank: int, name: str = "lora_unet_"
) -> Tensors:
    """A LoRA trained on one picture, by kohya's names.

    Args:
        network: the base.
        path: of the picture.
        seed: of the patches and the noise.
        begin: of what the LoRA's lower matrices begin with.
        rank: of the change; alpha is half of it.
        name: before every module's name.
    """
    random, start = np.random.default_rng(seed), np.random.default_rng(begin)
    data = patches([path], 2_000, seed)
    parts: dict[str, Array] = {}
    for layer, weight in network.weights.items():
        if layer.startswith("blocks"):
            outputs, inputs = weight.shape
            # As torch begins them: uniform within the inverse root of the inputs.
            bound = 1 / np.sqrt(inputs)
            down = start.uniform(-bound, bound, (64, inputs))[:rank]
            parts[f"{layer}/down"] = down.astype(np.float32)
            parts[f"{layer}/up"] = np.zeros((outputs, rank), np.float32)
    layers = sorted({each.partition("/")[0] for each in parts})
    adam, strength = Adam(_LORA_RATE), 0.5
    for _ in range(LORA_STEPS):
        delta = {
            layer: strength * parts[f"{layer}/up"] @ parts[f"{layer}/down"] for layer in layers
        }
        noisy, level, noise = _noised(data, random)
        guessed, kept = network.run(noisy, level, delta)
        slopes = network.back(kept, _error(guessed, noise), level, delta)
        moved = {}
        for layer in layers:
            moved[f"{layer}/up"] = strength * slopes[layer] @ parts[f"{layer}/down"].T
            moved[f"{layer}/down"] = strength * parts[f"{layer}/up"].T @ slopes[layer]
        adam.step(parts, moved)
    found: Tensors = {}
    for layer in layers:
        module = name + layer.replace(".", "_")
        found[f"{module}.alpha"] = np.array(rank / 2, np.float32)
        found[f"{module}.lora_down.weight"] = parts[f"{layer}/down"]
        found[f"{module}.lora_up.weight"] = parts[f"{layer}/up"]
    return found


def _noised(data: Array, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Patches with noise, how strong it is in four numbers, and the noise."""
    chosen = data[random.integers(0, len(data), BATCH)]
    time = random.uniform(0.05, 0.95, (BATCH, 1)).astype(np.float32)
    noise = random.standard_normal(chosen.shape).astype(np.float32)
    angle = time * np.pi / 2
    level = np.concatenate([np.ones_like(time), time, np.cos(angle), np.sin(angle)], axis=1)
    return np.cos(angle) * chosen + np.sin(angle) * noise, level, noise


def _error(guessed: Array, noise: Array) -> Array:
    """The gradient of half the mean square."""
    return (guessed - noise) / guessed.size * PATCH**2
