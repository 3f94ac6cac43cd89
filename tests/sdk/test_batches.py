"""Several requests in one round trip, whatever a node or a proxy makes of that."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.chain import pyevm
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.chain.reverts import Reverted, UnknownWork
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.walk import shares_above
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.support.chain import LocalChain, prepare
from tests.support.proxy import Batches, Fault, Proxy


@pytest.fixture
def proxy(chain: LocalChain) -> Iterator[Proxy]:
    with Proxy(chain.url) as proxy:
        yield proxy


@pytest.fixture
def rpc(proxy: Proxy) -> Rpc:
    """Through the proxy, which has counted nothing yet."""
    rpc = Rpc(connect(proxy.url, 5.0))
    assert rpc.chain_id == 31337
    proxy.seen.clear()
    return rpc


def _balances(chain: LocalChain, count: int = 10) -> list[tuple[str, tuple[str, str]]]:
    """Requests of which each has another answer."""
    accounts = [f"0x{place:040x}" for place in range(1, count + 1)]
    for place, account in enumerate(accounts):
        chain.rpc("anvil_setBalance", account, hex(1_000 + place))
    return [("eth_getBalance", (account, "latest")) for account in accounts]


def _told(count: int = 10) -> list[str]:
    return [hex(1_000 + place) for place in range(count)]


def test_they_are_one_round_trip(rpc: Rpc, proxy: Proxy, chain: LocalChain) -> None:
    assert rpc.batch(_balances(chain)) == _told()
    assert proxy.seen == [("batch", Fault.NONE)]
    assert rpc.batch([]) == []
    assert rpc.batch(_balances(chain, 1)) == _told(1)
    assert [method for method, _ in proxy.seen] == ["batch", "eth_getBalance"]


def test_very_many_are_several(rpc: Rpc, proxy: Proxy, chain: LocalChain) -> None:
    assert rpc.batch(_balances(chain, 120)) == _told(120)
    assert len(proxy.seen) == 3


# Round trips of ten requests, then of ten more: what a node does not take is not tried for ever.
@pytest.mark.parametrize(
    ("batches", "first", "second"),
    [
        (Batches.PASS, 1, 1),
        (Batches.SHUFFLED, 1, 1),
        (Batches.PARTIAL, 6, 6),
        (Batches.ALMOST, 2, 2),
        (Batches.TWICE, 2, 2),
        (Batches.STRAY, 2, 2),
        (Batches.LIMITED, 6, 6),
        # Ten, five, then two by two.
        (Batches.FEW, 2 + 5, 5),
        # Ten, and each singly; then five and each singly, and two by two.
        (Batches.FEW_LISTED, 1 + 10, 6 + 3),
        (Batches.REFUSED, 3 + 10, 10),
        (Batches.HTTP, 3 + 10, 10),
        (Batches.BROKEN, 2 + 10, 10),
    ],
)
def test_every_answer_is_that_to_its_request(
    rpc: Rpc, proxy: Proxy, chain: LocalChain, batches: Batches, first: int, second: int
) -> None:
    requests, told = _balances(chain), _told()
    proxy.batches = batches
    assert rpc.batch(requests) == told
    assert len(proxy.seen) == first
    proxy.seen.clear()
    assert rpc.batch(requests) == told
    assert len(proxy.seen) == second


@pytest.mark.parametrize("fault", Fault)
def test_they_survive_a_fault(rpc: Rpc, proxy: Proxy, chain: LocalChain, fault: Fault) -> None:
    requests, told = _balances(chain), _told()
    assert rpc.batch(requests) == told
    proxy.faults.extend([fault] * 2)
    assert rpc.batch(requests) == told
    proxy.faults.clear()
    proxy.seen.clear()
    # A bad moment is no reason to give up asking many at once.
    assert rpc.batch(requests) == told
    assert len(proxy.seen) <= 5


def test_one_error_spoils_no_other(rpc: Rpc, proxy: Proxy, chain: LocalChain) -> None:
    (one,) = _balances(chain, 1)
    strange = ("eth_getBalance", ("nobody", "latest"))
    answers = rpc.batch([one, strange, one])
    assert (answers[0], answers[2]) == ("0x3e8", "0x3e8")
    assert isinstance(answers[1], NodeError)
    assert answers[1].method == "eth_getBalance"


def test_a_node_that_is_gone(rpc: Rpc, proxy: Proxy, chain: LocalChain) -> None:
    requests = _balances(chain)
    assert rpc.batch(requests) == _told()
    proxy.faults.extend([Fault.DROP] * 20)
    with pytest.raises(ConnectionFailed):
        rpc.batch(requests)
    # Twice together; then the first of them four times, as ever.
    assert len(proxy.faults) == 20 - 6


def test_what_does_more_than_reading_is_none_of_them(rpc: Rpc, proxy: Proxy) -> None:
    with pytest.raises(ValueError, match="eth_sendRawTransaction does not only read"):
        rpc.batch([("eth_chainId", ()), ("eth_sendRawTransaction", ("0x",))])
    assert proxy.seen == []


def test_together_is_for_one_thread_and_one_block(
    rpc: Rpc, proxy: Proxy, chain: LocalChain
) -> None:
    one, other = _balances(chain, 2)
    strange = ("eth_getBalance", ("nobody", "latest"))
    with rpc.together([one, strange]):
        proxy.seen.clear()
        for _ in range(2):
            assert rpc.request(one[0], *one[1]) == "0x3e8"
            with pytest.raises(NodeError, match="eth_getBalance"):
                rpc.request(strange[0], *strange[1])
        assert proxy.seen == []
        assert rpc.request(other[0], *other[1]) == "0x3e9"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(rpc.request, one[0], *one[1]).result() == "0x3e8"
        assert len(proxy.seen) == 2
    chain.rpc("anvil_setBalance", one[1][0], "0x5")
    assert rpc.request(one[0], *one[1]) == "0x5"


# ----------------------------------------------------------- round trips of sending


def test_a_certificate_costs_five_round_trips(alice: GenIP, proxy: Proxy) -> None:
    client = _counted(alice, proxy)
    client.certify(b"warm")
    proxy.seen.clear()
    client.certify(b"work")
    methods = [method for method, _ in proxy.seen]
    # The first keeps out of the store what the chain would refuse.
    assert methods[:4] == ["eth_call", "batch", "eth_getTransactionCount", "eth_sendRawTransaction"]
    # As often as it takes to be mined.
    assert set(methods[4:]) == {"eth_getTransactionReceipt"}


# ------------------------------------------------------------ round trips of reads


def _derived(client: GenIP, content: bytes, parents: list[int]) -> int:
    """A derivative of works of the client's own account."""
    licenses = [
        client.issue(parent, COMMERCIAL_REMIX, client.account.address)[0].id for parent in parents
    ]
    return client.derive(content, licenses=licenses).work_id


