"""Offers: who sells licenses to whom."""

# ruff: noqa: N818

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from gen_ip import arguments
from gen_ip.chain import abi, artifacts
from gen_ip.chain.errors import ChainError
from gen_ip.chain.events import Event, word
from gen_ip.chain.reverts import OfferNotOpen, TransferFromFailed, UnknownTerms
from gen_ip.chain.session import Session
from gen_ip.chain.transactions import Receipt
from gen_ip.licenses import License, Licenses
from gen_ip.registry import Registry
from gen_ip.terms import Terms
from gen_ip.tokens import Tokens
from gen_ip.work import ETH


class PriceTooHigh(ChainError):
    """The price is above what the buyer is ready to pay; both in the token's smallest unit."""

    def __init__(self, price: int, max_price: int, token: str) -> None:
        self.price, self.max_price, self.token = price, max_price, token
        super().__init__(
            f"the price is {price}, above the maximum of {max_price} (smallest unit of token "
            f"{token}); raise the maximum if you agree"
        )


class UnknownOffer(ChainError):
    """No offer of this hash was posted."""

    def __init__(self, offer_hash: bytes) -> None:
        self.offer_hash = offer_hash
        super().__init__(
            f"no offer 0x{offer_hash.hex()} was posted on this chain; check the hash and the chain"
        )


class FeeShare(NamedTuple):
    """A part of the price for a referrer or platform, in basis points."""

    to: str
    share: int


