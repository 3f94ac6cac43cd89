"""Terms hash and mean the same here and on chain."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip import GenIP, Rights, Terms
from gen_ip.chain import reverts
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.terms import (
    COMMERCIAL,
    COMMERCIAL_REMIX,
    NC_REMIX,
    READY,
    UNLIMITED,
    InvalidTerms,
    legal_text,
)
from gen_ip.terms.rights import PERMISSIONS
from tests.support.chain import LocalChain
from tests.support.require import ROOT

# A changed text is another license: give it a new name instead of changing these.
TEXTS = {
    "commercial": "6a7bceacf0b4cbc38ac952f5d9077c7940aba00b48edb82b3da01efd0155033a",
    "commercial-remix": "6ef0b0c97d6eb3eed0733edaec005fd541ea6aa354b30a8fb364bccbed73ae85",
    "nc-remix": "673d53d4a7cfdd9ada34c5133f495358797bc23d3659a3977baa49c658d98d05",
}


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


@pytest.mark.parametrize("name", READY)
def test_ready_made_terms_stand_for_their_text(name: str) -> None:
    text = (files("gen_ip.terms") / f"{name}.txt").read_bytes()
    assert READY[name].legal == hashlib.sha256(text).digest()
    assert READY[name].legal.hex() == TEXTS[name]
    assert legal_text(READY[name]) == text.decode("ascii")
    assert name.split("-")[-1] in text.decode().splitlines()[0]


def test_other_numbers_keep_the_text_and_other_texts_have_none() -> None:
    assert legal_text(replace(COMMERCIAL_REMIX, income=500)) == legal_text(COMMERCIAL_REMIX)
    assert legal_text(replace(COMMERCIAL, legal=bytes(32))) is None


@pytest.mark.parametrize("terms", [COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX])
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
