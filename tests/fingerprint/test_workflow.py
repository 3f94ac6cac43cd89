from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.workflow import selftest
from gen_ip.fingerprint.workflow.errors import BadWorkflow, UnreadableWorkflow
from gen_ip.fingerprint.workflow.graph import Graph
from gen_ip.fingerprint.workflow.parsing import parse_workflow
from gen_ip.fingerprint.workflow.record import WorkflowRecord, record_of, workflow_record
from tests.fingerprint.workflows import API, apis, renumbered, ui


def of(value: Any) -> WorkflowRecord:
    return record_of(bytes(32), parse_workflow(json.dumps(value).encode()))


def changed(value: dict[str, Any], node: str, **inputs: Any) -> dict[str, Any]:
    other = copy.deepcopy(value)
    other[node]["inputs"].update(inputs)
    return other


def test_both_formats_give_one_graph() -> None:
    assert of(API).topology == of(ui()).topology
    assert of(API).content == of(ui()).content
    assert of({"prompt": API, "client_id": "x"}).content == of(API).content
    assert len(of(ui()).graph.nodes) == 7


def test_a_seed_does_not_count_and_a_prompt_does() -> None:
    assert of(changed(API, "3", seed=5)).content == of(API).content
    other = of(changed(API, "6", text="a cottage"))
    assert other.topology == of(API).topology
    assert other.content != of(API).content


def test_numbers_are_equal_however_they_are_written() -> None:
    assert of(changed(API, "3", cfg=8)).content == of(API).content
    assert of(changed(API, "3", cfg=True)).content != of(changed(API, "3", cfg=1)).content


def test_other_graphs_have_other_hashes() -> None:
    crossed = changed(API, "3", positive=["7", 0], negative=["6", 0])
    # Both texts swapped as well: the same again.
    swapped = changed(changed(crossed, "6", text="blurry"), "7", text="a castle")
    assert of(crossed).topology == of(API).topology
    assert of(crossed).content != of(API).content
    assert of(swapped).content == of(API).content
    assert of(changed(API, "6", clip=["4", 0])).topology != of(API).topology
    assert of(changed(API, "3", negative=["6", 0])).topology != of(API).topology


@settings(max_examples=60, deadline=None)
@given(st.data(), apis())
def test_numbering_changes_no_hash(data: st.DataObject, nodes: dict[str, Any]) -> None:
    order = data.draw(st.permutations(range(len(nodes))))
    first, other = of(nodes), of(renumbered(nodes, order))
    assert (first.topology, first.content) == (other.topology, other.content)
    assert WorkflowRecord.from_bytes(first.to_bytes()) == first


def test_chains_of_other_lengths_differ() -> None:
    def chain(feeding: list[list[int]]) -> dict[str, Any]:
        return {
            str(at): {
                "class_type": "A",
                "inputs": {f"in{slot}": [str(other), 0] for slot, other in enumerate(given)},
            }
            for at, given in enumerate(feeding)
        }

    # Four nodes of a class: 4, or twice 2, in a row.
    assert of(chain([[], [0], [1], [2]])).topology != of(chain([[], [0], [], [2]])).topology


def test_muted_nodes_are_gone_and_bypassed_ones_pass_on() -> None:
    def with_lora(mode: int) -> dict[str, Any]:
        value = ui()
        value["nodes"].append(
            {"id": 11, "type": "LoraLoaderModelOnly", "mode": mode, "widgets_values": ["l", 1],
             "inputs": [{"name": "model", "type": "MODEL", "link": 20}],
             "outputs": [{"name": "MODEL", "type": "MODEL", "links": [4]}]}
        )  # fmt: skip
        value["links"] = [each for each in value["links"] if each[0] != 4]
        value["links"] += [[20, 10, 0, 11, 0, "MODEL"], [4, 11, 0, 3, 0, "MODEL"]]
        return value

    assert of(with_lora(4)).content == of(API).content
    assert of(with_lora(0)).topology != of(API).topology
    muted = of(with_lora(2))
    assert len(muted.graph.edges) == len(of(API).graph.edges) - 1


