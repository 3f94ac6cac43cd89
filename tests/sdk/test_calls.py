"""Calls built without a node: every function that people call has a builder, and says what it is
given."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from eth_abi import abi as eth_abi

from gen_ip import ETH, GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.calls import Call, Calls
from gen_ip.calls.marketplace import Authorization, Fill, Permit, Taking
from gen_ip.chain import abi, artifacts
from gen_ip.deals import Deal
from gen_ip.signing.offers import Approval, OfferKind, OfferStruct
from gen_ip.signing.statements import Certify, Consent, Edge, Payee, TreeProof
from gen_ip.terms import COMMERCIAL_REMIX

CALLS = Calls()
ANN, BOB, TOKEN = (f"0x{digit * 40}" for digit in "123")
WORK, PARENT = 2**159 + 5, 2**158 + 7
HASH, ROOT, SALT = (bytes([n]) * 32 for n in (1, 2, 3))

# Called by another of the four contracts only.
INSIDE = {
    "IPRegistry": {"certifyThrough", "encumber"},
    "RoyaltySplitter": {"open", "payVia", "push"},
    "IPLicense": {"certifyWith", "reserve"},
    "LicenseMarketplace": {"onPay"},
}
# The other form of a call that has a builder.
TWICE = {"safeTransferFrom", "settle"}

CERTIFY = Certify(ANN, HASH, 1, ROOT, 500, BOB, 3, 100, (Edge(PARENT, HASH, 4),), (Payee(BOB, 9),))
PROOF = TreeProof(ROOT, SALT, (HASH,))
CONSENT = Consent(99, b"signature", PROOF)
ENTRY = (CERTIFY, PROOF, CONSENT)
OFFER = OfferStruct(
    OfferKind.LICENSE_ASK, ANN, BOB, WORK, bytes(32), HASH, TOKEN, 5, 2, 0, ROOT, 1, 9, SALT, True,
    3, 4, 6, 7, ()
)  # fmt: skip
FILL = Fill(OFFER, Approval(b"signature"), Taking(WORK, (HASH,), 2, BOB))
DEAL = Deal(HASH, 1, ANN, BOB, ANN, WORK, ROOT, 1, TOKEN, 5, 6, 7, 8, SALT, ())


def _built() -> dict[tuple[str, str], tuple[Call, tuple[Any, ...]]]:
    registry, splitter, license_, market = (
        CALLS.registry,
        CALLS.splitter,
        CALLS.license,
        CALLS.marketplace,
    )
    terms = COMMERCIAL_REMIX.as_tuple()
    deal = DEAL.as_tuple()
    return {
        ("IPRegistry", "certify"): (registry.certify(CERTIFY), (CERTIFY,)),
        ("IPRegistry", "certifyFor"): (registry.certify_for(*ENTRY), ENTRY),
        ("IPRegistry", "certifyMany"): (
            registry.certify_many([ENTRY, ENTRY], skip=True),
            ((ENTRY, ENTRY), True),
        ),
        ("IPRegistry", "anchor"): (registry.anchor(ROOT), (ROOT,)),
        ("IPRegistry", "prove"): (registry.prove(CERTIFY, PROOF), (CERTIFY, PROOF)),
        ("IPRegistry", "revoke"): (registry.revoke(HASH), (HASH,)),
        ("IPRegistry", "revokeFor"): (
            registry.revoke_for(ANN, HASH, b"signed"),
            (ANN, HASH, b"signed"),
        ),
        ("IPRegistry", "relate"): (registry.relate(PARENT, WORK, HASH), (PARENT, WORK, HASH)),
        ("IPRegistry", "reviseMetadata"): (registry.revise_metadata(WORK, HASH), (WORK, HASH)),
        ("IPRegistry", "suspend"): (registry.suspend(WORK, True), (WORK, True)),
        ("IPRegistry", "transferFrom"): (registry.transfer(ANN, BOB, WORK), (ANN, BOB, WORK)),
        ("IPRegistry", "approve"): (registry.approve(BOB, WORK), (BOB, WORK)),
        ("IPRegistry", "setApprovalForAll"): (registry.approve_all(BOB, True), (BOB, True)),
        ("RoyaltySplitter", "pay"): (splitter.pay(WORK, TOKEN, 5), (WORK, TOKEN, 5)),
        ("RoyaltySplitter", "sweep"): (splitter.sweep(ANN, HASH, TOKEN), (ANN, HASH, TOKEN)),
        ("RoyaltySplitter", "rescue"): (
            splitter.rescue(ANN, HASH, 10, TOKEN, BOB),
            (ANN, HASH, 10, TOKEN, BOB),
        ),
        ("RoyaltySplitter", "settleMany"): (
            splitter.settle([WORK, PARENT], TOKEN),
            ((WORK, PARENT), TOKEN),
        ),
        ("RoyaltySplitter", "draw"): (splitter.draw(WORK, TOKEN), (WORK, TOKEN)),
        ("RoyaltySplitter", "withdraw"): (splitter.withdraw(TOKEN, BOB), (TOKEN, BOB)),
        ("RoyaltySplitter", "collect"): (
            splitter.collect([WORK, PARENT], TOKEN, BOB),
            ((WORK, PARENT), TOKEN, BOB),
        ),
        ("RoyaltySplitter", "release"): (splitter.release(WORK, TOKEN), (WORK, TOKEN)),
        ("RoyaltySplitter", "distribute"): (
            splitter.distribute([WORK, PARENT], TOKEN, release_from=1),
            ((WORK, PARENT), 1, TOKEN),
        ),
        ("RoyaltySplitter", "setPayout"): (splitter.set_payout(WORK, BOB), (WORK, BOB)),
        ("RoyaltySplitter", "addPayee"): (splitter.add_payee(WORK, BOB, 7), (WORK, BOB, 7)),
        ("RoyaltySplitter", "addLien"): (splitter.add_lien(WORK, BOB, 7), (WORK, BOB, 7)),
        ("IPLicense", "registerTerms"): (license_.register_terms(COMMERCIAL_REMIX), (terms,)),
        ("IPLicense", "issue"): (
            license_.issue(WORK, HASH, BOB, count=3, start=9),
            (WORK, HASH, BOB, 3, 9),
        ),
        ("IPLicense", "renew"): (license_.renew(4), (4,)),
        ("IPLicense", "allowMarket"): (
            license_.allow_market(WORK, BOB, True),
            (WORK, BOB, True),
        ),
        ("IPLicense", "revoke"): (license_.revoke(4, HASH), (4, HASH)),
        ("IPLicense", "certify"): (license_.certify(CERTIFY), (CERTIFY,)),
        ("IPLicense", "certifyFor"): (license_.certify_for(*ENTRY), ENTRY),
        ("IPLicense", "certifyMany"): (license_.certify_many([ENTRY]), ((ENTRY,), False)),
        ("IPLicense", "transferFrom"): (license_.transfer(ANN, BOB, 4), (ANN, BOB, 4)),
        ("IPLicense", "approve"): (license_.approve(BOB, 4), (BOB, 4)),
        ("IPLicense", "setApprovalForAll"): (license_.approve_all(BOB, False), (BOB, False)),
        ("LicenseMarketplace", "post"): (market.post(OFFER), (OFFER,)),
        ("LicenseMarketplace", "cancel"): (market.cancel(HASH), (HASH,)),
        ("LicenseMarketplace", "cancelAll"): (market.cancel_all(), ()),
        ("LicenseMarketplace", "fill"): (market.fill(FILL, value=8), (FILL,)),
        ("LicenseMarketplace", "fillWithPermit"): (
            market.fill_with_permit(FILL, Permit(1, 27, HASH, ROOT)),
            (FILL, (1, 27, HASH, ROOT)),
        ),
        ("LicenseMarketplace", "fillWithAuthorization"): (
            market.fill_with_authorization(FILL, Authorization(ANN, 1, 2, 28, HASH, ROOT)),
            (FILL, (ANN, 1, 2, 28, HASH, ROOT)),
        ),
        ("LicenseMarketplace", "fillAndDerive"): (
            market.fill_and_derive([FILL, FILL], ENTRY, value=8),
            ((FILL, FILL), ENTRY),
        ),
        ("LicenseMarketplace", "certifyAndFill"): (
            market.certify_and_fill(ENTRY, FILL, value=8),
            (ENTRY, FILL),
        ),
        ("LicenseMarketplace", "deliver"): (market.deliver(DEAL, HASH), (deal, HASH)),
        ("LicenseMarketplace", "challenge"): (market.challenge(DEAL, HASH), (deal, HASH)),
        ("LicenseMarketplace", "release"): (market.release(DEAL), (deal,)),
        ("LicenseMarketplace", "refund"): (market.refund(DEAL, BOB), (deal, BOB)),
    }


def test_every_function_that_people_call_has_a_builder() -> None:
    callable_ = {
        (contract, entry["name"])
        for contract in artifacts.CONTRACTS
        for entry in artifacts.load(contract).abi
        if entry["type"] == "function"
        and entry["stateMutability"] in ("nonpayable", "payable")
        and entry["name"] not in INSIDE[contract] | TWICE
    }
    assert _built().keys() == callable_


@pytest.mark.parametrize(("contract", "function"), _built())
def test_the_calldata_says_what_was_given(contract: str, function: str) -> None:
    call, given = _built()[contract, function]
    entry = artifacts.load(contract).functions[function]
    assert call.to == CALLS.deployment.addresses()[contract]
    assert call.data[:4] == abi.selector(entry)
    types = [abi.type_of(each) for each in entry["inputs"]]
    assert call.data[4:] == eth_abi.encode(types, given)
    assert abi.decode(entry["inputs"], call.data[4:]) is not None
    assert call.value == (8 if entry["stateMutability"] == "payable" and "ill" in function else 0)


def test_the_builders_do_nothing_else() -> None:
    names = {
        (builder.contract, name)
        for builder in vars(CALLS).values()
        if hasattr(builder, "contract")
        for name, _ in inspect.getmembers(builder, inspect.ismethod)
        if not name.startswith("_")
    }
    assert len(names) == len(_built())


def test_ether_is_sent_along() -> None:
    call = CALLS.splitter.pay(WORK, ETH, 5)
    assert call.value == 5
    assert json.loads(json.dumps(call.to_json())) == {
        "to": CALLS.deployment.splitter,
        "data": f"0x{call.data.hex()}",
        "value": "0x5",
    }
    assert CALLS.splitter.pay(WORK, TOKEN, 5).value == 0


def test_a_work_has_one_home() -> None:
    original = Certify(ANN, HASH, 1, ROOT)
    assert CALLS.home_of(original) is CALLS.registry
    assert CALLS.home_of(CERTIFY) is CALLS.license
    assert CALLS.home_of(original._replace(payees=(Payee(BOB, 1),))) is CALLS.license


@pytest.mark.parametrize(
    "build",
    [
        lambda: CALLS.splitter.pay(WORK, "0x12", 5),
        lambda: CALLS.splitter.pay(WORK, TOKEN, 0),
        lambda: CALLS.splitter.pay(-1, TOKEN, 5),
        lambda: CALLS.splitter.pay(WORK, TOKEN, 2**256),
        lambda: CALLS.splitter.add_payee(WORK, BOB, 2**16),
        lambda: CALLS.splitter.settle("12", TOKEN),
        lambda: CALLS.splitter.distribute([WORK], TOKEN, release_from=-1),
        lambda: CALLS.registry.anchor(b"short"),
        lambda: CALLS.license.issue(WORK, HASH, BOB, count=101),
        lambda: CALLS.license.issue(WORK, HASH, BOB, count=0),
        lambda: CALLS.marketplace.fill(FILL, value=-1),
        lambda: CALLS.registry.suspend(WORK, "no"),
        lambda: CALLS.registry.approve_all(BOB, 1),
        lambda: CALLS.license.allow_market(WORK, BOB, "false"),
        lambda: CALLS.license.register_terms({}),
        lambda: CALLS.registry.certify(None),
        lambda: CALLS.registry.certify_many([1]),
        lambda: CALLS.registry.revoke_for(BOB, HASH, "0x00"),
    ],
)
def test_what_no_call_can_take(build: Any) -> None:
    with pytest.raises(InvalidArgument):
        build()


def test_a_built_call_can_be_simulated_and_sent(alice: GenIP, bob: GenIP) -> None:
    work = alice.certify(b"work").work_id
    call = alice.calls.splitter.pay(work, ETH, 700)
    assert bob.simulate(call) == 700
    receipt = bob.send(call)
    assert receipt.find("Paid").args["amount"] == 700
    alice.send(alice.calls.splitter.draw(work, ETH))
    assert alice.earnings(work).balance == 700
