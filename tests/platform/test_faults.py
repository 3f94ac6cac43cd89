"""Whatever ends a worker, no upload is lost, and none is certified or paid for twice."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sql

from gen_ip import GenIP
from gen_ip.chain import broadcasting
from gen_ip.platform import Platform, Policy, State, Way
from gen_ip.platform.queue import Queue
from gen_ip.signing.statements import Payee
from tests.ledger.profile import LONG

from .conftest import Site, consent


class Killed(BaseException):
    """As `kill -9`: nothing after it is done."""


@contextmanager
def killed_at(site: Site, step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Ends the process, as it were, at a step: a statement of the database, or a transaction
    handed to the node, before and after."""
    count = [0]

    def at(*_: Any) -> None:
        count[0] += 1
        if count[0] == step:
            raise Killed

    broadcast = broadcasting.broadcast

    def handed(*arguments: Any) -> Any:
        at()
        answer = broadcast(*arguments)
        at()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(broadcasting, "broadcast", handed)
        sql.event.listen(site.queue._engine, "before_cursor_execute", at)
        sql.event.listen(site.queue._engine, "commit", at)
        yield count


@pytest.mark.parametrize(("way", "first"), [(Way.NOW, 1), (Way.ANCHORED, 3)])
def test_killed_at_every_step(
    site: Site, way: Way, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps with `GENIP_PROFILE=long`; else every third, not the same of each database."""
    site.policy = Policy(seconds=0)
    first += isinstance(site.where, str)
    for step in itertools.count(1) if LONG else itertools.count(first, 3):
        keys = [f"{way}-{step}-{number}" for number in range(2)]
        for key in keys:
            site.upload(key, way)
        nonce = site.client.web3.eth.get_transaction_count(site.chain.carol.address)
        ended = False
        with killed_at(site, step, monkeypatch) as count:
            try:
                site.submitter.round()
            except Killed:
                ended = True
        site.reopened()
        site.ahead += 601
        if ended:
            site.submitter.round()
        states = {site.platform.status(key).state for key in keys}
        wanted = State.CERTIFIED if way is Way.NOW else State.ANCHORED
        assert states == {wanted}, f"killed at step {step}"
        paid = site.client.web3.eth.get_transaction_count(site.chain.carol.address) - nonce
        assert paid == 1, f"killed at step {step}: {paid} transactions"
        if not ended:
            assert count[0] > 8
            break


@pytest.mark.parametrize("way", [Way.NOW, Way.ANCHORED])
def test_a_reorganization_takes_nothing_away(site: Site, alice: GenIP, way: Way) -> None:
    site.policy = Policy(seconds=0)
    site.chain.rpc("anvil_mine", "0x3")
    entry = site.upload("one", way)
    site.submitter.round()
    wanted = State.CERTIFIED if way is Way.NOW else State.ANCHORED
    assert site.platform.status("one").state is wanted
    certificate = site.platform.status("one").certificate
    depth = 2
    site.chain.rpc("anvil_mine", "0x1")
    site.chain.rpc("anvil_reorg", depth, [])
    site.ahead += 1
    for _ in range(3):
        site.submitter.round()
        site.ahead += 601
    found = site.platform.status("one")
    assert (found.state, found.final) == (wanted, False)
    # The same proof holds: whoever has it need not be told anything.
    assert found.certificate == certificate
    if way is Way.NOW:
        assert alice.work(entry.work).creator == site.chain.alice.address
    else:
        assert alice._anchor_time(certificate.anchor.root) > 0
    site.finalize()
    site.submitter.round()
    assert site.platform.status("one").final


def test_what_is_revoked_meanwhile_is_set_aside_alone(site: Site, alice: GenIP) -> None:
    site.upload("one", Way.NOW)
    revoked = site.upload("two", Way.NOW)
    site.upload("three", Way.NOW)
    alice.revoke(revoked.certificate)
    done = site.submitter.round()
    assert (done.done, done.refused) == (2, 1)
    found = site.platform.status("two")
    assert found.state is State.SET_ASIDE
    assert found.problem is not None
    assert "revoked" in found.problem
    assert [each.key for each in site.queue.set_aside()] == ["two"]
    assert site.queue.retry("two", int(site.now())).state is State.SIGNED
    assert site.submitter.round().refused == 1
    # Signed anew, it takes the place of the one that was set aside.
    ready = site.platform.prepare(site.file("two"), site.chain.alice.address)
    later = replace(ready, deadline=ready.deadline + 1)
    site.platform.submit(later, consent(site.chain.alice, later), key="two", way=Way.NOW)
    assert site.submitter.round().done == 1
    assert site.platform.status("two").state is State.CERTIFIED


def test_a_delegation_revoked_meanwhile(site: Site, alice: GenIP) -> None:
    given = alice.delegate(
        site.chain.carol.address, expiry=site.chain.now() + 10_000, works=9, payees=[site.share]
    )
    ready = site.platform.prepare(site.file("one"), site.chain.alice.address)
    site.platform.submit_as_delegate(ready, given, key="one", way=Way.NOW)
    alice.revoke(given)
    assert site.submitter.round().refused == 1
    assert site.platform.status("one").state is State.SET_ASIDE


def test_two_platforms_take_the_same_upload(site: Site, alice: GenIP, tmp_path: Any) -> None:
    """The creator has signed with both. One certificate comes of it, and both know which."""
    elsewhere = Queue(tmp_path / "elsewhere.sqlite")
    rival = Platform(
        alice.using(site.chain.bob),
        elsewhere,
        share=Payee(site.chain.bob.address, 700),
    )
    site.upload("one", Way.NOW)
    ready = rival.prepare(site.file("one"), site.chain.alice.address, name="Other words")
    rival.submit(ready, consent(site.chain.alice, ready), key="theirs", way=Way.NOW)
    rounds = [
        threading.Thread(target=each.round) for each in (site.submitter, rival.submitter(site.now))
    ]
    for each in rounds:
        each.start()
    for each in rounds:
        each.join()
    site.ahead += 601
    site.submitter.round()
    rival.submitter(site.now).round()
    states = [site.platform.status("one").state, rival.status("theirs").state]
    assert sorted(states) == [State.CERTIFIED, State.SET_ASIDE]
    aside = site.platform.status("one") if states[0] is State.SET_ASIDE else rival.status("theirs")
    assert "other metadata" in (aside.problem or "")
    elsewhere.close()


def test_gas_that_is_too_expensive_is_waited_out(site: Site) -> None:
    site.upload("one", Way.NOW)
    site.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**13))
    site.chain.rpc("anvil_mine", "0x1")
    done = site.submitter.round()
    assert done.sent == 0
    assert "gas" in (done.waits or "")
    assert site.platform.status("one").state is State.SIGNED
    assert site.submitter.round().waits is None
    site.chain.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    site.chain.rpc("anvil_mine", "0x1")
    site.ahead += 20
    assert site.submitter.round().done == 1


def test_workers_share_a_queue(site: Site, alice: GenIP) -> None:
    """Each upload goes with one of them."""
    site.policy = Policy(seconds=0, most=3)
    for number in range(9):
        site.upload(f"one {number}", Way.ANCHORED)
    done = []
    queues = [Queue(site.where) for _ in range(3)]
    clients = [site.client, alice, alice.using(site.chain.bob)]

    def work(client: GenIP, queue: Queue) -> None:
        platform = Platform(client, queue, site.policy, share=site.share)
        done.append(platform.submitter(site.now).round())

    workers = [
        threading.Thread(target=work, args=each) for each in zip(clients, queues, strict=True)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(each.done for each in done) == 9
    assert sum(each.sent for each in done) == 3
    assert site.queue.counts()[State.ANCHORED] == 9
    for queue in queues:
        queue.close()
