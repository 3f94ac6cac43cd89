"""Files of every format that is told apart, made here as their formats' documents say."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from typing import Any

from PIL import Image


def picture(format_: str, **options: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(data, format_, **options)
    return data.getvalue()


def safetensors(
    tensors: dict[str, tuple[int, ...]], metadata: dict[str, str] | None = None
) -> bytes:
    """As https://github.com/huggingface/safetensors#format says; all of 16-bit floats, all 0."""
    fields: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    at = 0
    for name, shape in tensors.items():
        size = 2
        for each in shape:
            size *= each
        fields[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return with_header(json.dumps(fields).encode(), at)


def with_header(header: bytes, size: int, length: int | None = None) -> bytes:
    """A .safetensors file of a header, whose length may lie, and `size` bytes of tensors."""
    return struct.pack("<Q", len(header) if length is None else length) + header + bytes(size)


def archive(entries: dict[str, bytes], stored: bool = False) -> bytes:
    data = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(data, "w", method) as made:
        for name, content in entries.items():
            # The same bytes whenever they are made: they name tests.
            made.writestr(zipfile.ZipInfo(name), content, method)
    return data.getvalue()


LORA = safetensors(
    {
        "lora_unet_down_blocks_0_attn.lora_down.weight": (4, 8),
        "lora_unet_down_blocks_0_attn.lora_up.weight": (8, 4),
        "lora_unet_down_blocks_0_attn.alpha": (),
    },
    {"ss_network_module": "networks.lora"},
)
CHECKPOINT = safetensors({"model.diffusion_model.input_blocks.0.0.weight": (8, 4, 3, 3)})
EMBEDDING = safetensors({"clip_l": (2, 768), "clip_g": (2, 1280)})

DOCX = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"})
EPUB = archive({"mimetype": b"application/epub+zip", "META-INF/container.xml": b"<c/>"}, True)
TORCH = archive({"archive/data.pkl": pickle.dumps({"a": 1}), "archive/version": b"3"}, True)
PICKLE = pickle.dumps({"state_dict": {"a": [1.0, 2.0]}, "epoch": 3}, protocol=2)
# What torch.save wrote before 2020: numbers and dictionaries, pickled one after the other.
OLD_TORCH = b"".join(
    pickle.dumps(each, protocol=2) for each in (0x1950A86A20F9469CFC6C, 1001, {"little": True})
)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

API_GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 5, "steps": 20, "cfg": 8, "model": ["4", 0]},
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd15.safetensors"}},
}
UI_GRAPH: dict[str, Any] = {
    "last_node_id": 4,
    "nodes": [{"id": 4, "type": "CheckpointLoaderSimple", "widgets_values": ["sd15.safetensors"]}],
    "links": [],
    "version": 0.4,
}
PARAMETERS = (
    "a castle, (oil on canvas:1.2)\nwith two towers <lora:towers:0.8>\n"
    "Negative prompt: blurry, lowres\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: sd15"
)
