"""Errors, rates, keys, caching, logs: what holds for every route."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from gen_ip.arguments import InvalidArgument
from gen_ip.service.app import app_of
from gen_ip.service.caching import key_of
from gen_ip.service.errors import RecordsUnavailable, UnknownName
from gen_ip.service.evidence import EvidenceStore
from gen_ip.service.kept.keys import Keys
from gen_ip.service.kept.records import NAME, Records
from gen_ip.service.kept.tables import HIDDEN
from gen_ip.service.limits import RateLimits
from gen_ip.service.problems import Problem
from gen_ip.service.settings import Settings
from tests.service.test_match import problem


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    problem(client.get("/v1/nothing"), 404, "not-found")
    answer = client.post("/health")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


def test_a_failure_tells_nothing_of_the_inside(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_of(settings)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the inside")

    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    found = problem_of_failure(answer)
    assert "inside" not in answer.text
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {"event": "request", "status": 500, "request_id": found["request_id"]}.items() <= next(
        each for each in events if each.get("route") == "/broken"
    ).items()


def problem_of_failure(answer: Any) -> dict[str, Any]:
    # The outermost layer answers it, behind the one that adds headers.
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert len(found["request_id"]) == 24
    return found


def test_a_client_may_ask_so_often(settings: Settings) -> None:
    few = Settings(**{**settings.__dict__, "rate": "3/hour", "match_rate": "1/hour"})
    with TestClient(app_of(few)) as client:
        client.post("/v1/match", content=b"a text of some words")
        problem(client.post("/v1/match", content=b"a text"), 429, "too-many-requests")
        client.get("/openapi.json")
        refused = client.get("/openapi.json")
        problem(refused, 429, "too-many-requests")
        assert int(refused.headers["retry-after"]) >= 1
        # Its operator's machines may.
        assert client.get("/health").status_code == 200
    with pytest.raises(InvalidArgument, match="60/minute"):
        RateLimits("all", "often")


def test_a_customer_of_many_addresses_is_one(settings: Settings) -> None:
    few = Settings(**{**settings.__dict__, "rate": "1/hour"})
    app = app_of(few)
    with (
        TestClient(app, client=("2001:db8::1", 1)) as one,
        TestClient(app, client=("2001:db8::2", 1)) as same,
        TestClient(app, client=("2001:db8:0:1::1", 1)) as another,
    ):
        assert one.get("/openapi.json").status_code == 200
        assert same.get("/openapi.json").status_code == 429
        assert another.get("/openapi.json").status_code == 200


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic abc", "Bearer genip_" + "0" * 12 + "_" + "A" * 43],
)
def test_writing_needs_a_key(client: TestClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = client.put("/v1/hidden/coffee", json={"reason": "a"}, headers=headers)
    problem(answer, 401, "key-required")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_keys_are_kept_as_hashes_and_open_until_removed(settings: Settings) -> None:
    keys = Keys(Records(settings.store))
    made, text = keys.add("a platform")
    assert keys.holder(text) == made
    wrong = text[:-1] + ("A" if text[-1] != "A" else "B")
    assert keys.holder(wrong) is None
    secret = text.rpartition("_")[2] if "_" not in text[19:] else text[19:]
    kept = b"".join(path.read_bytes() for path in settings.store.iterdir())
    assert secret.encode() not in kept
    assert (settings.store / NAME).stat().st_mode & 0o077 == 0
    assert keys.list() == [made]
    keys.remove(made.id)
    assert keys.holder(text) is None
    with pytest.raises(UnknownName, match="no key"):
        keys.remove(made.id)


def test_what_was_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/.well-known/gen-ip.json")
    assert first.headers["cache-control"] == "public, max-age=86400"
    tag = first.headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/.well-known/gen-ip.json", headers={"If-None-Match": header})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = client.get("/.well-known/gen-ip.json", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_pages_follow_each_other_by_cursors(client: TestClient, key: str) -> None:
    held = {"Authorization": f"Bearer {key}"}
    works = [f"work {number:02} é/½" for number in range(5)]
    for work in works:
        assert client.put(f"/v1/hidden/{work}", json={"reason": "a"}, headers=held).is_success
    found, after = [], ""
    while after is not None:
        page = client.get(f"/v1/hidden?limit=2&after={after}", headers=held).json()
        found += [each["work"] for each in page["hidden"]]
        after = page["next"]
    assert found == works
    problem(client.get("/v1/hidden?after=%C3%A9!", headers=held), 422, "bad-cursor")
    with pytest.raises(Problem):
        key_of("A" * 2000)


def test_logs_hold_no_secrets(
    client: TestClient, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "s3cr3t-value"
    client.get(f"/v1/match?api_key={secret}&{secret}=1&kind=image", headers={"X-Secret": secret})
    client.get("/v1/hidden", headers={"Authorization": f"Bearer {key}"})
    client.put(f"/v1/hidden/a?token={secret}", json={"reason": 7, "password": secret})
    client.get(f"/{secret}")
    client.post("/v1/match", content=secret.encode(), headers={"X-Request-ID": f"a b{secret}\t"})
    told = capsys.readouterr().err
    assert len(told.splitlines()) >= 5
    assert secret not in told
    assert key not in told
    assert json.loads(told.splitlines()[0])["query"] == {"…": "…", "kind": "image"}


def test_a_request_id_is_taken_over_if_it_can_be_logged(client: TestClient) -> None:
    given = client.get("/health", headers={"X-Request-ID": "from-a-proxy-1"})
    assert given.headers["x-request-id"] == "from-a-proxy-1"
    made = client.get("/health", headers={"X-Request-ID": 'a"b' * 50})
    assert len(made.headers["x-request-id"]) == 24


def test_records_are_copied_while_they_are_used(settings: Settings, tmp_path: Path) -> None:
    records = Records(settings.store)
    made, text = Keys(records).add("kept")
    copy = tmp_path / "restored" / NAME
    copy.parent.mkdir()
    with records.open() as database:
        records.put(database, HIDDEN, {"work": "not yet", "reason": "", "since": 0})
        records.backup(copy)
    with records.open() as database:
        assert database.execute(sql.select(HIDDEN.c.work)).scalars().all() == ["not yet"]
    restored = Records(copy.parent)
    assert Keys(restored).holder(text) == made
    with restored.open() as database:
        assert not database.execute(sql.select(HIDDEN)).all()
    with pytest.raises(RecordsUnavailable, match="something is there"):
        records.backup(copy)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(RecordsUnavailable, match="not a database"):
        Records(tmp_path)


def test_nothing_stays_of_a_change_that_failed(settings: Settings) -> None:
    records = Records(settings.store)

    def change() -> None:
        with records.open() as database:
            records.put(database, HIDDEN, {"work": "a", "reason": "b", "since": 1})
            raise OperationalError("", {}, sqlite3.OperationalError("the disk is full"))

    with pytest.raises(RecordsUnavailable, match="full"):
        change()
    with records.open() as database:
        assert not database.execute(sql.select(HIDDEN)).all()


def test_evidence_is_kept_within_bytes_and_time() -> None:
    kept = EvidenceStore(10, 600)
    names = [kept.put(bytes([number]) * 4) for number in range(4)]
    assert [kept.get(name) for name in names] == [None, None, b"\2" * 4, b"\3" * 4]
    assert kept.get(kept.put(bytes(11))) is None
    gone = EvidenceStore(10, 0)
    assert gone.get(gone.put(b"a")) is None
