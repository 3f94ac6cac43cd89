"""What a list of works shows of each: its name and when it was claimed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from gen_ip.chain.reverts import ContractError, UnknownWork
from gen_ip.chain.session import Session
from gen_ip.content.store import Store
from gen_ip.works.documents import find_metadata

# Anyone can certify works by the thousand whose metadata nobody serves.
_EACH_SECONDS = 1.0


@dataclass(frozen=True)
class Brief:
    """A work in a list. `claim_time` in seconds since the epoch; `name` is None where the store did
    not give the metadata in time."""

    work: int
    claim_time: int
    name: str | None


def briefs(session: Session, store: Store, works: Iterable[int], seconds: float) -> list[Brief]:
    """Those of `works` that are certified, in their order: the chain is asked once for all, the
    store for one after the other until `seconds` are over."""
    wanted = list(dict.fromkeys(works))
    reads = [("IPRegistry", name, work) for work in wanted for name in ("claimTime", "metadata")]
    answers = session.try_all(*reads)
    until = time.monotonic() + seconds
    found = []
    for work, claimed, digest in zip(wanted, answers[::2], answers[1::2], strict=True):
        if isinstance(claimed, UnknownWork) or isinstance(digest, UnknownWork):
            continue
        for answer in (claimed, digest):
            if isinstance(answer, ContractError):
                raise answer
        left = until - time.monotonic()
        document = find_metadata(store, digest, min(left, _EACH_SECONDS)) if left > 0 else None
        found.append(Brief(work, claimed, None if document is None else document["name"]))
    return found
