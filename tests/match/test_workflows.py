from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gen_ip.fingerprint.workflow.record import WorkflowRecord
from gen_ip.match.answer import Answer
from gen_ip.match.verdict import Verdict
from gen_ip.match.workflows.kind import WORKFLOWS, WorkflowFinding
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.kind import kind_of, kinds
from tests.fingerprint.workflows import API, renumbered, ui


def chain(seed: int, length: int = 14) -> dict[str, Any]:
    """A workflow of its own kinds of nodes."""
    nodes: dict[str, Any] = {}
    for at in range(length):
        kind = f"Step{(seed * 31 + at * 7) % 97}"
        inputs: dict[str, Any] = {"amount": seed * 100 + at, "text": f"words {seed} {at}"}
        if at:
            inputs["given"] = [str(at - 1), at % 2]
        if at > 3:
            inputs["beside"] = [str(at - 3), 0]
        nodes[str(at)] = {"class_type": kind, "inputs": inputs}
    return nodes


def of(folder: Path, value: Any) -> WorkflowRecord:
    path = folder / "asked.json"
    path.write_text(json.dumps(value), "utf-8")
    with WORKFLOWS.reader() as reader:
        return reader.fingerprint(path)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkIndex]:
    folder = tmp_path_factory.mktemp("index")
    with WorkIndex(folder, write=True) as found:
        works = {f"work-{seed}": chain(seed) for seed in range(8)} | {"usual": API}
        for name, value in works.items():
            found.add([WORKFLOWS.record(name, of(folder, value))])
        yield found


def ask(index: WorkIndex, folder: Path, value: Any) -> Answer:
    return WORKFLOWS.ask(index, of(folder, value))


def test_workflows_are_a_kind() -> None:
    assert "workflow" in kinds()
    assert kind_of("workflow") is WORKFLOWS


def test_the_same_file_and_the_same_content(index: WorkIndex, tmp_path: Path) -> None:
    assert ask(index, tmp_path, chain(3)).verdict is Verdict.EXACT_BYTES
    other = renumbered(chain(3), [(at * 5) % 14 for at in range(14)])
    answer = ask(index, tmp_path, other)
    assert (answer.verdict, answer.findings[0].key) == (Verdict.EXACT_CONTENT, "work-3")
    assert answer.findings[0].method == "graph-settings-1"
    assert ask(index, tmp_path, ui()).findings[0].verdict is Verdict.EXACT_CONTENT


def test_another_prompt_in_the_same_graph(index: WorkIndex, tmp_path: Path) -> None:
    value = chain(2)
    for node in value.values():
        node["inputs"]["text"] = "other"
    answer = ask(index, tmp_path, value)
    assert (answer.verdict, answer.findings[0].key) == (Verdict.NEAR_DUPLICATE, "work-2")
    assert answer.findings[0].method == "graph-1"


def test_a_node_more_or_less(index: WorkIndex, tmp_path: Path) -> None:
    more = {**chain(4), "99": {"class_type": "New", "inputs": {"given": ["5", 0]}}}
    less = chain(4)
    del less["13"]
    for value in (more, less):
        answer = ask(index, tmp_path, value)
        assert answer.best is not None
        assert (answer.best.key, answer.verdict) == ("work-4", Verdict.NEAR_DUPLICATE)
        assert answer.findings[0].method in ("edges-1", "settings-1")


def test_both_works_in_one_file_are_named(index: WorkIndex, tmp_path: Path) -> None:
    both = {**chain(5), **renumbered(chain(6), list(range(14)))}
    answer = ask(index, tmp_path, both)
    assert {each.key for each in answer.findings if each.verdict.named} == {"work-5", "work-6"}
    assert answer.verdict is Verdict.DERIVATIVE


def test_a_stranger_that_uses_the_usual_nodes(index: WorkIndex, tmp_path: Path) -> None:
    other = copy.deepcopy(API)
    for name in ("6", "7"):
        other[name] = {"class_type": "OtherEncode", "inputs": {"clip": ["4", 1], "words": "z"}}
    other["3"]["class_type"], other["4"]["inputs"]["ckpt_name"] = "OtherSampler", "b"
    assert ask(index, tmp_path, other).best is None
    assert ask(index, tmp_path, chain(50)).best is None


def test_a_finding_says_what_was_measured_and_shows_it(index: WorkIndex, tmp_path: Path) -> None:
    value = {**chain(7), "99": {"class_type": "New", "inputs": {"given": ["5", 0]}}}
    finding = ask(index, tmp_path, value).findings[0]
    assert isinstance(finding, WorkflowFinding)
    measured = json.loads(json.dumps(finding.to_json()))["measured"]
    assert (measured["links"], measured["same_graph"]) == ([23, 24, 23], False)
    assert finding.lines()[0] == "23 of the work's 23 links, of 24 asked about"
    (picture,) = finding.evidence().values()
    assert finding.evidence()["graphs"] == picture
    with Image.open(io.BytesIO(picture)) as image:
        colors = {color for _, color in image.convert("RGB").getcolors(2**24) or []}
    # Nodes that are set alike in both, and the one that only the query has.
    assert {(120, 196, 142), (240, 240, 237)} <= colors


def test_a_graph_with_a_ring_is_drawn(tmp_path: Path) -> None:
    value = {
        "1": {"class_type": "A", "inputs": {"x": ["2", 0]}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 0]}},
    }
    record = of(tmp_path, value)
    with WorkIndex(tmp_path / "index", write=True) as index:
        index.add([WORKFLOWS.record("ring", record)])
        ours = {**value, "3": {"class_type": "\x1b" * 200, "inputs": {"y": ["1", 0]}}}
        found = dict(WORKFLOWS.likenesses(index, of(tmp_path, ours)))["ring"]
    picture = WorkflowFinding("ring", Verdict.SIMILAR, 0.5, "edges-1", found).evidence()["graphs"]
    assert picture.startswith(b"\x89PNG")
