"""What IPRegistry logs: certificates, claims, owners, what binds them."""

from __future__ import annotations

from gen_ip.chain import events
from gen_ip.index.reducing.base import Where, change, entry, row_or
from gen_ip.index.state import State
from gen_ip.signing.statements import NOBODY

_ZERO = bytes(32)


def certified(event: events.Certified, where: Where, state: State) -> None:
    """A work is there."""
    # The certificate was made for its owner just before, and something may bind it already.
    before = state.get("works", (event.work_id,)) or {}
    row = {
        **_new(event.work_id),
        **before,
        "creator": event.creator,
        "content_hash": event.content_hash,
        "metadata": event.metadata,
        "claimed": event.claim_time,
        "claimed_in": where.block,
        "certified": where.time,
        "block": where.block,
    }
    state.put("works", (event.work_id,), row)
    _version(state, event.work_id, 0, event.metadata, where)


def transferred(event: events.Transfer, where: Where, state: State) -> None:
    """A certificate was made or changed hands."""
    row = row_or(state, "works", (event.id_,), _new(event.id_))
    made = event.from_ == NOBODY
    state.put(
        "works",
        (event.id_,),
        {
            **row,
            "owner": event.to,
            "owned_since": where.time,
            "transfers": row["transfers"] + (not made),
            "moved_from": event.from_,
            "moved_in": where.tx_hash,
        },
    )
    entry(
        state,
        "certificate_transfers",
        where,
        work=event.id_,
        from_account=event.from_,
        to_account=event.to,
        time=where.time,
    )


def claim_proven(event: events.ClaimProven, where: Where, state: State) -> None:
    """The claim is older than was known."""
    change(state, "works", (event.work_id,), claimed=event.claim_time, claimed_in=where.block)


def anchored(event: events.Anchored, where: Where, state: State) -> None:
    """A root was dated; the first time counts."""
    if state.get("anchors", (event.root,)) is None:
        state.put("anchors", (event.root,), {"root": event.root, "time": event.time_})


def revoked(event: events.Revoked, where: Where, state: State) -> None:
    """A signer took something back."""
    key = event.signer, event.struct_hash
    row = {"signer": event.signer, "struct_hash": event.struct_hash, "time": where.time}
    state.put("revocations", key, row)


def delegated(event: events.Delegated, where: Where, state: State) -> None:
    """A delegation was used once more."""
    row = {"hash": event.delegation, "used": event.used}
    state.put("delegations", (event.delegation,), row)


def related(event: events.Related, where: Where, state: State) -> None:
    """The owner of an earlier work named a later one."""
    entry(
        state,
        "relations",
        where,
        earlier=event.earlier,
        later=event.later,
        evidence=event.evidence,
        time=where.time,
    )


def metadata_revised(event: events.MetadataRevised, where: Where, state: State) -> None:
    """Another document describes the work now."""
    change(state, "works", (event.work_id,), metadata=event.metadata, version=event.version)
    _version(state, event.work_id, event.version, event.metadata, where)


def arbiter_named(event: events.ArbiterNamed, where: Where, state: State) -> None:
    """The work has an arbiter."""
    row = row_or(state, "works", (event.work_id,), _new(event.work_id))
    named = {"arbiter": event.arbiter, "powers": event.powers, "lien_cap": event.lien_cap}
    state.put("works", (event.work_id,), {**row, **named})


def suspended(event: events.Suspended, where: Where, state: State) -> None:
    """New sales were stopped, or let go on."""
    change(state, "works", (event.work_id,), suspended=event.suspended)


def encumbered(event: events.Encumbered, where: Where, state: State) -> None:
    """Something more binds the work."""
    row = row_or(state, "works", (event.work_id,), _new(event.work_id))
    state.put("works", (event.work_id,), {**row, "encumbrance": event.encumbrance})
    entry(state, "encumbrances", where, work=event.work_id, item=event.item, time=where.time)


def _version(state: State, work: int, version: int, metadata: bytes, where: Where) -> None:
    row = {"work": work, "version": version, "metadata": metadata, "time": where.time}
    state.put("metadata_versions", (work, version), row)


def _new(work: int) -> dict[str, object]:
    """A work of which only its number is known yet."""
    return {
        "id": work,
        "creator": NOBODY,
        "owner": NOBODY,
        "owned_since": 0,
        "moved_from": NOBODY,
        "moved_in": _ZERO,
        "transfers": 0,
        "content_hash": _ZERO,
        "metadata": _ZERO,
        "version": 0,
        "claimed": 0,
        "claimed_in": 0,
        "certified": 0,
        "block": 0,
        "suspended": False,
        "arbiter": None,
        "powers": 0,
        "lien_cap": 0,
        "encumbrance": _ZERO,
    }
