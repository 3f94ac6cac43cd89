"""Signed and prepared statements in plain words, as a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from gen_ip.chain.deployment import predicted
from gen_ip.cli.show.cards import card
from gen_ip.cli.show.text import counted, moment, plain, till
from gen_ip.cli.show.uses import facts_of_use
from gen_ip.cli.terms import in_words, name_of
from gen_ip.cli.values import format_amount, format_duration, format_share
from gen_ip.market.offers import SignedOffer
from gen_ip.market.purchases import SignedPurchase
from gen_ip.signing.offers import OfferKind
from gen_ip.signing.statements import (
    MAY_REVOKE,
    MAY_SUSPEND,
    NOBODY,
    Certify,
    Delegation,
    Payee,
)
from gen_ip.status.signed import SignedStatement
from gen_ip.work import ETH
from gen_ip.works.certificates import (
    Anchored,
    PreparedCertificate,
    SignedCertificate,
    SignedDelegation,
)

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.inspection import AnyStatement
    from gen_ip.terms import Terms
    from gen_ip.terms.bundle import Bundle

Facts: TypeAlias = list[tuple[str, str]]

_LINES = 20
_KINDS = {
    OfferKind.LICENSE_ASK: "sells licenses",
    OfferKind.LICENSE_BID: "buys licenses",
    OfferKind.CERTIFICATE_ASK: "sells the certificate",
    OfferKind.CERTIFICATE_BID: "buys the certificate",
}


def draw(
    console: Console, kind: str, facts: Facts, signatures: Sequence[tuple[str, str, bool]]
) -> None:
    """A card with the facts, then every signature and whether it is its signer's own."""
    console.print(card(console, kind, facts))
    for what, signer, holds in signatures:
        if holds:
            console.print(f"✓ {what} by {signer}", style="green", soft_wrap=True)
        else:
            console.print(f"✗ {what}: not by the key of {signer}", style="red", soft_wrap=True)
    if not all(holds for _, _, holds in signatures):
        console.print("If that is a contract wallet, only the chain can tell.", style="dim")
    if not signatures:
        console.print("Nothing in it is signed.", style="dim")


def facts_of(statement: AnyStatement) -> Facts:
    """What a statement says, as labels and values."""
    if isinstance(statement, SignedDelegation):
        return _of_delegation(statement)
    if isinstance(statement, SignedOffer):
        return _of_offer(statement)
    if isinstance(statement, SignedPurchase):
        return _of_purchase(statement)
    if isinstance(statement, Anchored):
        return _of_anchor(statement)
    if isinstance(statement, SignedStatement):
        return facts_of_use(statement)
    return _of_certificate(statement)


def facts_of_terms(terms: Terms, bundle: Bundle) -> Facts:
    """What a terms file says."""
    return [
        ("name", plain(bundle.name)),
        ("in words", in_words(terms)),
        ("hash", f"0x{terms.hash().hex()}"),
        ("text", bundle.uri),
    ]


def facts_of_bundle(bundle: Bundle) -> Facts:
    """What the text and rights are that terms stand for."""
    return [
        ("name", plain(bundle.name)),
        ("grants", " + ".join(bundle.grant.names)),
        ("passes on", " + ".join(bundle.pass_.names) or "nothing"),
        ("hash", f"0x{bundle.digest.hex()}"),
    ]


def _of_certificate(found: PreparedCertificate) -> Facts:
    certify = found.certify
    facts = [
        ("work", till(_work(found))),
        ("creator", certify.creator),
        ("sha-256", certify.content_hash.hex()),
        *_place(certify.home_chain_id, found.registry, predicted().registry),
        ("metadata", plain(found.metadata_cid)),
        ("content", plain(found.content_cid)),
    ]
    if certify.resale_royalty:
        facts.append(("on resale", format_share(certify.resale_royalty)))
    facts += _payees(certify.payees)
    for number, edge in enumerate(certify.edges):
        source = f"{till(edge.parent)} under license {edge.license or 'bought with it'}"
        facts.append(("" if number else "made from", source))
    if certify.arbiter != NOBODY:
        facts.append(("arbiter", f"{certify.arbiter}, may {_powers(certify)}"))
    if found.is_anchored:
        facts.append(("anchor", f"0x{found.anchor.root.hex()}"))
    if isinstance(found, SignedCertificate):
        facts.append(("submit until", moment(found.consent.deadline)))
        if any(found.consent.tree.root):
            facts.append(("signed with", f"others, as the tree 0x{found.consent.tree.root.hex()}"))
        facts += _delegated(found.consent.delegation)
    return facts


def gifts(found: PreparedCertificate) -> list[str]:
    """What a certificate gives away of its work or of its creator, a clause each."""
    certify = found.certify
    given = [f"{format_share(each.share)} of its income go to {each.to}" for each in certify.payees]
    given += [
        f"license {each.license} for {till(each.parent)} loses a unit" for each in certify.edges
    ]
    if certify.arbiter != NOBODY:
        given.append(f"{certify.arbiter} may {_powers(certify)}")
    return given


