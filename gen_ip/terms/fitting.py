"""Whether terms make sense, and whether they fit what binds a work: as `IPLicense` answers, without
a chain. Tests hold it to the contract."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.terms.rights import NOTHING, PERMISSIONS, Rights
from gen_ip.terms.terms import UNLIMITED, Terms

WHOLE = 10_000
MOST_SECONDS = 365_000 * 86_400
"""The longest `Terms.duration`."""
OBLIGATIONS = Rights.ATTRIBUTION | Rights.REVOCABLE_FOR_BREACH | Rights.EDITORIAL
_ALL = Rights(0x7FFF)


@dataclass(frozen=True)
class Bounds:
    """What binds every license of a work. The defaults are an original work's.

    Attributes:
        ceiling: permissions that its licenses may grant.
        obligations: what they must carry.
        until: when they must have ended, in seconds since the epoch; 0 for no such time.
        share_alike: the hash of the only terms that they may have; None for any.
        volume: basis points of every payment to the work, or below it, that it owes.
    """

    ceiling: Rights = PERMISSIONS
    obligations: Rights = NOTHING
    until: int = 0
    share_alike: bytes | None = None
    volume: int = 0


def earlier(a: int, b: int) -> int:
    """The earlier of two times, where 0 is never."""
    return min(a, b) if a and b else a or b


def well_formed(terms: Terms) -> bool:
    """Whether terms make sense in themselves, so that they can be registered."""
    grant, pass_ = terms.grant, terms.pass_
    derives, shares = Rights.DERIVE in grant, terms.income + terms.volume
    if grant & ~_ALL or pass_ & ~(grant & PERMISSIONS) or terms.duration > MOST_SECONDS:
        return False
    if Rights.EDITORIAL in grant and grant & (Rights.COMMERCIAL | Rights.MERCH):
        return False
    if Rights.EXCLUSIVE in grant and terms.duration == 0:
        return False
    if Rights.SHARE_ALIKE in grant and (
        not derives
        or pass_ != grant & PERMISSIONS
        or Rights.ENDS_WITH_LICENSE in grant
        or terms.volume
    ):
        return False
    endless = Rights.TRANSFERABLE in grant and terms.units == UNLIMITED
    if derives != bool(terms.units) or endless:
        return False
    return shares <= (WHOLE if derives else 0)


def fits(terms: Terms, bounds: Bounds, at: int) -> bool:
    """Whether a license under terms that make sense, issued at a time (seconds since the epoch) for
    then, keeps to what binds the work. That nobody has it for themselves is another question."""
    grant = terms.grant
    if grant & PERMISSIONS & ~bounds.ceiling or bounds.obligations & OBLIGATIONS & ~grant:
        return False
    if bounds.until and (terms.duration == 0 or at + terms.duration > bounds.until):
        return False
    if bounds.share_alike is not None and terms.hash() != bounds.share_alike:
        return False
    owes = bounds.volume + terms.income + terms.volume
    return Rights.DERIVE not in grant or owes <= WHOLE
