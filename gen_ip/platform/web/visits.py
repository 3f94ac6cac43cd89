"""What a site does for its visitors: uploads prepared and taken in, delegations, sales."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gen_ip.arguments import InvalidArgument
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.wallets import is_signed_by
from gen_ip.client import GenIP
from gen_ip.errors import GenIPError
from gen_ip.market.offers import SignedOffer
from gen_ip.platform.entries import Entry, State
from gen_ip.platform.errors import NotSigned
from gen_ip.platform.platform import Platform
from gen_ip.platform.ready import Ready
from gen_ip.platform.web.errors import DelegationOver, NoLicense, NotOffered
from gen_ip.platform.web.kept import Kept
from gen_ip.platform.web.offering import Offering
from gen_ip.platform.web.screening import Screen
from gen_ip.platform.web.settings import Settings
from gen_ip.platform.web.wishes import Ask, Wishes
from gen_ip.signers.address import AddressOnly
from gen_ip.signing.eip712 import typed_data
from gen_ip.signing.offers import AskLimits
from gen_ip.signing.statements import DELEGATION, registry_domain
from gen_ip.terms import Rights
from gen_ip.unsigned import Plan
from gen_ip.work import WorkAddress
from gen_ip.works.certificates import SignedDelegation

_DAY = 86_400
_KEPT_SECONDS, _MOST_KEPT = 30.0, 100_000
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """An upload that waits for its creator.

    Attributes:
        name: by which the creator hands the signatures in.
        work: the number that its certificate will have.
        ready: the certificate.
        sign: what the wallet signs, one after the other: EIP-712 typed data; nothing where the
            creator has signed once for all uploads.
    """

    name: str
    work: int
    ready: Ready
    sign: tuple[dict[str, Any], ...]


class Visits:
    """Of one site. May be used from several threads.

    Args:
        platform: whose share and queue it is.
        kept: what waits between requests.
        screen: looks at files.
        settings: the site's.
    """

    def __init__(self, platform: Platform, kept: Kept, screen: Screen, settings: Settings) -> None:
        self._platform, self._kept, self._screen = platform, kept, screen
        self._settings = settings
        self._offering = Offering(platform.client, settings)
        self._minted: dict[int, float] = {}

    def prepare(self, file: Path, title: str, creator: str, wishes: Wishes) -> Prepared:
        """Looks at an upload and states what its creator will sign.

        Args:
            file: as it arrived, under any name.
            title: what it is called where the wishes do not say.

        Raises:
            FileProblem, MetadataError, StoreError, ContractError: it cannot be certified.
            NoLicense: of a parent.
            TooManyPrepared, QueueUnavailable, IndexProblem, ConfinementFailed.
        """
        self._screen.look(file)
        client = self._as(creator)
        licenses = [self._license(client, creator, parent) for parent in wishes.parents]
        statement: dict[str, Any] = {
            "name": wishes.name or title or None,
            "description": wishes.description,
            "tags": wishes.tags,
        }
        if wishes.kind is not None:
            statement["kind"] = wishes.kind
        ready = self._platform.prepare(file, creator, licenses=licenses, **statement)
        offers = self._offering.drafted(client, ready, wishes.asks)
        delegated = self._kept.delegation(creator) is not None
        name = self._kept.prepare(ready, offers, wishes.kind or "", self._settings.prepared_most)
        sign = () if delegated else (ready.typed_data, *self._offering.to_sign(offers))
        work = client.deployment.work_id(*ready.certificate.certify[:3])
        return Prepared(name, work, ready, sign)

    def submit(self, name: str, creator: str, signatures: Sequence[bytes]) -> Entry:
        """Takes in what a creator has signed, once; its offers can be filled from now on.

        Raises:
            UnknownPrepared: the creator has nothing under this name.
            NotSigned: a signature is missing, or not the creator's.
            DelegationOver: what was signed once does not do; the upload must be signed.
            KeyTaken, QueueFull, QueueUnavailable.
        """
        ready, offers, kind = self._kept.prepared(name, creator)
        settings, platform = self._settings, self._platform
        delegation = None if signatures else self._kept.delegation(creator)
        if delegation is not None:
            try:
                signed = self._offering.delegated(ready, offers, delegation)
                entry = platform.submit_as_delegate(ready, delegation, key=name, way=settings.way)
            except (ContractError, InvalidArgument, NotSigned) as error:
                self._kept.forget_delegation(creator)
                raise DelegationOver(creator, str(error)) from None
        else:
            wanted = 1 + bool(offers)
            if len(signatures) != wanted:
                raise NotSigned(creator, f"{len(signatures)} of {wanted} signatures came")
            signed = self._offering.signed(creator, offers, signatures[-1])
            entry = platform.submit(ready, signatures[0], key=name, way=settings.way)
        if entry.key == name:
            self._kept.keep_offers(name, signed)
            self._record(entry, kind)
        return entry

    def status(self, key: str) -> Entry:
        """Of an upload. Raises `UnknownUpload`, `QueueUnavailable`."""
        return self._platform.status(key)

    def offers(self, key: str) -> dict[str, SignedOffer]:
        """Licenses of an upload that are for sale, by the names of their terms."""
        return self._kept.offers(key)

    def is_minted(self, entry: Entry) -> bool:
        """Whether there is a certificate, whoever had it minted; as of half a minute ago."""
        if entry.state is State.CERTIFIED:
            return True
        now = time.monotonic()
        if now < self._minted.get(entry.work, 0.0):
            return True
        minted = bool(self._platform.client._session.read("IPRegistry", "exists", entry.work))
        if minted:
            if len(self._minted) >= _MOST_KEPT:
                self._minted.clear()
            self._minted[entry.work] = now + _KEPT_SECONDS
        return minted

    def buy(self, key: str, terms: str, account: str) -> tuple[SignedOffer, Plan]:
        """What an account sends to buy a license of an upload; its certificate is minted with the
        first.

        Raises:
            UnknownUpload, NotOffered: there is no such sale.
            ContractError, InsufficientFunds: it would fail.
        """
        entry, offers = self._platform.status(key), self._kept.offers(key)
        if terms not in offers:
            raise NotOffered("license", terms, ", ".join(offers) or "none")
        offer = offers[terms]
        unsigned, most = self._as(account).unsigned, offer.offer.price
        if self.is_minted(entry):
            return offer, unsigned.buy(offer, max_price=most)
        return offer, unsigned.certify_and_buy(entry.certificate, offer, max_price=most)

    def collect(self, key: str, account: str, token: str) -> Plan:
        """What an account sends to have the income of its upload. Raises `ContractError`."""
        entry = self._platform.status(key)
        return self._as(account).unsigned.collect(entry.work, token=token)

    def delegation(
        self, creator: str, asks: Sequence[Ask]
    ) -> tuple[SignedDelegation, dict[str, Any]]:
        """What a creator signs once, that this site may certify uploads in their name, within
        limits, and offer licenses at these prices or more.

        Returns:
            the delegation without its signature, and the typed data.
        """
        settings, share = self._settings, self._platform.share
        drafted = self._as(creator)._drafted_delegation(
            self._platform.client._session.account.address,
            expiry=int(time.time()) + settings.delegated_days * _DAY,
            works=settings.delegated_works,
            payees=() if share is None else (share,),
            resale_royalty=0,
            max_owed=settings.delegated_owed,
            asks=[
                AskLimits(settings.terms[each.terms].hash(), each.token, each.price)
                for each in asks
            ],
        )
        domain = registry_domain(drafted.chain_id, drafted.registry)
        return drafted, typed_data(domain, DELEGATION, drafted.delegation)

    @property
    def chain_id(self) -> int:
        """Of the chain that everything is for."""
        return self._platform.client.chain_id

    def has_delegation(self, creator: str) -> bool:
        """Whether the creator has signed once for all uploads."""
        return self._kept.delegation(creator) is not None

    def keep_delegation(self, creator: str, given: SignedDelegation) -> None:
        """Uses what a creator signed for uploads from now on.

        Raises:
            NotSigned: it is not the creator's, or for another account, chain or share.
        """
        client, delegation = self._platform.client, given.delegation
        share = self._platform.share
        payees = () if share is None else (share,)
        here = (given.chain_id, given.registry) == (client.chain_id, client.deployment.registry)
        if not here or delegation.delegate != client._session.account.address:
            raise NotSigned(creator, "the delegation is for another account, or elsewhere")
        if tuple(given.payees) != payees:
            raise NotSigned(creator, "the delegation is for another share")
        digest = registry_domain(given.chain_id, given.registry).digest(given.hash)
        signed = is_signed_by(client._session.rpc, creator, digest, given.signature)
        if delegation.creator != creator or not signed:
            raise NotSigned(creator, "the delegation is not signed by this account")
        self._kept.keep_delegation(given)

    # ----------------------------------------------------------------- inside

    def _as(self, account: str) -> GenIP:
        return self._platform.client.using(AddressOnly(account))

    def _license(self, client: GenIP, creator: str, parent: int) -> int:
        """The creator's license to derive from a work, the latest that runs."""
        now = client._session.rpc.block().timestamp
        fitting = [
            each
            for each in client.licenses(holder=creator, work=parent)
            if each.active(now) and Rights.DERIVE in each.terms.grant and each.units
        ]
        if not fitting:
            raise NoLicense(parent)
        return max(fitting, key=lambda each: each.start).id

    def _record(self, entry: Entry, kind: str) -> None:
        client = self._platform.client
        key = str(WorkAddress(client.chain_id, entry.work))
        try:
            self._screen.record(client.store, key, entry.certificate, kind)
        except GenIPError as error:
            # The certificate holds all the same.
            _LOG.warning("upload %s is not found again: %s", entry.key, error)
