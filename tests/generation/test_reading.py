"""What each tool writes into its files is read as one record, with where it was read."""

from __future__ import annotations

import json

import pytest

from gen_ip.generation.reading import Reading, of_bytes
from gen_ip.generation.record import Generation, HashKind, Lora, Model, named_hash
from tests.content.samples import CHECKPOINT, safetensors

from . import samples
from .samples import chunk, comment, international, packed, png, text, with_exif, with_xmp


def main(data: bytes) -> Generation:
    reading = of_bytes(data)
    assert reading.problems == ()
    assert reading.main is not None
    return reading.main


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (png(text("parameters", samples.PARAMETERS)), "PNG tEXt parameters"),
        (png(packed("parameters", samples.PARAMETERS.encode())), "PNG zTXt parameters"),
        (png(international("parameters", samples.PARAMETERS.encode())), "PNG iTXt parameters"),
        (png(international("parameters", samples.PARAMETERS.encode(), True)),
         "PNG iTXt parameters"),
        (with_exif("JPEG", {0x9286: comment(samples.PARAMETERS)}), "JPEG Exif UserComment"),
        (with_exif("WEBP", {0x9286: comment(samples.PARAMETERS)}), "WebP Exif UserComment"),
        (with_exif("JPEG", {0x9286: comment(samples.PARAMETERS, "ASCII")}),
         "JPEG Exif UserComment"),
        (with_exif("JPEG", {0x9286: b"UNICODE\0" + samples.PARAMETERS.encode("utf-16-le")}),
         "JPEG Exif UserComment"),
        (samples.stealth(samples.PARAMETERS), "PNG alpha channel stealth"),
        (samples.stealth("a castle\n" + samples.PARAMETERS.splitlines()[-1][:190], False),
         "PNG alpha channel stealth"),
        (samples.PARAMETERS.encode(), "text"),
    ],
)  # fmt: skip
def test_where_parameters_are_found(data: bytes, source: str) -> None:
    found = main(data)
    assert found.source == source
    assert found.settings["Sampler"] == "Euler a"


def test_parameters_of_automatic1111() -> None:
    found = main(png(text("parameters", samples.PARAMETERS)))
    assert (found.tool, found.version) == ("Automatic1111", "v1.10.1")
    assert found.positive == ("a castle, (oil on canvas:1.2)\nwith two towers <lora:towers:0.8>")
    assert found.negative == "blurry,\nlowres"
    assert found.settings["Seed"] == "1"
    assert found.models == (
        Model("v1-5", HashKind.AUTOV2, "6ce0161689"),
        Model("ft-mse.pt", HashKind.AUTOV2, "735e4c3a44", "vae"),
        Model("lowres", HashKind.SHA256, "c74b4e810b03", "embedding"),
    )
    assert found.loras == (Lora("towers", 0.8, HashKind.AUTOV3, "aabbccddeeff"),)


def test_hashes_as_civitai_writes_them() -> None:
    found = main(
        png(
            text(
                "parameters",
                "x <lora:a:1:2>\nSteps: 4, Sampler: LCM, Hashes: "
                '{"model": "463d6a9fe8", "lora:a": "e3b1a6c5d0", "embed:b": "0123456789"}, '
                'Seed: 9, Civitai resources: [{"type": "lora", "modelName": "c", "weight": 0.3}], '
                "Model: m, Version: f2.0.1v1.10.1",
            )
        )
    )
    assert (found.tool, found.settings["Seed"]) == ("Forge", "9")
    assert found.models == (
        Model("m", HashKind.AUTOV2, "463d6a9fe8"),
        Model("b", HashKind.AUTOV2, "0123456789", "embedding"),
    )
    assert found.loras == (Lora("a", 1.0, HashKind.AUTOV2, "e3b1a6c5d0"), Lora("c", 0.3))


def test_a_chain_of_loras() -> None:
    found = main(png(text("prompt", json.dumps(samples.comfyui()))))
    assert (found.tool, found.source) == ("ComfyUI", "PNG tEXt prompt")
    assert (found.positive, found.negative) == ("a castle by the sea", "blurry")
    assert found.settings == {
        "seed": "5", "steps": "20", "cfg": "8.0", "sampler": "euler", "scheduler": "normal",
        "denoise": "1.0", "width": "512", "height": "768", "batch_size": "1",
    }  # fmt: skip
    assert set(found.models) == {
        Model("sd15.safetensors"),
        Model("depth.safetensors", role="controlnet"),
    }
    assert found.loras == tuple(Lora(f"style{at}.safetensors", at / 20) for at in (10, 11, 12))
    assert found.workflow == samples.comfyui()