def _powers(certify: Certify) -> str:
    """What its arbiter may do."""
    powers = [
        word
        for bit, word in ((MAY_SUSPEND, "suspend sales"), (MAY_REVOKE, "revoke licenses"))
        if certify.arbiter_powers & bit
    ]
    if certify.lien_cap:
        powers.append(f"give a lien of up to {format_share(certify.lien_cap)}")
    return ", ".join(powers) or "do nothing"


def _of_anchor(found: Anchored) -> Facts:
    facts = [
        ("root", f"0x{found.root.hex()}"),
        # Until the transaction is mined, a plan's file has no time.
        ("claimed", moment(found.time) if found.time else "not yet, when this was written"),
        ("works", counted(len(found.certificates), "work")),
    ]
    facts += [("", till(_work(each))) for each in found.certificates[:_LINES]]
    if len(found.certificates) > _LINES:
        facts.append(("", f"and {len(found.certificates) - _LINES:,} more"))
    return facts


def _of_delegation(found: SignedDelegation) -> Facts:
    given = found.delegation
    facts = [
        ("creator", given.creator),
        ("delegate", given.delegate),
        *_place(found.chain_id, found.registry, predicted().registry),
        ("until", moment(given.expiry)),
        ("works", f"may certify {counted(given.works, 'work')}"),
    ]
    if given.works:
        owed = format_share(given.max_owed) if given.max_owed else "nothing: no derivatives"
        facts.append(("may owe", owed))
        facts.append(("on resale", format_share(given.resale_royalty)))
    facts += _payees(found.payees)
    for number, ask in enumerate(found.asks):
        fees = f", up to {format_share(ask.max_fees)} for others" if ask.max_fees else ""
        text = f"0x{ask.terms_hash.hex()} from {_amount(ask.min_price, ask.token)} on{fees}"
        facts.append(("" if number else "may offer", text))
    return facts


def _of_offer(signed: SignedOffer) -> Facts:
    offer = signed.offer
    role = "buyer" if offer.kind.is_bid else "seller"
    facts = [("what", _KINDS[offer.kind]), (role, offer.maker)]
    works = signed.works or ([offer.work] if offer.work else [])
    for number, work in enumerate(works[:_LINES]):
        facts.append(("" if number else "of work" if len(works) == 1 else "any of", till(work)))
    if len(works) > _LINES:
        facts.append(("", f"and {len(works) - _LINES:,} more"))
    facts += _place(signed.chain_id, signed.marketplace, predicted().marketplace)
    each = " each" if offer.quantity > 1 else ""
    facts.append(("price", f"{_amount(offer.price, offer.token)}{each}"))
    if not offer.kind.is_certificate:
        facts.append(("how many", f"{offer.quantity:,}"))
        if offer.terms is not None:
            facts.append(("terms", f"{name_of(offer.terms)}: {in_words(offer.terms)}"))
        facts.append(("terms' hash", f"0x{offer.terms_hash.hex()}"))
    if offer.taker != NOBODY:
        facts.append(("only for", offer.taker))
    if offer.valid_from:
        facts.append(("from", moment(offer.valid_from)))
    facts.append(("until", moment(offer.deadline) if offer.deadline else "it is withdrawn"))
    for number, fee in enumerate(offer.fees):
        facts.append(("" if number else "of it to", f"{fee.to} {format_share(fee.share)}"))
    if offer.uncontested:
        facts.append(("if", "no other work is certified for the same bytes"))
    if offer.has_delivery:
        within = format_duration(offer.deliver_within)
        window = format_duration(offer.challenge_window) if offer.challenge_window else "no time"
        facts.append(("delivery", f"within {within}; {window} to challenge it"))
    if any(offer.counter_to):
        facts.append(("answers", f"0x{offer.counter_to.hex()}"))
    facts += _delegated(signed.approval.delegation)
    facts.append(("offer", f"0x{offer.hash.hex()}"))
    return facts


def _of_purchase(found: SignedPurchase) -> Facts:
    offer = found.offer.offer
    return [
        ("buyer", found.buyer),
        ("buys", counted(found.count, "license")),
        ("pays", _amount(offer.price * found.count, offer.token)),
        ("licensee", found.licensee or found.buyer),
        ("submit before", moment(found.valid_before)),
        *_of_offer(found.offer),
    ]


def _work(found: PreparedCertificate) -> int:
    return predicted().work_id(*found.certify[:3])


def _place(chain_id: int, contract: str, ours: str) -> Facts:
    known = contract if contract == ours else f"{contract}, none of this package's"
    return [("chain", str(chain_id)), ("contract", plain(known))]


def _payees(payees: Sequence[Payee]) -> Facts:
    return [
        ("" if number else "shared with", f"{payee.to} {format_share(payee.share)}")
        for number, payee in enumerate(payees)
    ]


def _delegated(given: Delegation) -> Facts:
    if given.delegate == NOBODY:
        return []
    return [("delegate", f"{given.delegate}, until {moment(given.expiry)}")]


def _amount(amount: int, token: str) -> str:
    """Without a chain only ETH's decimals are known."""
    if token == ETH:
        return format_amount(amount, 18, "ETH")
    return f"{amount:,} of the smallest unit of token {token}"
