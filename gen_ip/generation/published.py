"""What a certificate's metadata says of a work's making, out of what its file says.

Metadata is published for good, so little goes in by default. Prompts can be works of their own, and
may name persons: of them only the sha2-256 is published, so that who has a prompt can show that it
is this work's; a short or well-known one can be guessed from it. Graphs hold prompts and are hashed
alike. Of the settings only those are taken that any tool has, so that no path, date or name of a
person comes along, and of models' names only the last part. The file itself keeps all that its tool
wrote into it: whoever gets the file reads that, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import rfc8785

from gen_ip.content.metadata import Making, Tool, UsedModel
from gen_ip.content.metadata_schema import HIDDEN, MAX_NAME
from gen_ip.generation.reading import Reading
from gen_ip.generation.record import Generation, HashKind, Lora, Model

_SETTINGS = frozenset(
    (
        "batch_size", "cfg", "cfg scale", "cfg_scale", "cfgscale", "clip skip", "clip_skip",
        "denoise", "denoising strength", "distilled cfg scale", "guidance", "guidance_scale",
        "height", "hires steps", "hires upscale", "modelspec.architecture", "performance",
        "resolution", "sampler", "sampler_name", "scale", "schedule type", "scheduler", "seed",
        "size", "ss_base_model_version", "ss_batch_size_per_device", "ss_clip_skip",
        "ss_learning_rate", "ss_network_alpha", "ss_network_dim", "ss_network_module",
        "ss_num_epochs", "ss_num_train_images", "ss_optimizer", "ss_resolution", "ss_seed",
        "ss_steps", "steps", "strength", "width",
    )
)  # fmt: skip


def making(reading: Reading, *, prompts: bool = False) -> Making | None:
    """What is published of a reading; None where it says nothing. With `prompts` their texts, too,
    without invisible characters; the hashes are of the texts as they were read, in UTF-8."""
    made: Making = {}
    if (found := reading.main) is not None:
        made = _of_record(found, prompts)
    if reading.provenance.digital_source_type is not None:
        made["digital_source_type"] = reading.provenance.digital_source_type
    if reading.provenance.c2pa is not None:
        made["c2pa"] = reading.provenance.c2pa
    return made or None


def tools(reading: Reading) -> list[Tool]:
    """The tool of a reading, as a declaration would name it."""
    found = reading.main
    if found is None or found.tool in ("prompt", "unknown"):
        return []
    tool: Tool = {"name": _clean(found.tool)}
    if found.version is not None and (version := _clean(found.version)):
        tool["version"] = version
    return [tool]


def base_models(reading: Reading) -> list[Tool]:
    """The models that the work was made with, as a declaration would name them."""
    found: list[Tool] = []
    for each in reading.main.models if reading.main is not None else ():
        if each.role in ("checkpoint", "refiner") and (name := _name(each.name)):
            tool: Tool = {"name": name}
            if each.hash_kind is HashKind.SHA256 and each.hash and len(each.hash) == 64:
                tool["sha256"] = each.hash
            found.append(tool)
    return found


def _of_record(found: Generation, prompts: bool) -> Making:
    made: Making = {
        "tool": _clean(found.tool) or "unknown",
        "source": _clean(found.source),
        "settings": {
            _clean(name): _clean(value)
            for name, value in found.settings.items()
            if name.lower() in _SETTINGS
        },
        "models": list(_used(found.models)),
        "loras": list(_used(found.loras)),
    }
    if found.version is not None and (version := _clean(found.version)):
        made["version"] = version
    if found.positive is not None:
        made["positive_sha256"] = _sha256(found.positive)
        if prompts:
            made["positive"] = HIDDEN.sub("", _whole(found.positive))
    if found.negative is not None:
        made["negative_sha256"] = _sha256(found.negative)
        if prompts:
            made["negative"] = HIDDEN.sub("", _whole(found.negative))
    if found.workflow is not None and (digest := _graph_sha256(found)) is not None:
        made["workflow_sha256"] = digest
    return made


def _used(models: tuple[Model, ...] | tuple[Lora, ...]) -> Iterator[UsedModel]:
    for each in models:
        name = _name(each.name)
        if not name:
            continue
        used: UsedModel = {"name": name}
        if isinstance(each, Model):
            used["role"] = each.role
        elif each.weight is not None:
            # A text: not every number has one form in JSON.
            used["weight"] = f"{each.weight:.6g}"
        if each.hash is not None and each.hash_kind is not None:
            used["hash_kind"], used["hash"] = each.hash_kind.value, each.hash
        yield used


def _graph_sha256(found: Generation) -> str | None:
    """Of the graph in canonical form (RFC 8785); None where it has none."""
    try:
        return hashlib.sha256(rfc8785.dumps(found.to_json()["workflow"])).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        # A seed may be beyond what JSON's numbers carry exactly.
        return None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which no UTF-8 has."""
    return text.encode("utf-8", "replace").decode()


def _clean(text: str) -> str:
    """On one line, without what is invisible, of at most 256 characters."""
    return " ".join(HIDDEN.sub("", _whole(text)).split())[:MAX_NAME]


def _name(name: str) -> str:
    """The last part of a path: what is before it are a person's folders."""
    return _clean(name.replace("\\", "/").rstrip("/").rpartition("/")[2])
