"""Parameters as Automatic1111's web UI writes them, and Forge, SD.Next, Fooocus and others after.

The prompt, a line that begins with "Negative prompt:", and a last line of settings
(`create_infotext` in modules/processing.py, `parse_generation_parameters` in
modules/infotext_utils.py). LoRAs stand in the prompt as `<lora:NAME:WEIGHT>`, their hashes in
"Lora hashes"; Civitai's plug-ins write "Hashes" as JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any

from gen_ip.content.detection.parameters import NEGATIVE, PAIR, is_settings
from gen_ip.generation.limits import items, json_at, mapping
from gen_ip.generation.record import (
    MAX_ITEMS,
    Generation,
    Lora,
    Model,
    label,
    lora,
    model,
    settings_of,
)

_LORA = re.compile(r"<(?:lora|lyco|locon):([^:<>]{1,256})(?::([^:<>]{0,32}))?(?::[^<>]{0,64})?>")
_JSON_SETTING = re.compile(r"(?:^|,)\s*(Hashes|Civitai resources):\s*(?=[\[{])")
_HASHES = ("Lora hashes", "TI hashes", "Hashes")
_MODELS = (("Model", "checkpoint"), ("VAE", "vae"), ("Refiner model", "refiner"))
_FORGE = re.compile(r"f\d")


def read_parameters(text: str, source: str) -> Generation:
    """The record of such a text; a text without settings is a prompt.

    Raises:
        BadEmbedding: it is too long.
    """
    lines = text.strip().splitlines()
    settings = lines.pop() if lines and is_settings(lines[-1]) else ""
    start = next((at for at, line in enumerate(lines) if line.startswith(NEGATIVE)), len(lines))
    positive = "\n".join(lines[:start]).strip()
    negative = "\n".join(lines[start:]).removeprefix(NEGATIVE).strip()
    pairs, structured = _pairs(settings)
    tool, version = _tool(pairs)
    return Generation(
        tool=tool,
        version=version,
        source=source,
        positive=positive or None,
        negative=negative or None,
        settings=settings_of({k: v for k, v in pairs.items() if k not in _HASHES}),
        models=_models(pairs, structured),
        loras=_loras(positive, pairs, structured),
    )


def _pairs(settings: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The settings' texts and their JSON values."""
    structured: dict[str, Any] = {}
    while found := _JSON_SETTING.search(settings):
        value = json_at(settings, found.end())
        if value is not None:
            structured[found[1]] = value[0]
        settings = settings[: found.start()] + ("" if value is None else settings[value[1] :])
    return {name.strip(): _unquoted(value) for name, value in PAIR.findall(settings)}, structured


def _unquoted(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, str) else value


def _tool(pairs: dict[str, str]) -> tuple[str, str | None]:
    version = pairs.get("Version")
    if "App" in pairs:
        return pairs["App"][:64] or "unknown", version
    if version is None:
        return "A1111 parameters", None
    if version.startswith("Fooocus"):
        return "Fooocus", version.removeprefix("Fooocus").strip() or None
    if version == "ComfyUI":
        return "ComfyUI", None
    return ("Forge" if _FORGE.match(version) else "Automatic1111"), version[:64]


def _models(pairs: dict[str, str], structured: dict[str, Any]) -> tuple[Model, ...]:
    hashes = mapping(structured.get("Hashes"))
    found = [
        model(pairs.get(key), pairs.get(f"{key} hash") or hashes.get(key.lower()), role)
        for key, role in _MODELS
    ]
    embeddings = _hash_list(pairs.get("TI hashes", "")) | {
        name.removeprefix("embed:"): digest
        for name, digest in hashes.items()
        if name.startswith("embed:")
    }
    found += [model(name, digest, "embedding") for name, digest in embeddings.items()]
    return tuple(each for each in found if each is not None)[:MAX_ITEMS]


def _loras(positive: str, pairs: dict[str, str], structured: dict[str, Any]) -> tuple[Lora, ...]:
    weights: dict[str, object] = {name: weight or None for name, weight in _LORA.findall(positive)}
    hashes: dict[str, object] = dict(_hash_list(pairs.get("Lora hashes", "")))
    for name, digest in mapping(structured.get("Hashes")).items():
        if name.lower().startswith("lora:"):
            hashes.setdefault(name[5:], digest)
    for name, weight in _hash_list(pairs.get("Lora weights", "")).items():
        weights.setdefault(name, weight)
    for each in map(mapping, items(structured.get("Civitai resources"))):
        resource = label(each.get("modelName"))
        if each.get("type") in ("lora", "lycoris") and resource is not None:
            weights.setdefault(resource, each.get("weight"))
    names = dict.fromkeys((*weights, *hashes))
    found = (lora(name, weights.get(name), hashes.get(name)) for name in names)
    return tuple(each for each in found if each is not None)[:MAX_ITEMS]


def _hash_list(text: str) -> dict[str, str]:
    """`name: value, name: value` by name."""
    parts = (part.rpartition(":") for part in text.split(",")[:MAX_ITEMS])
    return {name.strip(): value.strip() for name, _, value in parts if name.strip()}
