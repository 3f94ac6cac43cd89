"""The service keeps to its own description, whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as drawing
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.content.local import LocalStore
from gen_ip.service.app import app_of
from gen_ip.service.chain import ChainSettings
from gen_ip.service.settings import Settings
from gen_ip.terms import COMMERCIAL
from tests.fuzz.profile import LONG
from tests.index.following import caught_up, writer_of
from tests.support.chain import LocalChain

# Any bytes fit the description of a file, and few are a picture.
_takes_whatever_fits = positive_data_acceptance
EXAMPLES = 300 if LONG else 8


@pytest.fixture
def asked(settings: Settings, chain: LocalChain, tmp_path: Path) -> Iterator[TestClient]:
    """As often as wanted; of a chain with a work."""
    often = {"rate": "1000000/minute", "match_rate": "1000000/minute", "webhooks": True}
    alice = GenIP(
        chain.web3,
        chain.alice,
        deployment=chain.deployment,
        store=LocalStore(tmp_path / "content"),
    )
    alice.offer(alice.certify(b"a work").work_id, COMMERCIAL, price=5)
    path = tmp_path / "chain.sqlite"
    database, writer = writer_of(path, Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    database.close()
    known = ChainSettings(path, alice.chain_id, chain.deployment, chain.dave, "https://a.example")
    app = app_of(Settings(**{**settings.__dict__, **often}), known)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_no_request_that_fits_or_not_makes_it_fail(asked: TestClient, key: str) -> None:
    app: Any = asked.app
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        tried.add(operation.label)

        @drawing(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=not LONG,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(session=asked, headers={"Authorization": f"Bearer {key}"})
            # 503 is what a cap or a missing part answers, and nothing here meets one.
            assert answer.status_code < 500, answer.text
            case.validate_response(answer, excluded_checks=[_takes_whatever_fits])

        ask()
    assert len(tried) >= 9


def test_the_description_is_of_openapi_3_1(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    assert found["openapi"].startswith("3.1")
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            failed = operation["responses"]["500"]["content"]
            assert list(failed) == ["application/problem+json"], (method, path)
            assert operation["description"]
