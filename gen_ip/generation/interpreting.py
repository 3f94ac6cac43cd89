"""Which tool wrote what was found in a file, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from gen_ip.content.detection.structures import is_api_graph, is_ui_graph
from gen_ip.generation.containers.pieces import Contents, Piece
from gen_ip.generation.limits import BadEmbedding, json_of, mapping
from gen_ip.generation.record import Generation
from gen_ip.generation.tools.comfyui import TOOL as COMFYUI
from gen_ip.generation.tools.comfyui import read_graphs
from gen_ip.generation.tools.fooocus import is_fooocus, read_fooocus
from gen_ip.generation.tools.invokeai import read_invokeai
from gen_ip.generation.tools.novelai import is_novelai, read_novelai
from gen_ip.generation.tools.parameters import read_parameters
from gen_ip.generation.tools.prompts import read_prompt
from gen_ip.generation.tools.swarmui import is_swarmui, read_swarmui

# Names under which tools write parameters, as JSON or as a text.
_PARAMETERS = ("parameters", "UserComment", "stealth", "ImageDescription", "comment")
# Of these a text that is no JSON is taken for a prompt's only where it looks like one.
_OTHERS_TOO = ("UserComment", "ImageDescription", "comment")
_INVOKEAI = ("invokeai_metadata", "sd-metadata")
_GRAPHS = ("prompt", "workflow")


def generations(contents: Contents) -> tuple[Generation, ...]:
    """The records of all tools whose texts are there, that which says most first. What looks like a
    tool's and cannot be read is noted in `contents.problems`."""
    found: list[Generation] = []
    for source, read in _readers(contents.pieces):
        try:
            made = read()
        except BadEmbedding as error:
            contents.problem(source, error)
            continue
        if made is not None:
            found.append(made)
    # A graph has no hashes and no fields for prompts: what a saving node wrote besides says more.
    found.sort(key=lambda each: each.tool == COMFYUI and bool(each.workflow))
    graph = next((each.workflow for each in found if each.workflow), None)
    return tuple(replace(each, workflow=each.workflow or graph) for each in found)


def of_json(value: Any, source: str) -> Generation | None:
    """The record of a JSON value of any tool; None where it is none's.

    Raises:
        BadEmbedding: it is one's, and cannot be read.
    """
    if is_swarmui(value):
        return read_swarmui(value, source)
    if is_fooocus(value):
        return read_fooocus(value, source)
    fields = mapping(value)
    if is_api_graph(value) or is_ui_graph(value):
        return read_graphs(value, value, source)
    if is_api_graph(fields.get("prompt")) or is_ui_graph(fields.get("workflow")):
        return read_graphs(fields.get("prompt"), fields.get("workflow"), source)
    if is_novelai(fields):
        return read_novelai(fields, source)
    prompt = read_prompt(fields, source)
    return prompt if prompt.positive else None


def _readers(pieces: list[Piece]) -> Iterator[tuple[str, Any]]:
    """Where each tool's texts are, and what reads them."""
    texts = {piece.name: piece for piece in reversed(pieces)}
    by_name = {name: piece.text for name, piece in texts.items()}
    if is_novelai(by_name):
        comment = texts["Comment"]
        yield comment.source, lambda: read_novelai(by_name, comment.source)
    for name in _INVOKEAI:
        if (piece := texts.get(name)) is not None:
            yield piece.source, _invokeai(piece)
    graphs = {kind: piece for piece in pieces for kind, piece in _graph(piece)}
    if graphs:
        source = " and ".join(graphs[kind].source for kind in _GRAPHS if kind in graphs)
        yield source, lambda: _comfyui(graphs, source)
    for name in _PARAMETERS:
        piece = texts.get(name)
        if piece is not None and piece not in graphs.values():
            yield piece.source, _parameters(piece)


def _graph(piece: Piece) -> Iterator[tuple[str, Piece]]:
    """A graph of ComfyUI under its name; in Exif data it follows that name and a colon."""
    for kind in _GRAPHS:
        if piece.name == kind:
            yield kind, piece
        elif piece.name in ("Make", "Model", *_OTHERS_TOO) and piece.text.startswith(f"{kind}:"):
            yield kind, piece._replace(text=piece.text.removeprefix(f"{kind}:"))


def _comfyui(graphs: dict[str, Piece], source: str) -> Generation:
    values = {}
    for kind, piece in graphs.items():
        try:
            values[kind] = json_of(piece.text)
        except BadEmbedding:
            # Either will do; `read_graphs` says so where none is left.
            if len(graphs) == 1:
                raise
    return read_graphs(values.get("prompt"), values.get("workflow"), source)


def _invokeai(piece: Piece) -> Any:
    return lambda: read_invokeai(json_of(piece.text), piece.source)


def _parameters(piece: Piece) -> Any:
    def read() -> Generation | None:
        if piece.text.lstrip().startswith("{"):
            try:
                found = of_json(json_of(piece.text), piece.source)
            except BadEmbedding:
                # A prompt may begin with a brace.
                if piece.name not in ("parameters", "stealth"):
                    raise
                found = None
            if found is not None:
                return found
        made = read_parameters(piece.text, piece.source)
        sure = piece.name not in _OTHERS_TOO or made.settings or made.negative
        return made if sure and (made.positive or made.settings) else None

    return read
