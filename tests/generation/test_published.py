"""What a certificate says of a work's making: little by default, prompts only on request."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from gen_ip.content.metadata import decode
from gen_ip.content.metadata_schema import MAX_TEXT
from gen_ip.errors import MetadataError
from gen_ip.generation.published import making
from gen_ip.generation.reading import of_bytes
from gen_ip.works import documents

from . import samples
from .samples import chunk, international, png, text


def sha256(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def written(data: bytes, tmp_path: Path, **stated: object) -> dict[str, object]:
    """The `gen_ip` part of the metadata of a file."""
    path = tmp_path / "a"
    path.write_bytes(data)
    described = documents.summarize(path, path)
    document = documents.write(described, name="A", description="", work=1, **stated)  # type: ignore[arg-type] # any
    return dict(decode(document)["gen_ip"])


PICTURE = png(text("parameters", samples.PARAMETERS))


def test_prompts_are_hashed_and_nothing_personal_comes_along(tmp_path: Path) -> None:
    line = samples.PARAMETERS + ", User: somebody, Model path: C:\\Users\\somebody\\m.safetensors"
    part = written(png(text("parameters", line)), tmp_path)
    made = part["generation"]
    assert isinstance(made, dict)
    assert made["positive_sha256"] == sha256(
        "a castle, (oil on canvas:1.2)\nwith two towers <lora:towers:0.8>"
    )
    assert made["negative_sha256"] == sha256("blurry,\nlowres")
    assert made["settings"] == {
        "Steps": "20",
        "Sampler": "Euler a",
        "CFG scale": "7",
        "Seed": "1",
        "Size": "512x512",
    }
    assert made["source"] == "PNG tEXt parameters"
    assert made["loras"] == [
        {"name": "towers", "weight": "0.8", "hash_kind": "autov3", "hash": "aabbccddeeff"}
    ]
    assert "castle" not in json.dumps(part)
    assert "somebody" not in json.dumps(part)
    assert part["tools"] == [{"name": "Automatic1111", "version": "v1.10.1"}]
    assert part["base_models"] == [{"name": "v1-5"}]


def test_prompts_on_request(tmp_path: Path) -> None:
    made = written(PICTURE, tmp_path, publish_prompt=True)["generation"]
    assert isinstance(made, dict)
    assert made["negative"] == "blurry,\nlowres"
    assert made["negative_sha256"] == sha256("blurry,\nlowres")
    long = png(text("parameters", "x" * (MAX_TEXT + 1)))
    with pytest.raises(MetadataError, match=r"generation\.positive.*10,001 characters"):
        written(long, tmp_path, publish_prompt=True)
    assert written(long, tmp_path)["generation"]


def test_what_the_creator_declares_stands(tmp_path: Path) -> None:
    declared = documents.Declaration(tools=({"name": "A brush"},))
    part = written(PICTURE, tmp_path, declared=declared)
    assert part["tools"] == [{"name": "A brush"}]
    assert part["base_models"] == [{"name": "v1-5"}]


def test_a_graph_is_hashed_in_canonical_form(tmp_path: Path) -> None:
    graph = samples.comfyui(1)
    dense, loose = json.dumps(graph), json.dumps(dict(reversed(graph.items())), indent=2)
    digests = {
        str(written(png(text("prompt", each)), tmp_path)["generation"]["workflow_sha256"])  # type: ignore[index] # a mapping
        for each in (dense, loose)
    }
    assert len(digests) == 1
    graph["3"]["inputs"]["seed"] = 2**60
    made = written(png(text("prompt", json.dumps(graph))), tmp_path)["generation"]
    assert isinstance(made, dict)
    assert "workflow_sha256" not in made


def test_a_models_own_making(tmp_path: Path) -> None:
    from tests.content.samples import safetensors

    data = safetensors({"lora_unet_a.lora_down.weight": (4, 8)}, samples.KOHYA)
    part = written(data, tmp_path)
    assert part["kind"] == "model"
    assert part["base_models"] == [{"name": "sd15.safetensors", "sha256": "6c" * 32}]
    assert "somebody" not in json.dumps(part)


def test_marks_of_origin_alone(tmp_path: Path) -> None:
    data = png(international("XML:com.adobe.xmp", samples.XMP.encode()), chunk(b"caBX", b"x"))
    part = written(data, tmp_path)
    assert part["generation"] == {
        "digital_source_type": "trainedAlgorithmicMedia",
        "c2pa": "PNG caBX",
    }
    assert "tools" not in part


def test_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    assert "generation" not in written(png(), tmp_path)


def test_invisible_characters_do_not_get_into_metadata(tmp_path: Path) -> None:
    value = "a\x00b\u202e\ud800\nSteps: 1, Sampler: \x1b[2J, Seed: 2, Model: m\u200b/n\x07".encode(
        "utf-8", "surrogatepass"
    )
    found = of_bytes(png(chunk(b"iTXt", b"parameters\0\0\0\0\0" + value)))
    assert making(found, prompts=True)
    data = png(chunk(b"iTXt", b"parameters\0\0\0\0\0" + value))
    made = written(data, tmp_path, publish_prompt=True)["generation"]
    assert isinstance(made, dict)
    assert made["models"][0]["name"] == "n"
