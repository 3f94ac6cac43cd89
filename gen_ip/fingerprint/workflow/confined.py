"""Workflows' files read in limited processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from gen_ip.content.files import StrPath
from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.confined import Confined, Limits
from gen_ip.fingerprint.confined_worker import UNNAMED, Task
from gen_ip.fingerprint.picture import read
from gen_ip.fingerprint.workflow.errors import BadWorkflow, UnreadableWorkflow
from gen_ip.fingerprint.workflow.parsing import MAX_WORKFLOW_BYTES, parse_workflow
from gen_ip.fingerprint.workflow.record import MAX_RECORD_BYTES, WorkflowRecord, record_of

_TASK = "gen_ip.fingerprint.workflow.confined:records"
_HASH_BYTES = 32
#: Python's objects take many times what JSON takes.
LIMITS = Limits(
    memory=2 * 2**30, file_bytes=MAX_WORKFLOW_BYTES, answer_bytes=MAX_RECORD_BYTES + 2**20
)


class WorkflowReadingFailed(UnreadableWorkflow):
    """Reading the workflow crashed, hung, or wanted too much memory; its process was ended."""


def records(_: Mapping[str, Any]) -> Task:
    """From a file's sha2-256 and bytes to `WorkflowRecord.to_bytes`: the task. No options."""

    def run(request: bytes) -> bytes:
        try:
            graph = parse_workflow(request[_HASH_BYTES:])
            return record_of(request[:_HASH_BYTES], graph).to_bytes()
        except BadWorkflow as error:
            raise UnreadableWorkflow(UNNAMED, str(error)) from None
        except MalformedFingerprint:
            reason = "more would be kept of it than the caps allow"
            raise UnreadableWorkflow(UNNAMED, reason, "give its parts") from None

    # With everything loaded: afterwards no file can be opened, no library's and no codec's either.
    for sample in _samples():
        run(bytes(_HASH_BYTES) + json.dumps(sample).encode())
    return run


class Workflows:
    """Reads workflows. May be used from several threads; left by its `with` block, which ends its
    processes.

    Args:
        limits: of each file.
        processes: at most so many at a time.
    """

    def __init__(self, *, limits: Limits = LIMITS, processes: int = 1) -> None:
        self._limits = limits
        self._confined = Confined(
            _TASK, limits=limits, processes=processes, failed=WorkflowReadingFailed
        )

    def __enter__(self) -> Workflows:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._confined.close()

    def fingerprint(self, path: StrPath, form: str | None = None) -> WorkflowRecord:
        """A workflow's record, whatever form it is said to be of.

        Raises:
            MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
            UnreadableWorkflow: it is none; see `gen_ip.fingerprint.workflow.parsing`.
            WorkflowReadingFailed: reading crashed, hung, or wanted too much memory.
            ConfinementFailed: no limited process starts; it says why.
        """
        content, sha256 = read(path, self._limits.file_bytes)
        data = self._confined.run(path, sha256, content)
        try:
            record = WorkflowRecord.from_bytes(data)
        except MalformedFingerprint:
            raise self._confined.wrong(path) from None
        if record.sha256 != sha256:
            raise self._confined.wrong(path)
        return record


def _samples() -> list[Any]:
    """A graph as ComfyUI runs it, and one as its editor saves it."""
    api = {
        "1": {
            "class_type": "Caf\u00e9",
            "inputs": {"text": "a\u0301", "size": 0.5, "many": [1, "b"]},
        },
        "2": {"class_type": "B", "inputs": {"image": ["1", 0], "seed": 7}},
    }
    editor = {
        "nodes": [
            {
                "id": 1,
                "type": "A",
                "widgets_values": ["b", 2, "fixed"],
                "outputs": [{"links": [1]}],
            },
            {"id": 2, "type": "C", "inputs": [{"name": "image", "link": 1}]},
        ],
        "links": [[1, 1, 0, 2, 0, "IMAGE"]],
    }
    return [api, editor]
