"""Workflows for tests: one in both formats of ComfyUI, and others drawn at random."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

API: dict[str, Any] = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a castle", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["4", 1]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 156680208700286, "steps": 20, "cfg": 8.0, "sampler_name": "euler",
            "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}},
}  # fmt: skip


def _given(*pairs: tuple[str, int | None]) -> list[dict[str, Any]]:
    return [{"name": name, "type": name.upper(), "link": link} for name, link in pairs]


def ui() -> dict[str, Any]:
    """The same as the editor saves it, with a note, a reroute and named widgets in places."""
    widget = [{"name": "seed", "type": "INT", "link": None, "widget": {"name": "seed"}}]
    widget += [
        {"name": name, "type": "INT", "link": None, "widget": {"name": name}}
        for name in ("steps", "cfg", "sampler_name")
    ]
    return copy.deepcopy(
        {
            "last_node_id": 20,
            "nodes": [
                {"id": 1, "type": "Note", "widgets_values": ["hello"], "mode": 0},
                {"id": 4, "type": "CheckpointLoaderSimple", "inputs": [],
                 "widgets_values": ["a.safetensors"]},
                {"id": 5, "type": "EmptyLatentImage", "widgets_values": [512, 512]},
                {"id": 6, "type": "CLIPTextEncode", "inputs": _given(("clip", 2)),
                 "widgets_values": ["a castle"]},
                {"id": 7, "type": "CLIPTextEncode", "inputs": _given(("clip", 3)),
                 "widgets_values": ["blurry"]},
                {"id": 10, "type": "Reroute", "inputs": _given(("", 1)), "outputs": []},
                {"id": 3, "type": "KSampler",
                 "inputs": [*_given(("model", 4), ("positive", 5), ("negative", 6),
                                    ("latent_image", 7)), *widget],
                 "widgets_values": [99, "randomize", 20, 8, "euler"]},
                {"id": 8, "type": "VAEDecode", "inputs": _given(("samples", 8), ("vae", 9))},
                {"id": 9, "type": "SaveImage", "inputs": _given(("images", 10)),
                 "widgets_values": ["x"]},
            ],
            "links": [
                [1, 4, 0, 10, 0, "MODEL"], [4, 10, 0, 3, 0, "MODEL"], [2, 4, 1, 6, 0, "CLIP"],
                [3, 4, 1, 7, 0, "CLIP"], [5, 6, 0, 3, 1, "CONDITIONING"],
                [6, 7, 0, 3, 2, "CONDITIONING"], [7, 5, 0, 3, 3, "LATENT"],
                [8, 3, 0, 8, 0, "LATENT"], [9, 4, 2, 8, 1, "VAE"], [10, 8, 0, 9, 0, "IMAGE"],
            ],
        }
    )  # fmt: skip


@st.composite
def apis(draw: st.DrawFn) -> dict[str, Any]:
    """A workflow in the API format."""
    count = draw(st.integers(1, 12))
    nodes: dict[str, Any] = {}
    for at in range(count):
        inputs: dict[str, Any] = {
            f"in{slot}": [str(draw(st.integers(0, at - 1))), draw(st.integers(0, 2))]
            for slot in range(draw(st.integers(0, 3)) if at else 0)
        }
        inputs["text"] = draw(st.sampled_from(["a", "b", 1, 2.5, True]))
        nodes[str(at)] = {"class_type": draw(st.sampled_from("ABCD")), "inputs": inputs}
    return nodes


def renumbered(nodes: dict[str, Any], order: list[int]) -> dict[str, Any]:
    """The same nodes by other ids, in another order."""
    ids = {name: str(100 + order[at]) for at, name in enumerate(nodes)}
    found = {}
    for name in sorted(nodes, key=lambda each: ids[each]):
        inputs = {
            key: [ids[value[0]], value[1]] if isinstance(value, list) else value
            for key, value in nodes[name]["inputs"].items()
        }
        found[ids[name]] = {**nodes[name], "inputs": inputs}
    return found
