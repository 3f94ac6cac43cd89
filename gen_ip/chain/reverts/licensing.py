"""Errors of IPLicense."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError
from gen_ip.terms.rights import Rights


class UnknownRights(ContractError):
    """Bits that mean nothing."""

    bits: Rights
    text = "the terms name bits that mean nothing, {bits}; use those of gen_ip.Rights"


class PassExceedsGrant(ContractError):
    """`pass` names what is not a permission in `grant`."""

    grant: Rights
    pass_: Rights
    text = "the terms pass on {pass_} but grant {grant}; pass on granted permissions only"


class EditorialIsNotCommercial(ContractError):
    """Editorial terms allow neither COMMERCIAL nor MERCH."""

    grant: Rights
    text = "the terms grant {grant}; drop EDITORIAL, or COMMERCIAL and MERCH"


class InvalidShareAlike(ContractError):
    """Share-alike terms pass on all they grant, DERIVE among it, take income shares only, and do
    not end with a license."""

    grant: Rights
    pass_: Rights
    volume: int
    text = (
        "share-alike terms grant {grant}, pass on {pass_}, volume {volume}; pass on all "
        "permissions, DERIVE among them, ask for no volume share, and leave ENDS_WITH_LICENSE out"
    )


class ExclusiveMustEnd(ContractError):
    """Exclusive terms need an end."""

    text = "exclusive terms need an end; set their duration"


class InvalidDuration(ContractError):
    """A license cannot run that long; both in seconds."""

    duration: int
    cap: int
    text = "a duration of {duration} seconds is above the cap; name {cap} or less, or 0 for ever"


class InvalidUnits(ContractError):
    """Units go with DERIVE, and must be finite where the license is transferable."""

    grant: Rights
    units: int
    text = (
        "{units} units with {grant}; terms with DERIVE need units, finite ones when TRANSFERABLE, "
        "and others none"
    )


class InvalidShares(ContractError):
    """Shares go with DERIVE, and are at most 10,000 basis points together."""

    grant: Rights
    income: int
    volume: int
    text = (
        "income {income} and volume {volume} with {grant}; shares need DERIVE and stay within "
        "10000 basis points together"
    )


class UnknownTerms(ContractError):
    """No terms of this hash are stored."""

    terms_hash: bytes
    text = "no terms {terms_hash} are registered; register them first"


class NotIssuer(ContractError):
    """Only the work's owner, the marketplace or a market the owner allowed may issue licenses."""

    work_id: int
    caller: str
    owner: str
    text = (
        "licenses of work {work_id} are issued by its owner {owner}, not by {caller}; "
        "let the owner allow that market"
    )


class InvalidCount(ContractError):
    """Licenses are issued in batches, exclusive ones alone."""

    count: int
    cap: int
    text = "{count} licenses at once; ask for 1 to {cap}"


class ZeroLicensee(ContractError):
    """Licenses need a holder."""

    text = "the licensee is address 0; name the account that shall hold the license"


class ExceedsCeiling(ContractError):
    """The terms grant permissions that the work's own licenses do not pass on."""

    work_id: int
    excess: Rights
    text = "the licenses under work {work_id} do not pass on {excess}; offer terms without"


class MissingObligations(ContractError):
    """The terms lack obligations that the work inherited."""

    work_id: int
    missing: Rights
    text = "work {work_id} inherited {missing}; offer terms that carry it too"


class OutlivesWork(ContractError):
    """The license would outlive what the work itself stands on."""

    work_id: int
    end: int
    until: int
    text = "a license would end {end}, work {work_id} stands until {until}; shorten the duration"


class ShareAlikeRequired(ContractError):
    """The work inherited share-alike: only these terms may be offered."""

    work_id: int
    required: bytes
    given: bytes
    text = "work {work_id} is share-alike; offer its terms {required} instead of {given}"


class SoldExclusively(ContractError):
    """An exclusive license runs."""

    work_id: int
    until: int
    text = "an exclusive license of work {work_id} runs until {until}; wait for its end"


