"""The verdicts that the service signed, to be shown again by their hash."""

from __future__ import annotations

import json

import sqlalchemy as sql

from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import STATEMENTS
from gen_ip.status.statements import SignedVerdict


class KeptStatements:
    """The signed verdicts in the operator's database."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, signed: SignedVerdict) -> str:
        """Keeps a verdict; its id, the hash of what is signed in hex.

        Raises:
            RecordsUnavailable.
        """
        row = {
            "hash": signed.hash,
            "document": json.dumps(signed.to_json()),
            "time": signed.message.time,
        }
        with self._records.open() as database:
            self._records.put(database, STATEMENTS, row)
        return signed.hash.hex()

    def get(self, statement: str) -> SignedVerdict | None:
        """A verdict by its id; None where there is none.

        Raises:
            RecordsUnavailable.
        """
        asked = sql.select(STATEMENTS.c.document).where(
            STATEMENTS.c.hash == bytes.fromhex(statement)
        )
        with self._records.open(write=False) as database:
            text = database.execute(asked).scalar_one_or_none()
        return None if text is None else SignedVerdict.from_json(json.loads(text))
