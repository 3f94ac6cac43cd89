"""Use permits and their revocations that were handed in."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import PERMITS, REVOCATIONS
from gen_ip.status.facts import PermitFact
from gen_ip.status.permits import (
    PermitRevocation,
    SignedBy,
    SignedPermit,
    fact_of,
    revokes,
    with_key,
)

MOST_PERMITS = 1_000
"""Permits of one work for one account: who signs more has them end first."""


class KeptPermits:
    """Permits of one chain's licenses; `gen_ip.status.gathering.Permits`.

    Args:
        records: where they are kept.
        chain_id, contract: of the licenses.
        signed_by: what tells whether an account signed; by default keys alone.
    """

    def __init__(
        self, records: Records, chain_id: int, contract: str, signed_by: SignedBy = with_key
    ) -> None:
        self._records, self._here = records, (chain_id, contract)
        self._signed_by = signed_by

    def add(self, signed: SignedPermit, at: int) -> bool:
        """Keeps a permit; whether it is new. `at` is now, in seconds since the epoch.

        Raises:
            NotTaken: it is not its licensee's, not of this chain, over, or one too many.
            RecordsUnavailable.
        """
        message = signed.message
        name = f"permit 0x{signed.hash.hex()}"
        self._require_here(name, signed.chain_id, signed.contract)
        if not self._signed_by(signed.signer, signed.digest, signed.signature):
            raise NotTaken(name, f"{signed.signer} did not sign it")
        if message.expiry < at:
            raise NotTaken(name, "it has ended")
        row = {
            "hash": signed.hash,
            "work": str(message.work),
            "account": message.account,
            "expiry": message.expiry,
            "document": json.dumps(signed.to_json()),
            "received": int(time.time()),
        }
        alike = (PERMITS.c.work == row["work"]) & (PERMITS.c.account == message.account)
        with self._records.open() as database:
            if database.execute(_by_hash(signed.hash)).one_or_none() is not None:
                return False
            count = sql.select(sql.func.count()).select_from(PERMITS)
            live = database.execute(count.where(alike, PERMITS.c.expiry >= at)).scalar_one()
            if live >= MOST_PERMITS:
                raise NotTaken(name, f"{MOST_PERMITS:,} permits of this work are kept for it")
            database.execute(sql.delete(PERMITS).where(alike, PERMITS.c.expiry < at))
            self._records.put(database, PERMITS, row)
        return True

    def revoke(self, taken_back: PermitRevocation) -> bool:
        """Keeps a revocation; whether it is new.

        Raises:
            UnknownName: its permit is not kept here.
            NotTaken: it is not the licensee's.
            RecordsUnavailable.
        """
        permit = taken_back.message.permit
        signed = self.get(permit)
        if not revokes(taken_back, signed, self._signed_by):
            raise NotTaken(f"revocation of 0x{permit.hex()}", f"{signed.signer} did not sign it")
        row = {
            "hash": taken_back.hash,
            "permit": permit,
            "document": json.dumps(taken_back.to_json()),
            "received": int(time.time()),
        }
        with self._records.open() as database:
            known = sql.select(REVOCATIONS.c.hash).where(REVOCATIONS.c.permit == permit)
            if database.execute(known).first() is not None:
                return False
            self._records.put(database, REVOCATIONS, row)
        return True

    def get(self, permit: bytes) -> SignedPermit:
        """A permit by its hash.

        Raises:
            UnknownName: it is not kept here.
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            text = database.execute(_by_hash(permit)).scalar_one_or_none()
        if text is None:
            raise UnknownName("permit", f"0x{permit.hex()}")
        return SignedPermit.from_json(json.loads(text))

    def revoked(self, permit: bytes) -> bool:
        """Whether a permit was taken back.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            return bool(self._revocations(database, permit))

    def permits(self, work: int, account: str) -> Sequence[PermitFact]:
        """The permits of a work for an account, in its one spelling.

        Raises:
            RecordsUnavailable.
        """
        asked = sql.select(PERMITS.c.document).where(
            PERMITS.c.work == str(work), PERMITS.c.account == account
        )
        with self._records.open(write=False) as database:
            found = [
                SignedPermit.from_json(json.loads(text))
                for text in database.execute(asked).scalars()
            ]
            # Signatures were checked when they came; a contract wallet may think otherwise by now.
            return [
                fact_of(each, self._revocations(database, each.hash), self._signed_by)
                for each in found
            ]

    def _revocations(self, database: sql.Connection, permit: bytes) -> list[PermitRevocation]:
        asked = sql.select(REVOCATIONS.c.document).where(REVOCATIONS.c.permit == permit)
        texts = database.execute(asked).scalars()
        return [PermitRevocation.from_json(json.loads(text)) for text in texts]

    def _require_here(self, name: str, chain_id: int, contract: str) -> None:
        if (chain_id, contract) != self._here:
            raise NotTaken(
                name, f"it is for chain {chain_id} and {contract}, here are {self._here}"
            )


def _by_hash(permit: bytes) -> sql.Select[Any]:
    return sql.select(PERMITS.c.document).where(PERMITS.c.hash == permit)
