"""Everything that the contracts do is done by a method of the client, and some test runs it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gen_ip import GenIP
from gen_ip.calls import Calls
from gen_ip.chain import abi, artifacts, transactions
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.support.chain import LocalChain

HERE = Path(__file__).parent

METHODS = {
    "IPRegistry.anchor": "anchor",
    "IPRegistry.approve": "offer_certificate",
    "IPRegistry.certify": "certify",
    "IPRegistry.certifyFor": "submit",
    "IPRegistry.certifyMany": "certify_many",
    "IPRegistry.prove": "prove",
    "IPRegistry.relate": "relate",
    "IPRegistry.reviseMetadata": "revise_metadata",
    "IPRegistry.revoke": "revoke",
    "IPRegistry.revokeFor": "submit_revocation",
    "IPRegistry.suspend": "suspend",
    "IPRegistry.transferFrom": "transfer",
    "RoyaltySplitter.addLien": "add_lien",
    "RoyaltySplitter.addPayee": "add_payee",
    "RoyaltySplitter.collect": "collect",
    "RoyaltySplitter.distribute": "distribute",
    "RoyaltySplitter.draw": "draw",
    "RoyaltySplitter.pay": "pay",
    "RoyaltySplitter.rescue": "rescue",
    "RoyaltySplitter.setPayout": "set_payout",
    "RoyaltySplitter.settleMany": "settle",
    "RoyaltySplitter.sweep": "sweep",
    "RoyaltySplitter.withdraw": "withdraw",
    "IPLicense.allowMarket": "allow_market",
    "IPLicense.certify": "derive",
    "IPLicense.certifyFor": "submit",
    "IPLicense.certifyMany": "certify_many",
    "IPLicense.issue": "issue",
    "IPLicense.registerTerms": "register_terms",
    "IPLicense.renew": "renew",
    "IPLicense.revoke": "revoke_license",
    "IPLicense.transferFrom": "transfer_license",
    "LicenseMarketplace.cancel": "cancel",
    "LicenseMarketplace.cancelAll": "cancel_all",
    "LicenseMarketplace.certifyAndFill": "certify_and_buy",
    "LicenseMarketplace.challenge": "challenge",
    "LicenseMarketplace.deliver": "deliver",
    "LicenseMarketplace.fill": "buy",
    "LicenseMarketplace.fillAndDerive": "buy_and_derive",
    "LicenseMarketplace.fillWithAuthorization": "submit_purchase",
    "LicenseMarketplace.fillWithPermit": "buy",
    "LicenseMarketplace.post": "offer",
    "LicenseMarketplace.refund": "refund",
    "LicenseMarketplace.release": "release",
}
"""The method that makes each call."""

COVERED = {
    "RoyaltySplitter.release": "distribute",
    "RoyaltySplitter.settle": "settle",
}
"""What a method does for a list that the function does for one work."""

SENT = {
    "IPRegistry.setApprovalForAll": "registry.approve_all",
    "IPLicense.approve": "license.approve",
    "IPLicense.setApprovalForAll": "license.approve_all",
}
"""What wallets and other markets want: built by `GenIP.calls`, sent by `GenIP.send`."""

NOT_FOR_PEOPLE = {
    "IPRegistry.certifyThrough": "for IPLicense",
    "IPRegistry.encumber": "for IPLicense",
    "IPRegistry.safeTransferFrom": "transferFrom, for those who are not sure of the receiver",
    "IPLicense.certifyWith": "for LicenseMarketplace",
    "IPLicense.reserve": "for LicenseMarketplace",
    "IPLicense.safeTransferFrom": "transferFrom, for those who are not sure of the receiver",
    "RoyaltySplitter.open": "for IPLicense",
    "RoyaltySplitter.payVia": "for markets that are contracts",
    "RoyaltySplitter.push": "for the splitter itself",
    "LicenseMarketplace.onPay": "for the splitter",
}
"""What only contracts call, and what has a twin."""


def _functions() -> set[str]:
    return {
        f"{name}.{entry['name']}"
        for name in artifacts.CONTRACTS
        for entry in artifacts.load(name).abi
        if entry["type"] == "function" and entry["stateMutability"] in ("nonpayable", "payable")
    }


def test_every_function_is_accounted_for() -> None:
    tables = (METHODS, COVERED, SENT, NOT_FOR_PEOPLE)
    listed = [name for table in tables for name in table]
    assert len(listed) == len(set(listed))
    assert set(listed) == _functions()


@pytest.mark.parametrize(("function", "method"), sorted((METHODS | COVERED).items()))
def test_a_method_makes_the_call_and_a_test_runs_it(function: str, method: str) -> None:
    assert callable(getattr(GenIP, method))
    assert not method.startswith("_")
    tests = "".join(path.read_text("utf-8") for path in HERE.glob("test_*.py"))
    assert re.search(rf"\.{method}\(", tests), function


@pytest.mark.parametrize(("function", "builder"), sorted(SENT.items()))
def test_what_is_only_built_has_a_builder(function: str, builder: str) -> None:
    contract, name = builder.split(".")
    assert callable(getattr(getattr(Calls(), contract), name)), function


def test_the_calls_that_methods_make_are_the_functions_named(
    alice: GenIP, bob: GenIP, carol: GenIP, monkeypatch: pytest.MonkeyPatch, chain: LocalChain
) -> None:
    """The table's less obvious rows, by the selectors that are really sent."""
    sent: list[bytes] = []
    send = transactions.send

    def watched(
        rpc: Any, account: Any, to: str | None, data: bytes, *rest: Any, **more: Any
    ) -> Any:
        sent.append(data[:4])
        return send(rpc, account, to, data, *rest, **more)

    monkeypatch.setattr(transactions, "send", watched)

    def made(function: str) -> bool:
        contract, name = function.split(".")
        return abi.selector(artifacts.load(contract).functions[name]) == sent[-1]

    work = alice.certify(b"a work").work_id
    assert made("IPRegistry.certify")
    offer = alice.offer(work, COMMERCIAL_REMIX, price=1, token=chain.token, quantity=9)
    assert made("LicenseMarketplace.post")
    bob.buy(offer, max_price=1, payment="permit")
    assert made("LicenseMarketplace.fillWithPermit")
    bob.buy(offer, max_price=1)
    assert made("LicenseMarketplace.fill")
    child = bob.sign_derivative(b"child", offers=[offer])
    derived = bob.buy_and_derive(child, [offer], max_price=1).work_id
    assert made("LicenseMarketplace.fillAndDerive")
    carol.settle([derived])
    assert made("RoyaltySplitter.settleMany")
    carol.distribute([work])
    assert made("RoyaltySplitter.distribute")
    prepared = carol.prepare_certificate(b"unminted")
    first = carol.sign_offer(prepared, COMMERCIAL, price=0)
    bob.certify_and_buy(carol.sign_certificate(prepared), first, max_price=0)
    assert made("LicenseMarketplace.certifyAndFill")
    alice.offer_certificate(work, price=1)
    assert made("IPRegistry.approve")
