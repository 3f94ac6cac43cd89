"""Fooocus: parameters as JSON in its own scheme (FooocusMetadataParser in modules/meta_parser.py);
in the other scheme it writes those of Automatic1111's web UI."""

from __future__ import annotations

from typing import Any

from gen_ip.generation.limits import items, mapping
from gen_ip.generation.record import MAX_ITEMS, Generation, lora, model, settings_of, text_of

_SHOWN = ("prompt", "negative_prompt", "base_model", "base_model_hash", "vae", "version",
          "refiner_model", "refiner_model_hash", "created_by")  # fmt: skip


def is_fooocus(value: Any) -> bool:
    """Whether a JSON value is one of Fooocus's."""
    fields = mapping(value)
    return "base_model" in fields and ("prompt" in fields or "full_prompt" in fields)


def read_fooocus(fields: dict[str, Any], source: str) -> Generation:
    """The record of such a value.

    Raises:
        BadEmbedding: it is too long.
    """
    models = (
        model(fields.get("base_model"), fields.get("base_model_hash")),
        model(fields.get("refiner_model"), fields.get("refiner_model_hash"), "refiner"),
        model(fields.get("vae"), role="vae"),
    )
    loras = []
    for each in items(fields.get("loras"))[:MAX_ITEMS]:
        name, weight, hash_ = (*items(each), None, None, None)[:3]
        loras.append(lora(name, weight, hash_))
    version = fields.get("version")
    return Generation(
        tool="Fooocus",
        version=version.removeprefix("Fooocus").strip() if isinstance(version, str) else None,
        source=source,
        positive=text_of(fields.get("prompt")),
        negative=text_of(fields.get("negative_prompt")),
        settings=settings_of(
            {
                name: value
                for name, value in fields.items()
                if name not in _SHOWN and not name.startswith("lora_combined_")
            }
        ),
        models=tuple(each for each in models if each is not None),
        loras=tuple(each for each in loras if each is not None),
    )
