"""The chain behind the service: an index of it, and what was handed in about its works."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter

from gen_ip.chain.deployment import Deployment
from gen_ip.content.store import Store
from gen_ip.index.database import Database
from gen_ip.index.errors import NoChainIndex
from gen_ip.index.queries.view import View, viewing
from gen_ip.service.caching import AsOf
from gen_ip.service.kept.domains import KeptDomains
from gen_ip.service.kept.hiding import HideList
from gen_ip.service.kept.offers import KeptOffers
from gen_ip.service.kept.permits import KeptPermits
from gen_ip.service.kept.profiles import KeptProfiles
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.statements import KeptStatements
from gen_ip.service.pages.money import Tokens
from gen_ip.service.pages.thumbnails import Thumbnails
from gen_ip.signers.protocol import Signer
from gen_ip.status.facts import WorkFacts
from gen_ip.status.indexed import IndexedFacts
from gen_ip.status.permits import SignedBy, with_key
from gen_ip.tokens import TokenInfo
from gen_ip.work import WorkAddress


@dataclass(frozen=True)
class ChainSettings:
    """Which chain the service speaks of.

    Attributes:
        database: of its index: a path, or a URL of PostgreSQL.
        chain_id, deployment: the contracts.
        signer: the account that signs verdicts; None for none.
        name: what signed verdicts call the service: its public URL.
        signed_by: what tells whether an account signed; by default keys alone, so that contract
            wallets (ERC-1271) cannot hand anything in.
        store: where small pictures of works come from; None for none.
        token: what tells how a token counts; None where amounts are shown in the smallest unit.
        proof: what asks the node for a work's proof, as JSON; None where none are given.
    """

    database: str | Path
    chain_id: int
    deployment: Deployment
    signer: Signer | None = None
    name: str = ""
    signed_by: SignedBy = with_key
    store: Store | None = None
    token: Callable[[str], TokenInfo] | None = None
    proof: Callable[[int], dict[str, Any]] | None = None


class ChainSide:
    """What routes about works ask. May be used from several threads.

    `in_file`: whether nothing it asks is on another machine.
    """

    def __init__(self, settings: ChainSettings, records: Records, hidden: HideList) -> None:
        self.settings = settings
        self.database = Database(settings.database)
        self.in_file = self.database.in_file and records.path is not None
        self._hidden = hidden
        here, deployment = settings.chain_id, settings.deployment
        self.permits = KeptPermits(records, here, deployment.license, settings.signed_by)
        self.profiles = KeptProfiles(records, here, deployment.registry, settings.signed_by)
        self.domains = KeptDomains(records)
        self.offers = KeptOffers(records)
        self.statements = KeptStatements(records)
        self.tokens = Tokens(settings.token)
        self.picture_threads: CapacityLimiter | None = None
        self.pictures = None if settings.store is None else Thumbnails(settings.store)

    def as_of(self) -> AsOf:
        """How far the index is; nowhere while it has nothing yet.

        Raises:
            ChainIndexUnavailable: the database refuses.
        """
        try:
            with viewing(self.database) as view:
                return as_of(view)
        except NoChainIndex:
            return AsOf()

    @contextmanager
    def viewing(self) -> Iterator[tuple[View, ShownFacts]]:
        """One state of the index, without the works that the operator hides.

        Raises:
            NoChainIndex, ChainIndexUnavailable.
        """
        with viewing(self.database) as view:
            yield view, ShownFacts(view, self.settings, self._hidden)

    def address(self, work: int) -> str:
        """A work as the match index and the hide list name it."""
        return str(WorkAddress(self.settings.chain_id, work))

    def close(self) -> None:
        """Lets the database and the decoders go."""
        self.database.close()
        if self.pictures is not None:
            self.pictures.close()


class ShownFacts(IndexedFacts):
    """The facts about works that are not hidden."""

    def __init__(self, view: View, settings: ChainSettings, hidden: HideList) -> None:
        super().__init__(view, settings.deployment.marketplace)
        self._chain_id, self._hidden = settings.chain_id, hidden
        self._looked_up: dict[int, bool] = {}

    def hides(self, works: Collection[int]) -> set[int]:
        """Which of these works the operator hides; each is looked up once."""
        names = {
            str(WorkAddress(self._chain_id, work)): work
            for work in works
            if work not in self._looked_up
        }
        if names:
            hidden = self._hidden.among(list(names))
            self._looked_up.update({work: name in hidden for name, work in names.items()})
        return {work for work in works if self._looked_up[work]}

    def work(self, work: int, at: int) -> WorkFacts | None:
        """See `gen_ip.status.gathering.Chain`."""
        return None if self.hides([work]) else super().work(work, at)

    def works_on(self, content_hash: bytes, most: int) -> Sequence[int]:
        """See `gen_ip.status.gathering.Chain`."""
        found = super().works_on(content_hash, most)
        hidden = self.hides(found)
        return [each for each in found if each not in hidden]


def as_of(view: View) -> AsOf:
    """How far a state is, as answers say it."""
    return AsOf(str(view.as_of.number), view.as_of.finality())
