"""Offers from strangers: which are taken in, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gen_ip.market.offers import Offer, SignedOffer, works_tree
from gen_ip.signing import sign
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import (
    OFFER,
    OFFER_TREE,
    Approval,
    FeeShare,
    OfferKind,
    OfferTree,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.status.errors import UnusableOffer
from gen_ip.status.offers import MOST_DEADLINE, require_usable
from gen_ip.terms import COMMERCIAL, Rights, Terms
from gen_ip.work import ETH
from tests.support.chain import account

MARKET, CHAIN = "0x2222222222222222222222222222222222222222", 31_337
ALICE, BOB = account("alice"), account("bob")
DOMAIN = marketplace_domain(CHAIN, MARKET)


@dataclass
class Known:
    """An index in memory."""

    owners: dict[int, tuple[str, int]] = field(default_factory=lambda: {5: (ALICE.address, 0)})
    paused: bool = False
    known: tuple[Terms, ...] = (COMMERCIAL,)
    fitting: bool = True
    binds: bytes = bytes(32)
    others: bool = False
    waits: bool = False
    taken: int = 0
    gone: bool = False
    counters: int = 0

    def here(self) -> tuple[int, str]:
        return CHAIN, MARKET

    def owner_of(self, work: int) -> tuple[str, int] | None:
        return self.owners.get(work)

    def suspended(self, work: int) -> bool:
        return self.paused

    def terms(self, terms_hash: bytes) -> Terms | None:
        return next((each for each in self.known if each.hash() == terms_hash), None)

    def fits(self, work: int, terms: Terms) -> bool:
        return self.fitting

    def encumbrance(self, work: int) -> bytes:
        return self.binds

    def contested(self, work: int) -> bool:
        return self.others

    def reserved(self, work: int) -> bool:
        return self.waits

    def filled(self, offer_hash: bytes) -> int:
        return self.taken

    def cancelled(self, offer_hash: bytes) -> bool:
        return self.gone

    def counter(self, maker: str) -> int:
        return self.counters


ASK = Offer(
    maker=ALICE.address, work=5, terms_hash=COMMERCIAL.hash(), token=ETH, price=9, quantity=2,
    transfers=0, deadline=500, salt=1,
)  # fmt: skip
BID = replace(ASK, maker=BOB.address, kind=OfferKind.LICENSE_BID)


def signed(offer: Offer, by: Any = None, **changes: Any) -> SignedOffer:
    key = by or (ALICE if offer.maker == ALICE.address else BOB)
    approval = Approval(sign(key, DOMAIN, OFFER, offer.as_tuple()))
    return SignedOffer(**{
        "offer": offer, "approval": approval, "marketplace": MARKET, "chain_id": CHAIN, **changes
    })  # fmt: skip


def refused(offer: SignedOffer, facts: Known | None = None, at: int = 100) -> str:
    with pytest.raises(UnusableOffer) as error:
        require_usable(offer, facts or Known(), at)
    return error.value.reason


@pytest.mark.parametrize("offer", [ASK, BID, replace(ASK, deadline=100)])
def test_what_is_taken_in(offer: Offer) -> None:
    assert require_usable(signed(offer), Known(), 100) == offer


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: signed(ASK, chain_id=1), "another chain"),
        (lambda: signed(ASK, marketplace="0x" + "33" * 20), "another marketplace"),
        (lambda: signed(ASK, by=BOB), "did not sign"),
        (lambda: replace(signed(ASK), approval=Approval()), "did not sign"),
        (lambda: replace(signed(ASK), offer=replace(ASK, price=1)), "did not sign"),
        (lambda: signed(replace(ASK, deadline=0)), "must have a deadline"),
        (lambda: signed(replace(ASK, deadline=101 + MOST_DEADLINE)), "must have a deadline"),
        (lambda: signed(replace(ASK, deadline=99)), "it ended at"),
        (lambda: signed(replace(BID, price=0)), "bids nothing"),
        (lambda: signed(replace(ASK, quantity=0)), "its quantity"),
        (lambda: signed(replace(ASK, fees=(FeeShare(BOB.address, 1_001),))), "its fees"),
        (lambda: signed(replace(ASK, counter=1)), "cancelled all"),
        (lambda: signed(replace(ASK, work=6)), "not certified"),
        (lambda: signed(replace(ASK, maker=BOB.address)), "did not make it"),
        (lambda: signed(replace(ASK, transfers=1)), "changed hands"),
        (lambda: signed(replace(ASK, terms_hash=b"\1" * 32)), "knows its terms"),
        (
            lambda: signed(replace(ASK, kind=OfferKind.CERTIFICATE_BID)),
            "owns the certificate already",
        ),
    ],
)
def test_what_is_not(make: Callable[[], SignedOffer], reason: str) -> None:
    assert reason in refused(make())


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Known(paused=True), "suspended"),
        (Known(fitting=False), "no license"),
        (Known(waits=True), "waits for its delivery"),
        (Known(taken=2), "it was taken"),
        (Known(gone=True), "cancelled"),
        (Known(counters=1), "cancelled all"),
        (Known(known=()), "knows its terms"),
    ],
)
def test_what_the_chain_says_no_to(facts: Known, reason: str) -> None:
    assert reason in refused(signed(ASK), facts)


def test_what_binds_the_work_counts_where_the_offer_names_it() -> None:
    sole = replace(COMMERCIAL, grant=COMMERCIAL.grant | Rights.EXCLUSIVE, duration=9)
    facts = Known(known=(COMMERCIAL, sole), binds=b"\1" * 32, others=True)
    assert require_usable(signed(ASK), facts, 100) == ASK
    exclusive = replace(ASK, terms_hash=sole.hash())
    assert "bound further" in refused(signed(exclusive), facts)
    named = replace(exclusive, encumbrance=b"\1" * 32)
    assert require_usable(signed(named), facts, 100) == named
    assert "same content" in refused(signed(replace(ASK, uncontested=True)), facts)


def test_terms_can_come_with_the_offer() -> None:
    brought = signed(replace(ASK, terms=COMMERCIAL))
    assert require_usable(brought, Known(known=()), 100) == ASK


def test_a_wallet_contract_is_asked() -> None:
    asked: list[tuple[str, bytes, bytes]] = []

    def yes(who: str, digest: bytes, signature: bytes) -> bool:
        asked.append((who, digest, signature))
        return True

    by_code = replace(signed(ASK), approval=Approval(b"whatever"))
    assert require_usable(by_code, Known(), 100, yes) == ASK
    assert asked == [(ALICE.address, DOMAIN.digest(ASK.hash), b"whatever")]


def test_one_of_a_tree_and_a_set_of_works() -> None:
    other = replace(ASK, salt=2)
    tree = MerkleTree([offer_leaf(ASK.hash), offer_leaf(other.hash)])
    by_tree = Approval(
        sign(ALICE, DOMAIN, OFFER_TREE, OfferTree(tree.root)),
        is_tree=True,
        root=tree.root,
        path=tree.path(1),
    )
    found = replace(signed(other), approval=by_tree)
    assert require_usable(found, Known(), 100) == other
    assert "did not sign" in refused(replace(found, offer=replace(ASK, salt=3)))
    yes = replace(found, offer=replace(ASK, salt=3))
    with pytest.raises(UnusableOffer, match="did not sign"):
        require_usable(yes, Known(), 100, lambda *_: True)

    several = replace(BID, work=0, works_root=works_tree([4, 5]).root)
    # One of them is enough, that is certified.
    assert require_usable(signed(several, works=(4, 5)), Known(), 100) == several
    assert "not certified" in refused(signed(several, works=(4, 6)))
