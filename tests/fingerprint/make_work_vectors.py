"""Writes the conformance vectors of `model-1` and `workflow-1` anew.

Run from the project's root: `python tests/fingerprint/make_work_vectors.py`. Vectors are fixed once
released: another result is another algorithm and needs another name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from gen_ip.fingerprint.model import selftest as models
from gen_ip.fingerprint.model.reading import read_model
from gen_ip.fingerprint.workflow import selftest as workflows
from gen_ip.fingerprint.workflow.parsing import parse_workflow
from gen_ip.fingerprint.workflow.record import record_of
from tests.fingerprint.models import diffusers_names, lora, saved
from tests.fingerprint.workflows import API, ui


def main() -> None:
    """Writes both files."""
    small = lora(7, modules=2, rank=2, sides=(24, 20))
    random = np.random.default_rng(9)
    files = {
        "lora, kohya's names": saved(small, {"ss_network_module": "networks.lora"}),
        "lora, diffusers' names, binary16": saved(
            {name: each.astype("f2") for name, each in diffusers_names(small).items()}
        ),
        "lora, bfloat16": saved(small, bf16=True),
        "embedding": saved({"emb_params": random.normal(0, 0.02, (2, 160)).astype("f4")}),
        "whole numbers, nothing, one number": saved(
            {"a": np.arange(5, dtype="i8"), "b": np.zeros((0, 3)), "c": np.array(2.5, "f4")}
        ),
    }
    written: list[dict[str, Any]] = []
    for name, data in files.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a"
            path.write_bytes(data)
            record = read_model(path).to_json()
        written.append({"name": name, "file": base64.b64encode(data).decode(), "record": record})
    _write(models.VECTORS, written)
    texts = {
        "API format": json.dumps(API),
        "editor's format": json.dumps(ui()),
        "one node": json.dumps({"1": {"class_type": "A", "inputs": {"x": [1, 2], "y": "\u00e9"}}}),
    }
    graphs = []
    for name, text in texts.items():
        digest = hashlib.sha256(text.encode()).digest()
        record = record_of(digest, parse_workflow(text.encode())).to_json()
        graphs.append({"name": name, "text": text, "record": record})
    _write(workflows.VECTORS, graphs)


def _write(path: Path, vectors: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"vectors": vectors}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
