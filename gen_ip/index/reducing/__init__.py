"""From each event to the state: a pure function for each, a file for each contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gen_ip.chain import events
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.events import Event
from gen_ip.index.reducing import licensing, marketplace, registry, splitter
from gen_ip.index.reducing.base import Where
from gen_ip.index.state import State

__all__ = ["Reducers", "Where"]

_Reducer = Callable[[Any, Where, State], None]

_REGISTRY: Mapping[type[Event], _Reducer] = {
    events.Certified: registry.certified,
    events.Transfer: registry.transferred,
    events.ClaimProven: registry.claim_proven,
    events.Anchored: registry.anchored,
    events.Revoked: registry.revoked,
    events.Delegated: registry.delegated,
    events.Related: registry.related,
    events.MetadataRevised: registry.metadata_revised,
    events.ArbiterNamed: registry.arbiter_named,
    events.Suspended: registry.suspended,
    events.Encumbered: registry.encumbered,
}
_SPLITTER: Mapping[type[Event], _Reducer] = {
    events.EdgeOpened: splitter.edge_opened,
    events.PayeeAdded: splitter.payee_added,
    events.Paid: splitter.paid,
    events.FeePaid: splitter.fee_paid,
    events.Settled: splitter.settled,
    events.Drawn: splitter.drawn,
    events.Released: splitter.released,
    events.Withdrawn: splitter.withdrawn,
    events.PayoutSet: splitter.payout_set,
    events.Rescued: splitter.rescued,
}
_LICENSE: Mapping[type[Event], _Reducer] = {
    events.TermsRegistered: licensing.terms_registered,
    events.LicenseIssued: licensing.license_issued,
    events.Transfer: licensing.transferred,
    events.LicenseRenewed: licensing.license_renewed,
    events.LicenseRevoked: licensing.license_revoked,
    events.MarketAllowed: licensing.market_allowed,
}
_MARKETPLACE: Mapping[type[Event], _Reducer] = {
    events.OfferPosted: marketplace.offer_posted,
    events.OfferCancelled: marketplace.offer_cancelled,
    events.AllCancelled: marketplace.all_cancelled,
    events.OfferFilled: marketplace.offer_filled,
    events.DealOpened: marketplace.deal_opened,
    events.Delivered: marketplace.delivered,
    events.Challenged: marketplace.challenged,
    events.DealReleased: marketplace.deal_released,
    events.DealRefunded: marketplace.deal_refunded,
}
#: Events that change nothing of the state.
WITHOUT_EFFECT = frozenset(
    {
        events.Approval,
        events.ApprovalForAll,
        events.Locked,
        events.MetadataUpdate,
        events.Skipped,
    }
)


class Reducers:
    """The reducers of one deployment: whose event it is decides, as both registries log
    transfers."""

    def __init__(self, deployment: Deployment) -> None:
        self._by_contract = {
            deployment.registry: _REGISTRY,
            deployment.splitter: _SPLITTER,
            deployment.license: _LICENSE,
            deployment.marketplace: _MARKETPLACE,
        }

    def __call__(self, event: Event, where: Where, state: State) -> None:
        """Applies one event."""
        reducer = self._by_contract.get(event.address, {}).get(type(event))
        if reducer is not None:
            reducer(event, where, state)
