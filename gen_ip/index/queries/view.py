"""One state of the index, as of one block, for as long as a question takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip.index.database import Database
from gen_ip.index.errors import NoChainIndex
from gen_ip.index.prepared import Prepared
from gen_ip.index.schema.chain import BLOCKS, CURSOR

# Databases take only so many values in a statement.
_AT_ONCE = 500
_CURSOR = Prepared(
    sql.select(
        CURSOR.c.chain_id,
        CURSOR.c.registry,
        CURSOR.c.block,
        CURSOR.c.hash,
        CURSOR.c.time,
        CURSOR.c.safe,
        CURSOR.c.final,
    )
)


@dataclass(frozen=True)
class AsOf:
    """The block that answers are as of, and how far back its chain is settled.

    Attributes:
        number, hash, time: of the last block that the index has.
        safe, final: the last ones that the node called so.
    """

    chain_id: int
    registry: str
    number: int
    hash: bytes
    time: int
    safe: int
    final: int

    def finality(self, block: int | None = None) -> str:
        """`final`, `safe` or `pending`: of what happened in a block, by default of all of it."""
        block = self.number if block is None else block
        return "final" if block <= self.final else "safe" if block <= self.safe else "pending"


class View:
    """An open read transaction; all queries take one."""

    def __init__(self, connection: sql.Connection, as_of: AsOf) -> None:
        self.connection, self.as_of = connection, as_of


@contextmanager
def viewing(database: Database) -> Iterator[View]:
    """The state as it is now.

    Raises:
        NoChainIndex: nothing was read from a chain yet.
        ChainIndexUnavailable: the database refuses.
    """
    with database.reading() as connection:
        row = _CURSOR.one(connection)
        if row is None:
            raise NoChainIndex(database.name)
        yield View(connection, AsOf(*row))


def block_hashes(view: View, numbers: Collection[int]) -> Mapping[int, bytes]:
    """The hashes of blocks by their numbers: of all above the final one, and of those below it that
    have logs; the others are left out."""
    wanted, found = sorted(set(numbers)), {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = BLOCKS.c.number.in_(wanted[start : start + _AT_ONCE])
        for row in view.connection.execute(sql.select(BLOCKS.c.number, BLOCKS.c.hash).where(some)):
            found[row.number] = row.hash
    return found
