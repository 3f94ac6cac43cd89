"""One writer at a time: a row that says who, and until when."""

from __future__ import annotations

import os
import secrets
import socket
import time

import sqlalchemy as sql

from gen_ip.index.errors import LeaseHeld
from gen_ip.index.schema.chain import LEASE

SECONDS = 30
"""How long a writer that says nothing counts as there."""


class Lease:
    """This process's claim to write. Every transaction of the writer begins with `hold`: whoever
    was away for too long, and lost it to another, then writes nothing.

    Args:
        name: of the database, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"

    def hold(self, connection: sql.Connection) -> bool:
        """Takes or keeps the lease, as a part of the caller's transaction; whether it was held all
        the time: if not, another may have written since.

        Raises:
            LeaseHeld: another has it.
        """
        now = int(time.time())
        # Whoever comes second waits here for the first one's end.
        row = connection.execute(sql.select(LEASE).with_for_update()).one_or_none()
        values = {"holder": self.holder, "until": now + SECONDS}
        if row is None:
            connection.execute(sql.insert(LEASE).values(id=1, **values))
            return False
        if row.holder != self.holder and row.until > now and not _is_gone(row.holder):
            raise LeaseHeld(self._name, row.holder, row.until - now)
        connection.execute(sql.update(LEASE).values(**values))
        return bool(row.holder == self.holder)

    def release(self, connection: sql.Connection) -> None:
        """Lets others write at once."""
        connection.execute(sql.delete(LEASE).where(LEASE.c.holder == self.holder))


def _is_gone(holder: str) -> bool:
    """Whether it was a process of this machine that has ended."""
    host, _, process = holder.rpartition("/")[0].rpartition("/")
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