def test_a_guider_in_the_place_of_prompts() -> None:
    found = main(png(text("prompt", json.dumps(samples.FLUX))))
    assert (found.positive, found.negative) == ("a fox", None)
    assert found.settings["seed"] == "77"
    assert found.settings["sampler"] == "euler"
    assert Model("flux1-dev.safetensors") in found.models


def test_an_emptied_prompt() -> None:
    graph = samples.comfyui(0)
    graph["30"] = {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}}
    graph["3"]["inputs"]["negative"] = ["30", 0]
    assert main(png(text("prompt", json.dumps(graph)))).negative is None


def test_what_only_the_editor_saved() -> None:
    found = main(png(text("workflow", json.dumps(samples.EDITOR))))
    assert (found.positive, found.negative) == ("a castle", "blurry")
    assert found.settings["seed"] == "9"
    assert found.settings["scheduler"] == "karras"
    assert found.models == (Model("sd15.safetensors"),)
    assert found.loras == (Lora("style.safetensors", 0.7),)
    assert found.workflow == samples.EDITOR


def test_a_graph_in_exif_data() -> None:
    graphs: dict[int, bytes | str] = {
        0x0110: "prompt:" + json.dumps(samples.comfyui(1)),
        0x010F: "workflow:" + json.dumps(samples.EDITOR),
    }
    found = main(with_exif("WEBP", graphs))
    assert found.source == "WebP Exif Model and WebP Exif Make"
    assert found.loras == (Lora("style10.safetensors", 0.5),)


def test_parameters_beside_a_graph() -> None:
    reading = of_bytes(
        png(text("prompt", json.dumps(samples.comfyui(1))), text("parameters", samples.PARAMETERS))
    )
    assert [each.source for each in reading.generations] == [
        "PNG tEXt parameters",
        "PNG tEXt prompt",
    ]
    assert reading.main is not None
    assert reading.main.workflow == samples.comfyui(1)


@pytest.mark.parametrize(
    "data",
    [
        png(text("parameters", samples.SWARMUI)),
        with_exif("JPEG", {0x9286: comment(samples.SWARMUI)}),
        samples.SWARMUI.encode(),
    ],
)
def test_swarmui(data: bytes) -> None:
    found = main(data)
    assert (found.tool, found.version) == ("SwarmUI", "0.9.3.1")
    assert (found.positive, found.negative) == ("a photo of a cat", "dog")
    assert found.settings == {"seed": "1", "steps": "20", "cfgscale": "7.0"}
    name = "OfficialStableDiffusion/sd_xl_base_1.0"
    assert found.models == (Model(name, HashKind.AUTOV3, "d7" * 32),)
    assert found.loras == (Lora("fur", 0.5, HashKind.AUTOV3, "ab" * 32), Lora("paws", 1.0))


def test_invokeai() -> None:
    found = main(png(text("invokeai_metadata", samples.INVOKEAI)))
    assert (found.tool, found.version) == ("InvokeAI", "5.4.1")
    assert (found.positive, found.negative) == ("a barn", "people")
    assert found.settings["scheduler"] == "euler"
    assert found.models == (Model("juggernaut", HashKind.BLAKE3, "1f" * 32),)
    assert found.loras == (Lora("barns", 0.75, HashKind.SHA256, "2e" * 32),)


def test_invokeai_before_3() -> None:
    before = {
        "app_version": "2.3.5",
        "model_weights": "sd15",
        "model_hash": "cc" * 32,
        "image": {"prompt": [{"prompt": "a barn", "weight": 1}], "seed": 3, "steps": 50},
    }
    found = main(png(text("sd-metadata", json.dumps(before))))
    assert (found.positive, found.settings) == ("a barn", {"seed": "3", "steps": "50"})
    assert found.models == (Model("sd15", HashKind.SHA256, "cc" * 32),)


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (png(*(text(name, value) for name, value in samples.NOVELAI.items())), "PNG tEXt Comment"),
        (samples.stealth(json.dumps(samples.NOVELAI)), "PNG alpha channel stealth"),
    ],
)
def test_novelai(data: bytes, source: str) -> None:
    found = main(data)
    assert (found.tool, found.source) == ("NovelAI", source)
    assert (found.positive, found.negative) == ("1girl, sky", "lowres")
    assert found.settings == {"steps": "28", "scale": "5.0", "seed": "3", "sampler": "k"}
    assert found.models == (Model("NovelAI Diffusion V4 37442FCA"),)


