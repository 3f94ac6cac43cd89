"""JSON texts: workflows of ComfyUI, and prompts with their settings."""

from __future__ import annotations

from typing import Any

from gen_ip.content.detection.found import Detected

MAX_JSON_BYTES = 8 * 1024 * 1024
MAX_JSON_DEPTH = 64

_MEDIA_TYPE = "application/json"
API_GRAPH = Detected("workflow", "comfyui-api", _MEDIA_TYPE)
UI_GRAPH = Detected("workflow", "comfyui-ui", _MEDIA_TYPE)
PROMPT = Detected("prompt", "prompt-json", _MEDIA_TYPE)
JSON = Detected("text", "json", _MEDIA_TYPE)

POSITIVE = ("positive", "positive_prompt", "prompt")
NEGATIVE = ("negative", "negative_prompt", "negativeprompt", "uc")
# fmt: off
SETTINGS = frozenset((
    "aspectratio", "batch_size", "cfg", "cfg_scale", "cfgscale", "clip_skip", "denoise",
    "denoising_strength", "engine", "guidance", "guidance_scale", "height", "images", "loras",
    "model", "n_samples", "num_inference_steps", "parameters", "resolution", "sampler",
    "sampler_name", "scale", "scheduler", "seed", "settings", "size", "steps", "strength",
    "style", "styles", "width",
))
# fmt: on


def of_json(value: Any) -> Detected:
    """What a JSON value is. Workflows first: they must hold more than a prompt must."""
    if not isinstance(value, dict):
        return JSON
    if is_api_graph(value) or is_api_graph(value.get("prompt")):
        return API_GRAPH
    if is_ui_graph(value) or is_ui_graph(value.get("workflow")):
        return UI_GRAPH
    return PROMPT if _is_prompt(value) else JSON


def is_api_graph(value: Any) -> bool:
    """Whether it is a workflow as ComfyUI runs it: nodes by their ids, each with `class_type` and
    `inputs` (https://docs.comfy.org/specs/workflow_json and server.py's POST /prompt)."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(
            isinstance(node, dict)
            and isinstance(node.get("class_type"), str)
            and isinstance(node.get("inputs"), dict)
            for node in value.values()
        )
    )


def is_ui_graph(value: Any) -> bool:
    """Whether it is a workflow as ComfyUI's editor saves it: lists of `nodes`, each with an `id`
    and a `type`, and of `links` (https://docs.comfy.org/specs/workflow_json)."""
    if not isinstance(value, dict):
        return False
    nodes, links = value.get("nodes"), value.get("links")
    return (
        isinstance(nodes, list)
        and isinstance(links, list)
        and bool(nodes)
        and all(
            isinstance(node, dict) and "id" in node and isinstance(node.get("type"), str)
            for node in nodes
        )
    )


def _is_prompt(value: dict[str, Any]) -> bool:
    """Whether it has a positive prompt, and a negative one, settings, or nothing else."""
    inner = value.get("sui_image_params", value)
    if not isinstance(inner, dict):
        return False
    names = {name.lower() for name in inner}
    positive = any(isinstance(inner.get(name), str) for name in POSITIVE)
    return positive and bool(names & SETTINGS or names & set(NEGATIVE) or len(names) == 1)
