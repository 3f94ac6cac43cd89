"""Signed profiles that were handed in: of each account the latest."""

from __future__ import annotations

import json
import time

import sqlalchemy as sql

from gen_ip.service.errors import NotTaken
from gen_ip.service.kept import domains
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import PROFILES
from gen_ip.status.permits import SignedBy, with_key
from gen_ip.status.profiles import SignedProfile, latest

_AHEAD_SECONDS = 3_600


class KeptProfiles:
    """The profiles in the operator's database.

    Args:
        records: where they are kept.
        chain_id, contract: what they are signed for.
        signed_by: what tells whether an account signed; by default keys alone.
    """

    def __init__(
        self, records: Records, chain_id: int, contract: str, signed_by: SignedBy = with_key
    ) -> None:
        self._records, self._here, self._signed_by = records, (chain_id, contract), signed_by

    def add(self, signed: SignedProfile, at: int) -> bool:
        """Keeps a profile where it is later than the one before; whether it was.

        Raises:
            NotTaken: it is not its account's, not for this chain, or of a time to come.
            RecordsUnavailable.
        """
        message = signed.message
        name = f"profile of {message.account}"
        if (signed.chain_id, signed.contract) != self._here:
            raise NotTaken(name, f"it is for chain {signed.chain_id} and {signed.contract}")
        if not self._signed_by(signed.signer, signed.digest, signed.signature):
            raise NotTaken(name, f"{signed.signer} did not sign it")
        if message.time > at + _AHEAD_SECONDS:
            raise NotTaken(name, "it is of a time to come, and could not be replaced until then")
        row = {
            "account": message.account,
            "time": message.time,
            "hash": signed.hash,
            "document": json.dumps(signed.to_json()),
            "received": int(time.time()),
        }
        with self._records.open() as database:
            before = self._read(database, message.account)
            if before is not None and latest([before, signed]) == before:
                return False
            self._records.put(database, PROFILES, row)
            domains.name(database, message.account, message.domain, int(time.time()))
        return True

    def of(self, account: str) -> SignedProfile | None:
        """An account's profile.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            return self._read(database, account)

    def _read(self, database: sql.Connection, account: str) -> SignedProfile | None:
        asked = sql.select(PROFILES.c.document).where(PROFILES.c.account == account)
        text = database.execute(asked).scalar_one_or_none()
        return None if text is None else SignedProfile.from_json(json.loads(text))
