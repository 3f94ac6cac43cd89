"""Filling offers: what is taken of them, and how it is paid for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import get_args

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.calls.certify import Entry
from gen_ip.calls.marketplace import Authorization, Fill, Taking
from gen_ip.chain.call import Call
from gen_ip.chain.errors import ChainError, InsufficientFunds, UnexpectedChain
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import (
    ContractError,
    NotOwner,
    NotOwnerNorApproved,
    OfferNotInTime,
    TransferFromFailed,
    UnknownTerms,
    WrongValue,
)
from gen_ip.chain.session import Session
from gen_ip.errors import GenIPError
from gen_ip.market import refusals
from gen_ip.market.offers import NO_HASH, SignedOffer
from gen_ip.market.purchases import Purchase
from gen_ip.market.token_signatures import NoSignedPayment, PaymentMethod, TokenSignatures
from gen_ip.signers.protocol import CannotSign
from gen_ip.signing.offers import Approval
from gen_ip.signing.statements import NOBODY
from gen_ip.tokens import Tokens
from gen_ip.work import ETH
from gen_ip.works.certificates import PreparedCertificate, SignedCertificate
from gen_ip.works.licenses import License, Licenses
from gen_ip.works.registry import Registry

_NO_APPROVAL = Approval()
_ANYBODY = "0x000000000000000000000000000000000000dEaD"


class PriceTooHigh(ChainError):  # noqa: N818 - named like the package's other errors
    """The price is above what the buyer is ready to pay; both in the token's smallest unit."""

    def __init__(self, price: int, max_price: int, token: str) -> None:
        self.price, self.max_price, self.token = price, max_price, token
        super().__init__(
            f"the price is {price}, above the maximum of {max_price} (smallest unit of token "
            f"{token}); raise the maximum if you agree"
        )


