"""Everything a verdict follows from. Times in seconds since the epoch, addresses with checksum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.uses import Use
from gen_ip.terms.rights import Rights


@dataclass(frozen=True)
class Question:
    """Who means to do what, and when.

    Attributes:
        at: the time asked about.
        uses: what is intended; nothing named is showing the work.
        licensee: the wallet that says it holds a license, where one was named.
        account: the account or domain that posts, in its one spelling.
        agency: who posts for that account, likewise.
        first_seen: when the platform saw the post first; None where it did not say.
    """

    at: int
    uses: frozenset[Use] = frozenset()
    licensee: str | None = None
    account: str | None = None
    agency: str | None = None
    first_seen: int | None = None

    @property
    def intended(self) -> frozenset[Use]:
        """The uses, showing where none was named."""
        return self.uses or frozenset({Use.SHOW})

    @property
    def names_somebody(self) -> bool:
        """Whether it is asked of anyone in particular."""
        return self.licensee is not None or self.account is not None


@dataclass(frozen=True)
class Match:
    """That what was asked about has to do with a work, and by which method that is known."""

    work: int
    method: Method
    score: float = 1.0


@dataclass(frozen=True)
class LicenseFact:
    """A license as it stands. `end` 0 is never; `held_since` is when its holder got it."""

    id: int
    work: int
    holder: str
    grant: Rights
    start: int
    end: int = 0
    revoked: bool = False
    held_since: int = 0

    def active(self, at: int) -> bool:
        """Whether it runs at a time."""
        return not self.revoked and self.start <= at and (self.end == 0 or at < self.end)


@dataclass(frozen=True)
class PermitFact:
    """A use permit, read and its signature checked (`holds`). `license` 0: signed by the owner of
    the work; `expiry` is its last second."""

    hash: bytes
    work: int
    license: int
    licensee: str
    account: str
    agency: str
    use: Rights
    valid_from: int
    expiry: int
    holds: bool = True
    revoked: bool = False

    def active(self, at: int) -> bool:
        """Whether it holds at a time, as far as it says itself."""
        return self.holds and not self.revoked and self.valid_from <= at <= self.expiry


@dataclass(frozen=True)
class OfferFact:
    """A license on offer to anyone, that can be taken now. `price` in the token's smallest unit."""

    hash: bytes
    grant: Rights
    price: int
    token: str


@dataclass(frozen=True)
class Relation:
    """A `Related` statement: the owner of the earlier work names this one as related to it."""

    earlier: int
    claim_time: int
    evidence: bytes


@dataclass(frozen=True)
class WorkFacts:
    """What the chain says of a certified work.

    Attributes:
        claim_time: the proven time of its claim.
        final: whether that claim can no longer be reorganized away.
        owned_since: when the owner got the certificate.
        ancestors: every work that it was licensed to be made from, at any distance.
        licenses: those of whoever was asked about, those that permits name, and exclusive ones.
        permits: those for the account that was asked about.
    """

    id: int
    content_hash: bytes
    creator: str
    owner: str
    claim_time: int
    final: bool
    owned_since: int = 0
    suspended: bool = False
    ancestors: frozenset[int] = frozenset()
    relations: tuple[Relation, ...] = ()
    offers: tuple[OfferFact, ...] = ()
    licenses: tuple[LicenseFact, ...] = ()
    permits: tuple[PermitFact, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What was recognized, and each work of it that the chain knows.

    Every certified work of the same bytes as one that is matched is among the matches, by the same
    method: no claim is left out because another was found first.
    """

    matches: tuple[Match, ...]
    works: Mapping[int, WorkFacts]
