"""Prices paid by signature: ERC-2612 permits and ERC-3009 authorizations, no approval sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from gen_ip import ETH, GenIP, SignedPurchase
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import abi, artifacts, reverts, transactions
from gen_ip.chain.errors import InsufficientFunds
from gen_ip.chain.rpc import Rpc
from gen_ip.market.filling import PriceTooHigh
from gen_ip.market.token_signatures import (
    AuthorizationExpired,
    AuthorizationUsed,
    NoSignedPayment,
    PaymentMethod,
)
from gen_ip.signers import AddressOnly
from gen_ip.signers.protocol import CannotSign
from gen_ip.signing import BadStatement
from gen_ip.signing.offers import OfferKind
from gen_ip.signing.payments import Chosen, authorization_nonce
from gen_ip.terms import COMMERCIAL
from tests.support.chain import TOKENS, LocalChain
from tests.support.solidity import place

PRICE = 5_000_000
Dollar = Callable[[str], str]


@pytest.fixture
def work(alice: GenIP) -> int:
    number = alice.certify(b"a work").work_id
    alice.register_terms(COMMERCIAL)
    return number


@pytest.fixture
def dollar(chain: LocalChain) -> Dollar:
    """A token of tests/sdk/SignedTokens.sol of which Bob has `TOKENS`."""

    def placed(name: str) -> str:
        token = place(chain, chain.alice, "tests/sdk/SignedTokens.sol", name)
        mint = artifacts.load("DemoToken").functions["mint"]
        data = abi.encode_call(mint, chain.bob.address, TOKENS)
        transactions.send(Rpc(chain.web3), chain.alice, token, data)
        return token

    return placed


def _sent(chain: LocalChain, who: str = "bob") -> int:
    return int(chain.web3.eth.get_transaction_count(chain.accounts[who].address))


def _earned(client: GenIP, work: int, token: str) -> int:
    return client.earnings(work, token=token).credit


# ------------------------------------------------------------------ permits


def test_a_permit_pays_without_an_approval(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=chain.token, quantity=3)
    before = _sent(chain)
    bought = bob.buy(offer, max_price=2 * PRICE, count=2, payment="permit")
    assert _sent(chain) == before + 1
    assert [each.holder for each in bought] == [chain.bob.address] * 2
    assert _earned(alice, work, chain.token) == 2 * PRICE
    assert bob._tokens.allowance(chain.token, chain.deployment.marketplace) == 0
    assert bob.balance(chain.bob.address, token=chain.token) == TOKENS - 2 * PRICE


def test_a_domain_that_the_token_states_itself(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("PermitDollar")
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=token)
    before = _sent(chain)
    bob.buy(offer, max_price=PRICE, payment="permit")
    assert _sent(chain) == before + 1
    assert _earned(alice, work, token) == PRICE


def test_a_permit_that_somebody_else_shows_first(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=chain.token)
    (planned,) = bob.unsigned.buy(offer, max_price=PRICE, payment="permit").transactions
    entry = artifacts.load("LicenseMarketplace").functions["fillWithPermit"]
    decoded = abi.decode(entry["inputs"], planned.data[4:])
    assert decoded is not None
    permit = artifacts.load("DemoToken").functions["permit"]
    parts = (chain.bob.address, chain.deployment.marketplace, PRICE, *decoded[1])
    data = abi.encode_call(permit, *parts)
    transactions.send(Rpc(chain.web3), chain.carol, chain.token, data)
    with pytest.raises(reverts.ContractError):
        transactions.simulate(Rpc(chain.web3), chain.carol.address, chain.token, data)
    transactions.send(Rpc(chain.web3), chain.bob, planned.to, planned.data)
    assert _earned(alice, work, chain.token) == PRICE


def test_a_permit_that_is_shown_too_late(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=chain.token)
    (planned,) = bob.unsigned.buy(offer, max_price=PRICE, payment="permit").transactions
    chain.pass_time(3601)
    with pytest.raises(reverts.TransferFromFailed):
        transactions.send(Rpc(chain.web3), chain.bob, planned.to, planned.data)
    assert _earned(alice, work, chain.token) == 0
    bob.buy(offer, max_price=PRICE, payment="permit")


def test_an_allowance_that_suffices_needs_no_signature(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    bob._tokens.approve(chain.token, chain.deployment.marketplace, PRICE)
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=chain.token)
    plan = bob.using(AddressOnly(chain.bob.address)).unsigned.buy(
        offer, max_price=PRICE, payment="permit"
    )
    assert len(plan.transactions) == 1
    free = alice.offer(work, COMMERCIAL, price=0, token=chain.token)
    bob.buy(free, max_price=0, payment="permit")
    assert bob._tokens.allowance(chain.token, chain.deployment.marketplace) == PRICE


# ----------------------------------------------------------- authorizations


def test_an_authorization_pays_without_an_approval(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    offer = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=token, quantity=4)
    before = _sent(chain)
    (license_,) = bob.buy(
        offer, max_price=PRICE, payment="authorization", licensee=chain.carol.address
    )
    assert _sent(chain) == before + 1
    assert license_.holder == chain.carol.address
    # The same purchase once more, even in the same second, is another authorization.
    bob.buy(offer, max_price=PRICE, payment="authorization", licensee=chain.carol.address)
    assert _earned(alice, work, token) == 2 * PRICE


def test_a_buyer_without_any_eth(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, dollar: Dollar,
    tmp_path: Path,
) -> None:  # fmt: skip
    token = dollar("AuthorizedDollar")
    poor = Account.create()
    data = abi.encode_call(artifacts.load("DemoToken").functions["mint"], poor.address, PRICE)
    transactions.send(Rpc(chain.web3), chain.alice, token, data)
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=token)
    signed = alice.using(poor).sign_purchase(offer.hash, max_price=PRICE)
    signed.save(tmp_path / "purchase.json")
    loaded = SignedPurchase.load(tmp_path / "purchase.json")
    assert loaded == signed
    assert loaded.buyer == poor.address
    (license_,) = carol.submit_purchase(loaded)
    assert license_.holder == poor.address
    assert alice.balance(poor.address, token=token) == 0
    assert alice.balance(poor.address) == 0
    assert _earned(alice, work, token) == PRICE
    with pytest.raises(AuthorizationUsed) as used:
        carol.submit_purchase(loaded)
    assert used.value.sender == poor.address


def test_an_authorization_pays_for_what_was_chosen_and_nothing_else(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    offer = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=token, quantity=4)
    other = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=token, quantity=4)
    signed = bob.sign_purchase(offer, max_price=PRICE)
    for altered in (
        replace(signed, offer=other),
        replace(signed, licensee=chain.carol.address),
        replace(signed, authorization=signed.authorization._replace(
            valid_before=signed.valid_before + 1)),
        replace(signed, authorization=signed.authorization._replace(sender=chain.carol.address)),
    ):  # fmt: skip
        with pytest.raises(reverts.RevertedWithReason, match="invalid signature"):
            carol.submit_purchase(altered)
    chain.pass_time(3601)
    with pytest.raises(AuthorizationExpired) as expired:
        carol.submit_purchase(signed)
    assert expired.value.valid_before == signed.valid_before
    assert _earned(alice, work, token) == 0


def test_terms_that_the_submitter_registers(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, dollar: Dollar
) -> None:
    fresh = replace(COMMERCIAL, duration=4711)
    token = dollar("AuthorizedDollar")
    offer = alice.sign_offer(work, fresh, price=PRICE, token=token)
    document = json.loads(json.dumps(bob.sign_purchase(offer, max_price=PRICE).to_json()))
    (license_,) = carol.submit_purchase(SignedPurchase.from_json(document))
    assert license_.terms == fresh
    for member, value in (
        ("count", "0"), ("count", "x"), ("count", 1), ("licensee", "bob"), ("offer", None),
        ("authorization", {}), ("format", "gen-ip/signed-offer/1"),
    ):  # fmt: skip
        with pytest.raises(BadStatement):
            SignedPurchase.from_json({**document, member: value})


def test_the_nonce_is_the_contracts(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    offer = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=token, quantity=4)
    purchase = bob._purchase(offer, 3, chain.carol.address, renew=7)
    told = bob._session.read(
        "LicenseMarketplace", "authorizationNonce", bob._filling.of(purchase, None),
        chain.bob.address, 12345,
    )  # fmt: skip
    chosen = Chosen(work, 3, chain.carol.address, 7)
    assert authorization_nonce(offer.hash, chain.bob.address, 12345, chosen) == told


# ---------------------------------------------------------------- detection


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("PermitDollar", 1),
        ("AuthorizedDollar", 1),
        ("PlainDollar", 2),
        ("SaltedDollar", 2),
        ("AllOrNothingDollar", 2),
        ("DeafDollar", 2),
    ],
)
def test_what_a_token_takes_is_found_out(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar, name: str, sent: int
) -> None:
    token = dollar(name)
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=token)
    before = _sent(chain)
    bob.buy(offer, max_price=PRICE, payment="auto")
    assert _sent(chain) == before + sent
    assert _earned(alice, work, token) == PRICE


@pytest.mark.parametrize(
    ("name", "payment", "reason"),
    [
        ("PlainDollar", "permit", "nonces"),
        ("PlainDollar", "authorization", "cannot be told"),
        ("SaltedDollar", "permit", "cannot be told"),
        ("AllOrNothingDollar", "permit", "another struct"),
        ("DeafDollar", "permit", "changed nothing"),
        ("AuthorizedDollar", "permit", "nonces"),
        ("PermitDollar", "authorization", "authorizationState"),
    ],
)
def test_a_token_that_takes_no_such_signature(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar, name: str,
    payment: str, reason: str,
) -> None:  # fmt: skip
    token = dollar(name)
    offer = alice.offer(work, COMMERCIAL, price=PRICE, token=token)
    before = _sent(chain)
    with pytest.raises(NoSignedPayment, match=reason) as refused:
        bob.buy(offer, max_price=PRICE, payment=payment)
    assert refused.value.token == token
    assert _sent(chain) == before


def test_what_is_wrong_with_an_offer_is_told_before_anything_is_signed(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    offer = alice.sign_offer(work, COMMERCIAL, price=PRICE, token=token, taker=chain.bob.address)
    with pytest.raises(InsufficientFunds):
        carol.buy(
            alice.offer(work, COMMERCIAL, price=PRICE, token=token),
            max_price=PRICE, payment="authorization",
        )  # fmt: skip
    with pytest.raises(reverts.NotTaker):
        carol.sign_purchase(offer, max_price=PRICE)
    with pytest.raises(PriceTooHigh):
        bob.sign_purchase(offer, max_price=PRICE - 1)
    keyless = bob.using(AddressOnly(chain.bob.address))
    with pytest.raises(CannotSign):
        keyless.unsigned.buy(offer, max_price=PRICE, payment="authorization")
    assert len(keyless.unsigned.buy(offer, max_price=PRICE, payment="auto").transactions) == 2
    with pytest.raises(InvalidArgument, match="payment"):
        bob.buy(offer, max_price=PRICE, payment="cash")
    in_eth = alice.sign_offer(work, COMMERCIAL, price=1)
    with pytest.raises(InvalidArgument, match="payment"):
        bob.buy(in_eth, max_price=1, payment="permit")
    with pytest.raises(NoSignedPayment, match="ETH"):
        bob.sign_purchase(in_eth, max_price=1)
    bob.buy(in_eth, max_price=1, payment="auto")
    assert alice.earnings(work, token=ETH).credit == 1


def test_orders_and_certificates_are_paid_by_signature_too(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    ask = alice.offer(work, COMMERCIAL, price=PRICE, token=token, deliver_within=100)
    before = _sent(chain)
    deal = bob.order(ask, max_price=PRICE, payment="authorization")
    assert deal.amount == PRICE
    bob.release(deal)
    sale = alice.offer_certificate(work, price=PRICE, token=token)
    assert sale.offer.kind is OfferKind.CERTIFICATE_ASK
    bob.buy_certificate(sale, max_price=PRICE, payment="authorization")
    assert _sent(chain) == before + 3
    assert alice.work(work).owner == chain.bob.address


def test_an_answer_is_paid_by_permit_but_not_by_authorization(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, dollar: Dollar
) -> None:
    token = dollar("AuthorizedDollar")
    bid = bob.bid(work, COMMERCIAL, price=PRICE - 1, token=token)
    answer = alice.counter(bid, price=PRICE)
    with pytest.raises(NoSignedPayment, match="counter-offers"):
        bob.buy(answer, max_price=PRICE, payment="authorization")
    bid = bob.bid(work, COMMERCIAL, price=1, token=chain.token)
    answer = alice.counter(bid, price=PRICE)
    before = _sent(chain)
    bob.buy(answer, max_price=PRICE, payment="permit")
    assert _sent(chain) == before + 1


@pytest.mark.parametrize("payment", ["approve", "auto"])
def test_a_purchase_takes_nothing_from_a_bid_that_waits(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, payment: PaymentMethod
) -> None:
    bid = bob.bid(work, COMMERCIAL, price=PRICE, token=chain.token)
    dearer = alice.offer(work, COMMERCIAL, price=3 * PRICE, token=chain.token)
    bob.buy(dearer, max_price=3 * PRICE, payment=payment)
    assert alice.quote(bid).fillable
    (license_,) = alice.accept(bid)
    assert license_.holder == chain.bob.address
    assert bob._tokens.allowance(chain.token, chain.deployment.marketplace) == 0
