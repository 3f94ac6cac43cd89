"""Money on its way up a line of works, against the independent ledger model."""

from __future__ import annotations

import json
from random import Random

import pytest

from gen_ip import ETH, GenIP, Payee, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import InsufficientFunds
from gen_ip.income import royalties
from gen_ip.ledger import Edge, Ledger
from gen_ip.ledger import Payee as ModelPayee
from gen_ip.work import till_of
from gen_ip.works.lineage import Link, children_first
from tests.sdk.conftest import Derive
from tests.support.chain import FUNDS, LocalChain


def shares(income: int, volume: int = 0) -> Terms:
    """Terms under which a derivative owes these basis points."""
    rights = Rights.COMMERCIAL | Rights.DERIVE
    return Terms(rights, rights, income=income, volume=volume, units=1)


class Twin:
    """Works on chain and in the model at once, all of them certified by the same account."""

    def __init__(self, client: GenIP, derive: Derive) -> None:
        self.client, self._derive = client, derive
        self.model = Ledger()
        self.ids: list[int] = []

    def add(
        self, parents: dict[int, tuple[int, int]] | None = None, payees: tuple[Payee, ...] = ()
    ) -> int:
        """A work with parents given as number -> (income, volume); returns its number."""
        number, content = len(self.ids), b"work %d" % len(self.ids)
        wanted = {self.ids[p]: shares(*bp) for p, bp in (parents or {}).items()}
        made = (
            self._derive(self.client, content, wanted, payees=payees)
            if wanted
            else self.client.certify(content, payees=payees)
        )
        self.ids.append(made.work_id)
        edges = [Edge(p, *bp) for p, bp in sorted((parents or {}).items())]
        self.model.add_work("owner", edges, [ModelPayee(to, share) for to, share in payees])
        return number

    def pay(self, number: int, amount: int, token: str = ETH) -> None:
        self.client.pay(self.ids[number], amount, token=token)
        self.model.pay(number, amount)


@pytest.fixture
def twin(alice: GenIP, derive: Derive) -> Twin:
    return Twin(alice, derive)


