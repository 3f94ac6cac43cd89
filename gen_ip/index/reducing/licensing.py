"""What IPLicense logs: terms, licenses, who holds them."""

from __future__ import annotations

from gen_ip.chain import events
from gen_ip.index.reducing.base import Where, change, row_or
from gen_ip.index.state import State
from gen_ip.signing.statements import NOBODY


def terms_registered(event: events.TermsRegistered, where: Where, state: State) -> None:
    """Terms were stored."""
    terms = event.terms
    row = {
        "hash": event.terms_hash,
        "grants": int(terms.grant),
        "passes": int(terms.pass_),
        "income": terms.income,
        "volume": terms.volume,
        "duration": terms.duration,
        "units": terms.units,
        "legal": terms.legal,
    }
    state.put("terms", (event.terms_hash,), row)


def license_issued(event: events.LicenseIssued, where: Where, state: State) -> None:
    """A license is there; terms are registered before any license of theirs."""
    terms = state.get("terms", (event.terms_hash,))
    # It was made for its holder just before.
    row = row_or(state, "licenses", (event.license_id,), _new(event.license_id))
    issued = {
        "work": event.work_id,
        "terms_hash": event.terms_hash,
        "grants": 0 if terms is None else terms["grants"],
        "licensee": event.licensee,
        "start": event.start,
        "end": event.end,
        "issued": where.time,
        "block": where.block,
    }
    state.put("licenses", (event.license_id,), {**row, **issued})


def transferred(event: events.Transfer, where: Where, state: State) -> None:
    """A license was made or changed hands."""
    row = row_or(state, "licenses", (event.id_,), _new(event.id_))
    state.put("licenses", (event.id_,), {**row, "holder": event.to, "held_since": where.time})


def license_renewed(event: events.LicenseRenewed, where: Where, state: State) -> None:
    """It runs longer."""
    change(state, "licenses", (event.license_id,), end=event.end)


def license_revoked(event: events.LicenseRevoked, where: Where, state: State) -> None:
    """It ended for breach."""
    change(state, "licenses", (event.license_id,), revoked=True)


def market_allowed(event: events.MarketAllowed, where: Where, state: State) -> None:
    """Another market may issue licenses of a work, or no longer."""
    key = event.work_id, event.market
    if not event.allowed:
        state.delete("markets", key)
        return
    work = state.get("works", (event.work_id,))
    transfers = 0 if work is None else work["transfers"]
    row = {"work": event.work_id, "market": event.market, "transfers": transfers}
    state.put("markets", key, row)


def _new(license_id: int) -> dict[str, object]:
    """A license of which only its number is known yet."""
    return {
        "id": license_id,
        "work": 0,
        "terms_hash": bytes(32),
        "grants": 0,
        "licensee": NOBODY,
        "holder": NOBODY,
        "held_since": 0,
        "start": 0,
        "end": 0,
        "revoked": False,
        "issued": 0,
        "block": 0,
    }
