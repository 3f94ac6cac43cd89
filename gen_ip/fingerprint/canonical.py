"""What stays of a file when it is saved anew: one hash for each kind but pictures, whose pixels
`gen_ip.fingerprint.picture` hashes. Two files with the same one have the same content:

- `text-1`: a text's words, however they are dressed, spaced or lettered;
- `prompt-1`: both parts of a prompt, likewise, without settings;
- `graph-settings-1`: a workflow's nodes, links and settings, but for ids, places and seeds;
- `autov3`: the bytes of a model's tensors, whatever its header says.
"""

from __future__ import annotations

import io

from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.models import TENSORS
from gen_ip.content.files import StrPath
from gen_ip.content.safetensors import BadSafetensors, tensors_sha256
from gen_ip.errors import FileProblem, MissingLibrary
from gen_ip.fingerprint.text.extracting import FORMATS, PLAIN, extracted

AUTOV3 = "autov3"
#: The algorithms here.
ALGORITHMS = (AUTOV3, "text-1", "prompt-1", "graph-settings-1")
_PROMPTS = ("a1111", "prompt-json")


def canonical_of(path: StrPath, content: bytes, found: Detected) -> dict[str, str]:
    """The hash of a file's content, 64 hex digits by its algorithm; empty for pictures, sound and
    bytes of no known format, where it is damaged or says nothing, and where the library that reads
    its format is not installed. `path` only names it.

    Raises:
        ConfinementFailed: no limited process starts.
    """
    if found.format in TENSORS:
        try:
            return {AUTOV3: tensors_sha256(io.BytesIO(content))}
        except BadSafetensors:
            return {}
    if found.kind == "workflow":
        return _graph(content)
    if found.kind not in ("text", "prompt") or found.format not in FORMATS:
        return {}
    try:
        return _words(_characters(path, content, found.format), found.format)
    except (FileProblem, MissingLibrary):
        return {}


def _words(text: str, form: str) -> dict[str, str]:
    from gen_ip.fingerprint.text.normalizing import TEXT, normalized
    from gen_ip.fingerprint.text.prompt_record import PROMPT, PromptRecord
    from gen_ip.fingerprint.text.prompts import parsed

    if form in _PROMPTS:
        prompt = PromptRecord(bytes(32), form, parsed(text, form))
        return {PROMPT: prompt.content.hex()} if len(prompt.positive) else {}
    words = normalized(text)
    # What has no words would be like all that has none.
    return {TEXT: words.hash().hex()} if len(words) else {}


def _characters(path: StrPath, content: bytes, form: str) -> str:
    if form in PLAIN:
        return extracted(path, content, form)
    from gen_ip.fingerprint.text.reading import Texts

    with Texts() as reader:
        return reader.read(path, content, form)


def _graph(content: bytes) -> dict[str, str]:
    from gen_ip.fingerprint.workflow.errors import BadWorkflow
    from gen_ip.fingerprint.workflow.parsing import parse_workflow
    from gen_ip.fingerprint.workflow.record import SETTINGS, record_of

    try:
        return {SETTINGS: record_of(bytes(32), parse_workflow(content)).content.hex()}
    except BadWorkflow:
        return {}