@pytest.fixture
def line(alice: GenIP) -> list[int]:
    """An original and 90 descendants, a generation each."""
    works = [alice.certify(b"the original").work_id]
    for place in range(90):
        works.append(_derived(alice, b"%d" % place, works[-1:]))
    return works


def _counted(alice: GenIP, proxy: Proxy) -> GenIP:
    """A client through the proxy that has found out where the chain's logs begin."""
    client = GenIP(proxy.url, alice.account, deployment=alice.deployment, store=alice.store)
    assert client._session.start <= client._session.rpc.block().number
    proxy.seen.clear()
    return client


def _trips(proxy: Proxy) -> int:
    count = len(proxy.seen)
    proxy.seen.clear()
    return count


def test_generations_cost_a_handful(alice: GenIP, line: list[int], proxy: Proxy) -> None:
    client = _counted(alice, proxy)
    for generations in (0, 50, 90):
        lineage = client.lineage(line[generations])
        # Is it certified; its shares and those of all above; the last block; its children, theirs,
        # and all edges of these blocks. 90 generations of ancestors need two answers.
        assert _trips(proxy) == {0: 6, 50: 6, 90: 5}[generations]
        assert lineage.ancestors == tuple(reversed(line[:generations]))
        assert lineage.descendants == tuple(line[generations + 1 :])
        up, down = lineage.links[:generations], lineage.links[generations:]
        pairs = list(zip(line[1:], line, strict=False))
        assert [(link.child, link.parent) for link in up] == pairs[:generations][::-1]
        assert [(link.child, link.parent) for link in down] == pairs[generations:]
        assert {link.income for link in lineage.links} == {COMMERCIAL_REMIX.income}
    # Everything but its claim; the last block; its claim; the claims on the same bytes.
    assert client.work(line[50]).parents[0].parent == line[49]
    assert _trips(proxy) == 4


