"""Models, workflows and prompts that are made to harm who reads them, and how they are refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy

from tests.content import samples
from tests.content.samples import with_header
from tests.fingerprint.models import saved


class Hostile(NamedTuple):
    """A file, the kind it is said to be, words of its refusal: "" where it can do no harm."""

    data: bytes
    stated: str | None
    words: str


def _of(fields: Mapping[str, Any] | bytes, size: int = 4, length: int | None = None) -> bytes:
    text = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    return with_header(text, size, length)


def _tensor(**fields: object) -> dict[str, Any]:
    return {"a": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4], **fields}}


def _graph(**inputs: object) -> bytes:
    return json.dumps({"1": {"class_type": "A", "inputs": inputs}}).encode()


def _modules(count: int) -> bytes:
    """Each of them has 4 bytes, and 8 KiB would be kept of it."""
    one = numpy.ones((1, 1), "f2")
    return saved({f"m{n}.lora_{part}.weight": one for n in range(count) for part in ("up", "down")})


def _subgraphs() -> bytes:
    """Thirty levels of ten each: more nodes than any memory holds."""
    names = [f"level-{number}" for number in range(30)]
    inner = [
        {"id": name, "nodes": [{"id": at, "type": after} for at in range(10)]}
        for name, after in zip(names, [*names[1:], "A"], strict=True)
    ]
    nodes = [{"id": 1, "type": names[0]}]
    document = {"nodes": nodes, "links": [], "definitions": {"subgraphs": inner}}
    return json.dumps(document).encode()


_DEEP = b'{"1": {"class_type": "A", "inputs": {"a": ' + b"[" * 99 + b"]" * 99 + b"}}}"
_BROKEN = "no sound .safetensors header"
_ARE_TEXT = "its bytes are those of plain"
_NO_MODEL = "cannot be read as a safetensors model"
_NO_WORKFLOW = "cannot be read as a workflow"
_PNG = samples.picture("PNG")

MODELS = {
    "length-of-terabytes": Hostile(_of(_tensor(), 4, 2**43), None, _BROKEN),
    "length-of-64-bits": Hostile(_of(_tensor(), 4, 2**64 - 1), None, _BROKEN),
    "length-beyond-the-cap": Hostile(_of(_tensor(), 4, 100_000_001), None, _BROKEN),
    "length-too-short": Hostile(_of(_tensor(), 4, 9), None, _BROKEN),
    "product-of-sides": Hostile(_of(_tensor(shape=[2**62, 2**62])), None, _BROKEN),
    "sides-without-end": Hostile(_of(_tensor(shape=[1] * 900)), None, _BROKEN),
    "side-of-a-thousand-digits": Hostile(
        _of(b'{"a":{"dtype":"F16","shape":[%s],"data_offsets":[0,4]}}' % (b"9" * 1_000)),
        None,
        _BROKEN,
    ),
    "negative-side": Hostile(_of(_tensor(shape=[-2])), None, _BROKEN),
    "bytes-beyond-the-file": Hostile(_of(_tensor(data_offsets=[0, 2**40])), None, _BROKEN),
    "bytes-before-the-file": Hostile(_of(_tensor(data_offsets=[-8, 4])), None, _BROKEN),
    "bytes-twice": Hostile(_of(_tensor() | {"b": _tensor()["a"]}), None, _BROKEN),
    "bytes-of-none": Hostile(_of(_tensor(), 2**16), None, _BROKEN),
    "unknown-type": Hostile(_of(_tensor(dtype="F9" * 99)), None, _BROKEN),
    "name-twice": Hostile(_of(b'{"a":{},"a":{}}'), None, _BROKEN),
    "name-of-a-kilobyte": Hostile(_of({"n" * 2_000: _tensor()["a"]}), None, _BROKEN),
    "brackets": Hostile(_of(b'{"a":' + b"[" * 500_000), None, _BROKEN),
    "braces": Hostile(_of(b'{"a":' * 99_999), None, _BROKEN),
    "texts-without-end": Hostile(
        _of({"__metadata__": {f"{n}": "" for n in range(60_000)}, "a": 3}), None, _BROKEN
    ),
    "half-a-character": Hostile(_of(b'{"\\ud800":{}}'), None, _BROKEN),
    "archive-behind": Hostile(samples.LORA + samples.archive({"a": b"b"}), None, _BROKEN),
    "pickle-behind": Hostile(samples.LORA + samples.PICKLE, None, _BROKEN),
    "picture-behind": Hostile(samples.LORA + _PNG, None, _BROKEN),
    "picture-before": Hostile(_PNG + samples.LORA, "model", "contradict|is said to be"),
    "pickle": Hostile(samples.PICKLE, "model", "pickle"),
    "checkpoint-of-torch": Hostile(samples.TORCH, "model", "pickle"),
    "other-weights": Hostile(b"GGUF" + (3).to_bytes(4, "little") + b"\xff" * 99, None, _NO_MODEL),
    "other-bytes": Hostile(bytes(range(256)) * 300, "model", _NO_MODEL),
    "modules-of-no-size": Hostile(_modules(2_400), None, "what is kept of its 2,400 modules"),
    "numbers-of-no-size": Hostile(
        saved({"m.lora_up.weight": numpy.full((4, 2), numpy.nan, "f4"),
               "m.lora_down.weight": numpy.full((2, 4), numpy.inf, "f4")}),
        None,
        "",
    ),
    "sides-of-nothing": Hostile(
        saved({"m.lora_up.weight": numpy.ones((0, 2**40), "f4")}), None, ""
    ),
}  # fmt: skip

WORKFLOWS = {
    "brackets": Hostile(b"[" * 500_000, "workflow", _ARE_TEXT),
    "braces": Hostile(b'{"1":' * 100_000, "workflow", _ARE_TEXT),
    "deep": Hostile(_DEEP, "workflow", _ARE_TEXT),
    "broken": Hostile(_graph(a=1)[:-1], "workflow", _ARE_TEXT),
    "json-of-nothing": Hostile(b'{"nodes": [], "links": []}', "workflow", _NO_WORKFLOW),
    "nodes-without-end": Hostile(
        json.dumps({f"{n}": {"class_type": "A", "inputs": {}} for n in range(20_001)}).encode(),
        None,
        _NO_WORKFLOW,
    ),
    "links-without-end": Hostile(
        json.dumps(
            {
                f"{at}": {"class_type": "A", "inputs": {f"{n}": ["0", 0] for n in range(900)}}
                for at in range(120)
            }
        ).encode(),
        None,
        _NO_WORKFLOW,
    ),
    "settings-without-end": Hostile(
        _graph(**{f"{n}": n for n in range(1_001)}), None, "more than 1,000 settings"
    ),
    "class-without-end": Hostile(
        json.dumps({"1": {"class_type": "A" * 99_999, "inputs": {}}}).encode(), None, _NO_WORKFLOW
    ),
    "subgraphs-that-multiply": Hostile(_subgraphs(), None, "nodes"),
    "only-notes": Hostile(
        json.dumps({"nodes": [{"id": 1, "type": "Note"}], "links": []}).encode(), None, "no node"
    ),
    "number-of-no-size": Hostile(_graph(a=1).replace(b"1}", b"1e999999}"), None, ""),
    "number-of-many-digits": Hostile(
        _graph(a=1).replace(b"1}", b"9" * 5_000 + b"}"), "workflow", _ARE_TEXT
    ),
    "half-a-character": Hostile(_graph(a="\ud800"), None, ""),
    "links-to-nowhere": Hostile(_graph(a=["nobody", 2**70], b=["1", -1]), None, ""),
    "ring": Hostile(_graph(a=["1", 0]), None, ""),
    "parameters": Hostile(
        b"a castle\nSteps: 20, Sampler: Euler, Seed: 1", "workflow", _NO_WORKFLOW
    ),
    "archive-behind": Hostile(
        _graph(a=1) + samples.archive({"a": b"b"}), "workflow", "of no known format"
    ),
    "model": Hostile(samples.LORA, "workflow", "is said to be"),
}

PROMPTS = {
    "settings-without-end": Hostile(
        b"a\nSteps: 20, " + b"a: b, " * 9_000 + b"Seed: 1", None, ""
    ),
    "quotes-without-end": Hostile(b'a\nSteps: 20, A: "' + b"\\" * 60_000, "prompt", ""),
    "json-of-names": Hostile(
        json.dumps({"prompt": "a", "seed": 1, **{f"{n}": n for n in range(50_000)}}).encode(),
        None,
        "",
    ),
    "json-that-wishes-for-nothing": Hostile(
        b'{"prompt": "", "seed": 1}', None, "wishes for nothing"
    ),
    "half-a-character": Hostile(b'{"prompt": "a \\ud800", "seed": 1}', None, ""),
    "deep": Hostile(b'{"prompt": ' + b"[" * 100_000, "prompt", ""),
}  # fmt: skip
