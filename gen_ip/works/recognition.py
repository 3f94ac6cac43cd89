"""Finding the certificates of a file: of its bytes, of its pixels or content, of pictures like it,
and those that name it as a copy."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gen_ip.chain.session import Session
from gen_ip.content.detection.detect import detect
from gen_ip.content.metadata import Metadata
from gen_ip.content.store import Store, find
from gen_ip.errors import (
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    FileProblem,
    MalformedFingerprint,
    MetadataError,
)
from gen_ip.fingerprint.canonical import canonical_of
from gen_ip.fingerprint.image import BITS, ImageFingerprint, Level, match, perceptual_hash
from gen_ip.fingerprint.image import Match as Likeness
from gen_ip.fingerprint.pdq import Orientation
from gen_ip.works.documents import (
    Content,
    Described,
    Limit,
    as_file,
    fetch,
    find_metadata,
    fingerprinted,
    limit_of,
    summarize,
)
from gen_ip.works.registry import Claim, Registry

# Recomputing decodes a picture each, and anyone can make false matches by the thousand.
_ATTEMPTS = 20
# Seconds to wait for a document and for a file. Once vain waiting has cost a minute, every further
# search is short: anyone can certify works by the thousand whose metadata nobody serves.
_DOCUMENT_SECONDS, _FILE_SECONDS, _HURRIED_SECONDS = 10.0, 30.0, 1.0
_WAIT_AT_MOST = 60.0
_NOTHING = Likeness(Level.DIFFERENT, None)
_ORDER = (Level.EXACT, Level.PIXELS, Level.CONTENT, Level.COPY, Level.SIMILAR)


@dataclass(frozen=True)
class Match:
    """A certificate that the file may come under.

    Attributes:
        distance: differing bits of the likeness hash; None where it was not compared.
        method: the likeness hash: `pdq-1`, of 256 bits, or `phash64`, of 64.
        orientation: how the file was turned or mirrored to be compared, None for not at all.
        claim_time: seconds since the epoch.
        confirmed: whether the fingerprint was computed from the certified bytes themselves. If
            not, it is no more than what the certificate's creator says: the store lacks the file,
            or enough files were computed already.
    """

    work: int
    level: Level
    distance: int | None
    creator: str
    claim_time: int
    confirmed: bool
    name: str | None = None
    method: str | None = None
    orientation: str | None = None
    listed: bool = False

    @property
    def bits(self) -> int | None:
        """Of how many bits the distance is."""
        return None if self.method is None else BITS[self.method]

    def to_json(self) -> dict[str, Any]:
        """For JSON; the id as a decimal string."""
        return {
            "work": str(self.work),
            "level": self.level.value,
            "distance": self.distance,
            "bits": self.bits,
            "method": self.method,
            "orientation": self.orientation,
            "creator": self.creator,
            "claim_time": self.claim_time,
            "confirmed": self.confirmed,
            "name": self.name,
            "listed": self.listed,
        }


@dataclass(frozen=True)
class Verdict:
    """What the chain and the store say about a file.

    A certificate proves the first registered claim of these bytes by an account on this chain,
    and likeness is a reason to look; neither proves authorship.

    Attributes:
        sha256: of the file, 64 hex digits.
        level: the surest level among the confirmed matches; DIFFERENT without any.
        matches: confirmed ones before mere claims, surest first, then by claim time.
        compared: certificates whose fingerprint was compared.
        missing: works whose metadata the store cannot give, so that they were not compared; and
            why.
        untrusted: works whose metadata does not fit their certificate, and how.
        limit: the most that this file can be recognized by, where it has no likeness hash; None
            where it has one, or where its bytes are certified.
    """

    sha256: str
    level: Level
    matches: tuple[Match, ...]
    compared: int
    missing: tuple[tuple[int, str], ...]
    untrusted: tuple[tuple[int, str], ...]
    limit: Limit | None = None

    def __bool__(self) -> bool:
        return self.level is not Level.DIFFERENT

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        return {
            "sha256": self.sha256,
            "level": self.level.value,
            "matches": [found.to_json() for found in self.matches],
            "compared": self.compared,
            "missing": _problems(self.missing),
            "untrusted": _problems(self.untrusted),
            "limit": self.limit.value if self.limit else None,
        }


def _problems(works: tuple[tuple[int, str], ...]) -> list[dict[str, str]]:
    return [{"work": str(work), "problem": why} for work, why in works]


class _Patience:
    """How long to wait for what may never come."""

    def __init__(self) -> None:
        self._waited = 0.0

    @contextmanager
    def search(self, seconds: float) -> Iterator[float]:
        """Seconds for one search, which the block makes; in vain if it raises ContentNotFound."""
        started = time.monotonic()
        try:
            yield seconds if self._waited < _WAIT_AT_MOST else _HURRIED_SECONDS
        except ContentNotFound:
            self._waited += time.monotonic() - started
            raise


def verify(session: Session, store: Store, content: Content, work: int | None) -> Verdict:
    """See `gen_ip.client.GenIP.verify`."""
    registry = Registry(session)
    with as_file(content) as path:
        file = summarize(content, path)
        claims = [registry.claim(work)] if work is not None else None
        _, _, count = session.read("IPRegistry", "claims", file.content_hash)
        if count:
            patience = _Patience()
            exact = [
                _exact(registry, store, patience, claim)
                for claim in claims or registry.claims(file.content_hash)
                if claim.content_hash == file.content_hash
            ]
            if exact:
                return Verdict(file.summary.sha256, Level.EXACT, tuple(exact), 0, (), ())
        file = fingerprinted(file)
    limit = limit_of(file.fingerprint, file.canonical)
    nothing = Verdict(file.summary.sha256, Level.DIFFERENT, (), 0, (), (), limit)
    return _compare(registry, store, nothing, file, claims or registry.claims())


def _compare(
    registry: Registry,
    store: Store,
    verdict: Verdict,
    file: Described,
    claims: list[Claim],
) -> Verdict:
    matches: list[Match] = []
    missing: list[tuple[int, str]] = []
    untrusted: list[tuple[int, str]] = []
    patience = _Patience()
    revised = registry.revised()
    compared = attempts = 0
    for claim in claims:
        try:
            with patience.search(_DOCUMENT_SECONDS) as seconds:
                document = fetch(store, claim.metadata, claim.content_hash, seconds)
            likeness = _Likeness.of(file, document)
            compared += likeness.compared
            # Likeness is what the creator said; copies are the owner's to add.
            copies = _copies(document)
            latest = revised.get(claim.work, claim.metadata)
            if latest != claim.metadata:
                newer = find_metadata(store, latest, _HURRIED_SECONDS)
                copies |= set() if newer is None else _copies(newer)
            listed = file.summary.sha256 in copies
            found = likeness.found
            if not found and not listed:
                continue
            confirmed = False
            if found:
                # Oldest first, so that later copies of a fingerprint cannot use the attempts up.
                attempts += 1
                confirmed = attempts <= _ATTEMPTS and _confirmed(
                    store, patience, claim, document, likeness
                )
        except ContentNotFound as error:
            missing.append((claim.work, str(error)))
            continue
        except (ContentCorrupted, ContentTooLarge, MetadataError, MalformedFingerprint) as error:
            untrusted.append((claim.work, str(error)))
            continue
        upright = found.orientation is Orientation.UPRIGHT
        matches.append(
            Match(
                work=claim.work,
                level=found.level if found else Level.COPY,
                distance=found.distance if found else None,
                method=found.method if found else None,
                orientation=None if upright else found.orientation.value,
                creator=claim.creator,
                claim_time=registry.claim_time(claim.work),
                confirmed=confirmed,
                name=document["name"],
                listed=listed,
            )
        )
    matches.sort(key=lambda m: (not m.confirmed, _ORDER.index(m.level), _share(m), m.claim_time))
    return replace(
        verdict,
        level=next((found.level for found in matches if found.confirmed), Level.DIFFERENT),
        matches=tuple(matches),
        compared=compared,
        missing=tuple(missing),
        untrusted=tuple(untrusted),
    )


def _share(found: Match) -> float:
    """Which part of the bits differs, so that two hashes of different lengths compare."""
    return (found.distance or 0) / (found.bits or 1)


def _exact(registry: Registry, store: Store, patience: _Patience, claim: Claim) -> Match:
    try:
        with patience.search(_DOCUMENT_SECONDS) as seconds:
            name = fetch(store, claim.metadata, claim.content_hash, seconds)["name"]
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


@dataclass(frozen=True)
class _Likeness:
    """How a file is like what a certificate's metadata say of another: `claimed` is a picture's
    fingerprint, `content` the canonical hash of anything else that both have. `compared` tells
    whether there was anything to compare, `found` is DIFFERENT without a match."""

    claimed: ImageFingerprint
    content: tuple[str, str] | None
    compared: bool
    found: Likeness

    @classmethod
    def of(cls, file: Described, document: Metadata) -> _Likeness:
        claimed = ImageFingerprint.from_metadata(document)
        if file.fingerprint is not None:
            compared = bool(claimed.pixels or claimed.phash64 or claimed.pdq)
            found = match(file.fingerprint, claimed) if compared else _NOTHING
            return cls(claimed, None, compared, found)
        canonical = document["gen_ip"]["canonical"]
        content = next(((name, each) for name, each in file.canonical.items()), None)
        if content is None or content[0] not in canonical:
            return cls(claimed, None, False, _NOTHING)
        same = canonical[content[0]] == content[1]
        return cls(claimed, content, True, Likeness(Level.CONTENT, None) if same else _NOTHING)


def _copies(document: Metadata) -> set[str]:
    return {each["sha256"] for each in document["gen_ip"].get("copies", ())}


def _confirmed(
    store: Store,
    patience: _Patience,
    claim: Claim,
    document: Metadata,
    likeness: _Likeness,
) -> bool:
    """Whether the certified file has what its metadata say and the likeness rests on; False if the
    store lacks the file.

    Raises:
        MetadataError: the document names another file, or what it says is not the file's.
        StoreUnavailable: the store is down.
    """
    try:
        with patience.search(_FILE_SECONDS) as seconds:
            data = find(store.within(seconds), document["gen_ip"]["content"]["cid"])
    except (ContentNotFound, ContentCorrupted, ContentTooLarge):
        return False
    if hashlib.sha256(data).digest() != claim.content_hash:
        raise MetadataError(
            "gen_ip.content.cid", "is of another file than the certified one; do not trust it"
        )
    if likeness.content is not None:
        found = canonical_of("the certified file", data, detect(io.BytesIO(data)))
        if likeness.content not in found.items():
            raise MetadataError(
                "gen_ip.canonical", "is not that of the certified file; do not trust it"
            )
        return True
    claimed = likeness.claimed
    try:
        with as_file(data) as path:
            actual = perceptual_hash(path)
    except FileProblem:
        raise MetadataError(
            "gen_ip.fingerprints",
            "cannot be of the certified file, which is no picture; do not trust it",
        ) from None
    # Documents from before `pdq-1` have none.
    pdq = actual.pdq if claimed.pdq is not None else None
    if (actual.pixels, actual.phash64, pdq) != (claimed.pixels, claimed.phash64, claimed.pdq):
        raise MetadataError(
            "gen_ip.fingerprints", "is not that of the certified file; do not trust it"
        )
    return True
