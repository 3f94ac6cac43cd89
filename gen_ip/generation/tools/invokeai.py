"""InvokeAI: PNG chunks `invokeai_metadata` (core_metadata in
invokeai/app/invocations/metadata.py), and `sd-metadata` of its versions before 3."""

from __future__ import annotations

from typing import Any

from gen_ip.generation.limits import BadEmbedding, items, mapping
from gen_ip.generation.record import MAX_ITEMS, Generation, lora, model, settings_of, text_of

_MODELS = (("model", "checkpoint"), ("vae", "vae"), ("refiner_model", "refiner"))
_SHOWN = ("positive_prompt", "negative_prompt", "app_version", "prompt")


def read_invokeai(value: Any, source: str) -> Generation:
    """The record of a chunk's JSON value.

    Raises:
        BadEmbedding: it is no object, or too long.
    """
    fields = mapping(value)
    if not fields:
        raise BadEmbedding("it is no object")
    if isinstance(fields.get("image"), dict):
        return _before_3(fields, source)
    models = [_model(fields.get(key), role) for key, role in _MODELS]
    for each in map(mapping, items(fields.get("controlnets"))):
        models.append(_model(each.get("control_model"), "controlnet"))
    loras = []
    for each in map(mapping, items(fields.get("loras"))):
        its = mapping(each.get("model") or each.get("lora"))
        loras.append(
            lora(its.get("name") or its.get("model_name"), each.get("weight"), its.get("hash"))
        )
    return Generation(
        tool="InvokeAI",
        version=text_of(fields.get("app_version")),
        source=source,
        positive=text_of(fields.get("positive_prompt")),
        negative=text_of(fields.get("negative_prompt")),
        settings=settings_of({k: v for k, v in fields.items() if k not in _SHOWN}),
        models=tuple(each for each in models if each is not None)[:MAX_ITEMS],
        loras=tuple(each for each in loras if each is not None)[:MAX_ITEMS],
    )


def _model(value: Any, role: str) -> Any:
    its = mapping(value)
    return model(its.get("name") or its.get("model_name"), its.get("hash"), role)


def _before_3(fields: dict[str, Any], source: str) -> Generation:
    image = fields["image"]
    prompt = image.get("prompt")
    if isinstance(prompt, list):
        parts = [mapping(each).get("prompt") for each in prompt]
        prompt = " ".join(part for part in parts if isinstance(part, str))
    found = model(fields.get("model_weights"), fields.get("model_hash"))
    return Generation(
        tool="InvokeAI",
        version=text_of(fields.get("app_version")),
        source=source,
        positive=text_of(prompt),
        settings=settings_of({k: v for k, v in image.items() if k not in _SHOWN}),
        models=() if found is None else (found,),
    )
