"""Offers that are signed instead of posted: asks, bids, counters, trees, sales that certify."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip import ETH, FeeShare, GenIP, Payee, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import InsufficientFunds, UnexpectedChain
from gen_ip.chain.reverts.base import moment
from gen_ip.market.filling import PriceTooHigh
from gen_ip.market.offers import Conditions, OfferConditions, SaleConditions, SignedOffer
from gen_ip.market.refusals import CertificateSold, OfferExpired, OfferNotYetOpen, OfferOver
from gen_ip.signing import BadStatement, EmptyTree
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX
from tests.support.chain import FUNDS, TOKENS, LocalChain

EXCLUSIVE = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=1_000)


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work").work_id


def _sent(chain: LocalChain, client: GenIP) -> int:
    assert client.account is not None
    return int(chain.web3.eth.get_transaction_count(client.account.address))


def _there_and_back(offer: SignedOffer) -> SignedOffer:
    return SignedOffer.from_json(json.loads(json.dumps(offer.to_json())))


# --------------------------------------------------------------------- asks


def test_a_signed_ask_costs_nothing_and_is_bought_from_its_file(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, tmp_path: Path
) -> None:
    before = _sent(chain, alice)
    fees = [FeeShare(chain.carol.address, 250)]
    offer = alice.sign_offer(work, COMMERCIAL, price=10**18, quantity=3, fees=fees)
    offer.save(tmp_path / "offer.json")
    assert _sent(chain, alice) == before
    loaded = SignedOffer.load(tmp_path / "offer.json")
    assert loaded == offer
    assert loaded.offer.terms == COMMERCIAL
    licenses = bob.buy(loaded, max_price=2 * 10**18, count=2)
    assert [each.holder for each in licenses] == [chain.bob.address] * 2
    assert alice.earnings(work).credit == 2 * 10**18 - 5 * 10**16
    with pytest.raises(reverts.NotEnoughLeft):
        bob.buy(loaded, max_price=2 * 10**18, count=2)
    assert alice._session.read("LicenseMarketplace", "hashOffer", offer.offer.as_tuple()) == (
        offer.hash
    )


def test_terms_that_nobody_registered_are_registered_by_the_buyer(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=7, token=chain.token)
    with pytest.raises(reverts.UnknownTerms):
        bob.terms(COMMERCIAL.hash())
    before = _sent(chain, bob)
    bob.buy(_there_and_back(offer), max_price=7)
    assert bob.terms(COMMERCIAL.hash()) == COMMERCIAL
    # Terms, approval, sale.
    assert _sent(chain, bob) == before + 3
    with pytest.raises(PriceTooHigh):
        bob.buy(offer, max_price=6)


def test_an_ask_is_only_for_its_taker_and_its_time(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.sign_offer(
        work, COMMERCIAL, price=0, taker=chain.bob.address, valid_from=chain.now() + 100,
        deadline=chain.now() + 200, quantity=5,
    )  # fmt: skip
    with pytest.raises(reverts.OfferNotInTime):
        bob.buy(offer, max_price=0)
    chain.pass_time(101)
    with pytest.raises(reverts.NotTaker):
        carol.buy(offer, max_price=0)
    bob.buy(offer, max_price=0)
    chain.pass_time(200)
    with pytest.raises(reverts.OfferNotInTime):
        bob.buy(offer, max_price=0)


def test_nothing_signed_can_be_altered(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    fees = [FeeShare(chain.carol.address, 250)]
    signed = alice.sign_offer(work, COMMERCIAL, price=10, fees=fees)
    for changes in (
        {"price": 1},
        {"quantity": 2},
        {"fees": ()},
        {"fees": (FeeShare(chain.bob.address, 250),)},
        {"taker": chain.bob.address},
        {"deadline": 2**40},
        {"salt": 1},
        {"maker": chain.carol.address},
    ):
        altered = replace(signed, offer=replace(signed.offer, **changes))
        with pytest.raises(reverts.InvalidSignature):
            bob.buy(altered, max_price=20)
    unsigned = replace(signed, approval=signed.approval._replace(signature=b""))
    with pytest.raises(reverts.OfferNotOpen):
        bob.buy(unsigned, max_price=10)
    bob.buy(signed, max_price=10)


def test_a_signed_ask_is_cancelled_alone_and_with_all(alice: GenIP, bob: GenIP, work: int) -> None:
    one, two = (alice.sign_offer(work, COMMERCIAL, price=0) for _ in range(2))
    posted = alice.offer(work, COMMERCIAL, price=0)
    with pytest.raises(reverts.NotMaker):
        bob.cancel(one)
    alice.cancel(one)
    with pytest.raises(reverts.OfferNotOpen):
        bob.buy(one, max_price=0)
    alice.cancel_all()
    assert alice.offers(work) == []
    for offer in (two, posted):
        with pytest.raises(reverts.CounterOutdated):
            bob.buy(offer, max_price=0)
    bob.buy(alice.sign_offer(work, COMMERCIAL, price=0), max_price=0)


def test_one_signature_over_many_offers(alice: GenIP, bob: GenIP, work: int) -> None:
    other = alice.certify(b"another").work_id
    drafts = [
        alice.draft_offer(number, terms, price=price)
        for number, terms, price in ((work, COMMERCIAL, 1), (other, COMMERCIAL, 2),
                                     (work, NC_REMIX, 3))
    ]  # fmt: skip
    signed = [_there_and_back(offer) for offer in alice.sign_offers(drafts)]
    assert len({offer.approval.signature for offer in signed}) == 1
    (license_,) = bob.buy(signed[1], max_price=2)
    assert license_.work == other
    with pytest.raises(reverts.InvalidSignature):
        bob.buy(replace(signed[0], approval=signed[1].approval), max_price=2)
    alice.cancel(signed[0])
    with pytest.raises(reverts.OfferNotOpen):
        bob.buy(signed[0], max_price=1)
    bob.buy(signed[2], max_price=3)
    with pytest.raises(EmptyTree):
        alice.sign_offers([])


def test_asks_that_could_never_be_filled_are_not_signed(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    with pytest.raises(reverts.NotOwner):
        bob.sign_offer(work, COMMERCIAL, price=1)
    with pytest.raises(reverts.UnknownWork):
        alice.sign_offer(12345, COMMERCIAL, price=1)
    with pytest.raises(reverts.InvalidOffer):
        alice.sign_offer(work, COMMERCIAL, price=1, quantity=0)
    with pytest.raises(reverts.FeesTooHigh):
        alice.sign_offer(work, COMMERCIAL, price=1, fees=[FeeShare(chain.bob.address, 1_001)])
    with pytest.raises(reverts.InvalidUnits):
        alice.sign_offer(work, Terms(Rights.DERIVE), price=1)
    with pytest.raises(InvalidArgument, match="taker"):
        alice.sign_offer(work, COMMERCIAL, price=1, taker="bob")
    bob.buy(alice.sign_offer(work, EXCLUSIVE, price=0), max_price=0)
    with pytest.raises(reverts.SoldExclusively):
        alice.sign_offer(work, COMMERCIAL, price=1)


def test_an_exclusive_ask_names_what_binds_the_work(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int
) -> None:
    offer = alice.sign_offer(work, EXCLUSIVE, price=0)
    carol.buy(alice.sign_offer(work, COMMERCIAL, price=0), max_price=0)
    with pytest.raises(reverts.EncumbranceChanged):
        bob.buy(offer, max_price=0)


def test_only_if_uncontested(alice: GenIP, bob: GenIP, carol: GenIP, work: int) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=0, uncontested=True, quantity=2)
    carol.buy(offer, max_price=0)
    bob.certify(b"a work")
    with pytest.raises(reverts.Contested) as refused:
        carol.buy(offer, max_price=0)
    assert refused.value.claims == 2


def test_offers_of_other_chains_and_markets(alice: GenIP, bob: GenIP, work: int) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=0)
    with pytest.raises(UnexpectedChain):
        bob.buy(replace(offer, chain_id=1), max_price=0)
    with pytest.raises(InvalidArgument, match="marketplace"):
        bob.buy(replace(offer, marketplace=ETH), max_price=0)


# --------------------------------------------------------------------- bids


def test_a_bid_is_accepted(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    bid = bob.bid(work, COMMERCIAL, price=1_000, token=chain.token, quantity=2)
    (license_,) = alice.accept(_there_and_back(bid))
    assert (license_.holder, license_.terms) == (chain.bob.address, COMMERCIAL)
    alice.accept(bid)
    assert alice.earnings(work, token=chain.token).credit == 2_000
    assert bob.balance(chain.bob.address, token=chain.token) == TOKENS - 2_000
    with pytest.raises(reverts.NotEnoughLeft):
        alice.accept(bid)


def test_several_bids_wait_side_by_side(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    bids = [bob.bid(work, COMMERCIAL, price=price, token=chain.token) for price in (10, 20, 30)]
    for bid in reversed(bids):
        alice.accept(bid)
    assert alice.earnings(work, token=chain.token).credit == 60


def test_a_bid_for_any_of_several_works(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    others = [carol.certify(f"{i}".encode()).work_id for i in range(4)]
    works = [work, *others]
    bid = _there_and_back(bob.bid(works, COMMERCIAL, price=5, token=chain.token, quantity=2))
    assert bid.works == tuple(works)
    (license_,) = carol.accept(bid, work=others[2])
    assert license_.work == others[2]
    with pytest.raises(InvalidArgument, match="one of the offer's works"):
        alice.accept(bid, work=alice.certify(b"not of them").work_id)
    with pytest.raises(reverts.NotOwner):
        alice.accept(bid, work=others[0])
    with pytest.raises(InvalidArgument, match="work"):
        alice.accept(bid)
    alice.accept(bid, work=work)


def test_bids_that_make_no_sense(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    with pytest.raises(reverts.BidNeedsToken):
        bob.bid(work, COMMERCIAL, price=1, token=ETH)
    with pytest.raises(reverts.UnknownWork):
        bob.bid(12345, COMMERCIAL, price=1, token=chain.token)
    with pytest.raises(reverts.UnknownWork):
        bob.bid([work, 12345], COMMERCIAL, price=1, token=chain.token)
    with pytest.raises(InsufficientFunds):
        bob.bid(work, COMMERCIAL, price=TOKENS + 1, token=chain.token)
    bid = bob.bid(work, COMMERCIAL, price=TOKENS, token=chain.token)
    with pytest.raises(InvalidArgument, match="a license ask"):
        alice.buy(bid, max_price=TOKENS)
    with pytest.raises(InvalidArgument, match="a license bid"):
        bob.accept(alice.sign_offer(work, COMMERCIAL, price=0))
    with pytest.raises(reverts.NotOwner):
        bob.accept(bid)
    # What the bid needs is spent otherwise.
    bob.pay(work, 1, token=chain.token)
    with pytest.raises(reverts.TransferFromFailed):
        alice.accept(bid)


def test_a_bid_is_cancelled(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    bid = bob.bid(work, COMMERCIAL, price=1, token=chain.token)
    bob.cancel(bid)
    with pytest.raises(reverts.OfferNotOpen):
        alice.accept(bid)


# ----------------------------------------------------------------- counters


def test_a_bid_a_counter_and_its_acceptance(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid(work, COMMERCIAL, price=100, token=chain.token)
    counter = _there_and_back(alice.counter(bid, price=150))
    assert (counter.offer.taker, counter.offer.counter_to) == (chain.bob.address, bid.hash)
    with pytest.raises(reverts.NotTaker):
        carol.buy(counter, max_price=150)
    again = bob.counter(counter, price=125)
    (license_,) = alice.accept(again)
    assert license_.holder == chain.bob.address
    assert alice.earnings(work, token=chain.token).credit == 125
    # The answered ask is spent; the bid before it still stands, until it is cancelled.
    with pytest.raises(reverts.OfferNotOpen):
        bob.buy(counter, max_price=150)


def test_a_counter_spends_what_it_answers(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid(work, COMMERCIAL, price=100, token=chain.token)
    counter = alice.counter(bid, price=150)
    bob.buy(counter, max_price=150)
    with pytest.raises(reverts.OfferNotOpen):
        alice.accept(bid)
    # The other way round: what was filled cannot be answered any more.
    ask = alice.sign_offer(work, COMMERCIAL, price=50, token=chain.token)
    answer = bob.counter(ask, price=40)
    bob.buy(ask, max_price=50)
    with pytest.raises(reverts.AnsweredOfferSpent):
        alice.accept(answer)


def test_what_is_over_is_neither_answered_nor_cancelled_again(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    sale: Any = {"price": 5, "token": chain.token}
    partly = alice.sign_offer(work, COMMERCIAL, **sale, quantity=2)
    sold, posted = (
        alice.sign_offer(work, COMMERCIAL, **sale),
        alice.offer(work, COMMERCIAL, **sale),
    )
    ended = alice.sign_offer(work, COMMERCIAL, **sale, deadline=chain.now() + 50)
    cancelled, answered = (alice.sign_offer(work, COMMERCIAL, **sale) for _ in range(2))
    for offer in (partly, sold, posted):
        bob.buy(offer, max_price=5)
    alice.cancel(cancelled)
    alice.accept(bob.counter(answered, price=4))
    chain.pass_time(100)
    reasons = [
        (sold, "it was taken"),
        (posted, "it was taken"),
        (posted.hash, "it was taken"),
        (ended, "it ended at 20"),
        (cancelled, "it was cancelled"),
        (answered, "an answer to it was taken"),
    ]
    before = _sent(chain, alice)
    for offer, why in reasons:
        with pytest.raises(OfferOver, match=f"can be taken no longer: .*{why}"):
            alice.cancel(offer)
        with pytest.raises(OfferOver, match=why):
            bob.counter(offer, price=3)
    assert alice.cancel_many([offer for offer, _ in reasons]) == []
    assert _sent(chain, alice) == before
    # An answer would spend the whole of an offer, and of this one something is gone.
    with pytest.raises(OfferOver, match="it was taken"):
        bob.counter(partly, price=3)
    alice.cancel(partly)
    voided = alice.sign_offer(work, COMMERCIAL, **sale)
    alice.cancel_all()
    for refused in (lambda: alice.cancel(voided), lambda: bob.counter(voided, price=3)):
        with pytest.raises(OfferOver, match="cancelled all offers"):
            refused()


def test_a_posted_ask_is_countered(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    posted = alice.offer(work, COMMERCIAL, price=50, token=chain.token)
    answer = bob.counter(
        posted.hash, price=40, terms=NC_REMIX, conditions=Conditions(deadline=chain.now() + 100)
    )
    (license_,) = alice.accept(answer)
    assert license_.terms == NC_REMIX
    assert alice.offers(work) == []


def test_counters_that_make_no_sense(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid(work, COMMERCIAL, price=100, token=chain.token)
    with pytest.raises(reverts.NotOwner):
        carol.counter(bid, price=150)
    in_eth = alice.sign_offer(work, COMMERCIAL, price=50)
    with pytest.raises(reverts.BidNeedsToken):
        bob.counter(in_eth, price=40)
    bob.counter(in_eth, price=40, token=chain.token)
    unknown = replace(bid, offer=replace(bid.offer, terms=None))
    with pytest.raises(InvalidArgument, match="terms"):
        alice.counter(unknown, price=150)


# --------------------------------------------------------- certify and buy


def test_a_work_is_certified_with_its_first_sale(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    poor = alice.using(Account.from_key(b"\x05" * 32))
    assert poor.account is not None
    platform = Payee(chain.carol.address, 1_000)
    certificate = poor.sign_certificate(b"a picture", payees=[platform])
    offer = poor.sign_offer(certificate, COMMERCIAL_REMIX, price=10**18, uncontested=True)
    (license_,) = bob.certify_and_buy(certificate, _there_and_back(offer), max_price=10**18)
    work = bob.work(license_.work)
    assert (work.creator, work.payees) == (poor.account.address, (platform,))
    assert license_.holder == chain.bob.address
    assert poor.earnings(work.id).credit == 10**18
    assert _sent(chain, poor) == 0
    # Somebody was first: the sale goes on all the same.
    second = poor.sign_offer(work.id, COMMERCIAL, price=0)
    (other,) = bob.certify_and_buy(certificate, second, max_price=0)
    assert other.work == work.id


def test_certifying_an_anchored_work_with_a_sale_in_tokens(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    anchored = alice.anchor([b"one", b"two"])
    chain.pass_time(1_000)
    certificate = alice.sign_certificate(anchored.certificates[1])
    offer = alice.sign_offer(certificate, COMMERCIAL, price=9, token=chain.token, quantity=2)
    licenses = bob.certify_and_buy(certificate, offer, max_price=18, count=2)
    assert len(licenses) == 2
    assert bob.work(licenses[0].work).claim_time == anchored.time


def test_certify_and_buy_fails_as_a_whole(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    certificate = alice.sign_certificate(b"work")
    offer = alice.sign_offer(certificate, COMMERCIAL, price=10)
    with pytest.raises(PriceTooHigh):
        bob.certify_and_buy(certificate, offer, max_price=9)
    forged = replace(certificate, certify=certificate.certify._replace(metadata=bytes(32)))
    with pytest.raises(reverts.InvalidSignature):
        bob.certify_and_buy(forged, offer, max_price=10)
    with pytest.raises(reverts.UnknownWork):
        bob.buy(offer, max_price=10)
    other = bob.sign_certificate(b"bob's")
    with pytest.raises(reverts.NotOwner):
        alice.sign_offer(other, COMMERCIAL, price=1)
    alice.revoke(certificate)
    with pytest.raises(reverts.ConsentRevoked):
        bob.certify_and_buy(certificate, offer, max_price=10)
    assert list(bob.works()) == []


# ------------------------------------------------------------- certificates


def test_a_certificate_is_sold(alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work", resale_royalty=1_000).work_id
    fees = [FeeShare(chain.carol.address, 500)]
    offer = alice.offer_certificate(work, price=10_000, token=chain.token, fees=fees)
    loaded = _there_and_back(offer)
    with pytest.raises(PriceTooHigh):
        bob.buy_certificate(loaded, max_price=9_999)
    bob.buy_certificate(loaded, max_price=10_000)
    assert alice.work(work).owner == chain.bob.address
    # The royalty is the work's income, which is the new owner's.
    assert bob.earnings(work, token=chain.token).credit == 1_000
    before = alice.balance(chain.alice.address, token=chain.token)
    alice.withdraw(token=chain.token)
    assert alice.balance(chain.alice.address, token=chain.token) == before + 8_500
    with pytest.raises(reverts.NothingToWithdraw):
        alice.withdraw(token=chain.token)
    carol.withdraw(token=chain.token)
    with pytest.raises(reverts.NotEnoughLeft):
        carol.buy_certificate(loaded, max_price=10_000)


def test_a_certificate_is_bid_for(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid_for_certificate(work, price=500, token=chain.token)
    with pytest.raises(reverts.NotOwner):
        carol.sell_certificate(bid)
    alice.sell_certificate(_there_and_back(bid))
    assert alice.work(work).owner == chain.bob.address
    alice.withdraw(token=chain.token)
    assert alice.balance(chain.alice.address, token=chain.token) == TOKENS + 500


def test_nothing_is_slipped_in_before_a_certificate_is_sold(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.offer_certificate(work, price=0)
    bid = bob.bid_for_certificate(work, price=1, token=chain.token)
    carol.buy(alice.sign_offer(work, COMMERCIAL_REMIX, price=0), max_price=0)
    with pytest.raises(reverts.EncumbranceChanged):
        bob.buy_certificate(offer, max_price=0)
    with pytest.raises(reverts.EncumbranceChanged):
        alice.sell_certificate(bid)


def test_a_counter_to_a_bid_for_a_certificate(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid_for_certificate(work, price=500, token=chain.token)
    counter = alice.counter(bid, price=700)
    bob.buy_certificate(counter, max_price=700)
    assert alice.work(work).owner == chain.bob.address


def test_each_kind_of_offer_has_its_method(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    certificate = alice.offer_certificate(work, price=1)
    with pytest.raises(InvalidArgument, match="a license ask"):
        bob.buy(certificate, max_price=1)
    with pytest.raises(InvalidArgument, match="a certificate ask"):
        bob.buy_certificate(alice.sign_offer(work, COMMERCIAL, price=0), max_price=0)
    with pytest.raises(InvalidArgument, match="a certificate bid"):
        alice.sell_certificate(bob.bid(work, COMMERCIAL, price=1, token=chain.token))


# -------------------------------------------------------------------- files


def test_files_from_strangers(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    bid = bob.bid([work], COMMERCIAL, price=5, token=chain.token)
    document = bid.to_json()
    assert SignedOffer.from_json(document) == bid

    def altered(*path: Any, value: Any) -> dict[str, Any]:
        changed: Any = copy.deepcopy(document)
        inner = changed
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return dict(changed)

    for bad in (
        [],
        {**document, "format": "gen-ip/signed-certificate/1"},
        {**document, "extra": None},
        altered("chain_id", value="31337"),
        altered("chain_id", value=True),
        altered("marketplace", value=None),
        altered("works", value=[]),
        altered("works", value=["1"]),
        altered("works", value="1"),
        altered("works", value=[str(2**160)]),
        altered("terms", value={}),
        altered("terms", "income", value=1),
        altered("terms", "income", value=65_536),
        altered("offer", "kind", value=4),
        altered("offer", "price", value="-5"),
        altered("offer", "fees", value=None),
        altered("approval", "isTree", value=1),
        altered("approval", "path", value=["0x00"]),
        altered("approval", "limits", value=[]),
    ):
        with pytest.raises(BadStatement):
            SignedOffer.from_json(bad)
    # Terms may be left out: then they must be registered already.
    unnamed = SignedOffer.from_json(altered("terms", value=None))
    with pytest.raises(reverts.UnknownTerms):
        alice.accept(unnamed, work=work)
    alice.register_terms(COMMERCIAL)
    alice.accept(unnamed, work=work)


def test_too_little_money(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    with pytest.raises(InsufficientFunds):
        bob.buy(alice.sign_offer(work, COMMERCIAL, price=2 * FUNDS), max_price=2 * FUNDS)
    dear = alice.sign_offer(work, COMMERCIAL, price=TOKENS + 1, token=chain.token)
    with pytest.raises(InsufficientFunds):
        bob.buy(dear, max_price=TOKENS + 1)
    assert alice._session.read("RoyaltySplitter", "balances", chain.bob.address, ETH) == 0


def test_a_buyer_registers_no_terms_that_do_not_fit_any_more(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=0)
    alice.issue(work, EXCLUSIVE, chain.carol.address)
    before = _sent(chain, bob)
    with pytest.raises(reverts.SoldExclusively):
        bob.buy(offer, max_price=0)
    assert _sent(chain, bob) == before


def test_conditions_are_the_keywords_of_every_way_to_offer(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    names = {each.name for each in fields(Conditions)}
    assert OfferConditions.__optional_keys__ == names
    assert names - SaleConditions.__optional_keys__ == {"deliver_within", "challenge_window"}
    price = {"price": 1, "token": chain.token}
    with pytest.raises(TypeError, match="dead_line"):
        alice.offer(work, COMMERCIAL, **price, dead_line=1)
    with pytest.raises(TypeError, match="dead_line"):
        alice.sign_offer(work, COMMERCIAL, **price, dead_line=1)
    with pytest.raises(TypeError, match="dead_line"):
        bob.bid(work, COMMERCIAL, **price, dead_line=1)
    for sell in (alice.offer_certificate, bob.bid_for_certificate):
        with pytest.raises(TypeError, match="deliver_within"):
            sell(work, **price, deliver_within=1)
    offer = alice.offer_certificate(work, price=1, valid_from=chain.now() + 50, uncontested=True)
    with pytest.raises(reverts.OfferNotInTime):
        bob.buy_certificate(offer, max_price=1)
    chain.pass_time(51)
    bob.buy_certificate(offer, max_price=1)
    assert alice.work(work).owner == chain.bob.address


def test_why_an_offer_cannot_be_filled_now(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    start, end = chain.now() + 100, chain.now() + 200
    offer = alice.offer(work, COMMERCIAL, price=0, valid_from=start, deadline=end)
    with pytest.raises(OfferNotYetOpen, match=f"valid_from, {moment(start)}") as early:
        bob.buy(offer, max_price=0)
    assert (early.value.valid_from, early.value.deadline) == (start, end)
    chain.pass_time(300)
    with pytest.raises(OfferExpired, match="deadline") as late:
        bob.buy(offer, max_price=0)
    assert late.value.deadline == end
    assert late.value.time > end
    standing = alice.offer(work, COMMERCIAL, price=0)
    alice.transfer(work, chain.carol.address)
    with pytest.raises(CertificateSold, match=r"ask .* for another") as sold:
        bob.buy(standing, max_price=0)
    assert (sold.value.work_id, sold.value.owner) == (work, chain.carol.address)
    carol.transfer(work, chain.alice.address)
    with pytest.raises(reverts.OfferOutdated):
        bob.buy(standing, max_price=0)


def test_many_offers_are_cancelled(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    signed = alice.sign_offer(work, COMMERCIAL, price=0)
    posted = alice.offer(work, COMMERCIAL, price=0)
    other = bob.bid(work, COMMERCIAL, price=1, token=chain.token)
    before = _sent(chain, alice)
    with pytest.raises(reverts.NotMaker):
        alice.cancel_many([signed, other])
    assert _sent(chain, alice) == before
    assert len(alice.cancel_many([signed, posted.hash, signed])) == 2
    assert alice.cancel_many([signed, posted]) == []
    assert _sent(chain, alice) == before + 2
    for offer in (signed, posted):
        with pytest.raises(reverts.OfferNotOpen):
            bob.buy(offer, max_price=0)