def _subgraphed() -> dict[str, Any]:
    """The same workflow with its decoding and saving in a subgraph."""
    value = ui()
    inner = [each for each in value["nodes"] if each["id"] in (8, 9)]
    value["nodes"] = [each for each in value["nodes"] if each["id"] not in (8, 9)]
    value["nodes"].append(
        {"id": 30, "type": "0a-1b", "inputs": [{"name": "vae", "type": "VAE", "link": 9},
                                               {"name": "samples", "type": "LATENT", "link": 8}]}
    )  # fmt: skip
    value["links"] = [each for each in value["links"] if each[0] not in (8, 9, 10)]
    value["links"] += [[8, 3, 0, 30, 1, "LATENT"], [9, 4, 2, 30, 0, "VAE"]]
    fields = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    links = [(1, -10, 0, 8, 0, "LATENT"), (2, -10, 1, 8, 1, "VAE"), (3, 8, 0, 9, 0, "IMAGE")]
    value["definitions"] = {
        "subgraphs": [
            {"id": "0a-1b", "nodes": inner, "outputs": [],
             "inputs": [{"name": "samples"}, {"name": "vae"}],
             "links": [dict(zip(fields, each, strict=True)) for each in links]}
        ]
    }  # fmt: skip
    return value


def test_subgraphs_are_unfolded() -> None:
    assert of(_subgraphed()).content == of(API).content


def test_group_nodes_are_unfolded() -> None:
    value = ui()
    inner = [each for each in value["nodes"] if each["id"] in (8, 9)]
    value["nodes"] = [each for each in value["nodes"] if each["id"] not in (8, 9)]
    value["nodes"].append({"id": 30, "type": "workflow>Save", "inputs": [
        {"name": "samples", "type": "LATENT", "link": 8}, {"name": "vae", "type": "VAE", "link": 9},
    ]})  # fmt: skip
    value["links"] = [each for each in value["links"] if each[0] not in (8, 9, 10)]
    value["links"] += [[8, 3, 0, 30, 0, "LATENT"], [9, 4, 2, 30, 1, "VAE"]]
    inner[0]["outputs"] = [{"name": "IMAGE", "type": "IMAGE"}]
    group = {"nodes": inner, "links": [[0, 0, 1, 0, 9, "IMAGE"]], "external": []}
    value["extra"] = {"groupNodes": {"Save": group}}
    assert of(value).content == of(API).content


def test_named_wires_are_followed() -> None:
    value = ui()
    value["links"] = [each for each in value["links"] if each[0] not in (8,)]
    value["nodes"] += [
        {"id": 40, "type": "SetNode", "widgets_values": ["latent"], "inputs": [{"name": "LATENT"}]},
        {"id": 41, "type": "GetNode", "widgets_values": ["latent"], "outputs": [{"links": [8]}]},
    ]
    value["links"] += [[50, 3, 0, 40, 0, "LATENT"], [8, 41, 0, 8, 0, "LATENT"]]
    assert of(value).content == of(API).content


def test_subgraphs_in_themselves_end() -> None:
    value = _subgraphed()
    value["definitions"]["subgraphs"][0]["nodes"].append({"id": 77, "type": "0a-1b"})
    with pytest.raises(BadWorkflow, match="in more than"):
        of(value)


def test_subgraphs_that_multiply_end() -> None:
    names = [f"level-{number}" for number in range(30)]
    value = {
        "nodes": [{"id": 1, "type": names[0]}],
        "definitions": {
            "subgraphs": [
                {"id": name, "nodes": [{"id": at, "type": after} for at in range(10)]}
                for name, after in zip(names, [*names[1:], "Note"], strict=True)
            ]
        },
    }
    with pytest.raises(BadWorkflow, match="nodes"):
        of(value)


