"""The same client on a chain inside the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip import GenIP, Payee
from gen_ip.chain import pyevm, reverts
from gen_ip.chain.errors import InsufficientFunds
from gen_ip.content.local import LocalStore
from gen_ip.fingerprint.image import Level
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.sdk.conftest import PICTURES
from tests.support.chain import FUNDS, LocalChain, prepare


@pytest.fixture(scope="module")
def in_process() -> LocalChain:
    return prepare(pyevm.connect())


def test_the_whole_story(in_process: LocalChain, tmp_path: Path) -> None:
    chain = in_process
    alice = GenIP(chain.web3, chain.alice, store=LocalStore(tmp_path))
    bob, carol = alice.using(chain.bob), alice.using(chain.carol)
    root = alice.certify(PICTURES / "cat.png", payees=[Payee(chain.dave.address, 5_000)]).work_id
    offer = alice.offer(root, COMMERCIAL_REMIX, price=1_000_000, token=chain.token)
    # Told to a reader, and to a buyer who pays by permit.
    assert alice.using(None).quote(offer).fillable
    assert bob.quote(offer).ancestors == ()
    (license_,) = bob.buy(offer.hash, max_price=1_000_000, payment="permit")
    child = bob.derive(PICTURES / "coffee.jpg", licenses=[license_.id]).work_id
    carol.buy(bob.offer(child, COMMERCIAL, price=10**18), max_price=10**18)

    assert alice.lineage(child).ancestors == (root,)
    assert alice.earnings(root).on_the_way == 10**17
    assert alice.collect(root).amount == 5 * 10**16
    assert alice.collect(root, token=chain.token).amount == 500_000
    assert alice.verify(PICTURES / "cat.png").level is Level.EXACT
    assert [claim.work for claim in alice.works()] == [root, child]
    assert alice.licenses(holder=chain.bob.address)[0].units == 0


def test_errors_are_the_same_as_on_a_node(in_process: LocalChain, tmp_path: Path) -> None:
    alice = GenIP(in_process.web3, in_process.alice, store=LocalStore(tmp_path))
    work = alice.certify(b"work").work_id
    with pytest.raises(reverts.AlreadyCertified) as again:
        alice.certify(b"work")
    assert again.value.work_id == work
    with pytest.raises(reverts.NothingToWithdraw) as empty:
        alice.collect(work)
    assert empty.value.account == in_process.alice.address
    with pytest.raises(reverts.UnknownWork):
        alice.earnings(5)
    with pytest.raises(InsufficientFunds):
        alice.pay(work, 10 * FUNDS)


def test_every_chain_is_its_own() -> None:
    first, second = pyevm.connect(), pyevm.connect(accounts=3)
    assert len(second.eth.accounts) == 3
    first.eth.send_transaction(
        {"from": first.eth.accounts[0], "to": first.eth.accounts[1], "value": 1}
    )
    assert (first.eth.block_number, second.eth.block_number) == (1, 0)
