"""Terms hash and mean the same here and on chain."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip import GenIP, Rights, Terms
from gen_ip.chain import reverts
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.content.declaration import Declaration
from gen_ip.content.local import LocalStore
from gen_ip.content.metadata import Override
from gen_ip.errors import ContentNotFound
from gen_ip.terms import (
    AI_TRAIN,
    BUYOUT,
    COMMERCIAL,
    COMMERCIAL_REMIX,
    NC_REMIX,
    READY,
    UNLIMITED,
    InvalidTerms,
    legal_text,
)
from gen_ip.terms.bundle import BadBundle
from gen_ip.terms.custom import parse
from gen_ip.terms.rights import PERMISSIONS
from gen_ip.terms.upstream import BeyondUpstream
from tests.support.chain import LocalChain
from tests.support.require import ROOT


def test_rights_are_the_bits_of_the_contract() -> None:
    source = (ROOT / "contracts/libraries/Rights.sol").read_text("utf-8")
    bits = {name: 1 << int(at) for name, at in re.findall(r"(\w+) = 1 << (\d+);", source)}
    assert {flag.name: flag.value for flag in Rights} == bits
    permissions = re.search(r"PERMISSIONS = (0x\w+);", source)
    assert permissions is not None
    assert int(permissions[1], 16) == PERMISSIONS


def test_rights_show_names_and_unknown_bits() -> None:
    assert str(Rights.COMMERCIAL | Rights.DERIVE) == "COMMERCIAL|DERIVE"
    assert Rights(0x8002).names == ["DERIVE", "0x8000"]
    assert str(Rights(0)) == "nothing"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    values=st.tuples(
        *(st.integers(0, 2**bits - 1) for bits in (16, 16, 16, 16, 40, 32)),
        st.binary(min_size=32, max_size=32),
    )
)
def test_the_hash_is_the_contracts(shared_chain: LocalChain, values: tuple[Any, ...]) -> None:
    terms = Terms(Rights(values[0]), Rights(values[1]), *values[2:])
    session = Session(Rpc(shared_chain.web3), shared_chain.deployment, None)
    assert terms.hash() == session.read("IPLicense", "hashTerms", terms.as_tuple())


def test_other_numbers_keep_the_text_and_other_texts_have_none() -> None:
    assert legal_text(replace(COMMERCIAL_REMIX, income=500)) == legal_text(COMMERCIAL_REMIX)
    assert legal_text(replace(COMMERCIAL, legal=bytes(32))) is None


@pytest.mark.parametrize("terms", READY.values(), ids=READY)
def test_ready_made_terms_register_and_read_back(alice: GenIP, terms: Terms) -> None:
    assert alice.register_terms(terms) == terms.hash()
    assert alice.terms(terms.hash()) == terms
    assert alice.terms(f"0x{terms.hash().hex()}") == terms


def test_registering_again_sends_nothing(alice: GenIP, chain: LocalChain) -> None:
    alice.register_terms(COMMERCIAL)
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    alice.register_terms(COMMERCIAL)
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce


def test_unregistered_terms_are_unknown(alice: GenIP) -> None:
    with pytest.raises(reverts.UnknownTerms) as unknown:
        alice.terms(COMMERCIAL.hash())
    assert unknown.value.values == {"terms_hash": COMMERCIAL.hash()}


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (Terms(Rights(0x8001)), reverts.UnknownRights),
        (Terms(Rights.COMMERCIAL, Rights.DERIVE), reverts.PassExceedsGrant),
        (Terms(Rights.COMMERCIAL | Rights.EDITORIAL), reverts.EditorialIsNotCommercial),
        (Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE), reverts.ExclusiveMustEnd),
        (Terms(Rights.COMMERCIAL, duration=2**40 - 1), reverts.InvalidDuration),
        (replace(NC_REMIX, grant=NC_REMIX.grant | Rights.SHARE_ALIKE, volume=1),
         reverts.InvalidShareAlike),
        (Terms(Rights.DERIVE), reverts.InvalidUnits),
        (replace(COMMERCIAL_REMIX, income=10_001), reverts.InvalidShares),
        (Terms(Rights.COMMERCIAL, income=1), reverts.InvalidShares),
    ],
)  # fmt: skip
def test_terms_that_contradict_themselves(
    alice: GenIP, terms: Terms, error: type[reverts.ContractError]
) -> None:
    with pytest.raises(error):
        alice.register_terms(terms)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grant", 2**16),
        ("pass_", -1),
        ("income", 2**16),
        ("volume", True),
        ("duration", 2**40),
        ("units", 2**32),
        ("units", "1"),
        ("legal", b""),
        ("legal", "00" * 32),
    ],
)
def test_values_that_fit_no_field(field: str, value: object) -> None:
    with pytest.raises(InvalidTerms, match=field) as invalid:
        replace(COMMERCIAL, **{field: value})
    assert invalid.value.field == field


def test_json_names_rights_and_leaves_unlimited_open() -> None:
    shown = replace(NC_REMIX, units=UNLIMITED).to_json()
    assert shown["grant"] == ["DERIVE", "ATTRIBUTION"]
    assert shown["units"] is None
    assert shown["hash"] == f"0x{NC_REMIX.hash().hex()}"


@pytest.mark.parametrize(
    "text",
    [
        'name = "a"\ngrant = ["DERIVE"]\nunits = "unlimited"',
        'name = "b"\ngrant = ["DERIVE", "COMMERCIAL", "SHARE_ALIKE"]\nunits = 3\n'
        'pass = ["COMMERCIAL", "DERIVE"]\nincome_bp = 10000',
        'name = "c"\ngrant = ["MERCH", "EXCLUSIVE", "TRANSFERABLE"]\ndays = 365000',
        'name = "d"\ngrant = ["EDITORIAL", "REVOCABLE_FOR_BREACH"]',
    ],
)
def test_the_chain_takes_what_the_parser_takes(alice: GenIP, text: str) -> None:
    terms, bundle = parse(text.encode())
    assert alice.register_terms(terms) == terms.hash()
    alice.store.put_block(bundle.data)
    assert alice.terms_bundle(alice.terms(terms.hash())) == bundle


def test_a_bundle_that_the_store_lacks_or_that_is_none(alice: GenIP) -> None:
    missing, bundle = parse(b'name = "a"\ngrant = ["MERCH"]')
    with pytest.raises(ContentNotFound):
        alice.terms_bundle(missing)
    alice.store.put_block(b"{}")
    with pytest.raises(BadBundle):
        alice.terms_bundle(replace(missing, legal=hashlib.sha256(b"{}").digest()))
    alice.store.put_block(bundle.data)
    assert alice.terms_bundle(missing) == bundle


FLUX = Declaration(base_models=({"name": "FLUX.1-dev"},), human_contribution="Prompted.")
OVERRIDE = Override(upstream="flux.1-dev", rights=["TRAIN"], statement="Licensed on 3 May.")


def test_nothing_beyond_an_upstream_is_offered_without_an_override(alice: GenIP) -> None:
    work = alice.certify(b"made with flux", declared=FLUX).work_id
    alice.offer(work, COMMERCIAL, price=1)
    with pytest.raises(BeyondUpstream):
        alice.offer(work, AI_TRAIN, price=1)
    with pytest.raises(BeyondUpstream):
        alice.sign_offer(work, AI_TRAIN, price=1)
    with pytest.raises(BeyondUpstream):
        alice.draft_offer(work, AI_TRAIN, price=1)
    [[conflict]] = alice.upstream_conflicts(work, AI_TRAIN)
    assert conflict.override is None
    metadata = alice.work(work).metadata
    assert metadata is not None
    assert metadata["gen_ip"]["human_contribution"] == "Prompted."


def test_neither_is_a_bid_beyond_an_upstream_accepted(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"made with flux, wanted", declared=FLUX).work_id
    bid = bob.bid(work, AI_TRAIN, price=10, token=chain.token)
    with pytest.raises(BeyondUpstream):
        alice.accept(bid)
    with pytest.raises(BeyondUpstream):
        alice.counter(bid, price=20)
    order = bob.bid(work, AI_TRAIN, price=10, token=chain.token, deliver_within=86_400)
    with pytest.raises(BeyondUpstream):
        alice.accept_order(order)
    # Other terms may be answered with.
    assert alice.counter(bid, price=20, terms=COMMERCIAL).offer.terms == COMMERCIAL


def test_a_signed_override_lets_it_be_offered_and_is_shown(alice: GenIP) -> None:
    declared = replace(FLUX, upstream_override=(OVERRIDE,))
    signed = alice.sign_certificate(b"made with flux, licensed", declared=declared)
    alice.sign_offer(signed, AI_TRAIN, price=1)
    # The consent covers the digest of the metadata that hold the override.
    bare = alice.prepare_certificate(b"made with flux, licensed", declared=FLUX)
    assert bare.certify.metadata != signed.certify.metadata
    work = alice.submit(signed).work_id
    alice.offer(work, AI_TRAIN, price=1)
    [[conflict]] = alice.upstream_conflicts(work, AI_TRAIN)
    assert conflict.override == "Licensed on 3 May."


def test_where_the_metadata_are_not_at_hand_nothing_is_checked(
    alice: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    work = alice.certify(b"made with flux, elsewhere", declared=FLUX).work_id
    empty = LocalStore(tmp_path / "empty")
    other = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=empty)
    assert other.upstream_conflicts(work, AI_TRAIN, COMMERCIAL) == [[], []]
    other.offer(work, AI_TRAIN, price=1)


def test_a_buyout_is_sold_once(alice: GenIP, bob: GenIP) -> None:
    work = alice.certify(b"to be bought out").work_id
    [bought] = bob.buy(alice.offer(work, BUYOUT, price=0), max_price=0)
    assert bob.check(bought.id, bob.account.address, Rights.MERCH | Rights.TRAIN)
    with pytest.raises(reverts.SoldExclusively):
        alice.offer(work, COMMERCIAL, price=0)
