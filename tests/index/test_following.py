"""Whatever the chain, the node and the process do, the index is that of a fresh start."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from gen_ip.chain.anvil import Anvil
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.chain.rpc import Rpc
from gen_ip.index.errors import (
    ChainIndexUnavailable,
    IncompleteAnswer,
    LeaseHeld,
    OtherChain,
    ReorganizedBelowFinal,
)
from gen_ip.index.lease import Lease
from gen_ip.index.writer import Did
from tests.support.postgres import Postgres
from tests.support.proxy import CLIENT_SECONDS, Fault, Proxy

from .following import caught_up, state, writer_of
from .scene import Scene

LONG = os.environ.get("GENIP_PROFILE") == "long"
SEEDS = range(40 if LONG else 4)


def fresh(scene: Scene, folder: Path) -> dict[str, list[Any]]:
    """What an index that saw only the end holds."""
    chain = scene.chain
    path = folder / f"fresh-{random.getrandbits(64)}.sqlite"
    database, writer = writer_of(path, chain.rpc, chain.session.deployment)
    caught_up(writer)
    found = state(database)
    database.close()
    return found


def opened(scene: Scene, where: Any, most_blocks: int = 2_000, rpc: Rpc | None = None) -> Any:
    chain = scene.chain
    return writer_of(where, rpc or chain.rpc, chain.session.deployment, most_blocks)


class _Crash(BaseException):
    """The process ends here."""


def _crashing(database: Any, statements: int) -> Callable[[], None]:
    """Ends the next transaction after so many statements; call what comes back to stop that."""
    left = [statements]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise _Crash

    sql.event.listen(database.engine, "before_cursor_execute", count)
    return lambda: sql.event.remove(database.engine, "before_cursor_execute", count)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_history_ends_as_a_fresh_start(
    scene: Scene, tmp_path: Path, seed: int, kind: str, request: pytest.FixtureRequest
) -> None:
    """Blocks, steps, reorganizations and crashes in any order."""
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
    where = tmp_path / "chain.sqlite" if postgres is None else postgres.database()
    rng = scene.rng = random.Random(seed)
    database, writer = opened(scene, where, 3)
    for _ in range(30 if LONG else 14):
        action = rng.choice(["mine", "mine", "step", "step", "reorganize", "crash", "restart"])
        if action == "mine":
            scene.mine(rng.randint(1, 4))
        elif action == "step":
            writer.step()
        elif action == "reorganize":
            depth = rng.choice([1, 1, 2, 3, 8])
            scene.reorganize(depth, rng.randint(0, depth + 2))
        elif action == "crash":
            stop = _crashing(database, rng.randint(1, 12))
            try:
                writer.step()
            except _Crash:
                # What is open then is undone by the database, as after kill -9.
                database.close()
            stop()
        else:
            writer.close()
            database.close()
            database, writer = opened(scene, where, rng.choice([1, 2, 5, 100]))
    # A chain that ended shorter says nothing until it is longer.
    scene.mine(12)
    caught_up(writer)
    assert state(database) == fresh(scene, tmp_path)
    database.close()


@pytest.mark.parametrize("depth", [1, 2, 5, 20])
def test_reorganizations_of_every_depth(scene: Scene, tmp_path: Path, depth: int) -> None:
    scene.mine(22)
    database, writer = opened(scene, tmp_path / "chain.sqlite", 7)
    caught_up(writer)
    scene.reorganize(depth, depth + 1)
    back = writer.step()
    assert (back.did, back.block) == (Did.WENT_BACK, scene.head - depth - 1)
    caught_up(writer)
    assert state(database) == fresh(scene, tmp_path)


def test_below_what_is_final_nothing_is_taken_back(scene: Scene, tmp_path: Path) -> None:
    scene.mine(4)
    database, writer = opened(scene, tmp_path / "chain.sqlite")
    chain = scene.chain
    low = scene.head
    chain.rpc.request("anvil_mine", hex(80))
    done = caught_up(writer)
    assert low < done.final == scene.head - 64
    before = state(database)
    scene.reorganize(80, 3)
    chain.rpc.request("anvil_mine", hex(100))
    with pytest.raises(ReorganizedBelowFinal) as error:
        caught_up(writer)
    assert error.value.block == done.final
    with pytest.raises(ReorganizedBelowFinal):
        writer.step()
    assert state(database) == before


def test_killed_at_every_statement(scene: Scene, tmp_path: Path) -> None:
    """A child process of its own ends by SIGKILL in the middle of a step, then another goes on."""
    scene.mine(3)
    expected = fresh(scene, tmp_path)
    url = scene.chain.rpc.address
    path = tmp_path / "chain.sqlite"
    killed = 0
    for statements in range(1, 200):
        child = os.fork()
        if child == 0:
            database, writer = opened(scene, path, 3, Rpc(connect(url, 30)))
            left = [statements]

            def count(*_: object, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            sql.event.listen(database.engine, "before_cursor_execute", count)
            try:
                caught_up(writer)
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        if status == 0:
            break
        killed += 1
    assert killed > 20
    database, writer = opened(scene, path, 3)
    caught_up(writer)
    assert state(database) == expected


def test_through_a_bad_network(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.chain.rpc._PAUSES", (0.001, 0.002, 0.003))
    scene.mine(12)
    expected = fresh(scene, tmp_path)
    faults = [each for each in Fault if each is not Fault.SLOW]
    with Proxy(scene.chain.rpc.address, [], None) as proxy:
        database, writer = opened(
            scene, tmp_path / "chain.sqlite", 3, Rpc(connect(proxy.url, CLIENT_SECONDS))
        )
        failed = 0
        for seed in range(8 if LONG else 2):
            rng = random.Random(seed)
            proxy.faults.extend(rng.sample(faults, len(faults)))
            for _ in range(12):
                try:
                    writer.step()
                except (ConnectionFailed, NodeError, IncompleteAnswer, OtherChain):
                    failed += 1
        proxy.faults.clear()
        caught_up(writer)
        assert failed
    assert state(database) == expected


class _Forgetful(Rpc):
    """Leaves logs out, as a node does whose index lags."""

    def __init__(self, node: Rpc, keep: Callable[[dict[str, Any]], bool]) -> None:
        super().__init__(node.web3)
        self.keep = keep

    def logs(self, query: Any) -> list[Any]:
        return [log for log in super().logs(query) if self.keep(query)]


def test_a_range_without_its_logs_is_noticed(scene: Scene, tmp_path: Path) -> None:
    scene.mine(6)
    rpc = _Forgetful(scene.chain.rpc, lambda query: "blockHash" in query)
    database, writer = opened(scene, tmp_path / "chain.sqlite", 50, rpc)
    caught_up(writer)
    assert state(database) == fresh(scene, tmp_path)


def test_a_node_without_any_logs_is_asked_for_receipts(scene: Scene, tmp_path: Path) -> None:
    scene.mine(6)
    rpc = _Forgetful(scene.chain.rpc, lambda query: False)
    database, writer = opened(scene, tmp_path / "chain.sqlite", 50, rpc)
    caught_up(writer)
    assert state(database) == fresh(scene, tmp_path)


class _Partial(Rpc):
    """Leaves out the last log of every block that has several."""

    lagging = True

    def logs(self, query: Any) -> list[Any]:
        found = super().logs(query)
        if not self.lagging:
            return found
        last = {log["blockNumber"]: log["logIndex"] for log in found}
        many = {log["blockNumber"] for log in found if log["logIndex"] != last[log["blockNumber"]]}
        return [
            log
            for log in found
            if log["blockNumber"] not in many or log["logIndex"] != last[log["blockNumber"]]
        ]


def test_what_is_missing_is_there_before_it_is_final(scene: Scene, tmp_path: Path) -> None:
    rpc = _Partial(scene.chain.rpc.web3)
    scene.mine(10)
    database, writer = opened(scene, tmp_path / "chain.sqlite", 50, rpc)
    caught_up(writer)
    assert state(database)["logs"] != fresh(scene, tmp_path)["logs"]
    rpc.lagging = False
    scene.chain.rpc.request("anvil_mine", hex(70))
    caught_up(writer)
    assert state(database) == fresh(scene, tmp_path)


def test_a_node_that_is_behind_changes_nothing(scene: Scene, tmp_path: Path) -> None:
    scene.mine(6)
    database, writer = opened(scene, tmp_path / "chain.sqlite")
    caught_up(writer)
    before = state(database)
    scene.reorganize(4, 0)
    assert writer.step().did is Did.NOTHING
    assert state(database) == before


def test_a_second_node_on_a_fork(scene: Scene, tmp_path: Path) -> None:
    """Behind a balancer one node may be on another branch for a while."""
    scene.mine(6)
    with Anvil(("--fork-url", scene.chain.rpc.address)) as other:
        elsewhere = Rpc(connect(other.start(), 30))
        fork = elsewhere.block().number
        elsewhere.request("anvil_mine", hex(3))
        scene.mine(4)
        path = tmp_path / "chain.sqlite"
        database, first = opened(scene, path)
        caught_up(first)
        first.close()
        _, second = opened(scene, path, 2_000, elsewhere)
        back = second.step()
        assert (back.did, back.block) == (Did.WENT_BACK, fork)
        assert caught_up(second).block == fork + 3
        second.close()
        back = first.step()
        assert (back.did, back.block) == (Did.WENT_BACK, fork)
        caught_up(first)
        assert state(database) == fresh(scene, tmp_path)


def test_one_writer_at_a_time(scene: Scene, tmp_path: Path) -> None:
    database, writer = opened(scene, tmp_path / "chain.sqlite")
    caught_up(writer)
    other_database, other = opened(scene, tmp_path / "chain.sqlite")
    with pytest.raises(LeaseHeld, match="is being written by"):
        other.step()
    writer.close()
    assert caught_up(other).block == scene.head
    with pytest.raises(LeaseHeld):
        writer.step()
    other_database.close()
    database.close()


def test_who_lost_the_lease_begins_with_what_the_other_wrote(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped for long, while another wrote."""
    scene.mine(3)
    database, slept = opened(scene, tmp_path / "chain.sqlite")
    caught_up(slept)
    scene.reorganize(2, 4)
    monkeypatch.setattr("gen_ip.index.lease.SECONDS", -1)
    _, meanwhile = opened(scene, tmp_path / "chain.sqlite")
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE lease SET until = 0")
    caught_up(meanwhile)
    meanwhile.close()
    scene.reorganize(3, 5)
    caught_up(slept)
    assert state(database) == fresh(scene, tmp_path)