@dataclass(frozen=True)
class Offer:
    """Licenses of one work at one price.

    Attributes:
        maker: owner of the certificate when the offer was made.
        token: ERC-20 of the price, or `gen_ip.ETH`.
        price: of one license, in the token's smallest unit.
        quantity: most licenses the offer sells; `filled` how many it has sold.
        transfers: how often the certificate had changed hands by then.
        deadline: last second it can be filled; 0 for no end.
        terms: None when nobody registered them (the offer cannot be filled then).
        open: posted and not cancelled, when it was read.
        receipt: of the transaction that posted it, where this client sent it.
    """

    maker: str
    work: int
    terms_hash: bytes
    token: str
    price: int
    quantity: int
    transfers: int
    deadline: int
    salt: int
    fees: tuple[FeeShare, ...] = ()
    terms: Terms | None = field(default=None, compare=False)
    filled: int = field(default=0, compare=False)
    open: bool = field(default=False, compare=False)
    receipt: Receipt | None = field(default=None, compare=False, repr=False)

    @cached_property
    def hash(self) -> bytes:
        """What the marketplace knows the offer by: keccak256 of its ABI encoding."""
        inputs = artifacts.load("LicenseMarketplace").functions["hashOffer"]["inputs"]
        return keccak(abi.encode(inputs, [self.as_tuple()]))

    @property
    def left(self) -> int:
        """Licenses still for sale, when the offer was read."""
        return self.quantity - self.filled

    def as_tuple(self) -> tuple[Any, ...]:
        """The contract's struct, for ABI encoding."""
        return (
            self.maker,
            self.work,
            self.terms_hash,
            self.token,
            self.price,
            self.quantity,
            self.transfers,
            self.deadline,
            self.salt,
            [tuple(fee) for fee in self.fees],
        )

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings, hashes as hex."""
        return {
            "offer": f"0x{self.hash.hex()}",
            "work": str(self.work),
            "maker": self.maker,
            "token": self.token,
            "price": str(self.price),
            "quantity": str(self.quantity),
            "filled": str(self.filled),
            "open": self.open,
            "deadline": self.deadline or None,
            "transfers": self.transfers,
            "salt": str(self.salt),
            "fees": [fee._asdict() for fee in self.fees],
            "terms_hash": f"0x{self.terms_hash.hex()}",
            "terms": self.terms.to_json() if self.terms else None,
            "receipt": self.receipt.to_json() if self.receipt else None,
        }


class Marketplace:
    """What LicenseMarketplace does and tells."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._tokens = Tokens(session)

    def post(
        self,
        work: int,
        terms: Terms,
        price: int,
        token: str,
        quantity: int,
        deadline: int,
        fees: Sequence[FeeShare],
    ) -> Offer:
        """Posts an offer by the account; see `gen_ip.client.GenIP.offer`."""
        _, transfers = self._registry.ownership(work)
        offer = Offer(
            maker=self._session.account.address,
            work=work,
            terms_hash=terms.hash(),
            token=arguments.address("token", token),
            price=arguments.unsigned("price", price),
            quantity=arguments.unsigned("quantity", quantity),
            transfers=transfers,
            deadline=arguments.unsigned("deadline", deadline),
            salt=secrets.randbits(256),
            fees=tuple(
                FeeShare(
                    arguments.address("fee's receiver", to),
                    arguments.unsigned("fee's share", share, 16),
                )
                for to, share in fees
            ),
            terms=terms,
            open=True,
        )
        if offer.token != ETH:
            self._tokens.info(offer.token)
        call = self._session.encode("LicenseMarketplace", "post", offer.as_tuple())
        # Before the terms are stored, which costs gas.
        self._session.simulate(call)
        self._licenses.register(terms)
        self._licenses.require_fitting(work, offer.terms_hash)
        return replace(offer, receipt=self._session.send(call))

    def get(self, offer_hash: bytes) -> Offer:
        """A posted offer, open or not.

        Raises:
            UnknownOffer: none of this hash was posted.
        """
        for event in self._session.events("LicenseMarketplace", "OfferPosted", word(offer_hash)):
            return self._read(event)
        raise UnknownOffer(offer_hash)

    def of_work(self, work: int) -> list[Offer]:
        """Offers of a work that could be filled now, oldest first.

        Raises:
            UnknownWork: it is not certified.
        """
        owner, transfers = self._registry.ownership(work)
        now = self._session.rpc.block().timestamp
        posted = self._session.events("LicenseMarketplace", "OfferPosted", None, word(work))
        offers = (self._read(event) for event in posted)
        return [
            offer
            for offer in offers
            if offer.open
            and offer.left > 0
            and (offer.maker, offer.transfers) == (owner, transfers)
            and (offer.deadline == 0 or now <= offer.deadline)
            and self._licenses.fits(work, offer.terms_hash)
        ]

    def cancel(self, offer: Offer) -> Receipt:
        """Withdraws an offer of the account.

        Raises:
            NotMaker: it is another's.
            OfferNotOpen: it is not open.
        """
        return self._session.transact("LicenseMarketplace", "cancel", offer.as_tuple())

    def buy(self, offer: Offer, max_price: int, count: int, licensee: str | None) -> list[License]:
        """Fills an offer; see `gen_ip.client.GenIP.buy`."""
        count = arguments.positive("count", count)
        total = offer.price * count
        if total > arguments.unsigned("max_price", max_price):
            raise PriceTooHigh(total, max_price, offer.token)
        holder = arguments.address("licensee", licensee or self._session.account.address)
        in_eth = offer.token == ETH
        call = self._session.encode(
            "LicenseMarketplace",
            "fill",
            offer.as_tuple(),
            count,
            holder,
            value=total if in_eth else 0,
        )
        if not in_eth and total:
            self._prepare_payment(offer, total, call)
        receipt = self._session.send(call)
        filled = receipt.find("OfferFilled").args
        first = filled["first_license_id"]
        return [self._licenses.get(first + i, receipt) for i in range(filled["count"])]

    def _prepare_payment(self, offer: Offer, total: int, call: Any) -> None:
        """Approves the price when the allowance is short, once everything else is in order."""
        marketplace = self._session.deployment.marketplace
        is_open, _ = self._session.read("LicenseMarketplace", "offerState", offer.hash)
        if not is_open:
            raise OfferNotOpen(offer.hash)
        if self._tokens.allowance(offer.token, marketplace) >= total:
            return
        # When the payment is the first thing that fails, the offer itself stands.
        with suppress(TransferFromFailed):
            self._session.simulate(call)
        self._licenses.require_fitting(offer.work, offer.terms_hash)
        self._tokens.approve(offer.token, marketplace, total)

    def _read(self, event: Event) -> Offer:
        maker, work, terms_hash, token, price, quantity, transfers, deadline, salt, fees = (
            event.args["offer"]
        )
        is_open, filled = self._session.read(
            "LicenseMarketplace", "offerState", event.args["offer_hash"]
        )
        try:
            terms = self._licenses.terms(terms_hash)
        except UnknownTerms:
            terms = None
        return Offer(
            maker=maker,
            work=work,
            terms_hash=terms_hash,
            token=token,
            price=price,
            quantity=quantity,
            transfers=transfers,
            deadline=deadline,
            salt=salt,
            fees=tuple(FeeShare(*fee) for fee in fees),
            terms=terms,
            filled=filled,
            open=is_open,
        )
