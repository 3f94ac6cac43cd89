"""The index's database: an SQLite file by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.index.errors import ChainIndexUnavailable, NoChainIndex


class Database:
    """An open database, with a pool of connections; may be used from several threads.

    Args:
        where: the path of an SQLite file, or `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.
        make: make the file where it is missing.

    Raises:
        NoChainIndex: there is no file, and it was not to be made.
        ChainIndexUnavailable: it cannot be opened.
        InvalidArgument: the URL is of another kind.
    """

    def __init__(self, where: str | Path, *, make: bool = False) -> None:
        if not databases.is_url(where):
            path = Path(where)
            if not make and not path.exists():
                raise NoChainIndex(str(path))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ChainIndexUnavailable(str(path), error.strerror or str(error)) from None
        self.where, self.in_file = where, not databases.is_url(where)
        # A loss of power may cost the last commits, which the chain still has; never the file.
        self.engine = databases.engine(where, synchronous="NORMAL")
        self.name = databases.named(self.engine)
        self._reading = databases.Reading(self.engine)
        self._refusals = databases.refusals(self.engine)

    @contextmanager
    def writing(self) -> Iterator[sql.Connection]:
        """One transaction: whole, or not at all where the block raises.

        Raises:
            ChainIndexUnavailable: the database refuses.
        """
        with self._told(), self.engine.connect() as plain:
            connection = plain.execution_options(**databases.WRITING)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sql.Connection]:
        """A transaction in which all reads see the same state.

        Raises:
            ChainIndexUnavailable: the database refuses.
        """
        with self._told(), self._reading() as connection:
            yield connection

    def close(self) -> None:
        """Lets the connections go."""
        self._reading.close()
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._refusals as error:
            raise ChainIndexUnavailable(self.name, databases.reason(error)) from error
