"""What is said of files, and which files are refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gen_ip.match.whole import WholeIndex
from gen_ip.service.app import app_of
from gen_ip.service.matching import Matching
from gen_ip.service.settings import Settings
from tests.service.files import COFFEE, TEXT, bomb, edited

PNG = b"\x89PNG\r\n\x1a\n"


def ask(client: TestClient, data: bytes, query: str = "") -> Any:
    return client.post(f"/v1/match{query}", files={"file": ("a name", data)})


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"] == f"urn:gen-ip:problem:{kind}"
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


def test_the_same_file_is_exact(client: TestClient) -> None:
    answer = ask(client, COFFEE.read_bytes())
    found = answer.json()
    assert answer.status_code == 200
    assert found["verdict"] == "exact-bytes"
    assert found["sha256"] == hashlib.sha256(COFFEE.read_bytes()).hexdigest()
    assert [each["work"] for each in found["findings"]] == ["coffee"]
    assert found["as_of_block"] is found["finality"] is None
    assert answer.headers["cache-control"] == "no-store"


def test_the_body_may_be_the_file(client: TestClient) -> None:
    assert client.post("/v1/match", content=COFFEE.read_bytes()).json()["verdict"] == "exact-bytes"


def test_an_edit_is_named_with_evidence_by_link(client: TestClient) -> None:
    found = ask(client, edited()).json()["findings"][0]
    assert (found["work"], found["verdict"]) == ("coffee", "near-duplicate")
    for each in found["evidence"]:
        picture = client.get(each["href"])
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(PNG)
    assert found["evidence"]
    problem(client.get(f"/v1/evidence/{'0' * 32}.png"), 404, "gone")


def test_evidence_comes_within_the_answer_or_not_at_all(client: TestClient) -> None:
    (found,) = ask(client, edited(), "?evidence=inline").json()["findings"]
    assert all(base64.b64decode(each["png"]).startswith(PNG) for each in found["evidence"])
    assert found["evidence"]
    assert ask(client, edited(), "?evidence=none").json()["findings"][0]["evidence"] == []


def test_a_text_is_found(client: TestClient) -> None:
    found = ask(client, f"A preface of somebody else's. {TEXT}".encode()).json()
    assert found["kind"] == "text"
    assert found["findings"][0]["work"] == "poem"
    assert found["findings"][0]["verdict"] != "exact-bytes"


def test_a_stranger_is_unknown(client: TestClient) -> None:
    found = ask(client, b"Nobody has certified this sentence about a bicycle in the rain.").json()
    assert (found["verdict"], found["findings"]) == ("unknown", [])


def test_a_change_of_the_index_shows_at_once(
    index: Path, settings: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    with WholeIndex(index) as opened:
        opened.snapshot(other)
    changed = Settings(**{**settings.__dict__, "index": other})
    with TestClient(app_of(changed)) as client:
        assert ask(client, COFFEE.read_bytes()).json()["verdict"] == "exact-bytes"
        with WholeIndex(other, write=True) as writing:
            writing.remove(["coffee"])
        assert ask(client, COFFEE.read_bytes()).json()["verdict"] == "unknown"


def test_without_an_index_it_is_unavailable_until_there_is_one(
    index: Path, settings: Settings, tmp_path: Path
) -> None:
    later = Settings(**{**settings.__dict__, "index": tmp_path / "later"})
    with TestClient(app_of(later)) as client:
        found = problem(ask(client, edited()), 503, "unavailable")
        assert str(tmp_path) not in json.dumps(found)
        problem(client.get("/ready"), 503, "starting")
        with WholeIndex(index) as opened:
            opened.snapshot(tmp_path / "later")
        assert ask(client, edited()).json()["findings"][0]["work"] == "coffee"


def test_a_hidden_work_is_not_named_and_that_is_logged(
    client: TestClient, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    held = {"Authorization": f"Bearer {key}"}
    url, why = "/v1/hidden/coffee", {"reason": "a court said so"}
    assert client.put(url, headers=held, json=why).status_code == 200
    found = ask(client, edited()).json()
    assert (found["verdict"], found["findings"]) == ("unknown", [])
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["work"] for each in events if each["event"] == "hidden"] == ["coffee"]
    assert [each["reason"] for each in events if each["event"] == "hide"] == ["a court said so"]
    assert client.delete(url, headers=held).status_code == 204
    assert ask(client, edited()).json()["findings"][0]["work"] == "coffee"
    problem(client.delete(url, headers=held), 404, "not-hidden")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(bomb(), "unusable-file", id="bomb"),
        pytest.param(COFFEE.read_bytes()[:5000], "unusable-file", id="cut"),
        pytest.param(PNG + bytes(100), "unusable-file", id="damaged"),
        pytest.param(b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00", "unusable-file", id="pickle"),
        pytest.param(b"RIFF\x24\x00\x00\x00WAVEfmt ", "unusable-file", id="audio"),
        pytest.param(b"", "no-file", id="empty"),
    ],
)
def test_a_hostile_file_is_refused_without_our_paths(
    client: TestClient, data: bytes, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests have uploads of their own.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = problem(ask(client, data), 422, kind)
    assert tempfile.gettempdir() not in found["detail"]
    assert not list(tmp_path.glob("gen-ip-upload-*"))
    assert ask(client, COFFEE.read_bytes()).status_code == 200


def test_a_kind_that_contradicts_the_bytes_is_refused(client: TestClient) -> None:
    problem(ask(client, edited(), "?kind=text"), 422, "unusable-file")
    problem(ask(client, edited(), "?kind=film"), 422, "invalid-request")


def test_too_large_is_refused_however_it_comes(client: TestClient) -> None:
    data = bytes(2**20 + 1)
    problem(ask(client, data), 413, "too-large")
    problem(client.post("/v1/match", content=data), 413, "too-large")
    # Without a length.
    problem(client.post("/v1/match", content=iter([data[: 2**19]] * 3)), 413, "too-large")
    problem(client.post("/v1/match", headers={"Content-Length": "999999999999"}), 413, "too-large")


FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"no form at all", 400, id="none"),
        pytest.param(b"--x\r\nA: " + b"a" * 40_000 + b"\r\n\r\n\r\n--x--\r\n", 400, id="headers"),
        pytest.param(b"--x\r\nA: b\r\n\r\nc\r\n" * 40 + b"--x--\r\n", 400, id="parts"),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nbroken', 400, id="open"
        ),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\na\r\n--x--\r\n',
            422,
            id="without",
        ),
        pytest.param(
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\na\r\n' * 2 + b"--x--\r\n",
            422,
            id="two",
        ),
    ],
)
def test_a_form_out_of_form_is_refused(client: TestClient, body: bytes, status: int) -> None:
    kind = {400: "bad-form", 422: "no-file"}[status]
    problem(client.post("/v1/match", content=body, headers=FORM), status, kind)


def test_a_form_without_a_boundary_is_refused(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    problem(client.post("/v1/match", content=b"a", headers=headers), 400, "bad-form")


def test_more_than_can_wait_are_sent_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Settings(**{**settings.__dict__, "matchers": 1, "waiting": 0})
    began, go_on = threading.Event(), threading.Event()
    ask_index = Matching.ask

    def slow(self: Matching, file: Path, stated: str | None = None) -> Any:
        began.set()
        assert go_on.wait(60)
        return ask_index(self, file, stated)

    monkeypatch.setattr(Matching, "ask", slow)
    with TestClient(app_of(few)) as client:
        answers: list[Any] = []
        first = threading.Thread(target=lambda: answers.append(ask(client, edited())))
        first.start()
        assert began.wait(60)
        refused = ask(client, edited())
        problem(refused, 503, "busy")
        assert int(refused.headers["retry-after"]) >= 1
        go_on.set()
        first.join(60)
        assert answers[0].status_code == 200
        metrics = client.get("/metrics").text
    assert re.search(r'genip_refused_total\{cap="waiting"\} 1\.0', metrics)
    assert re.search(r'genip_verdicts_total\{verdict="near-duplicate"\} 1\.0', metrics)
    assert re.search(r'genip_match_seconds_count\{kind="image"\} 1\.0', metrics)
    assert re.search(r'genip_index_works\{kind="image"\} 1\.0', metrics)
