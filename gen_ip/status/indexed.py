"""The facts of verdicts and offers, out of the index of a chain: all as of one block."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gen_ip.index.queries import licensing, lineage, trading, works
from gen_ip.index.queries.around import Glance, glance, glances
from gen_ip.index.queries.bounds import bounds
from gen_ip.index.queries.view import View
from gen_ip.market.offers import NO_HASH
from gen_ip.signing.offers import OfferKind
from gen_ip.signing.statements import NOBODY
from gen_ip.status.facts import LicenseFact, OfferFact, Relation, WorkFacts
from gen_ip.terms import Terms
from gen_ip.terms.fitting import fits, well_formed

_MOST_OFFERS = 200


class IndexedFacts:
    """`gen_ip.status.gathering.Chain` and `gen_ip.status.offers.OfferFacts` of one view.

    Args:
        view: the state.
        marketplace: the deployment's.
    """

    def __init__(self, view: View, marketplace: str) -> None:
        self._view, self._marketplace = view, marketplace
        self._glanced: dict[int, Glance] = {}
        self._alone: dict[bytes, int] = {}

    # Of verdicts.

    def work(self, work: int, at: int) -> WorkFacts | None:
        """See `Chain`."""
        found = self._glanced.get(work) or glance(self._view, work)
        if found is None:
            return None
        self._glanced[work] = found
        if not found.twins:
            self._alone[found.content_hash] = work
        above = lineage.above(self._view, work).links if found.parents else ()
        relations = works.relations_to(self._view, work) if found.relations else ()
        return WorkFacts(
            id=found.id,
            content_hash=found.content_hash,
            creator=found.creator,
            owner=found.owner,
            claim_time=found.claimed,
            final=found.claimed_in <= self._view.as_of.final,
            owned_since=found.owned_since,
            suspended=found.suspended,
            ancestors=frozenset(link.parent for link in above),
            relations=tuple(
                Relation(each.earlier, each.claimed, each.evidence) for each in relations
            ),
            offers=self._offers(found, at) if found.offered else (),
        )

    def works_on(self, content_hash: bytes, most: int) -> Sequence[int]:
        """See `Chain`."""
        alone = self._alone.get(content_hash)
        if alone is not None:
            return [alone]
        found = glances(self._view, content_hash, most)
        self._glanced.update((each.id, each) for each in found)
        return [each.id for each in found]

    def licenses(
        self, work: int, holder: str | None, ids: Collection[int]
    ) -> Sequence[LicenseFact]:
        """See `Chain`."""
        found = self._glanced.get(work)
        if holder is None and not ids and found is not None and not found.exclusive:
            return []
        return [
            LicenseFact(
                each.id,
                each.work,
                each.holder,
                each.grant,
                each.start,
                each.end,
                each.revoked,
                each.held_since,
            )
            for each in licensing.that_matter(self._view, work, holder, ids)
        ]

    def _offers(self, work: Glance, at: int) -> tuple[OfferFact, ...]:
        """Licenses that anyone can take now."""
        if work.suspended or licensing.exclusive_until(self._view, work.id, at):
            return ()
        found = []
        for each in trading.open_offers(self._view, at, work=work.id, limit=_MOST_OFFERS):
            terms = licensing.terms(self._view, each.terms_hash)
            anyone = each.kind is OfferKind.LICENSE_ASK and each.taker == NOBODY
            if anyone and terms is not None:
                found.append(OfferFact(each.hash, terms.grant, each.price, each.token))
        return tuple(found)

    # Of offers.

    def here(self) -> tuple[int, str]:
        """See `OfferFacts`."""
        return self._view.as_of.chain_id, self._marketplace

    def owner_of(self, work: int) -> tuple[str, int] | None:
        """See `OfferFacts`."""
        found = works.work(self._view, work)
        return None if found is None else (found.owner, found.transfers)

    def suspended(self, work: int) -> bool:
        """See `OfferFacts`."""
        found = works.work(self._view, work)
        return found is not None and found.suspended

    def terms(self, terms_hash: bytes) -> Terms | None:
        """See `OfferFacts`."""
        return licensing.terms(self._view, terms_hash)

    def fits(self, work: int, terms: Terms) -> bool:
        """See `OfferFacts`."""
        at = self._view.as_of.time
        if licensing.exclusive_until(self._view, work, at) or not well_formed(terms):
            return False
        return fits(terms, bounds(self._view, work), at)

    def encumbrance(self, work: int) -> bytes:
        """See `OfferFacts`."""
        found = works.work(self._view, work)
        return NO_HASH if found is None else found.encumbrance

    def contested(self, work: int) -> bool:
        """See `OfferFacts`."""
        found = works.work(self._view, work)
        return found is not None and works.with_content(self._view, found.content_hash, 2) != [work]

    def reserved(self, work: int) -> bool:
        """See `OfferFacts`."""
        found = works.work(self._view, work)
        at = self._view.as_of.time
        return found is not None and trading.reserved(self._view, work, found.transfers, at)

    def filled(self, offer_hash: bytes) -> int:
        """See `OfferFacts`."""
        return trading.filled(self._view, offer_hash)

    def cancelled(self, offer_hash: bytes) -> bool:
        """See `OfferFacts`."""
        return trading.cancelled(self._view, offer_hash)

    def counter(self, maker: str) -> int:
        """See `OfferFacts`."""
        return trading.counter(self._view, maker)
