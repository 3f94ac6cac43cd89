"""SwarmUI: JSON with `sui_image_params`, and `sui_models` with their hashes
(https://github.com/mcmonkeyprojects/SwarmUI, docs/Image Metadata Format.md)."""

from __future__ import annotations

from typing import Any

from gen_ip.generation.limits import items, mapping
from gen_ip.generation.record import MAX_ITEMS, Generation, lora, model, settings_of, text_of

_SHOWN = ("prompt", "negativeprompt", "model", "vae", "loras", "loraweights", "swarm_version")


def is_swarmui(value: Any) -> bool:
    """Whether a JSON value is one of SwarmUI's."""
    return isinstance(mapping(value).get("sui_image_params"), dict)


def read_swarmui(value: Any, source: str) -> Generation:
    """The record of such a value.

    Raises:
        BadEmbedding: it is too long.
    """
    fields = value["sui_image_params"]
    listed = [mapping(each) for each in items(value.get("sui_models"))[:MAX_ITEMS]]
    hashes = {_plain(each.get("name")): each.get("hash") for each in listed}
    models = [
        model(fields.get(key), hashes.get(_plain(fields.get(key))), role)
        for key, role in (("model", "checkpoint"), ("vae", "vae"), ("refinermodel", "refiner"))
    ]
    weights = _listed(fields.get("loraweights"))
    loras = [
        lora(name, weights[at] if at < len(weights) else None, hashes.get(_plain(name)))
        for at, name in enumerate(_listed(fields.get("loras")))
    ]
    return Generation(
        tool="SwarmUI",
        version=text_of(fields.get("swarm_version")),
        source=source,
        positive=text_of(fields.get("prompt")),
        negative=text_of(fields.get("negativeprompt")),
        settings=settings_of({k: v for k, v in fields.items() if k not in _SHOWN}),
        models=tuple(each for each in models if each is not None),
        loras=tuple(each for each in loras if each is not None),
    )


def _listed(value: Any) -> list[Any]:
    """A list, also where it is written as a text with commas."""
    found = value.split(",") if isinstance(value, str) else items(value)
    return found[:MAX_ITEMS]


def _plain(name: Any) -> str | None:
    return name.strip().removesuffix(".safetensors") if isinstance(name, str) else None
