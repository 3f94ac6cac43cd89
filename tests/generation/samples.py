"""Pictures with generation data, made here as each tool's documents and sources say."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zlib
from typing import Any

import numpy
from PIL import Image

SIZE = (64, 48)


def chunk(name: bytes, data: bytes, length: int | None = None) -> bytes:
    """A PNG chunk (https://www.w3.org/TR/png-3/#5Chunk-layout), whose length may lie."""
    size = len(data) if length is None else length
    return struct.pack(">I", size) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(*chunks: bytes, mode: str = "RGB") -> bytes:
    """A picture with chunks before its pixels."""
    data = io.BytesIO()
    Image.new(mode, SIZE, "teal").save(data, "PNG")
    whole = data.getvalue()
    # The signature and IHDR.
    return whole[:33] + b"".join(chunks) + whole[33:]


def text(name: str, value: str) -> bytes:
    return chunk(b"tEXt", name.encode() + b"\0" + value.encode())


def packed(name: str, value: bytes) -> bytes:
    return chunk(b"zTXt", name.encode() + b"\0\0" + zlib.compress(value))


def international(name: str, value: bytes, compressed: bool = False) -> bytes:
    body = zlib.compress(value) if compressed else value
    return chunk(b"iTXt", name.encode() + b"\0" + bytes([compressed, 0]) + b"\0\0" + body)


def exif(tags: dict[int, bytes | str]) -> bytes:
    """Exif data; the tags of the Exif directory are put there."""
    made = Image.Exif()
    for tag, value in tags.items():
        target = made.get_ifd(0x8769) if tag in (0x9286, 0x927C) else made
        target[tag] = value
    return made.tobytes()


def with_exif(format_: str, tags: dict[int, bytes | str]) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(data, format_, exif=exif(tags))
    return data.getvalue()


def with_xmp(format_: str, packet: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", SIZE, "teal").save(data, format_, xmp=packet.encode())
    return data.getvalue()


def comment(value: str, form: str = "UNICODE") -> bytes:
    """A UserComment (Exif 3.0, 4.6.6.8), as piexif writes it for Automatic1111's web UI."""
    if form == "UNICODE":
        return b"UNICODE\0" + value.encode("utf-16-be")
    return b"ASCII\0\0\0" + value.encode()


def stealth(value: str, compressed: bool = True, length: int | None = None) -> bytes:
    """A text in the alpha channel's lowest bits, as NovelAI/novelai-image-metadata reads it."""
    body = gzip.compress(value.encode()) if compressed else value.encode()
    size = len(body) * 8 if length is None else length
    mark = b"stealth_pngcomp" if compressed else b"stealth_pnginfo"
    bits = numpy.unpackbits(numpy.frombuffer(mark + struct.pack(">I", size) + body, "u1"))
    columns = max(SIZE[0], -(-len(bits) // SIZE[1]))
    alpha = numpy.full(columns * SIZE[1], 254, "u1")
    alpha[: len(bits)] |= bits
    picture = Image.new("RGBA", (columns, SIZE[1]), "teal")
    picture.putalpha(Image.fromarray(alpha.reshape(columns, SIZE[1]).T))
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


# As create_infotext in AUTOMATIC1111/stable-diffusion-webui, modules/processing.py writes it.
PARAMETERS = (
    "a castle, (oil on canvas:1.2)\nwith two towers <lora:towers:0.8>\n"
    "Negative prompt: blurry,\nlowres\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model hash: 6ce0161689, "
    'Model: v1-5, VAE hash: 735e4c3a44, VAE: ft-mse.pt, Lora hashes: "towers: aabbccddeeff", '
    'TI hashes: "lowres: c74b4e810b03", Version: v1.10.1'
)


def comfyui(loras: int = 3) -> dict[str, Any]:
    """A graph as ComfyUI runs it: a chain of LoRAs, a ControlNet that carries both prompts."""
    graph: dict[str, Any] = {
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}}
    }
    before = "4"
    for at in range(10, 10 + loras):
        graph[str(at)] = {
            "class_type": "LoraLoader",
            "inputs": {
                "lora_name": f"style{at}.safetensors",
                "strength_model": at / 20,
                "strength_clip": 1,
                "model": [before, 0],
                "clip": [before, 1],
            },
        }
        before = str(at)
    graph |= {
        "5": {
            "class_type": "EmptyLatentImage",
            "inputs": {"width": 512, "height": 768, "batch_size": 1},
        },
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["20", 0], "clip": [before, 1]}},
        "20": {"class_type": "PrimitiveString", "inputs": {"value": "a castle by the sea"}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": [before, 1]}},
        "21": {
            "class_type": "ControlNetLoader",
            "inputs": {"control_net_name": "depth.safetensors"},
        },
        "22": {
            "class_type": "ControlNetApplyAdvanced",
            "inputs": {
                "positive": ["6", 0],
                "negative": ["7", 0],
                "control_net": ["21", 0],
                "strength": 0.5,
            },
        },
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 5,
                "steps": 20,
                "cfg": 8.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 1.0,
                "model": [before, 0],
                "positive": ["22", 0],
                "negative": ["22", 1],
                "latent_image": ["5", 0],
            },
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}},
    }
    return graph


# The graph of a FLUX workflow: a guider in the place of prompts, an emptied one.
FLUX: dict[str, Any] = {
    "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors"}},
    "2": {
        "class_type": "DualCLIPLoader",
        "inputs": {"clip_name1": "t5xxl.safetensors", "clip_name2": "clip_l.safetensors"},
    },
    "3": {
        "class_type": "CLIPTextEncodeFlux",
        "inputs": {"clip": ["2", 0], "clip_l": "a fox", "t5xxl": "a fox", "guidance": 3.5},
    },
    "4": {"class_type": "BasicGuider", "inputs": {"model": ["1", 0], "conditioning": ["3", 0]}},
    "5": {"class_type": "RandomNoise", "inputs": {"noise_seed": 77}},
    "6": {
        "class_type": "BasicScheduler",
        "inputs": {"model": ["1", 0], "scheduler": "simple", "steps": 28, "denoise": 1},
    },
    "7": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "8": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {"noise": ["5", 0], "guider": ["4", 0], "sampler": ["7", 0], "sigmas": ["6", 0]},
    },
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}},
}

