"""Works found in the logs, and in an index: the same ones, planned the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.chain.errors import UnexpectedChain
from gen_ip.chain.rpc import Rpc
from gen_ip.keeping import Keeper, Policy, Whose
from gen_ip.keeping.indexed import Indexed
from gen_ip.signing import Payee
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain

__all__ = ["alice", "bob", "carol", "derive", "store"]


def test_logs_and_index_find_the_same(
    chain: LocalChain,
    alice: GenIP,
    bob: GenIP,
    carol: GenIP,
    derive: Derive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    share = Payee(chain.carol.address, 1_000)
    root = alice.certify(b"root", payees=[share]).work_id
    child = derive(bob, b"child", root).work_id
    alice.certify(b"another")
    moved = bob.certify(b"moved").work_id
    bob.transfer(moved, chain.carol.address)
    for work in (root, child, moved):
        carol.pay(work, 10**18)
    database, writer = writer_of(tmp_path / "chain.sqlite", Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    index = Indexed(database)
    policy = Policy(factor=1)
    for whose, works in (
        (Whose(every=True), 4),
        (Whose(owners=[chain.carol.address]), 1),
        (Whose(creators=[chain.bob.address]), 2),
        (Whose(payees=[chain.carol.address]), 1),
        (Whose(works=[child], owners=[chain.alice.address]), 3),
    ):
        by_logs = Keeper(carol, whose, policy).plan()
        by_index = Keeper(carol, whose, policy, index).plan()
        assert by_index.pays == by_logs.pays
        assert by_index.gas == by_logs.gas
        assert len(index.works(carol._session, whose)) == works
    monkeypatch.setitem(vars(carol._session.rpc), "chain_id", 5)
    with pytest.raises(UnexpectedChain):
        Keeper(carol, Whose(every=True), policy, index).plan()
    writer.close()
    database.close()