def test_a_payment_reaches_the_credit(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    receipt = bob.pay(work, 1_000)
    assert receipt.find("Paid").args == {
        "work_id": work,
        "token": ETH,
        "payer": chain.bob.address,
        "amount": 1_000,
    }
    earnings = alice.earnings(work)
    assert (earnings.credit, earnings.on_the_way, earnings.balance) == (1_000, 0, 0)
    assert (earnings.owner, earnings.path) == (chain.alice.address, (work,))
    assert earnings.total == 1_000
    collected = alice.collect(work)
    assert (collected.amount, collected.to) == (1_000, chain.alice.address)
    assert json.loads(json.dumps(collected.to_json()))["amount"] == "1000"
    assert json.loads(json.dumps(earnings.to_json()))["credit"] == "1000"


def test_a_wallet_gets_what_was_collected(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    bob.pay(work, 10**18)
    alice.collect(work, to=chain.carol.address.lower())
    assert alice.balance(chain.carol.address) == FUNDS + 10**18


def test_what_is_on_the_way_is_exact_down_to_the_wei(twin: Twin) -> None:
    root = twin.add()
    child = twin.add({root: (1_000, 0)})
    grandchild = twin.add({child: (333, 0)})
    # Amounts that leave a remainder at every step; settling between them leaves phases.
    for amount in (9_999, 7, 1, 123_456_789):
        twin.pay(grandchild, amount)
        twin.client.settle([twin.ids[grandchild]])
        twin.model.settle(grandchild)
    twin.pay(child, 101)
    before = [twin.client.earnings(work) for work in twin.ids]
    twin.model.settle_all()
    for number, earnings in enumerate(before):
        assert earnings.total == twin.model.credit(number)
    assert before[root].on_the_way > 0
    collected = twin.client.collect(twin.ids[root], min_gain=1)
    # One owner has all three works, so one call brings everything on the path; the last work has
    # nothing pending and so is not on it.
    assert collected.path == (twin.ids[child], twin.ids[root])
    assert collected.amount == twin.model.credit(root) + twin.model.credit(child)


@pytest.mark.parametrize("seed", range(4))
def test_random_graphs_equal_the_model(twin: Twin, chain: LocalChain, seed: int) -> None:
    random = Random(seed)
    token = random.choice([ETH, chain.token])
    for number in range(7):
        parents = random.sample(range(number), min(number, random.choice([0, 1, 1, 2, 3])))
        edges = {
            parent: (random.choice([0, 1, 999, 2_500]), random.choice([0, 0, 1, 700]))
            for parent in parents
        }
        payees = (Payee(chain.dave.address, 1_234),) if random.random() < 0.3 else ()
        twin.add(edges, payees)
    for _ in range(6):
        twin.pay(random.randrange(7), random.randrange(1, 10**9), token)
        if random.random() < 0.5:
            number = random.randrange(7)
            twin.client.settle([twin.ids[number]], token=token)
            twin.model.settle(number)
    promised = [twin.client.earnings(work, token=token, min_gain=1) for work in twin.ids]
    twin.model.settle_all()
    assert [each.total for each in promised] == [twin.model.credit(n) for n in range(7)]
    for number in random.sample(range(7), 3):
        if promised[number].total:
            twin.client.settle(promised[number].path, token=token)
            assert twin.client.earnings(twin.ids[number], token=token).credit == (
                promised[number].total
            )


def test_the_path_holds_only_what_has_to_be_settled(twin: Twin) -> None:
    root = twin.add()
    paid = twin.add({root: (1_000, 0)})
    idle = twin.add({root: (1_000, 0)})
    free = twin.add({root: (0, 0)})
    below = twin.add({paid: (500, 0), idle: (500, 0)})
    twin.pay(free, 1_000)
    ids = twin.ids
    assert twin.client.earnings(ids[root], min_gain=1).path == (ids[root],)
    twin.pay(paid, 1_000)
    assert twin.client.earnings(ids[root], min_gain=1).path == (ids[paid], ids[root])
    twin.pay(below, 1_000)
    path = twin.client.earnings(ids[root], min_gain=1).path
    assert set(path) == {ids[n] for n in (below, paid, idle, root)}
    assert path[0] == ids[below]
    assert path[-1] == ids[root]


def test_nothing_is_settled_below_a_work_that_passes_nothing_on(twin: Twin) -> None:
    root = twin.add()
    free = twin.add({root: (0, 0)})
    below = twin.add({free: (1_000, 0)})
    twin.pay(below, 10_000)
    assert twin.client.earnings(twin.ids[root]).path == (twin.ids[root],)
    assert twin.client.earnings(twin.ids[free]).on_the_way == 1_000


def test_volume_flows_through_works_that_owe_no_income(twin: Twin) -> None:
    root = twin.add()
    child = twin.add({root: (0, 500)})
    free = twin.add({child: (0, 0)})
    twin.pay(free, 10_000)
    earnings = twin.client.earnings(twin.ids[root], min_gain=1)
    twin.model.settle_all()
    assert earnings.on_the_way == twin.model.credit(root) == 500
    assert earnings.path == tuple(twin.ids[n] for n in (free, child, root))


def test_longer_paths_take_more_transactions(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(royalties, "PATH", 2)
    number = twin.add()
    for _ in range(5):
        number = twin.add({number: (5_000, 0)})
    twin.pay(number, 10**6)
    promised = twin.client.earnings(twin.ids[0], min_gain=1)
    assert len(promised.path) == 6
    collected = twin.client.collect(twin.ids[0], min_gain=1)
    assert collected.path == promised.path
    assert twin.client.earnings(twin.ids[0]).total == 0
    twin.model.settle_all()
    # The last transaction draws the two works it names; the others keep their credit.
    assert collected.amount == twin.model.credit(0) + twin.model.credit(1)


def test_owners_of_a_line_collect_their_own(
    alice: GenIP, bob: GenIP, carol: GenIP, derive: Derive, chain: LocalChain
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", {root: shares(1_000)}).work_id
    grandchild = derive(carol, b"grandchild", {child: shares(2_000)}).work_id
    alice.using(chain.dave).pay(grandchild, 1_000_000)
    assert alice.collect(root, min_gain=1).amount == 20_000
    assert bob.collect(child, min_gain=1).amount == 180_000
    assert carol.collect(grandchild).amount == 800_000
    for client, work in ((alice, root), (bob, child), (carol, grandchild)):
        assert client.earnings(work).total == 0


def test_payees_collect_their_part(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work", payees=[Payee(chain.bob.address, 2_500)]).work_id
    alice.pay(work, 1_001)
    assert bob.collect(work).amount == 250
    assert alice.earnings(work).balance == 750
    assert alice.collect(work).amount == 750


def test_distribute_pays_out_everybody(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    root = alice.certify(b"root", payees=[Payee(chain.carol.address, 5_000)]).work_id
    child = derive(bob, b"child", {root: shares(1_000)}).work_id
    before = {
        name: alice.balance(chain.accounts[name].address, token=chain.token)
        for name in ("alice", "bob", "carol")
    }
    alice.using(chain.dave).pay(child, 1_000, token=chain.token)
    alice.using(chain.dave).distribute([child, root], token=chain.token)
    for name, part in (("alice", 50), ("bob", 900), ("carol", 50)):
        account = chain.accounts[name].address
        assert alice.balance(account, token=chain.token) == before[name] + part


def test_a_till_is_paid_by_plain_transfer_and_swept(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"work").work_id
    held = chain.web3.eth.accounts[0]
    chain.web3.eth.send_transaction({"from": held, "to": till_of(work), "value": 777})
    assert alice.earnings(work).total == 0
    bob.sweep(work)
    assert alice.earnings(work).credit == 777
    with pytest.raises(reverts.NothingReceived):
        bob.sweep(work)


def test_nothing_to_collect(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    with pytest.raises(reverts.NothingToWithdraw) as refused:
        alice.collect(work)
    assert refused.value.values == {"account": chain.alice.address, "token": ETH}
    bob.pay(work, 5)
    with pytest.raises(reverts.NothingToWithdraw):
        bob.collect(work)


@pytest.mark.parametrize("method", ["pay", "sweep", "settle", "earnings", "collect", "distribute"])
def test_works_nobody_certified(alice: GenIP, method: str) -> None:
    work: object = [12345] if method in ("settle", "distribute") else 12345
    with pytest.raises(reverts.UnknownWork) as unknown:
        getattr(alice, method)(work, **({"amount": 1} if method == "pay" else {}))
    assert unknown.value.work_id == 12345


def test_amounts_that_cannot_be_paid(alice: GenIP, bob: GenIP) -> None:
    work = alice.certify(b"work").work_id
    for amount in (0, -1, 1.5, "1"):
        with pytest.raises(InvalidArgument, match="amount"):
            bob.pay(work, amount)
    with pytest.raises(InsufficientFunds):
        bob.pay(work, 10 * FUNDS)


def test_a_receiver_that_takes_no_eth(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    bob.pay(work, 5)
    with pytest.raises(reverts.TransferFailed) as refused:
        alice.collect(work, to=chain.deployment.marketplace)
    assert refused.value.values == {"to": chain.deployment.marketplace, "amount": 5}
    assert alice.earnings(work).credit == 5


def test_two_licenses_that_owe_too_much_together(alice: GenIP, bob: GenIP, derive: Derive) -> None:
    works = [alice.certify(bytes([n])).work_id for n in (1, 2)]
    with pytest.raises(reverts.OwesTooMuch) as refused:
        derive(bob, b"child", dict.fromkeys(works, shares(5_001)))
    assert refused.value.values == {"rel": 10_002, "vol": 0}


def test_children_come_first_in_any_graph() -> None:
    random = Random(7)
    for _ in range(50):
        links = [
            Link(child, parent, 1, 0, 0)
            for child in range(1, 12)
            for parent in random.sample(range(child), min(child, random.randrange(3)))
        ]
        wanted = set(random.sample(range(12), 8))
        order = children_first(wanted, links)
        assert set(order) == wanted
        assert len(order) == 8
        for link in links:
            if {link.child, link.parent} <= wanted:
                assert order.index(link.child) < order.index(link.parent)