class Filling:
    """What LicenseMarketplace does when offers are filled."""

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, session.calls.marketplace
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._tokens = Tokens(session)
        self._signatures = TokenSignatures(session)

    def fill(
        self,
        purchase: Purchase,
        *,
        max_price: int | None = None,
        certificate: SignedCertificate | None = None,
        payment: PaymentMethod = "approve",
    ) -> Receipt:
        """Fills an ask, as its buyer, or a bid, as its seller.

        `max_price` is of an ask, for all that is taken. With `certificate` the work is certified
        first, in the same transaction.
        """
        self.check(purchase, max_price)
        if payment not in get_args(PaymentMethod):
            expected = ", ".join(get_args(PaymentMethod))
            raise InvalidArgument("payment", payment, f"one of {expected}")
        fill = self.of(purchase, certificate)
        if certificate is None:
            call = self._calls.fill(fill, value=purchase.value)
        else:
            call = self._calls.certify_and_fill(entry(certificate), fill, value=purchase.value)
        return self._session.send(self._paid(call, fill, purchase, payment))

    def fill_and_derive(
        self, purchases: Sequence[Purchase], certificate: SignedCertificate
    ) -> Receipt:
        """Buys what a derivative needs for its creator, and certifies it, in one transaction."""
        for purchase in purchases:
            self.check(purchase, None)
        fills = [self.of(purchase, None) for purchase in purchases]
        value = sum(purchase.value for purchase in purchases)
        call = self._calls.fill_and_derive(fills, entry(certificate), value=value)
        try:
            self._simulate(call, purchases)
        except TransferFromFailed:
            self._approve(purchases)
        return self._session.send(call)

    def authorize(self, purchase: Purchase, max_price: int) -> Authorization:
        """The account's ERC-3009 authorization of a purchase's price. Terms that nobody registered
        are left to who submits it.

        Raises:
            NoSignedPayment: the token knows none, or there is none.
            SignerError: the account does not sign.
        """
        self.check(purchase, max_price)
        token = purchase.terms_of_sale.token
        if token == ETH:
            raise NoSignedPayment(token, "ERC-3009", "the price is in ETH")
        with self._explaining([purchase]), suppress(TransferFromFailed, UnknownTerms):
            self._session.simulate(self._calls.fill(self.of(purchase, None)))
        self._tokens.require(token, purchase.total)
        return self._authorization(purchase)

    def fill_authorized(self, purchase: Purchase, authorization: Authorization) -> Receipt:
        """Fills an ask for whoever authorized its price.

        Raises:
            AuthorizationExpired, AuthorizationUsed, NoSignedPayment: as their names say.
        """
        self.check(purchase, None)
        offer = purchase.terms_of_sale
        fill = self.of(purchase, None)
        self._signatures.require_usable(offer.token, authorization, offer.hash, purchase.chosen)
        call = self._calls.fill_with_authorization(fill, authorization)
        self._simulate(call, [purchase])
        return self._session.send(call)

    def licenses_of(self, receipt: Receipt) -> list[License]:
        """The licenses that a fill issued, or renewed."""
        filled = [each.args for each in receipt.events if each.name == "OfferFilled"]
        if not filled:
            receipt.find("OfferFilled")
        ids = [args["first_license_id"] + i for args in filled for i in range(args["count"])]
        return self._licenses.get_all(ids, receipt)

    def problem(self, purchase: Purchase) -> GenIPError | None:
        """Why the account, or without one anybody, cannot fill an offer now; None where it can,
        with an approval or with terms registered where those are missing."""
        try:
            self.check(purchase, None)
            with self._explaining([purchase]):
                self._try(purchase)
        except (ContractError, InsufficientFunds, UnexpectedChain, InvalidArgument) as error:
            return error
        # The last block may be old: what ended since is refused by the next one.
        return refusals.expired(purchase.terms_of_sale, int(time.time()))

    def check(self, purchase: Purchase, max_price: int | None) -> None:
        """Raises what needs no contract to be known.

        Raises:
            UnexpectedChain, InvalidArgument: the offer is for another chain or marketplace, or a
                value does not fit.
            PriceTooHigh: it costs more than `max_price`.
        """
        if isinstance(purchase.offer, SignedOffer):
            self._require_here(purchase.offer)
        arguments.positive("count", purchase.count)
        arguments.unsigned("license", purchase.renew)
        total, token = purchase.total, purchase.terms_of_sale.token
        if max_price is not None and total > arguments.unsigned("max_price", max_price):
            raise PriceTooHigh(total, max_price, token)

    def of(self, purchase: Purchase, certificate: PreparedCertificate | None) -> Fill:
        """What the contract takes."""
        offer, signed = purchase.terms_of_sale, purchase.offer
        receiver = NOBODY
        if purchase.recipient is not None:
            receiver = arguments.address("licensee", purchase.recipient)
        claimed = NOBODY, NO_HASH
        if offer.uncontested or (isinstance(signed, SignedOffer) and signed.is_delegated):
            claimed = claimed_by(self._registry, purchase.subject, certificate)
        path = signed.works_path(purchase.subject) if isinstance(signed, SignedOffer) else ()
        taking = Taking(purchase.subject, path, purchase.count, receiver, purchase.renew, *claimed)
        approval = signed.approval if isinstance(signed, SignedOffer) else _NO_APPROVAL
        return Fill(offer.as_tuple(), approval, taking)

    # ----------------------------------------------------------------- inside

    def _paid(self, call: Call, fill: Fill, purchase: Purchase, payment: PaymentMethod) -> Call:
        """The call that fills and pays; terms and price are registered and approved before, where
        that is all that is missing."""
        signs = payment != "approve"
        if signs and payment != "auto" and purchase.terms_of_sale.token == ETH:
            raise InvalidArgument("payment", payment, "approve, for ETH is sent along")
        try:
            self._simulate(call, [purchase])
        except TransferFromFailed:
            # The payment is the last thing that a fill does: the offer itself stands.
            if not purchase.owes:
                raise
        else:
            return call
        self._tokens.require(purchase.terms_of_sale.token, purchase.total)
        if signs and (signed := self._signed(fill, purchase, payment)) is not None:
            return signed
        self._approve([purchase])
        return call

    def _signed(self, fill: Fill, purchase: Purchase, payment: PaymentMethod) -> Call | None:
        """The call that pays by signature; None where `auto` finds no way."""
        ways: tuple[str, ...] = (payment,)
        if payment == "auto":
            # A permit sets the allowance, whatever waits on it for bids.
            waits = self._tokens.allowance(
                purchase.terms_of_sale.token, self._session.deployment.marketplace
            )
            ways = ("authorization",) if waits else ("permit", "authorization")
        for way in ways:
            try:
                call = self._signed_by(way, fill, purchase)
            except (NoSignedPayment, CannotSign):
                if payment != "auto":
                    raise
            else:
                return call
        return None

    def _signed_by(self, way: str, fill: Fill, purchase: Purchase) -> Call:
        offer = purchase.terms_of_sale
        if way == "authorization":
            call = self._calls.fill_with_authorization(fill, self._authorization(purchase))
            self._session.simulate(call)
            return call
        permit = self._signatures.permit(offer.token, purchase.total)
        call = self._calls.fill_with_permit(fill, permit)
        try:
            self._session.simulate(call)
        except TransferFromFailed:
            reason = "the permit changed nothing"
            raise NoSignedPayment(offer.token, "ERC-2612", reason) from None
        return call

    def _authorization(self, purchase: Purchase) -> Authorization:
        offer = purchase.terms_of_sale
        if any(offer.counter_to):
            reason = "counter-offers are filled by their taker alone"
            raise NoSignedPayment(offer.token, "ERC-3009", reason)
        return self._signatures.authorization(
            offer.token, purchase.total, offer.hash, purchase.chosen
        )

    def _approve(self, purchases: Sequence[Purchase]) -> None:
        """Lets the marketplace take what purchases cost, where it may not already: on top of what
        it may take for bids that wait."""
        totals: dict[str, int] = {}
        for purchase in purchases:
            if purchase.owes:
                token = purchase.terms_of_sale.token
                totals[token] = totals.get(token, 0) + purchase.total
        marketplace = self._session.deployment.marketplace
        for token, total in totals.items():
            self._tokens.require(token, total)
            allowed = self._tokens.allowance(token, marketplace)
            if allowed < total:
                self._tokens.approve(token, marketplace, allowed + total, total)

    def _simulate(self, call: Call, purchases: Sequence[Purchase]) -> None:
        """Simulates a fill, once the terms of all offers are registered."""
        with self._explaining(purchases):
            try:
                self._session.simulate(call)
            except UnknownTerms:
                for purchase in purchases:
                    if (terms := purchase.terms_of_sale.terms) is not None:
                        work = certified(self._registry, purchase.subject)
                        self._licenses.register_for(work, terms)
                self._session.simulate(call)

    @contextmanager
    def _explaining(self, purchases: Sequence[Purchase]) -> Iterator[None]:
        """Refusals of any of the offers, in clearer words."""
        try:
            yield
        except (NotOwner, OfferNotInTime) as error:
            now = self._session.rpc.block().timestamp
            for purchase in purchases:
                offer = purchase.terms_of_sale
                about = offer.hash if isinstance(error, OfferNotInTime) else purchase.subject
                if about in error.values.values():
                    raise refusals.of_offer(error, offer, now) from None
            raise

    def _try(self, purchase: Purchase) -> None:
        """Raises what stands in the way of a fill, apart from terms and approvals."""
        offer, session = purchase.terms_of_sale, self._session
        call = self._calls.fill(self.of(purchase, None), value=purchase.value)
        try:
            if session.address is None:
                # Nobody has the money: all but the payment, which comes last, is asked for.
                call = self._calls.fill(self.of(_by_anybody(purchase), None))
                session.rpc.call(call.to, call.data, sender=self._taker(purchase))
            else:
                session.simulate(call)
        except UnknownTerms:
            if offer.terms is None:
                raise
            self._licenses.require_fitting(certified(self._registry, purchase.subject), offer.terms)
        except (NotOwnerNorApproved, WrongValue) as error:
            # Whoever sells a certificate approves it then; the ETH is sent along then.
            sells = isinstance(error, NotOwnerNorApproved) and not purchase.buys
            if not sells and (call.value or not purchase.value):
                raise
        except TransferFromFailed:
            if not purchase.owes:
                raise
        if purchase.owes and session.address is not None:
            self._tokens.require(offer.token, purchase.total)

    def _taker(self, purchase: Purchase) -> str | None:
        """Who is asked about where there is no account; None for anybody."""
        offer = purchase.terms_of_sale
        if offer.taker != NOBODY:
            return offer.taker
        return None if purchase.buys else self._registry.ownership(purchase.subject)[0]

    def _require_here(self, signed: SignedOffer) -> None:
        if signed.chain_id != self._session.rpc.chain_id:
            raise UnexpectedChain(signed.chain_id, self._session.rpc.chain_id)
        if signed.marketplace != self._session.deployment.marketplace:
            raise InvalidArgument(
                "the offer's marketplace",
                signed.marketplace,
                f"{self._session.deployment.marketplace}, the one of this deployment",
            )


def _by_anybody(purchase: Purchase) -> Purchase:
    """With somebody to get the licenses: a call by nobody would send them to address 0."""
    return replace(purchase, recipient=purchase.recipient or _ANYBODY)


def entry(certificate: SignedCertificate) -> Entry:
    """A signed certificate as the contracts take it."""
    return (certificate.certify, certificate.anchor, certificate.consent)


def claimed_by(
    registry: Registry, work: int, certificate: PreparedCertificate | None
) -> tuple[str, bytes]:
    """Creator and content hash of a work; `certificate` is of one that is not certified yet."""
    if certificate is not None:
        return certificate.certify.creator, certificate.certify.content_hash
    claim = registry.claim(work)
    return claim.creator, claim.content_hash


def certified(registry: Registry, work: int) -> int | None:
    """The work, if there is one: not yet certified ones and sets of works (0) are not asked."""
    return work if work and registry.exists(work) else None
