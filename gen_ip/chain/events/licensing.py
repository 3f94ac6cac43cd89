"""What IPLicense logs, its ERC-721 events apart. Times in seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.chain.events.base import Account, Event, LicenseId, WorkId
from gen_ip.terms.terms import Terms


@dataclass(frozen=True)
class TermsRegistered(Event):
    """Terms were stored."""

    terms_hash: bytes
    terms: Terms


@dataclass(frozen=True)
class LicenseIssued(Event):
    """A license was issued."""

    license_id: LicenseId
    work_id: WorkId
    terms_hash: bytes
    licensee: Account
    start: int
    end: int


@dataclass(frozen=True)
class LicenseRenewed(Event):
    """A license runs until `end` now."""

    license_id: LicenseId
    work_id: WorkId
    end: int


@dataclass(frozen=True)
class LicenseRevoked(Event):
    """A license was revoked for breach."""

    license_id: LicenseId
    work_id: WorkId
    reason: bytes


@dataclass(frozen=True)
class MarketAllowed(Event):
    """The owner allowed another market to issue licenses of a work, or no longer."""

    work_id: WorkId
    market: Account
    allowed: bool


@dataclass(frozen=True)
class Locked(Event):
    """A license cannot be transferred (ERC-5192)."""

    token_id: LicenseId
