"""Strangers' models, workflows and prompts through the service: refused, and never read in it."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

import gen_ip.content.detection.detect
import gen_ip.content.safetensors
import gen_ip.fingerprint.model.confined
import gen_ip.fingerprint.model.reading
import gen_ip.fingerprint.text.prompt_reading
import gen_ip.fingerprint.workflow.confined
import gen_ip.fingerprint.workflow.parsing
from gen_ip.fingerprint import detecting
from gen_ip.service.app import app_of
from gen_ip.service.settings import Settings
from tests.content.samples import LORA
from tests.fingerprint.workflows import API
from tests.service.hostile import MODELS, PROMPTS, WORKFLOWS, Hostile

_SOUND = {"model": LORA, "workflow": json.dumps(API).encode(), "prompt": b'{"prompt": "a cat"}'}
_PARSERS = (
    (gen_ip.content.safetensors, "parse_header"),
    (gen_ip.fingerprint.model.reading, "parse_header"),
    (gen_ip.content.detection.detect, "by_signature"),
    (gen_ip.fingerprint.workflow.parsing, "parse_workflow"),
    (gen_ip.fingerprint.workflow.confined, "parse_workflow"),
    (gen_ip.fingerprint.text.prompt_reading, "parsed"),
)


@pytest.fixture(scope="module")
def asked(index: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service, none of whose own threads can read these formats."""

    def here(*_: object) -> None:
        raise AssertionError("a stranger's file is parsed in the service's process")

    settings = Settings(
        index=index,
        store=tmp_path_factory.mktemp("store"),
        upload_bytes=2 * 2**20,
        match_rate="9999/minute",
    )
    with pytest.MonkeyPatch.context() as patch:
        for module, name in _PARSERS:
            patch.setattr(module, name, here)
        with TestClient(app_of(settings), raise_server_exceptions=False) as client:
            yield client


def ask(client: TestClient, data: bytes, stated: str | None) -> Any:
    query = "" if stated is None else f"?kind={stated}"
    return client.post(f"/v1/match{query}", content=data)


@pytest.mark.parametrize(
    ("kind", "hostile"),
    [
        pytest.param(kind, each, id=f"{kind}-{name}")
        for kind, corpus in (("model", MODELS), ("workflow", WORKFLOWS), ("prompt", PROMPTS))
        for name, each in corpus.items()
    ],
)
def test_what_is_made_to_harm_is_refused_with_its_reason(
    asked: TestClient, kind: str, hostile: Hostile
) -> None:
    began = time.monotonic()
    answer = ask(asked, hostile.data, hostile.stated)
    assert time.monotonic() - began < 20
    found = answer.json()
    if hostile.words:
        assert answer.status_code == 422, found
        assert found["type"] == "urn:gen-ip:problem:unusable-file"
        assert re.search(hostile.words, found["detail"]), found["detail"]
        assert found["detail"].isprintable()
        assert len(found["detail"]) < 1_000
        # No crash, and no limit was needed.
        assert not re.search("decoder|memory|seconds", found["detail"]), found["detail"]
        assert tempfile.gettempdir() not in found["detail"]
    else:
        assert answer.status_code == 200, found
    sound = ask(asked, _SOUND[kind], None)
    assert (sound.status_code, sound.json()["kind"]) == (200, kind)


@pytest.fixture(scope="module")
def faulty(index: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service, with readers that do what a file says as long as it says `fault`."""
    settings = Settings(
        index=index,
        store=tmp_path_factory.mktemp("store"),
        decode_seconds=6,
        matchers=5,
        match_rate="9999/minute",
    )
    small = {"memory": 256 * 2**20}
    with pytest.MonkeyPatch.context() as patch:
        for module, kind in (
            ("gen_ip.fingerprint.model.confined", "models"),
            ("gen_ip.fingerprint.workflow.confined", "workflows"),
            ("gen_ip.fingerprint.detecting", "detections"),
            ("gen_ip.fingerprint.text.prompt_reading", "prompts"),
        ):
            patch.setattr(f"{module}._TASK", f"tests.fingerprint.faults:{kind}")
        patch.setattr("gen_ip.service.matching.LIMITS", replace(detecting.LIMITS, **small))
        for kind in ("models.kind", "workflows.kind", "texts.prompt_kind"):
            limits = f"gen_ip.match.{kind}.LIMITS"
            patch.setattr(limits, replace(gen_ip.fingerprint.model.confined.LIMITS, **small))
        with TestClient(app_of(settings), raise_server_exceptions=False) as client:
            yield client


def _with_fault(kind: str, fault: str) -> bytes:
    """A sound file of a kind that tells its reader to do something."""
    words = f"fault {fault}"
    if kind == "model":
        header = {"__metadata__": {"a": words}, "t": _TENSOR}
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + bytes(4)
    if kind == "workflow":
        return json.dumps({"1": {"class_type": words, "inputs": {}}}).encode()
    return json.dumps({"prompt": words, "seed": 1}).encode()


_TENSOR = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}


@pytest.mark.parametrize("kind", ["model", "workflow", "prompt"])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("eat", r"more than 256 MiB of memory\); give a smaller file"),
        ("segfault", r"crashed \(SIGSEGV\)"),
        ("lie", "gave a wrong answer"),
        ("detecting.eat", "cannot be told to be of any kind .it needs more than 256 MiB"),
        ("detecting.lie", "cannot be told to be of any kind .* wrong answer"),
    ],
)
def test_a_reader_taken_over_costs_one_file(
    faulty: TestClient, kind: str, fault: str, words: str
) -> None:
    answer = ask(faulty, _with_fault(kind, fault), None)
    found = answer.json()
    assert (answer.status_code, found["type"]) == (422, "urn:gen-ip:problem:unusable-file"), found
    assert re.search(words, found["detail"]), found["detail"]
    sound = ask(faulty, _SOUND[kind], None)
    assert (sound.status_code, sound.json()["kind"]) == (200, kind)


def test_readers_that_spin_end_and_hold_up_nobody(faulty: TestClient) -> None:
    spinning = [_with_fault(kind, "spin") for kind in _SOUND]
    spinning.append(_with_fault("model", "detecting.spin"))
    with ThreadPoolExecutor(len(spinning)) as threads:
        answers = [threads.submit(ask, faulty, each, None) for each in spinning]
        assert ask(faulty, _SOUND["workflow"], None).status_code == 200
        assert faulty.get("/health").status_code == 200
        for each in answers:
            found = each.result(60).json()
            assert found["type"] == "urn:gen-ip:problem:unusable-file"
            assert re.search("takes longer than 6 seconds.; give a smaller", found["detail"])
    for kind, data in _SOUND.items():
        assert ask(faulty, data, None).json()["kind"] == kind
