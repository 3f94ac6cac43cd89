"""What the domains of profiles said when they were asked, and which are to be asked next."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import DOMAIN_PROOFS, DOMAINS, PROFILES
from gen_ip.status.domains import Proof, Said

DAY = 86_400
LEAST_PAUSE = 60
"""Seconds between two questions to a domain, however many profiles name it."""
PAUSES = (300, 1_800, 7_200, 43_200)
"""Seconds until a domain that could not be reached is asked again; after these, a day."""
_TAKEN_SECONDS = 600
_PROOF, _DOMAIN = DOMAIN_PROOFS.c, DOMAINS.c


@dataclass(frozen=True)
class KeptProof:
    """What a domain said of an account; `proof` and `checked` (seconds since the epoch) are None
    where it was not asked yet."""

    domain: str
    proof: Proof | None = None
    checked: int | None = None


def name(database: sql.Connection, account: str, domain: str, now: int) -> None:
    """Notes which domain an account's profile names ("" for none), to be asked soon. What another
    domain said of the account is forgotten."""
    database.execute(
        sql.delete(DOMAIN_PROOFS).where(_PROOF.account == account, _PROOF.domain != domain)
    )
    if not domain:
        return
    row = {"account": account, "domain": domain}
    database.execute(databases.insert_missing(database, DOMAIN_PROOFS), row)
    named = _DOMAIN.domain == domain
    new = {"domain": domain, "tries": 0, "again": now}
    database.execute(databases.insert_missing(database, DOMAINS), new)
    known = database.execute(
        sql.select(_DOMAIN.asked, _DOMAIN.again).where(named).with_for_update()
    ).one()
    soon = now if known.asked is None else max(now, known.asked + LEAST_PAUSE)
    database.execute(sql.update(DOMAINS).where(named).values(again=min(known.again, soon)))


class KeptDomains:
    """The answers of domains in the operator's database."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def name_all(self, now: int) -> None:
        """Notes the domains of profiles that were handed in before any were noted.

        Raises:
            RecordsUnavailable.
        """
        known = sql.select(_PROOF.account)
        missing = sql.select(PROFILES.c.account, PROFILES.c.document).where(
            PROFILES.c.account.not_in(known)
        )
        with self._records.open() as database:
            for row in database.execute(missing).all():
                name(database, row.account, json.loads(row.document)["message"]["domain"], now)

    def of(self, account: str, domain: str) -> KeptProof:
        """What the domain of an account's profile said of it.

        Raises:
            RecordsUnavailable.
        """
        asked = sql.select(_PROOF.proof, _PROOF.checked).where(
            _PROOF.account == account, _PROOF.domain == domain
        )
        with self._records.open(write=False) as database:
            row = database.execute(asked).one_or_none()
        if row is None or row.proof is None:
            return KeptProof(domain)
        return KeptProof(domain, Proof(row.proof), row.checked)

    def take(self, now: int, most: int) -> Sequence[str]:
        """Domains that are to be asked now, at most so many, the longest due first. For ten minutes
        nobody else gets them.

        Raises:
            RecordsUnavailable.
        """
        due = _DOMAIN.again <= now
        with self._records.open(write=False) as database:
            if database.execute(sql.select(_DOMAIN.domain).where(due).limit(1)).first() is None:
                return []
        with self._records.open() as database:
            named = sql.exists().where(_PROOF.domain == _DOMAIN.domain)
            database.execute(sql.delete(DOMAINS).where(due, ~named))
            taken = (
                sql.select(_DOMAIN.domain)
                .where(due)
                .order_by(_DOMAIN.again, _DOMAIN.domain)
                .limit(most)
                .with_for_update(skip_locked=True)
            )
            found = list(database.execute(taken).scalars())
            database.execute(
                sql.update(DOMAINS)
                .where(_DOMAIN.domain.in_(found))
                .values(asked=now, again=now + _TAKEN_SECONDS)
            )
        return found

    def note(self, domain: str, said: Said, now: int) -> None:
        """Keeps what a domain said, for all whose profiles name it, and when to ask it again.

        Raises:
            RecordsUnavailable.
        """
        named = _DOMAIN.domain == domain
        of_domain = sql.update(DOMAIN_PROOFS).where(_PROOF.domain == domain)
        with self._records.open() as database:
            tries = database.execute(
                sql.select(_DOMAIN.tries).where(named).with_for_update()
            ).scalar()
            if said.failure is None:
                listed = _PROOF.account.in_(said.accounts)
                for which, proof in ((listed, Proof.PROVEN), (~listed, Proof.DENIED)):
                    values = {"proof": proof.value, "checked": now}
                    database.execute(of_domain.where(which).values(values))
                after = {"tries": 0, "again": now + DAY}
            else:
                database.execute(of_domain.values(proof=said.failure.value, checked=now))
                failed = tries or 0
                pause = PAUSES[failed] if failed < len(PAUSES) else DAY
                after = {"tries": failed + 1, "again": now + pause}
            database.execute(sql.update(DOMAINS).where(named).values(after))
