"""All that the routes work with, made once for an app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from fastapi import Request

from gen_ip.fingerprint.confined import Limits
from gen_ip.service.caching import Chain, NoChain
from gen_ip.service.chain import ChainSettings, ChainSide
from gen_ip.service.describing import Describer
from gen_ip.service.evidence import EvidenceStore
from gen_ip.service.kept.hiding import HideList
from gen_ip.service.kept.keys import Keys
from gen_ip.service.kept.records import Records
from gen_ip.service.limits import RateLimits
from gen_ip.service.matching import Matching
from gen_ip.service.observing import Metrics, logger
from gen_ip.service.pool import Pool
from gen_ip.service.problems import Problem
from gen_ip.service.settings import Settings
from gen_ip.service.staging import Staging
from gen_ip.service.uploads import Uploads


@dataclass
class Parts:
    """Attributes are named as their modules; `staging` and `describer` are there where people may
    certify files. `warm` tells whether the first question is answered
    as fast as the others, `stopping` whether no more are to come."""

    settings: Settings
    records: Records
    keys: Keys
    hidden: HideList
    matching: Matching
    metrics: Metrics
    uploads: Uploads
    pool: Pool
    evidence: EvidenceStore
    rate: RateLimits
    match_rate: RateLimits
    log: Any
    chain: Chain = field(default_factory=NoChain)
    side: ChainSide | None = None
    staging: Staging | None = None
    describer: Describer | None = None
    warm: bool = False
    stopping: bool = False


def made(settings: Settings, chain: ChainSettings | None = None) -> Parts:
    """The parts that settings ask for; `matching` and `side` are to be closed.

    Raises:
        RecordsUnavailable: the service's folder cannot be used.
        NoChainIndex, ChainIndexUnavailable: the chain's index cannot be used.
        InvalidArgument: a rate or a database is out of form.
    """
    metrics = Metrics()
    # What is out of form leaves nothing behind.
    rate = RateLimits("all", settings.rate)
    match_rate = RateLimits("match", settings.match_rate)
    records = Records(settings.records or settings.store)
    hidden = HideList(records)
    side = None if chain is None else ChainSide(chain, records, hidden)

    def tell(cap: str) -> None:
        metrics.refused.labels(cap).inc()

    matching = Matching(settings)
    staging = describer = None
    if settings.certify and side is not None and side.settings.store is not None:
        staging = Staging(settings.store / "staged", settings.staged_bytes)
        limits = Limits(seconds=settings.decode_seconds, file_bytes=settings.upload_bytes)
        describer = Describer(matching, limits)
    return Parts(
        settings=settings,
        records=records,
        keys=Keys(records),
        hidden=hidden,
        rate=rate,
        match_rate=match_rate,
        matching=matching,
        metrics=metrics,
        uploads=Uploads(settings.upload_bytes, settings.upload_seconds, settings.uploads, tell),
        pool=Pool(settings.matchers, settings.waiting, tell),
        evidence=EvidenceStore(settings.evidence_bytes, settings.evidence_seconds),
        log=logger(),
        chain=side or NoChain(),
        side=side,
        staging=staging,
        describer=describer,
    )


def side(request: Request) -> ChainSide:
    """The chain that a service follows.

    Raises:
        Problem: 503, it follows none.
    """
    found = parts(request).side
    if found is None:
        raise Problem(503, "no-chain", "this service follows no chain; it answers /v1/match alone")
    return found


def parts(request: Request) -> Parts:
    """Those of the app that a request came to."""
    return cast(Parts, request.app.state.parts)