def test_fifty_ancestors_in_a_tangle(alice: GenIP, proxy: Proxy) -> None:
    parents: dict[int, list[int]] = {}
    layers = [[alice.certify(b"original %d" % place).work_id for place in range(5)]]
    parents |= {work: [] for work in layers[0]}
    for layer in range(9):
        above = layers[-1]
        layers.append([])
        for place in range(5):
            mine = sorted({above[place], above[(place + layer) % 5]})
            work = _derived(alice, b"%d of %d" % (place, layer), mine)
            parents[work] = mine
            layers[-1].append(work)
    last = _derived(alice, b"the last", layers[-1])
    parents[last] = layers[-1]
    client = _counted(alice, proxy)
    lineage = client.lineage(last)
    assert _trips(proxy) == 4
    assert len(lineage.ancestors) == len(set(lineage.ancestors)) == 50
    assert set(lineage.ancestors) == set(parents) - {last}
    assert {(link.child, link.parent) for link in lineage.links} == {
        (child, parent) for child, above in parents.items() for parent in above
    }
    assert len(lineage.links) == sum(map(len, parents.values()))


def test_lists_cost_a_handful(alice: GenIP, chain: LocalChain, proxy: Proxy) -> None:
    work = alice.certify(b"work").work_id
    for price in range(12):
        terms = (COMMERCIAL, COMMERCIAL_REMIX)[price % 2]
        alice.offer(work, terms, price=price)
        alice.issue(work, terms, chain.bob.address)
    alice.cancel(alice.offers(work)[3].hash)
    client = _counted(alice, proxy)
    assert [offer.price for offer in client.offers(work)] == [0, 1, 2, *range(4, 12)]
    assert _trips(proxy) == 7
    assert len(client.licenses(work=work)) == 12
    assert _trips(proxy) == 5
    assert len(client.licenses(holder=chain.bob.address)) == 12
    assert _trips(proxy) == 4
    for place in range(12):
        child = _derived(alice, b"%d" % place, [work])
        alice.pay(child, 1_000)
    assert client.earnings(work).on_the_way == 12 * 100
    assert _trips(proxy) == 10


def test_a_walk_that_leads_nowhere(chain: LocalChain) -> None:
    rpc, deployment = Rpc(chain.web3), chain.deployment
    assert shares_above(rpc, deployment.splitter, [12345, 678]) == {12345: (), 678: ()}
    with pytest.raises(Reverted):
        shares_above(rpc, deployment.registry, [12345])
    with pytest.raises(NodeError, match="cannot be read"):
        shares_above(rpc, chain.bob.address, [12345])


def test_it_is_the_same_without_a_network(tmp_path: Path) -> None:
    """py-evm takes one request after the other."""
    chain = prepare(pyevm.connect())
    alice = GenIP(chain.web3, chain.alice, store=LocalStore(tmp_path))
    works = [alice.certify(b"original").work_id]
    for place in range(3):
        works.append(_derived(alice, b"%d" % place, works[-1:]))
    assert alice.lineage(works[-1]).ancestors == tuple(reversed(works[:-1]))
    assert alice.work(works[1]).parents[0].parent == works[0]
    assert len(alice.licenses(work=works[0])) == 1
    answers = alice._session.try_all(
        ("IPRegistry", "exists", works[0]), ("IPRegistry", "ownership", 5)
    )
    assert answers[0] is True
    assert isinstance(answers[1], UnknownWork)
