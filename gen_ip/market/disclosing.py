"""What a buyer of a certificate takes over: money under way, shares of others, claims, licenses."""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip.chain.errors import ChainError
from gen_ip.chain.session import Session
from gen_ip.deals import Deal
from gen_ip.income.earnings import Earnings
from gen_ip.income.royalties import Royalties
from gen_ip.market.escrow import Escrow
from gen_ip.works.licenses import License, Licenses
from gen_ip.works.registry import Claim, Registry, Work


@dataclass(frozen=True)
class Disclosure:
    """What goes with a certificate, when it was read.

    Attributes:
        work: owner, creator, payees, arbiter, resale royalty, parents, transfers.
        encumbrance: names every license that was issued and every payee that was added; an offer
            of the certificate holds only while it stays.
        income: in each token the work or anything below it was paid in: what is undrawn, and what
            is still on its way. It goes with the certificate, but its owner can draw it until then.
        claims: other works certified for the same bytes, oldest first.
        licenses: that run, or are still to begin.
        exclusive_until: until when one of them is exclusive, in seconds since the epoch; 0 for
            none.
        until: when all licenses of the work must have ended, for it was made under one that ends; 0
            for no such time.
        deals: open sales with a delivery; the sale of the certificate voids them, and their buyers
            may take the price back.
    """

    work: Work
    encumbrance: bytes
    income: tuple[Earnings, ...]
    claims: tuple[Claim, ...]
    licenses: tuple[License, ...]
    exclusive_until: int
    until: int
    deals: tuple[Deal, ...]

    def worse_in(self, now: Disclosure) -> list[str]:
        """The names of what `now` takes more than, or gives less than, this one: other payees, a
        higher resale royalty, another arbiter, encumbrance or claims, less income."""
        then, later = self.work, now.work
        totals = {each.token: each.total for each in now.income}
        found = {
            "payees": then.payees != later.payees,
            "resale_royalty": then.resale_royalty < later.resale_royalty,
            "arbiter": (then.arbiter, then.suspended) != (later.arbiter, later.suspended),
            "encumbrance": self.encumbrance != now.encumbrance,
            "claims": not {each.work for each in now.claims} <= {each.work for each in self.claims},
            "income": any(each.total > totals.get(each.token, 0) for each in self.income),
        }
        return [name for name, worse in found.items() if worse]

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings, hashes as hex."""
        return {
            "work": self.work.to_json(),
            "encumbrance": f"0x{self.encumbrance.hex()}",
            "income": [each.to_json() for each in self.income],
            "claims": [
                {"work": str(each.work), "creator": each.creator, "block": each.block}
                for each in self.claims
            ],
            "licenses": [each.to_json() for each in self.licenses],
            "exclusive_until": self.exclusive_until or None,
            "until": self.until or None,
            "deals": [each.to_json() for each in self.deals],
        }


class WorseThanDisclosed(ChainError):
    """The certificate is worth less, or burdened with more, than when it was looked at; `changed`
    names what."""

    def __init__(self, work: int, changed: Sequence[str]) -> None:
        self.work, self.changed = work, tuple(changed)
        super().__init__(
            f"since work {work} was disclosed these changed to the buyer's loss: "
            f"{', '.join(changed)}; look at it again"
        )


class Disclosing:
    """Reads what goes with a certificate."""

    def __init__(self, session: Session, royalties: Royalties) -> None:
        self._session, self._royalties = session, royalties
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._escrow = Escrow(session)

    def disclosure(self, work: int) -> Disclosure:
        """What goes with the certificate of a work now.

        Raises:
            UnknownWork: it is not certified.
        """
        found = self._registry.work(work)
        encumbrance, exclusive_until, (_, _, until, _) = self._session.read_all(
            ("IPRegistry", "encumbrance", work),
            ("IPLicense", "exclusiveUntil", work),
            ("IPLicense", "bounds", work),
        )
        now = self._session.rpc.block().timestamp
        claims = self._registry.claims(found.content_hash) if found.claims > 1 else []
        return Disclosure(
            work=found,
            encumbrance=encumbrance,
            income=tuple(self._royalties.all_earnings(work)),
            claims=tuple(each for each in claims if each.work != work),
            licenses=tuple(self._running(work, now)),
            exclusive_until=exclusive_until if exclusive_until > now else 0,
            until=until,
            deals=tuple(deal for deal in self._escrow.of_work(work) if deal.open),
        )

    def _running(self, work: int, now: int) -> list[License]:
        issued = self._licenses.find(None, work)
        revoked = self._session.read_all(*(("IPLicense", "isRevoked", each.id) for each in issued))
        return [
            each
            for each, gone in zip(issued, revoked, strict=True)
            if not gone and (each.end == 0 or now < each.end)
        ]
