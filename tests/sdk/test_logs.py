"""Searching logs in steps that any node takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from web3 import HTTPProvider, Web3

from gen_ip import GenIP
from gen_ip.chain import events, logs
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Block, Rpc
from tests.support.chain import LocalChain, prepare


class _Node:
    """Blocks 0 to `head`, one log in each of `blocks`; refuses more than `most` blocks at once."""

    def __init__(self, head: int, blocks: set[int], most: int) -> None:
        self.head, self.blocks, self.most = head, blocks, most
        self.asked: list[tuple[int, int]] = []

    def block(self) -> Block:
        return Block(self.head, 0, None)

    def logs(self, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        start, end = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        self.asked.append((start, end))
        if end - start + 1 > self.most:
            raise NodeError("eth_getLogs", "block range is too wide")
        return [_log(block) for block in sorted(self.blocks) if start <= block <= end]


def _log(block: int) -> Mapping[str, Any]:
    topics = [events.topic_of("Drawn"), *(events.word(n) for n in (7, 0, 1))]
    return {
        "address": "0x" + "11" * 20,
        "topics": topics,
        "data": events.word(block),
        "blockNumber": hex(block),
        "blockHash": events.word(block),
        "logIndex": "0x0",
        "transactionHash": events.word(block),
    }


@pytest.mark.parametrize("most", [1, 7, 10_000, 10**9])
def test_every_log_is_found_once_whatever_the_node_takes(most: int) -> None:
    blocks = {0, 1, 499, 500, 1_500}
    node = _Node(1_500, blocks, most)
    found = list(logs.scan(node, "0x", [None], 0))
    assert [event.block for event in found] == sorted(blocks)
    assert [event.args["amount"] for event in found] == sorted(blocks)


def test_steps_are_bounded_and_adjacent() -> None:
    node = _Node(35_000, set(), 10**9)
    assert list(logs.scan(node, "0x", [None], 100)) == []
    assert node.asked == [
        (100, 10_099),
        (10_100, 20_099),
        (20_100, 30_099),
        (30_100, 35_000),
    ]


def test_a_node_that_refuses_a_single_block() -> None:
    with pytest.raises(NodeError, match="too wide"):
        list(logs.scan(_Node(100, set(), 0), "0x", [None], 0))


def test_logs_that_several_queries_find_come_once_and_in_order() -> None:
    node = _Node(30, {1, 9, 25}, 7)
    queries = [logs.Query(["0x"], [None]), logs.Query(["0x", "0x1"], ["0x2"])]
    found = [log for _, part in logs.steps(node, queries, 0, 30) for log in part]
    assert [log["blockNumber"] for log in found] == ["0x1", "0x9", "0x19"]


def test_logs_of_others_are_passed_over() -> None:
    assert events.decode({**_log(1), "topics": []}) is None
    assert events.decode({**_log(1), "topics": [events.word(5)]}) is None
    assert events.decode({**_log(1), "data": "0x12"}) is None


@pytest.fixture(scope="module")
def chain(anvil_binary: Path) -> Iterator[LocalChain]:
    """A chain that still has its first states: anvil drops those of more than 3,600 blocks ago, and
    the run's own has mined more."""
    with Anvil() as anvil:
        url = anvil.start()
        yield prepare(Web3(HTTPProvider(url)), url)


def test_the_contracts_first_block_is_searched_on_long_chains(
    chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rpc = Rpc(chain.web3)
    assert logs.first_block(rpc, chain.deployment.registry) == 0
    monkeypatch.setattr(logs, "STEP", 1)
    assert logs.first_block(rpc, chain.deployment.registry) == chain.deployment.block

    def forgotten(*arguments: object) -> bytes:
        raise NodeError("eth_getCode", "missing trie node")

    monkeypatch.setattr(Rpc, "code", forgotten)
    assert logs.first_block(rpc, chain.deployment.registry) == 0


def test_the_client_finds_works_in_small_steps(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [alice.certify(bytes([n])).work_id for n in range(1, 4)]
    monkeypatch.setattr(logs, "STEP", 1)
    unaware = GenIP(chain.web3, store=alice.store)
    assert unaware._session.start == chain.deployment.block
    assert [claim.work for claim in unaware.works()] == made