class NothingLeftToShare(ContractError):
    """A derivative under these terms could never be certified: it would owe this much."""

    work_id: int
    basis_points: int
    text = (
        "a derivative of work {work_id} would owe {basis_points} basis points, above 10000; "
        "lower the shares of the terms"
    )


class LicenseForOtherWork(ContractError):
    """The license is for another work than the parent it is used on."""

    license_id: int
    work_id: int
    parent: int
    text = "license {license_id} is for work {work_id}, not {parent}; use one for that parent"


class LicenseNotHeld(ContractError):
    """The creator does not hold the license."""

    license_id: int
    holder: str
    creator: str
    text = "license {license_id} is held by {holder}, not {creator}; use a license of your own"


class LicenseTermsDiffer(ContractError):
    """The license has other terms than the edge names."""

    license_id: int
    terms_hash: bytes
    text = "license {license_id} does not have the terms {terms_hash}; name its own terms"


class LicenseNotActive(ContractError):
    """The license is not running."""

    license_id: int
    start: int
    end: int
    time: int
    text = "license {license_id} ran from {start} to {end}, now it is {time}; get a new license"


class NoDeriveRight(ContractError):
    """The license does not grant DERIVE."""

    license_id: int
    grant: Rights
    text = "license {license_id} grants {grant}, not DERIVE; get a license that allows derivatives"


class NoUnitsLeft(ContractError):
    """All units of the license are spent."""

    license_id: int
    text = "license {license_id} is used up; get another for the next derivative"


class ShareAlikeConflict(ContractError):
    """Two parents demand different share-alike terms."""

    first: bytes
    second: bytes
    text = "parents demand share-alike under {first} and {second}; use one of them"


class ShareAlikeDoesNotFit(ContractError):
    """The share-alike terms of one parent do not fit what the others pass on."""

    terms_hash: bytes
    excess: Rights
    missing: Rights
    text = (
        "share-alike terms {terms_hash} grant {excess} too much and lack {missing} for the other "
        "parents; combine other works"
    )


class UnknownLicense(ContractError):
    """No license of this id exists."""

    license_id: int
    text = "no license {license_id} exists on this chain; check the id and the chain"


class LicenseLocked(ContractError):
    """The license is not transferable."""

    license_id: int
    text = "license {license_id} is not transferable; the buyer needs a license of his own"


class InvalidStart(ContractError):
    """A license starts now or later, within a thousand years."""

    start: int
    time: int
    text = "a license cannot start {start}, now it is {time}; name a time from now on, or 0 for now"


class SalesSuspended(ContractError):
    """The work's arbiter has suspended sales."""

    work_id: int
    text = "the arbiter of work {work_id} has suspended its sales; wait until they are resumed"


class NotRenewable(ContractError):
    """Neither a license that never ends nor one that has ended can be renewed, nor any for longer
    than a thousand years."""

    license_id: int
    end: int
    text = (
        "license {license_id} cannot run until {end}; renew only a running one that "
        "ends, within a thousand years"
    )


class NotRevocable(ContractError):
    """The terms do not allow the license to be revoked."""

    license_id: int
    text = "the terms of license {license_id} do not allow to revoke it; leave it"


class OnlyMarketplace(ContractError):
    """Only the marketplace may call this."""

    caller: str
    text = "{caller} is not the marketplace; buy and derive through the marketplace"


class LicensesDoNotMatch(ContractError):
    """More or fewer licenses were bought in this call than edges wait for one."""

    bought: int
    used: int
    text = (
        "{bought} licenses were bought, {used} edges wait for one; buy one for every edge with "
        "license 0"
    )


class LicenseIsRevoked(ContractError):
    """The license was revoked."""

    license_id: int
    text = "license {license_id} was revoked by the work's arbiter; get another license"


class OwesBeyondDelegation(ContractError):
    """The derivative owes more than the creator's delegate may agree to, in basis points. The
    license contract's `BeyondDelegation`, apart from the registry's."""

    name = "BeyondDelegation"
    signature = "BeyondDelegation(uint256,uint256)"
    owed: int
    cap: int
    text = (
        "the work would owe {owed} basis points, the delegation allows {cap}; "
        "use licenses with lower shares, or ask the creator to sign"
    )
