"""Offers of licenses that are signed together with an upload."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gen_ip.chain.wallets import is_signed_by
from gen_ip.client import GenIP
from gen_ip.market.offers import Conditions, SignedOffer
from gen_ip.platform.errors import NotSigned
from gen_ip.platform.ready import Ready
from gen_ip.platform.web.settings import Settings
from gen_ip.platform.web.wishes import Ask
from gen_ip.signing.eip712 import typed_data
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import (
    OFFER,
    OFFER_TREE,
    Approval,
    OfferTree,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.works.certificates import SignedDelegation

_DAY = 86_400


class Offering:
    """Offers of a site's creators, by the names of their terms. May be used from several threads.

    Args:
        client: the site's.
        settings: how many licenses an offer sells, and for how long.
    """

    def __init__(self, client: GenIP, settings: Settings) -> None:
        self._client, self._settings = client, settings

    def drafted(self, client: GenIP, ready: Ready, asks: Sequence[Ask]) -> dict[str, SignedOffer]:
        """Offers of an upload that still lack their signature: one for all.

        Args:
            client: that of the creator, who is known by address alone.

        Raises:
            NotAToken, BeyondUpstream, ContractError: as in `GenIP.draft_offer`.
        """
        conditions = Conditions(deadline=int(time.time()) + self._settings.offer_days * _DAY)
        drafts = {
            ask.terms: client.draft_offer(
                ready.certificate,
                self._settings.terms[ask.terms],
                price=ask.price,
                token=ask.token,
                quantity=self._settings.quantity,
                conditions=conditions,
            )
            for ask in asks
        }
        approvals = [Approval()]
        if len(drafts) > 1:
            tree = MerkleTree([offer_leaf(each.hash) for each in drafts.values()])
            approvals = [
                Approval(b"", True, tree.root, tree.path(place)) for place in range(len(drafts))
            ]
        market, chain_id = client.deployment.marketplace, client.chain_id
        return {
            name: SignedOffer(offer, approval, market, chain_id)
            for (name, offer), approval in zip(drafts.items(), approvals, strict=False)
        }

    def to_sign(self, offers: Mapping[str, SignedOffer]) -> Sequence[dict[str, Any]]:
        """What the creator's wallet signs for all of them: EIP-712 typed data; nothing for none."""
        for each in offers.values():
            domain = marketplace_domain(each.chain_id, each.marketplace)
            if each.approval.is_tree:
                return [typed_data(domain, OFFER_TREE, OfferTree(each.approval.root))]
            return [typed_data(domain, OFFER, each.offer.as_tuple())]
        return []

    def signed(
        self, creator: str, offers: Mapping[str, SignedOffer], signature: bytes
    ) -> dict[str, SignedOffer]:
        """Offers with their creator's signature.

        Raises:
            NotSigned: it is another's, or of something else.
        """
        for each in offers.values():
            hashed = each.hash
            if each.approval.is_tree:
                hashed = OFFER_TREE.hash(OfferTree(each.approval.root))
            digest = marketplace_domain(each.chain_id, each.marketplace).digest(hashed)
            if not is_signed_by(self._client._session.rpc, creator, digest, signature):
                raise NotSigned(creator, "the signature of the offers is another's")
            break
        return {
            name: replace(each, approval=each.approval._replace(signature=signature))
            for name, each in offers.items()
        }

    def delegated(
        self, ready: Ready, offers: Mapping[str, SignedOffer], delegation: SignedDelegation
    ) -> dict[str, SignedOffer]:
        """Offers that the site's account signs within a delegation.

        Raises:
            InvalidArgument: one is not among what the creator allowed.
            ContractError: the delegation does not hold.
        """
        market, certificate = self._client._marketplace, ready.certificate
        return {
            name: market.sign([each.offer], delegation=delegation, certificate=certificate)[0]
            for name, each in offers.items()
        }
