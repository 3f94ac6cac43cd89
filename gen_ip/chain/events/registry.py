"""What IPRegistry logs, its ERC-721 events apart."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.chain.events.base import Account, Event, WorkId


@dataclass(frozen=True)
class Certified(Event):
    """A work was certified. `metadata` is the document's sha2-256, times are in seconds."""

    work_id: WorkId
    creator: Account
    content_hash: bytes
    metadata: bytes
    claim_time: int


@dataclass(frozen=True)
class ClaimProven(Event):
    """An anchor proved that a certified work was claimed earlier."""

    work_id: WorkId
    content_hash: bytes
    claim_time: int


@dataclass(frozen=True)
class Anchored(Event):
    """A Merkle root was dated."""

    root: bytes
    time_: int


@dataclass(frozen=True)
class Revoked(Event):
    """A signer took back what it had signed."""

    signer: Account
    struct_hash: bytes


@dataclass(frozen=True)
class Delegated(Event):
    """A work was certified by a delegate; `used` counts what the delegation has been used for."""

    delegation: bytes
    work_id: WorkId
    used: int


@dataclass(frozen=True)
class Related(Event):
    """The owner of an earlier claim named a later work as related; without effect on chain."""

    earlier: WorkId
    later: WorkId
    evidence: bytes


@dataclass(frozen=True)
class MetadataRevised(Event):
    """The owner revised a work's metadata; `metadata` is the new document's sha2-256."""

    work_id: WorkId
    version: int
    metadata: bytes


@dataclass(frozen=True)
class MetadataUpdate(Event):
    """Tells marketplaces to read a certificate's metadata again (ERC-4906)."""

    token_id: WorkId


@dataclass(frozen=True)
class ArbiterNamed(Event):
    """A work was certified with an arbiter. `lien_cap` in basis points."""

    work_id: WorkId
    arbiter: Account
    powers: int
    lien_cap: int


@dataclass(frozen=True)
class Suspended(Event):
    """The arbiter suspended new sales of a work, or allowed them again."""

    work_id: WorkId
    suspended: bool


@dataclass(frozen=True)
class Encumbered(Event):
    """Something binds a work from now on; `encumbrance` is the new end of its hash chain."""

    work_id: WorkId
    item: bytes
    encumbrance: bytes


@dataclass(frozen=True)
class Skipped(Event):
    """One of several certifications in a transaction was refused; `reason` is its revert data.
    Of IPRegistry and IPLicense."""

    index: int
    reason: bytes
