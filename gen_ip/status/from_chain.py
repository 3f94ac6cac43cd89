"""Whether a use permit holds, asked of a node alone: without an index, for one permit at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from gen_ip.chain.deployment import Deployment
from gen_ip.chain.events import word
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.chain.wallets import is_signed_by
from gen_ip.status.errors import NotGranted, NotLicensee, PermitElsewhere
from gen_ip.status.facts import LicenseFact, Question, WorkFacts
from gen_ip.status.holding import Held, Lacking, right_of
from gen_ip.status.permits import PermitRevocation, SignedPermit, fact_of
from gen_ip.status.uses import Use, allows, missing
from gen_ip.terms.rights import NOTHING, Rights
from gen_ip.works.licenses import Licenses
from gen_ip.works.registry import Registry


class PermitCheck:
    """Reads of one chain."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._session = Session(rpc, deployment, None)
        self._licenses, self._registry = Licenses(self._session), Registry(self._session)

    def now(self) -> int:
        """The chain's own time, in seconds since the epoch."""
        return self._session.rpc.block().timestamp

    def signable(self, account: str, license_id: int, work: int, uses: Iterable[Use]) -> int:
        """The work that an account may sign a permit for: its license's, or with `license_id` 0
        the one that it owns.

        Raises:
            UnknownLicense, UnknownWork: there is none.
            NotLicensee: it is somebody else's, or ended.
            NotGranted: the license does not allow a use.
        """
        if license_id == 0:
            owner, _ = self._registry.ownership(work)
            if owner != account:
                raise NotLicensee("work", str(work), owner, account)
            return work
        found = self._licenses.get(license_id)
        now = self.now()
        if not self._licenses.check(license_id, account, NOTHING, now):
            raise NotLicensee("license", str(license_id), found.holder, account)
        if narrow := missing(found.terms.grant, uses):
            raise NotGranted(license_id, ", ".join(each.value for each in narrow))
        return found.work

    def right(
        self,
        signed: SignedPermit,
        revocations: Iterable[PermitRevocation] = (),
        *,
        account: str | None = None,
        uses: Iterable[Use] = (),
        at: int | None = None,
    ) -> Held | Lacking:
        """The right that a permit gives its account (or `account`, in its one spelling) for these
        uses, by default all that it names; at a time, by default now.

        Raises:
            PermitElsewhere: it is of another chain or license contract.
            UnknownLicense, UnknownWork: what it names is not there.
        """
        message = signed.message
        here = (self._session.rpc.chain_id, self._session.deployment.license)
        if (signed.chain_id, signed.contract) != here:
            raise PermitElsewhere(signed.chain_id, signed.contract, *here)
        wanted = frozenset(uses) or uses_of(signed.use)
        time = self.now() if at is None else at
        question = Question(
            at=time,
            uses=wanted,
            account=account or message.account,
            agency=message.agency or None,
        )
        signed_by = partial(is_signed_by, self._session.rpc)
        work = self._facts(message.work, message.license, time)
        work = replace(work, permits=(fact_of(signed, revocations, signed_by),))
        return right_of(work, question, wanted)

    def _facts(self, work: int, license_id: int, at: int) -> WorkFacts:
        """As much as a permit's right hangs on. Exclusive licenses bind an owner's permit too."""
        claim = self._registry.claim(work)
        owner, _ = self._registry.ownership(work)
        if license_id:
            found = [self._licenses.get(license_id)]
        else:
            licensed = self._licenses.find(None, work)
            found = [each for each in licensed if Rights.EXCLUSIVE in each.terms.grant]
        return WorkFacts(
            work,
            claim.content_hash,
            claim.creator,
            owner,
            claim_time=self._registry.claim_time(work),
            final=False,
            owned_since=self._since("IPRegistry", owner, work),
            licenses=tuple(
                LicenseFact(
                    each.id,
                    each.work,
                    each.holder,
                    each.terms.grant,
                    each.start,
                    each.end,
                    # The contract says no of a running license only where it was revoked.
                    revoked=each.active(at)
                    and not self._licenses.check(each.id, each.holder, NOTHING, at),
                    held_since=self._since("IPLicense", each.holder, each.id),
                )
                for each in found
            ),
        )

    def _since(self, contract: str, holder: str, token: int) -> int:
        """When a certificate or license came to who holds it."""
        found = self._session.events(contract, "Transfer", None, word(holder), word(token))
        if not found:
            return 0
        last = found[-1]
        return self._session.rpc.block(last.block).timestamp if last.time is None else last.time


def uses_of(rights: Rights) -> frozenset[Use]:
    """Every use that rights speak of; showing where they speak of none."""
    named = frozenset(use for use in Use if use.right and use.right in rights)
    return frozenset(use for use in named if allows(rights, use)) or frozenset({Use.SHOW})


def rights_for(uses: Iterable[Use]) -> Rights:
    """The bits of a permit for uses."""
    rights = NOTHING
    for use in uses:
        rights |= use.right
    return rights
