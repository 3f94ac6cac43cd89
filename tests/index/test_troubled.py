"""What passes is waited for: it neither ends the following nor takes anything back."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Rpc
from gen_ip.content.local import LocalStore
from gen_ip.errors import GenIPError
from gen_ip.index.database import Database
from gen_ip.index.documents import Fetched, fetch_missing
from gen_ip.index.errors import ChainIndexUnavailable, IncompleteAnswer
from gen_ip.index.running import follow
from gen_ip.index.writer import Progress, Writer

from .following import caught_up, state, writer_of
from .scene import Scene

_BLOCK = "eth_getBlockByNumber"


class _Several(Rpc):
    """Nodes behind one address: the one that tells blocks by number has none after `newest`."""

    newest = 1 << 60

    def request(self, method: str, *params: Any) -> Any:
        return None if self._lacks(method, params) else super().request(method, *params)

    def batch(self, requests: Iterable[tuple[str, tuple[Any, ...]]]) -> Any:
        asked = list(requests)
        found = super().batch(asked)
        return [None if self._lacks(*each) else one for each, one in zip(asked, found, strict=True)]

    def _lacks(self, method: str, params: tuple[Any, ...]) -> bool:
        named = method == _BLOCK and params[0].startswith("0x")
        return named and int(params[0], 16) > self.newest


def opened(scene: Scene, folder: Path, rpc: Rpc) -> tuple[Database, Writer]:
    return writer_of(folder / "chain.sqlite", rpc, scene.chain.session.deployment)


@pytest.mark.parametrize("known", [0, 6])
def test_one_of_several_nodes_lags(scene: Scene, tmp_path: Path, known: int) -> None:
    """Nothing is taken back, and below what is final nothing is held to differ."""
    rpc = _Several(scene.chain.rpc.web3)
    scene.mine(6)
    database, writer = opened(scene, tmp_path, rpc)
    caught_up(writer)
    before = state(database)
    scene.mine(1)
    rpc.newest = known
    for _ in range(2):
        with pytest.raises(IncompleteAnswer):
            writer.step()
    assert state(database) == before
    rpc.newest = scene.head
    assert caught_up(writer).block == scene.head
    database.close()


def test_who_is_told_may_fail(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents are fetched between two steps: a database that restarts then ends nothing."""
    monkeypatch.setattr("gen_ip.index.running._PAUSES", (0.001,))
    database, writer = opened(scene, tmp_path, scene.chain.rpc)
    stop = threading.Event()
    told: list[Progress] = []
    troubles: list[GenIPError] = []

    def tell(done: Progress) -> None:
        told.append(done)
        if len(told) == 2:
            raise ChainIndexUnavailable(database.name, "restarted")
        if len(told) == 4:
            stop.set()

    follow(writer, stop=stop, told=tell, troubled=troubles.append, poll=0)
    assert len(told) == 4
    assert [type(each) for each in troubles] == [ChainIndexUnavailable]
    database.close()


class _Odd(Rpc):
    """A number of its blocks is what no table holds."""

    def batch(self, requests: Any) -> Any:
        return [{**one, "timestamp": hex(1 << 63)} for one in super().batch(requests)]


def test_numbers_that_no_table_holds(scene: Scene, tmp_path: Path) -> None:
    database, writer = opened(scene, tmp_path, _Odd(scene.chain.rpc.web3))
    with pytest.raises(NodeError, match=_BLOCK):
        writer.step()
    database.close()


def test_a_round_of_documents_ends_when_it_is_told(scene: Scene, tmp_path: Path) -> None:
    database, writer = opened(scene, tmp_path, scene.chain.rpc)
    caught_up(writer)
    asked: list[bool] = []

    def enough() -> bool:
        asked.append(True)
        return len(asked) > 2

    store = LocalStore(tmp_path / "store")
    assert fetch_missing(database, store, enough=enough) == Fetched(0, 2)
    assert fetch_missing(database, store).missing == len(scene.works) - 2
    database.close()
