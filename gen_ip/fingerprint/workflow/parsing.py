"""A workflow's graph from the text or the file it is in, by what it holds."""

from __future__ import annotations

from typing import Any

from gen_ip.content.files import StrPath, read_chunks
from gen_ip.fingerprint.workflow.api import graph_of_api, is_api
from gen_ip.fingerprint.workflow.errors import BadWorkflow, UnreadableWorkflow
from gen_ip.fingerprint.workflow.graph import Graph
from gen_ip.fingerprint.workflow.ui import graph_of_ui, is_ui
from gen_ip.nesting import parse

#: Workflows with pictures inside have some MiB.
MAX_WORKFLOW_BYTES = 16 * 2**20
_MAX_DEPTH = 64


def parse_workflow(data: bytes) -> Graph:
    """The graph of ComfyUI's API format, alone or as `prompt` of a request, or of its own format.

    Raises:
        BadWorkflow: it is neither, or too large or too deep; or nothing in it runs.
    """
    if len(data) > MAX_WORKFLOW_BYTES:
        raise BadWorkflow(f"it has more than {MAX_WORKFLOW_BYTES:,} bytes")
    try:
        value = parse(data.decode("utf-8-sig"), _MAX_DEPTH)
    except UnicodeDecodeError:
        raise BadWorkflow("it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadWorkflow(f"it is no JSON, or nested deeper than {_MAX_DEPTH} levels") from None
    graph = _graph(value)
    if not graph.nodes:
        raise BadWorkflow("no node in it runs")
    return graph


def read_workflow(path: StrPath) -> tuple[bytes, Graph]:
    """The bytes and the graph of a file.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
        UnreadableWorkflow: it is none; see `parse_workflow`.
    """
    data = b"".join(read_chunks(path, MAX_WORKFLOW_BYTES))
    try:
        return data, parse_workflow(data)
    except BadWorkflow as error:
        raise UnreadableWorkflow(path, str(error)) from None


def _graph(value: Any) -> Graph:
    if is_ui(value):
        return graph_of_ui(value)
    if is_api(value):
        return graph_of_api(value)
    # As posted to ComfyUI, or as kept beside the editor's form.
    for inner in (value.get("prompt"), value.get("workflow")) if isinstance(value, dict) else ():
        if is_ui(inner):
            return graph_of_ui(inner)
        if is_api(inner):
            return graph_of_api(inner)
    raise BadWorkflow("it has neither nodes with a class_type nor a list of nodes")
