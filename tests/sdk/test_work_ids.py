"""Ids computed offline are the contract's."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip import GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.deployment import predicted, till_code_hash
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.work import till_of, work_id_of
from tests.support.chain import LocalChain


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    creator=st.binary(min_size=20, max_size=20),
    content_hash=st.binary(min_size=32, max_size=32),
    chain_id=st.integers(0, 2**256 - 1),
)
def test_offline_ids_equal_the_contracts(
    shared_chain: LocalChain, creator: bytes, content_hash: bytes, chain_id: int
) -> None:
    session = Session(Rpc(shared_chain.web3), shared_chain.deployment, None)
    address = f"0x{creator.hex()}"
    on_chain = session.read("IPRegistry", "workIdOf", address, content_hash, chain_id)
    assert shared_chain.deployment.work_id(address, content_hash, chain_id) == on_chain
    assert int(till_of(on_chain), 16) == on_chain


def test_the_client_knows_an_id_before_the_certificate(alice: GenIP, chain: LocalChain) -> None:
    from hashlib import sha256

    before = alice.work_id_of(chain.alice.address, sha256(b"early").digest())
    assert alice.certify(b"early").work_id == before


def test_each_part_of_a_work_changes_its_id() -> None:
    splitter, code_hash = predicted().splitter, till_code_hash()
    ids = {
        work_id_of(f"0x{creator:040x}", bytes([content]) * 32, chain_id,
                   splitter=splitter, till_code_hash=code_hash)
        for creator in (1, 2)
        for content in (1, 2)
        for chain_id in (1, 2)
    }  # fmt: skip
    assert len(ids) == 8


def test_a_till_of_no_work_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="work_id is 0; expected more than 0"):
        till_of(0)
