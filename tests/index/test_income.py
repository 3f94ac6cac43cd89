"""What is booked of the splitter's logs is what its views say, to the last unit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks._chain import Chain
from gen_ip.index.schema.income import ACCOUNTS, BALANCES, NODES
from gen_ip.work import till_of
from tests.ledger.seeded import history
from tests.ledger.stage import Cast, Stage
from tests.support.require import require

from .following import caught_up, rows, writer_of

SEEDS = (3, 11, 29)


@pytest.fixture(scope="module")
def cast() -> Iterator[Cast]:
    require("anvil")
    require("solc")
    with Chain(b"index") as chain:
        yield Cast(chain)


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_to_the_views(cast: Cast, seed: int, tmp_path: Path) -> None:
    chain = cast.chain
    with chain.undone():
        stage = Stage(cast, f"index-{seed}", "")
        for step in history(seed):
            stage.play(step)
        stage.check()
        database, writer = writer_of(
            tmp_path / "chain.sqlite", chain.rpc, chain.session.deployment, most_blocks=7
        )
        caught_up(writer)
        encode = chain.session.encode
        accounts = {(row.work, row.token): row for row in rows(database, ACCOUNTS)}
        balances = {(row.account, row.token): row.amount for row in rows(database, BALANCES)}
        nodes = {row.work: row for row in rows(database, NODES)}
        assert accounts
        assert balances
        works = [work.id for work in stage.opened]
        people = {*cast.addresses, *map(till_of, works), *(account for account, _ in balances)}
        for token in cast.tokens:
            for work in works:
                account = accounts.get((work, token))
                credit, pending = chain.read(
                    [
                        encode("RoyaltySplitter", "credit", work, token),
                        encode("RoyaltySplitter", "pending", work, token),
                    ]
                )
                assert account is None or (account.credit, account.income, account.volume) == (
                    credit,
                    *pending,
                )
                assert account is not None or (credit, tuple(pending)) == (0, (0, 0))
            for person in sorted(people):
                (balance,) = chain.read([encode("RoyaltySplitter", "balances", person, token)])
                assert balances.get((person, token), 0) == balance
        for work in works:
            rel, vol, parents, payees, _ = chain.read([encode("RoyaltySplitter", "node", work)])[0]
            node = nodes.get(work)
            assert (rel, vol, parents, payees) == (
                (0, 0, 0, 0) if node is None else tuple(node)[1:]
            )
        database.close()