@pytest.mark.parametrize(
    "value",
    [
        None, 3, [], {}, {"nodes": []}, {"nodes": [3]}, {"a": {"class_type": 3}},
        {"a": {"class_type": "A", "inputs": 3}}, {"nodes": [{"id": 1, "type": "A"}], "links": 3},
        {"nodes": [{"id": 1, "type": "A"}], "links": [3]}, {"nodes": [{"id": 1, "type": {}}]},
        {"a": {"class_type": "x" * 301, "inputs": {}}}, {"nodes": [{"id": 1, "type": "Note"}]},
        {"a": {"class_type": "A", "inputs": {f"{n}": n for n in range(1001)}}},
        {str(at): {"class_type": "A"} for at in range(20_001)},
    ],
)  # fmt: skip
def test_values_that_are_no_workflow(value: Any) -> None:
    with pytest.raises(BadWorkflow):
        of(value)


@pytest.mark.parametrize("text", [b"{", b"\xff", b"[" * 100_000, b'{"a":' * 65 + b"1"])
def test_texts_that_are_no_workflow(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_bytes(text)
    with pytest.raises(UnreadableWorkflow, match=r"ComfyUI saved or exported"):
        workflow_record(path)


def test_rings_of_what_passes_on_end() -> None:
    value = ui()
    value["links"] = [each for each in value["links"] if each[0] != 1]
    value["links"].append([1, 10, 0, 10, 0, "MODEL"])
    assert len(of(value).graph.edges) == len(of(API).graph.edges) - 1


def test_records_are_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    path.write_text(json.dumps(ui()), "utf-8")
    found = workflow_record(path)
    assert WorkflowRecord.from_bytes(found.to_bytes()) == found
    assert WorkflowRecord.from_json(json.loads(json.dumps(found.to_json()))) == found
    assert found.lines()["nodes"] == "7"


def test_records_out_of_form_are_refused() -> None:
    found = of(API)
    data = found.to_bytes()
    for wrong in (b"", data[:-1], data + b"\0", b"GIW\2" + data[4:], data[:40]):
        with pytest.raises(MalformedFingerprint):
            WorkflowRecord.from_bytes(wrong)
    good = found.to_json()
    for name, value in (
        ("format", "x"), ("nodes", []), ("nodes", [["A", ["zz"]]]), ("edges", [[0, 0, 99, "a"]]),
        ("edges", [[0, -1, 1, "a"]]), ("graph-1", "0" * 64), ("nodes", 3), ("edges", [3]),
        ("edges", [[0, 0, 1, "\ud800"]]), ("nodes", [[3, []]]),
    ):  # fmt: skip
        with pytest.raises(MalformedFingerprint):
            WorkflowRecord.from_json({**good, name: value})
    with pytest.raises(MalformedFingerprint):
        WorkflowRecord(bytes(32), Graph((), ()))


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-20, 20) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ["nodes", "links", "id", "type", "inputs", "outputs", "mode", "link", "widget",
                 "name", "widgets_values", "class_type", "definitions", "subgraphs", "extra",
                 "groupNodes", "external", "prompt", "origin_id", "target_id", "target_slot"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_values, _values, st.sampled_from(["nodes", "links", "definitions", "extra", "mode"]))
def test_no_value_makes_a_traceback(value: Any, other: Any, place: str) -> None:
    mixed = ui()
    mixed[place] = other
    node = ui()
    node["nodes"][3] |= value if isinstance(value, dict) else {"type": "A", "inputs": value}
    for each in (value, mixed, node, {"a": {"class_type": "A", "inputs": value}}):
        with contextlib.suppress(BadWorkflow):
            assert WorkflowRecord.from_bytes(of(each).to_bytes()) == of(each)


@pytest.mark.parametrize("vector", selftest.vectors(), ids=lambda each: each["name"])
def test_conformance_vectors(vector: dict[str, Any]) -> None:
    assert selftest.deviation(vector) is None
    wrong = copy.deepcopy(vector)
    wrong["record"]["graph-1"] = "00"
    assert str(selftest.deviation(wrong)).startswith("graph-1 is ")


def test_the_self_test_tells(capsys: pytest.CaptureFixture[str]) -> None:
    assert selftest.main() == 0
    assert capsys.readouterr().out.endswith(f"0 of {len(selftest.vectors())} vectors differ\n")
