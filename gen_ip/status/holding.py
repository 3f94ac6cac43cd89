"""Which right somebody has to use a work, or why none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from gen_ip.status.facts import LicenseFact, PermitFact, Question, WorkFacts
from gen_ip.status.uses import Use, allows, common, missing
from gen_ip.terms.rights import Rights


class Lack(Enum):
    """Why somebody has no right, the most telling first."""

    BOUND = "bound"
    UNPERMITTED = "unpermitted"
    NARROW = "narrow"
    LAPSED = "lapsed"
    NONE = "none"


@dataclass(frozen=True)
class Held:
    """A right that is there: by license, by permit, or as the owner (neither).

    `grant` is what it allows; None for an owner, who may do everything.
    """

    grant: Rights | None
    license: int | None = None
    permit: bytes | None = None

    def may(self) -> tuple[Use, ...]:
        """Every use that it allows."""
        return tuple(use for use in Use if self.grant is None or allows(self.grant, use))


@dataclass(frozen=True)
class Lacking:
    """That no right is there, and what comes nearest to one."""

    why: Lack
    license: int | None = None
    permit: bytes | None = None
    missing: tuple[Use, ...] = ()


def right_of(work: WorkFacts, question: Question, uses: frozenset[Use]) -> Held | Lacking:
    """The right to use a work in all these ways that whoever is asked about has.

    An account that posts proves nothing about a wallet: where one is named, only a permit that is
    signed for it counts.
    """
    if question.account is None:
        found = list(_as_licensee(work, question.licensee, question.at, uses))
    else:
        found = list(_as_account(work, question, uses))
        direct = _as_licensee(work, question.licensee, question.at, uses)
        found += [
            Lacking(Lack.UNPERMITTED, each.license) if isinstance(each, Held) else each
            for each in direct
        ]
    held = [each for each in found if isinstance(each, Held)]
    if held:
        # A permit or license that allows most, so that the answer does not hang on their order.
        return max(held, key=lambda each: (len(each.may()), -(each.license or 0)))
    order = list(Lack)
    lacking = (each for each in found if isinstance(each, Lacking))
    return min(lacking, key=lambda each: order.index(each.why), default=Lacking(Lack.NONE))


def _as_licensee(
    work: WorkFacts, licensee: str | None, at: int, uses: frozenset[Use]
) -> Iterator[Held | Lacking]:
    if licensee is None:
        return
    if licensee == work.owner:
        yield _as_owner(work, at, uses)
    for each in work.licenses:
        if each.work == work.id and each.holder == licensee:
            yield _by_license(each, at, each.grant, uses)


def _as_owner(work: WorkFacts, at: int, uses: Iterable[Use]) -> Held | Lacking:
    """An exclusive license binds the owner as well, save to show the work."""
    for each in work.licenses:
        if (
            Rights.EXCLUSIVE in each.grant
            and each.holder != work.owner
            and each.active(at)
            and any(use is not Use.SHOW and allows(each.grant, use) for use in uses)
        ):
            return Lacking(Lack.BOUND, each.id)
    return Held(None)


def _by_license(
    license_: LicenseFact,
    at: int,
    grant: Rights,
    uses: frozenset[Use],
    permit: bytes | None = None,
) -> Held | Lacking:
    if not license_.active(at):
        return Lacking(Lack.LAPSED if at >= license_.start else Lack.NONE, license_.id, permit)
    if narrow := missing(grant, uses):
        return Lacking(Lack.NARROW, license_.id, permit, narrow)
    return Held(grant, license_.id, permit)


def _as_account(
    work: WorkFacts, question: Question, uses: frozenset[Use]
) -> Iterator[Held | Lacking]:
    licenses = {each.id: each for each in work.licenses if each.work == work.id and each.id}
    for permit in work.permits:
        if (
            permit.work != work.id
            or permit.account != question.account
            or not permit.holds
            or question.licensee not in (None, permit.licensee)
            # Who names an agency asks about it; a permit for an agency holds for the account too.
            or question.agency not in (None, permit.agency)
        ):
            continue
        yield _by_permit(
            work,
            permit,
            licenses.get(permit.license) if permit.license else None,
            question.at,
            uses,
        )


def _by_permit(
    work: WorkFacts,
    permit: PermitFact,
    license_: LicenseFact | None,
    at: int,
    uses: frozenset[Use],
) -> Held | Lacking:
    if permit.license == 0:
        holder, since = work.owner, work.owned_since
    elif license_ is not None:
        holder, since = license_.holder, license_.held_since
    else:
        return Lacking(Lack.NONE, permit=permit.hash)
    number = permit.license or None
    if holder != permit.licensee:
        # Anyone can sign that a license is theirs.
        return Lacking(Lack.NONE, permit=permit.hash)
    if permit.valid_from < since:
        # With a transfer the permits of the holder before end, even if the license comes back.
        return Lacking(Lack.LAPSED, number, permit.hash)
    if not permit.active(at):
        early = at < permit.valid_from and not permit.revoked
        return Lacking(Lack.NONE if early else Lack.LAPSED, number, permit.hash)
    if license_ is not None:
        grant = common(permit.use, license_.grant)
        return _by_license(license_, at, grant, uses, permit.hash)
    owned = _as_owner(work, at, uses)
    if isinstance(owned, Lacking):
        return owned
    if narrow := missing(permit.use, uses):
        return Lacking(Lack.NARROW, None, permit.hash, narrow)
    return Held(permit.use, None, permit.hash)