@pytest.mark.parametrize(
    "data",
    [
        png(text("fooocus_scheme", "fooocus"), text("parameters", samples.FOOOCUS)),
        with_exif("JPEG", {0x0131: "Fooocus v2.5.5", 0x9286: samples.FOOOCUS.encode()}),
    ],
)
def test_fooocus(data: bytes) -> None:
    found = main(data)
    assert (found.tool, found.version) == ("Fooocus", "v2.5.5")
    assert (found.positive, found.negative) == ("a lake", None)
    assert found.models == (Model("juggernautXL_v8Rundiffusion", HashKind.AUTOV2, "aeb7e9e689"),)
    offset = Lora("sd_xl_offset_example-lora_1.0", 0.1, HashKind.AUTOV2, "4852686128")
    assert found.loras == (offset,)


def test_how_a_lora_was_trained() -> None:
    found = main(safetensors({"lora_unet_a.lora_down.weight": (4, 8)}, samples.KOHYA))
    assert (found.tool, found.version) == ("kohya sd-scripts", "0e4a8c9")
    assert found.models == (Model("sd15.safetensors", HashKind.SHA256, "6c" * 32),)
    assert found.settings["ss_network_dim"] == "32"
    assert found.settings["modelspec.title"] == "Castles"
    # No folders, no persons.
    assert "somebody" not in json.dumps(found.to_json())


def test_a_model_that_says_nothing() -> None:
    assert of_bytes(CHECKPOINT) == Reading(of_bytes(CHECKPOINT).detected)


def test_a_prompt_and_a_workflow_are_their_own_data() -> None:
    found = main(b'{"positive": "a castle", "negative": "fog", "settings": {"steps": 9}}')
    assert (found.positive, found.negative, found.settings) == ("a castle", "fog", {"steps": "9"})
    assert main(json.dumps(samples.comfyui()).encode()).positive == "a castle by the sea"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_marks_of_origin_in_xmp(form: str) -> None:
    made = (
        png(international("XML:com.adobe.xmp", samples.XMP.encode()))
        if form == "PNG"
        else with_xmp(form, samples.XMP)
    )
    found = of_bytes(made).provenance
    assert found.digital_source_type == "trainedAlgorithmicMedia"
    assert (found.creator_tool, found.c2pa) == ("A Painter 3", None)


@pytest.mark.parametrize(
    "element",
    [
        "<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
        '<Iptc4xmpExt:DigitalSourceType rdf:resource="{}"/>',
    ],
)
def test_a_digital_source_type_as_an_element(element: str) -> None:
    term = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
    found = of_bytes(png(international("XML:com.adobe.xmp", element.format(term).encode())))
    assert found.provenance.digital_source_type == "compositeWithTrainedAlgorithmicMedia"


def test_that_a_c2pa_manifest_is_there() -> None:
    box = b"\0\0\0\x20jumb\0\0\0\x18jumdc2pa"
    assert of_bytes(png(chunk(b"caBX", box))).provenance.c2pa == "PNG caBX"
    jpeg = with_exif("JPEG", {0x0131: "x"})
    segment = b"\xff\xeb" + (2 + 8 + len(box)).to_bytes(2, "big") + b"JP\0\1\0\0\0\1" + box
    assert of_bytes(jpeg[:2] + segment + jpeg[2:]).provenance.c2pa == "JPEG APP11"
    webp = with_exif("WEBP", {0x0131: "x"})
    assert of_bytes(webp + b"C2PA" + len(box).to_bytes(4, "little") + box).provenance.c2pa
    uuid = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
    avif = b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + b"\0\0\0\x18uuid" + uuid
    assert of_bytes(avif).provenance.c2pa == "uuid box"


@pytest.mark.parametrize(
    "data",
    [
        png(),
        png(text("Comment", "Made with care")),
        with_exif("JPEG", {0x0131: "A camera", 0x9286: comment("At the lake")}),
        png(mode="RGBA"),
        b"words",
        b"\0\1",
    ],
)
def test_what_says_nothing_of_its_making(data: bytes) -> None:
    reading = of_bytes(data)
    assert (reading.generations, reading.problems) == ((), ())


@pytest.mark.parametrize(
    ("written", "adapter", "kind"),
    [
        ("6ce0161689", False, HashKind.AUTOV2),
        ("fe4efff1", False, HashKind.AUTOV1),
        ("aabbccddeeff", True, HashKind.AUTOV3),
        ("AABBCCDDEEFF", False, HashKind.SHA256),
        ("blake3:" + "ab" * 32, True, HashKind.BLAKE3),
        ("0x" + "ab" * 32, False, HashKind.AUTOV3),
        ("blake3:abc", False, None),
        ("md5:" + "ab" * 16, False, None),
        ("no hash", False, None),
        (17, False, None),
    ],
)
def test_kinds_of_hashes(written: object, adapter: bool, kind: HashKind | None) -> None:
    assert named_hash(written, adapter=adapter)[0] is kind
