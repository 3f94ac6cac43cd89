"""Finding the certificates of a file: of its bytes, of its pixels, of pictures like it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gen_ip.chain.session import Session
from gen_ip.content.metadata import Metadata
from gen_ip.content.store import Store
from gen_ip.documents import Content, as_file, fetch, fingerprinted, summarize
from gen_ip.errors import (
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    FileProblem,
    MalformedFingerprint,
    MetadataError,
)
from gen_ip.fingerprint.image import ImageFingerprint, Level, match, perceptual_hash
from gen_ip.registry import Claim, Registry

# Recomputing decodes a picture each, and matches may be made by the thousand.
_CONFIRMED_AT_MOST = 20
_ORDER = (Level.EXACT, Level.PIXELS, Level.SIMILAR)


@dataclass(frozen=True)
class Match:
    """A certificate that the file may come under.

    Attributes:
        distance: differing bits of 64 of the likeness hash; None where it was not compared.
        claim_time: seconds since the epoch.
        confirmed: whether the fingerprint was computed from the certified bytes themselves. If
            not, it is what the certificate's metadata says, and the store lacks the file.
    """

    work: int
    level: Level
    distance: int | None
    creator: str
    claim_time: int
    confirmed: bool
    name: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON; the id as a decimal string."""
        return {
            "work": str(self.work),
            "level": self.level.value,
            "distance": self.distance,
            "creator": self.creator,
            "claim_time": self.claim_time,
            "confirmed": self.confirmed,
            "name": self.name,
        }


@dataclass(frozen=True)
class Verdict:
    """What the chain and the store say about a file.

    A certificate proves the first registered claim of these bytes by an account on this chain,
    and likeness is a reason to look; neither proves authorship.

    Attributes:
        sha256: of the file, 64 hex digits.
        level: the surest level among the matches; DIFFERENT without any.
        matches: surest first, then by claim time.
        compared: certificates whose fingerprint was compared.
        missing: works whose metadata the store does not hold, so that they were not compared.
        untrusted: works whose metadata does not fit their certificate, and how.
    """

    sha256: str
    level: Level
    matches: tuple[Match, ...]
    compared: int
    missing: tuple[int, ...]
    untrusted: tuple[tuple[int, str], ...]

    def __bool__(self) -> bool:
        return self.level is not Level.DIFFERENT

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        return {
            "sha256": self.sha256,
            "level": self.level.value,
            "matches": [found.to_json() for found in self.matches],
            "compared": self.compared,
            "missing": [str(work) for work in self.missing],
            "untrusted": [{"work": str(work), "problem": why} for work, why in self.untrusted],
        }


def verify(session: Session, store: Store, content: Content, work: int | None) -> Verdict:
    """See `gen_ip.client.GenIP.verify`."""
    registry = Registry(session)
    with as_file(content) as path:
        file = summarize(content, path)
        claims = [registry.claim(work)] if work is not None else None
        _, _, count = session.read("IPRegistry", "claims", file.content_hash)
        if count:
            exact = [
                _exact(registry, store, claim)
                for claim in claims or registry.claims(file.content_hash)
                if claim.content_hash == file.content_hash
            ]
            if exact:
                return Verdict(file.summary.sha256, Level.EXACT, tuple(exact), 0, (), ())
        fingerprint = fingerprinted(file).fingerprint
    nothing = Verdict(file.summary.sha256, Level.DIFFERENT, (), 0, (), ())
    if fingerprint is None:
        return nothing
    return _compare(registry, store, nothing, fingerprint, claims or registry.claims())


def _compare(
    registry: Registry,
    store: Store,
    verdict: Verdict,
    fingerprint: ImageFingerprint,
    claims: list[Claim],
) -> Verdict:
    matches: list[Match] = []
    missing: list[int] = []
    untrusted: list[tuple[int, str]] = []
    compared = 0
    for claim in claims:
        try:
            document = fetch(store, claim.metadata, claim.content_hash)
            claimed = ImageFingerprint.from_metadata(document)
        except ContentNotFound:
            missing.append(claim.work)
            continue
        except (ContentCorrupted, ContentTooLarge, MetadataError, MalformedFingerprint) as error:
            untrusted.append((claim.work, str(error)))
            continue
        if claimed.pixels is None and claimed.phash64 is None:
            continue
        compared += 1
        found = match(fingerprint, claimed)
        if not found:
            continue
        actual = None
        if len(matches) < _CONFIRMED_AT_MOST:
            actual = _recomputed(store, claim, document)
        if actual is not None and _differs(actual, claimed):
            untrusted.append(
                (claim.work, "the metadata's fingerprint is not that of the certified file")
            )
            continue
        matches.append(
            Match(
                work=claim.work,
                level=found.level,
                distance=found.distance,
                creator=claim.creator,
                claim_time=registry.claim_time(claim.work),
                confirmed=actual is not None,
                name=document["name"],
            )
        )
    matches.sort(key=lambda m: (_ORDER.index(m.level), m.distance or 0, m.claim_time))
    return replace(
        verdict,
        level=matches[0].level if matches else Level.DIFFERENT,
        matches=tuple(matches),
        compared=compared,
        missing=tuple(missing),
        untrusted=tuple(untrusted),
    )


def _exact(registry: Registry, store: Store, claim: Claim) -> Match:
    try:
        name = fetch(store, claim.metadata, claim.content_hash)["name"]
    except (ContentNotFound, ContentCorrupted, ContentTooLarge, MetadataError):
        # The bytes speak for themselves; the name is decoration.
        name = None
    return Match(
        work=claim.work,
        level=Level.EXACT,
        distance=None,
        creator=claim.creator,
        claim_time=registry.claim_time(claim.work),
        confirmed=True,
        name=name,
    )


def _recomputed(store: Store, claim: Claim, document: Metadata) -> ImageFingerprint | None:
    """The fingerprint of the certified file itself, None where the store cannot give it."""
    try:
        data = store.get(document["gen_ip"]["content"]["cid"])
        with as_file(data) as path:
            found = perceptual_hash(path)
    except (ContentNotFound, ContentCorrupted, ContentTooLarge, FileProblem):
        return None
    return found if found.sha256 == claim.content_hash.hex() else None


def _differs(actual: ImageFingerprint, claimed: ImageFingerprint) -> bool:
    return (actual.pixels, actual.phash64) != (claimed.pixels, claimed.phash64)
