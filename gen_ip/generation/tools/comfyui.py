"""Workflows of ComfyUI: its PNGs hold the graph it ran (`prompt`) and the one its editor shows
(`workflow`), both JSON (https://docs.comfy.org/specs/workflow_json; SaveImage in nodes.py).

A graph has no fields for prompts: they are the texts that flow into a sampler. The graph is walked
from its output upstream, nearest first, through nodes of any class: classes are without number, but
their inputs keep the names of the core's. It is a stranger's: it may hold circles, links to
nowhere, and 100,000 nodes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gen_ip.content.detection.structures import is_api_graph, is_ui_graph
from gen_ip.generation.limits import BadEmbedding, mapping
from gen_ip.generation.record import (
    MAX_ITEMS,
    MAX_PROMPT,
    Generation,
    Lora,
    Model,
    lora,
    model,
    settings_of,
)

TOOL = "ComfyUI"
MAX_NODES = 10_000

Node = Mapping[str, Any]
Graph = Mapping[str, Node]

_TEXTS = (
    "text", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "prompt", "positive_prompt",
    "string", "value", "text1", "text2", "text_a", "text_b", "string_a", "string_b",
)  # fmt: skip
_SETTINGS = {
    "seed": "seed", "noise_seed": "seed", "steps": "steps", "cfg": "cfg", "guidance": "guidance",
    "sampler_name": "sampler", "scheduler": "scheduler", "denoise": "denoise", "width": "width",
    "height": "height", "batch_size": "batch_size", "stop_at_clip_layer": "clip_skip",
}  # fmt: skip
_ROLES = {
    "ckpt_name": "checkpoint", "base_ckpt_name": "checkpoint", "refiner_ckpt_name": "refiner",
    "unet_name": "checkpoint", "model_name": "model", "vae_name": "vae", "clip_name": "clip",
    "clip_name1": "clip", "clip_name2": "clip", "clip_name3": "clip",
    "control_net_name": "controlnet", "ipadapter_file": "ipadapter", "style_model_name": "style",
    "hypernetwork_name": "hypernetwork", "upscale_model": "upscaler",
}  # fmt: skip
# What gives a prompt's link without being one: it empties the prompt.
_EMPTYING = ("ConditioningZeroOut",)
_POSITIVE, _NEGATIVE = ("positive", "conditioning"), ("negative",)
# What lies behind these is not a prompt's text.
_NO_TEXT = frozenset(
    ("model", "clip", "vae", "image", "images", "pixels", "mask", "latent", "latent_image",
     "samples", "control_net", "style_model", "clip_vision", "clip_vision_output")
)  # fmt: skip
# Widgets of the core's nodes in the order in which the editor saves their values.
_WIDGETS = {
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "VAELoader": ("vae_name",),
    "ControlNetLoader": ("control_net_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "CLIPTextEncode": ("text",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "KSampler": ("seed", "_", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
}
_MUTED = (2, 4)


def read_graphs(api: Any, ui: Any, source: str) -> Generation:
    """The record of a workflow in either form, or both; the one that ran is read where it is there.

    Raises:
        BadEmbedding: neither is a workflow, or it has more than 10,000 nodes.
    """
    if is_api_graph(api):
        graph, workflow = api, api
    elif is_ui_graph(ui):
        graph, workflow = _as_api(ui), ui
    else:
        raise BadEmbedding("it is no workflow: no nodes with classes and inputs")
    if len(graph) > MAX_NODES:
        raise BadEmbedding(f"it has {len(graph):,} nodes, the cap is {MAX_NODES:,}")
    walked = [graph[name] for name in _upstream(graph, _outputs(graph))]
    sampler: Node = next((node for node in walked if _is_sampler(node)), {})
    return Generation(
        tool=TOOL,
        source=source,
        positive=_prompt(graph, sampler, _POSITIVE),
        negative=_prompt(graph, sampler, _NEGATIVE),
        settings=settings_of(dict(_settings(graph, sampler, walked))),
        models=tuple(dict.fromkeys(_models(walked)))[:MAX_ITEMS],
        loras=tuple(dict.fromkeys(_loras(walked)))[:MAX_ITEMS],
        workflow=workflow,
    )


def _inputs(node: Node) -> dict[str, Any]:
    return mapping(node.get("inputs"))


def _link(value: Any, graph: Graph) -> str | None:
    """The node that a value links to; None where it is no link, or one to nowhere."""
    if isinstance(value, list) and len(value) == 2 and str(value[0]) in graph:
        return str(value[0])
    return None


def _links(graph: Graph, name: str, without: Collection[str] = ()) -> list[str]:
    """The nodes that one takes from, by the inputs that are not left out."""
    inputs = _inputs(graph[name]).items()
    found = (_link(value, graph) for key, value in inputs if key not in without)
    return [each for each in found if each is not None]


def _upstream(graph: Graph, starts: list[str], without: Collection[str] = ()) -> Iterator[str]:
    """The nodes that feed some, and these; nearest first, each once; not those that feed them by
    the inputs `without`, nor what is before a node that empties its prompt where there are any."""
    waiting, seen = deque(starts), set(starts)
    while waiting:
        name = waiting.popleft()
        if without and graph[name].get("class_type") in _EMPTYING:
            continue
        yield name
        for other in _links(graph, name, without):
            if other not in seen:
                seen.add(other)
                waiting.append(other)


def _outputs(graph: Graph) -> list[str]:
    """The nodes that nothing takes from, those that save first; all where there are none."""
    taken = {other for name in graph for other in _links(graph, name)}
    ends = [name for name in graph if name not in taken] or [*graph]
    return sorted(ends, key=lambda name: "Save" not in str(graph[name].get("class_type")))


def _is_sampler(node: Node) -> bool:
    inputs = _inputs(node)
    guided = "guider" in inputs and "sigmas" in inputs
    return guided or ("positive" in inputs and ("latent_image" in inputs or "steps" in inputs))


def _prompt(graph: Graph, sampler: Node, links: tuple[str, ...]) -> str | None:
    """The texts that flow into one side of a sampler."""
    inputs = _inputs(sampler)
    guider = _link(inputs.get("guider"), graph)
    if guider is not None:
        inputs = _inputs(graph[guider])
    start = next((found for name in links if (found := _link(inputs.get(name), graph))), None)
    if start is None:
        return None
    texts: dict[str, None] = {}
    # A node may carry both prompts, such as those of a ControlNet.
    other = _NEGATIVE if links == _POSITIVE else _POSITIVE[:1]
    for name in _upstream(graph, [start], _NO_TEXT.union(other)):
        for key in _TEXTS:
            value = _inputs(graph[name]).get(key)
            if isinstance(value, str) and value.strip():
                texts[value.strip()] = None
    whole = "\n".join(texts)
    if len(whole) > MAX_PROMPT:
        raise BadEmbedding(f"its prompt has {len(whole):,} characters, the cap is {MAX_PROMPT:,}")
    return whole or None


def _settings(graph: Graph, sampler: Node, walked: list[Node]) -> Iterator[tuple[str, Any]]:
    """The sampler's own settings, then the nearest of the nodes that feed the output; a link to a
    node of one number is that number."""
    done = set()
    for node in (sampler, *walked):
        for key, value in _inputs(node).items():
            name = _SETTINGS.get(key)
            if (linked := _link(value, graph)) is not None:
                others = _inputs(graph[linked]).values()
                value = next((each for each in others if not isinstance(each, list)), None)
            if name is not None and name not in done and isinstance(value, int | float | str):
                done.add(name)
                yield name, value


def _models(walked: list[Node]) -> Iterator[Model]:
    for node in walked:
        for key, value in _inputs(node).items():
            role = _ROLES.get(key)
            if role is not None and (found := model(value, role=role)) is not None:
                yield found


def _loras(walked: list[Node]) -> Iterator[Lora]:
    """LoRAs, that applied first first: of loaders (`lora_name`), of stacks (`lora_name_1`), and of
    loaders of many (`lora_1`: {"on": true, "lora": ..., "strength": ...})."""
    for node in reversed(walked):
        inputs = _inputs(node)
        for key, value in inputs.items():
            found = None
            if key == "lora_name":
                found = lora(value, inputs.get("strength_model", inputs.get("strength")))
            elif key.startswith("lora_name_"):
                number = key.removeprefix("lora_name_")
                weight = inputs.get(f"model_str_{number}", inputs.get(f"lora_wt_{number}"))
                found = lora(value, weight)
            elif isinstance(value, dict) and value.get("on", True) is not False:
                found = lora(value.get("lora"), value.get("strength"))
            if found is not None:
                yield found


def _as_api(ui: Any) -> dict[str, Node]:
    """The editor's form in that of the runs, as far as the core's nodes go; what is muted or
    bypassed is left out."""
    sources = {
        link[0]: [str(link[1]), link[2]]
        for link in ui["links"]
        if isinstance(link, list) and len(link) >= 5 and isinstance(link[0], int)
    }
    graph: dict[str, Node] = {}
    for node in ui["nodes"][: MAX_NODES + 1]:
        if node.get("mode") in _MUTED:
            continue
        values = node.get("widgets_values")
        names = _WIDGETS.get(node["type"], ())
        inputs = dict(zip(names, values, strict=False)) if isinstance(values, list) else {}
        for each in node.get("inputs") if isinstance(node.get("inputs"), list) else ():
            link = mapping(each).get("link")
            if isinstance(link, int) and link in sources:
                inputs[str(each.get("name"))] = sources[link]
        graph[str(node["id"])] = {"class_type": node["type"], "inputs": inputs}
    return graph