def test_a_writer_of_this_machine_that_is_gone_holds_nothing(scene: Scene, tmp_path: Path) -> None:
    database, writer = opened(scene, tmp_path / "chain.sqlite")
    gone = Lease(database.name)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    host, _, _ = gone.holder.split("/")
    gone.holder = f"{host}/{child}/00"
    with database.writing() as connection:
        gone.hold(connection)
    assert caught_up(writer).block == scene.head


def test_an_index_of_another_deployment_is_left_alone(scene: Scene, tmp_path: Path) -> None:
    database, writer = opened(scene, tmp_path / "chain.sqlite")
    caught_up(writer)
    writer.close()
    chain = scene.chain
    other = replace(chain.session.deployment, registry=chain.session.deployment.license)
    _, elsewhere = writer_of(tmp_path / "chain.sqlite", chain.rpc, other)
    with pytest.raises(OtherChain):
        elsewhere.step()
    database.close()


def test_a_database_that_ends_in_the_middle(
    scene: Scene, postgres: Postgres, tmp_path: Path
) -> None:
    scene.mine(6)
    expected = fresh(scene, tmp_path)
    for statements in (3, 7, 11):
        database, writer = opened(scene, postgres.database(), 4)
        left = [statements]

        def count(*_: object, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == 0:
                postgres.kill()

        sql.event.listen(database.engine, "before_cursor_execute", count)
        with pytest.raises(ChainIndexUnavailable):
            caught_up(writer)
        postgres.start()
        caught_up(writer)
        assert state(database) == expected
        database.close()
