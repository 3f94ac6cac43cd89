"""Works and what stands below them, from the index of the chain."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sql

from gen_ip.chain.errors import UnexpectedChain
from gen_ip.chain.session import Session
from gen_ip.income.settling import Node
from gen_ip.index.database import Database
from gen_ip.index.making import require_ready
from gen_ip.index.queries.income import nodes
from gen_ip.index.queries.lineage import below_all
from gen_ip.index.queries.view import View, viewing
from gen_ip.index.schema.income import PAYEES
from gen_ip.index.schema.works import WORKS
from gen_ip.keeping.finding import Whose
from gen_ip.works.lineage import Link


class Indexed:
    """Asks an index that `gen-ip chain-index run` follows. Works and shares that it does not have
    yet are kept once it does; what they hold is read from the node.

    Every method raises `UnexpectedChain` where it is of another chain, and `NoChainIndex`,
    `ChainIndexUnavailable` where it does not answer.
    """

    def __init__(self, database: Database) -> None:
        require_ready(database)
        self._database = database

    def works(self, session: Session, whose: Whose) -> list[int]:
        """See `gen_ip.keeping.finding.Source`."""
        asked = [
            sql.select(column).where(of.in_(accounts)).order_by(column)
            for column, of, accounts in (
                (WORKS.c.id, WORKS.c.owner, whose.owners),
                (WORKS.c.id, WORKS.c.creator, whose.creators),
                (PAYEES.c.work, PAYEES.c.payee, whose.payees),
            )
            if accounts
        ]
        if whose.every:
            asked.append(sql.select(WORKS.c.id).order_by(WORKS.c.id))
        found = list(whose.works)
        with viewing(self._database) as view:
            _check(session, view)
            for each in asked:
                found += view.connection.execute(each).scalars()
        return list(dict.fromkeys(found))

    def below(self, session: Session, works: Collection[int]) -> tuple[Link, ...]:
        """See `gen_ip.keeping.finding.Source`."""
        with viewing(self._database) as view:
            _check(session, view)
            return below_all(view, works)

    def nodes(self, session: Session, works: Collection[int]) -> dict[int, Node]:
        """See `gen_ip.keeping.finding.Source`."""
        with viewing(self._database) as view:
            _check(session, view)
            return nodes(view, works)


def _check(session: Session, view: View) -> None:
    if view.as_of.chain_id != session.rpc.chain_id:
        raise UnexpectedChain(view.as_of.chain_id, session.rpc.chain_id)
