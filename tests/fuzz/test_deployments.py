"""Files with a deployment's addresses: of a network, they may come from anybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.chain import artifacts, deployment
from gen_ip.chain.deployment import BadDeploymentFile, Deployment

from .profile import examples
from .promise import Refused, attempt, little_memory
from .strategies import damaged, deep, doubled_keys, json_values, mutated, raw, written

FOUND = deployment.predicted()
DOCUMENT: dict[str, Any] = {
    **FOUND.addresses(),
    "Deployer": FOUND.deployer,
    "chainId": 31337,
    "block": 5,
}
FILES = st.one_of(
    mutated(st.just(DOCUMENT)).map(written),
    damaged(st.just(written(DOCUMENT))),
    doubled_keys(st.just(DOCUMENT)),
    json_values.map(written),
    raw,
)


def written_again(found: Deployment) -> bytes:
    """The file that says the same."""
    document = {**found.addresses(), "Deployer": found.deployer}
    return written({**document, "chainId": found.chain_id, "block": found.block})


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deployments") / "addresses.json"


def held(path: Path, data: bytes) -> Deployment | None:
    """The promise, for any bytes."""
    path.write_bytes(data)
    found = attempt(deployment.read, path)
    if isinstance(found, Refused):
        assert isinstance(found.error, BadDeploymentFile)
        return None
    path.write_bytes(written_again(found))
    assert deployment.read(path) == found
    # What was in the file, in no other's place.
    said = json.loads(data)
    for name in artifacts.CONTRACTS:
        assert found.addresses()[name].lower() == said[name].lower()
    return found


def test_what_the_changes_start_from_is_read(path: Path) -> None:
    found = held(path, written(DOCUMENT))
    assert found is not None
    assert (found.addresses(), found.chain_id, found.block) == (FOUND.addresses(), 31337, 5)


@given(data=FILES)
@examples(300)
def test_files_with_something_wrong(path: Path, data: bytes) -> None:
    held(path, data)


@pytest.mark.parametrize(
    "data",
    [deep(10**5).encode(), b" " * 10**6, b'"' * 10**6, written({**DOCUMENT, "x": "1" * 10**6})],
    ids=range(4),
)
def test_bombs(path: Path, data: bytes) -> None:
    with little_memory():
        assert held(path, data) is None


@pytest.mark.parametrize("name", ["", "nul\0", "half\ud800", "nowhere", "a" * 5_000])
def test_names_of_no_file(tmp_path: Path, name: str) -> None:
    assert isinstance(attempt(deployment.read, tmp_path / name), Refused)