# What ComfyUI's editor saves: links are [id, from, slot, to, slot, type].
EDITOR: dict[str, Any] = {
    "nodes": [
        {"id": 1, "type": "CheckpointLoaderSimple", "widgets_values": ["sd15.safetensors"]},
        {
            "id": 2,
            "type": "LoraLoader",
            "inputs": [{"name": "model", "link": 1}],
            "widgets_values": ["style.safetensors", 0.7, 1],
        },
        {"id": 3, "type": "CLIPTextEncode", "widgets_values": ["a castle"], "inputs": []},
        {"id": 4, "type": "CLIPTextEncode", "widgets_values": ["blurry"]},
        {
            "id": 5,
            "type": "KSampler",
            "inputs": [
                {"name": "model", "link": 2},
                {"name": "positive", "link": 3},
                {"name": "negative", "link": 4},
                {"name": "latent_image", "link": None},
            ],
            "widgets_values": [9, "fixed", 25, 6.5, "euler", "karras", 1],
        },
        {"id": 6, "type": "SaveImage", "inputs": [{"name": "images", "link": 5}]},
        {"id": 7, "type": "LoraLoader", "mode": 4, "widgets_values": ["unused", 1, 1]},
    ],
    "links": [
        [1, 1, 0, 2, 0, "MODEL"],
        [2, 2, 0, 5, 0, "MODEL"],
        [3, 3, 0, 5, 1, "CONDITIONING"],
        [4, 4, 0, 5, 2, "CONDITIONING"],
        [5, 5, 0, 6, 0, "IMAGE"],
    ],
}

# mcmonkeyprojects/SwarmUI, docs/Image Metadata Format.md; later versions add `sui_models`.
SWARMUI = json.dumps(
    {
        "sui_image_params": {
            "prompt": "a photo of a cat",
            "negativeprompt": "dog",
            "model": "OfficialStableDiffusion/sd_xl_base_1.0",
            "seed": 1,
            "steps": 20,
            "cfgscale": "7.0",
            "loras": ["fur", "paws"],
            "loraweights": "0.5,1",
            "swarm_version": "0.9.3.1",
        },
        "sui_models": [
            {
                "name": "OfficialStableDiffusion/sd_xl_base_1.0.safetensors",
                "param": "model",
                "hash": "0x" + "d7" * 32,
            },
            {"name": "fur", "param": "loras", "hash": "0x" + "ab" * 32},
        ],
    },
    indent=2,
)

# core_metadata of invoke-ai/InvokeAI, invokeai/app/invocations/metadata.py.
INVOKEAI = json.dumps(
    {
        "generation_mode": "sdxl_txt2img",
        "positive_prompt": "a barn",
        "negative_prompt": "people",
        "width": 1024,
        "height": 1024,
        "seed": 42,
        "steps": 30,
        "cfg_scale": 7.5,
        "scheduler": "euler",
        "model": {"key": "k", "hash": "blake3:" + "1f" * 32, "name": "juggernaut", "type": "main"},
        "loras": [
            {"model": {"name": "barns", "hash": "sha256:" + "2e" * 32}, "weight": 0.75},
        ],
        "app_version": "5.4.1",
    }
)

# What novelai.net writes, by NovelAI/novelai-image-metadata.
NOVELAI_COMMENT = json.dumps(
    {"prompt": "1girl, sky", "uc": "lowres", "steps": 28, "scale": 5.0, "seed": 3, "sampler": "k"}
)
NOVELAI = {
    "Title": "NovelAI generated image",
    "Description": "1girl, sky",
    "Software": "NovelAI",
    "Source": "NovelAI Diffusion V4 37442FCA",
    "Comment": NOVELAI_COMMENT,
}

# FooocusMetadataParser in lllyasviel/Fooocus, modules/meta_parser.py.
FOOOCUS = json.dumps(
    {
        "base_model": "juggernautXL_v8Rundiffusion",
        "base_model_hash": "aeb7e9e689",
        "prompt": "a lake",
        "full_prompt": ["a lake", "cinematic still"],
        "negative_prompt": "",
        "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "4852686128"]],
        "lora_combined_1": "sd_xl_offset_example-lora_1.0 : 0.1",
        "refiner_model": "None",
        "sampler": "dpmpp_2m_sde_gpu",
        "seed": "7",
        "steps": 30,
        "version": "Fooocus v2.5.5",
    }
)

# kohya-ss/sd-scripts, train_network.py.
KOHYA = {
    "ss_sd_model_name": "C:\\Users\\somebody\\models\\sd15.safetensors",
    "ss_new_sd_model_hash": "6c" * 32,
    "ss_sd_model_hash": "fe4efff1",
    "ss_network_module": "networks.lora",
    "ss_network_dim": "32",
    "ss_learning_rate": "0.0001",
    "ss_vae_name": "None",
    "ss_dataset_dirs": '{"C:/Users/somebody/pictures": {"n_repeats": 10}}',
    "ss_sd_scripts_commit_hash": "0e4a8c9",
    "modelspec.author": "somebody",
    "modelspec.title": "Castles",
}

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/'
    'trainedAlgorithmicMedia" xmp:CreatorTool="A Painter 3"/></rdf:RDF></x:xmpmeta>'
)
