"""Reading a node so that nothing is missed: headers, logs that fit them, and what is final.

A range of logs alone may lack some: nodes behind a balancer differ, indexes of nodes lag. So every
block's header is read, must be its predecessor's child, and its bloom filter (Yellow Paper, section
4.4.3) tells whether a contract logged in it: then there must be logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from gen_ip.chain import abi, answers, logs
from gen_ip.chain.answers import reading
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.errors import NodeError
from gen_ip.chain.logs import Query
from gen_ip.chain.rpc import Rpc
from gen_ip.index.errors import IncompleteAnswer

FINAL_DEPTH = 64
"""Blocks behind the newest that count as final where a node has no notion of it."""
SAFE_DEPTH = 32
MOST_BLOCKS = 2_000
"""Most blocks of a batch: their headers are read, too."""


class Header(NamedTuple):
    """A block's header; `bloom` as a number."""

    number: int
    hash: bytes
    parent: bytes
    time: int
    bloom: int = 0


class RawLog(NamedTuple):
    """A log as it is kept; `topics` one after the other."""

    block: int
    log_index: int
    tx_hash: bytes
    address: str
    topics: bytes
    data: bytes


class Heads(NamedTuple):
    """The newest block, and the last ones that are safe and final."""

    latest: Header
    safe: int
    final: int


class Part(NamedTuple):
    """Some blocks in a row, and all that the contracts logged in them, in order."""

    headers: Sequence[Header]
    logs: Sequence[RawLog]


class Source:
    """One node, asked about the contracts of one deployment.

    Args:
        rpc: the node.
        deployment: the contracts.
        most_blocks: of one part.
    """

    def __init__(self, rpc: Rpc, deployment: Deployment, *, most_blocks: int = MOST_BLOCKS) -> None:
        self.rpc, self.deployment, self.most_blocks = rpc, deployment, most_blocks
        self._addresses = tuple(deployment.addresses().values())
        self._masks = tuple(_mask(bytes.fromhex(each[2:])) for each in self._addresses)
        self._step = most_blocks

    @property
    def chain_id(self) -> int:
        """The chain's id.

        Raises:
            ConnectionFailed, NodeError.
        """
        with reading("eth_chainId"):
            return _kept(self.rpc.chain_id)

    def start(self) -> int:
        """The first block that can have logs."""
        known = self.deployment.block
        return logs.first_block(self.rpc, self.deployment.registry) if known is None else known

    def heads(self) -> Heads:
        """As of now.

        Raises:
            ConnectionFailed, NodeError: the node does not answer.
        """
        names = ("latest", "safe", "finalized")
        latest, safe, final = self.rpc.batch(
            [("eth_getBlockByNumber", (name, False)) for name in names]
        )
        newest = _header(latest)
        if newest is None:
            raise NodeError("eth_getBlockByNumber", "no newest block")
        number = newest.number
        return Heads(
            newest,
            _number(safe, number, SAFE_DEPTH),
            _number(final, number, FINAL_DEPTH),
        )

    def header(self, number: int) -> Header | None:
        """A block's header; None where the node has no such block.

        Raises:
            ConnectionFailed, NodeError.
        """
        return _header(self.rpc.request("eth_getBlockByNumber", hex(number), False))

    def headers(self, numbers: Iterable[int]) -> list[Header | None]:
        """Several.

        Raises:
            ConnectionFailed, NodeError.
        """
        asked = [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        return [_header(each) for each in self.rpc.batch(asked)]

    def part(self, start: int, last: int) -> Part:
        """Blocks from `start` on, as many as the node gives at once, none after `last`.

        Raises:
            ConnectionFailed, NodeError: the node does not answer.
            IncompleteAnswer: its answers do not fit together; the chain may have changed meanwhile.
        """
        last = min(last, start + self.most_blocks - 1)
        query = Query(self._addresses, [])
        stop, found = next(logs.steps(self.rpc, [query], start, last, self._step))
        self._step = min(self.most_blocks, 2 * (stop - start + 1))
        headers = self._row(start, stop)
        by_block: dict[int, list[RawLog]] = {}
        hashes = {each.number: each.hash for each in headers}
        for log in found:
            raw, block_hash = _raw(log)
            if hashes.get(raw.block) != block_hash:
                raise IncompleteAnswer(raw.block, "a log is of another block of this number")
            by_block.setdefault(raw.block, []).append(raw)
        for header in headers:
            if header.number not in by_block and self._may_have(header):
                by_block[header.number] = self._of_block(header)
        return Part(headers, [log for each in headers for log in by_block.get(each.number, ())])

    def logs(self, start: int, last: int) -> list[RawLog]:
        """Once more what the contracts logged in these blocks.

        Raises:
            ConnectionFailed, NodeError.
        """
        query = Query(self._addresses, [])
        steps = logs.steps(self.rpc, [query], start, last, self._step)
        return [_raw(log)[0] for _, found in steps for log in found]

    def _row(self, start: int, stop: int) -> list[Header]:
        row: list[Header] = []
        for number, header in zip(
            range(start, stop + 1), self.headers(range(start, stop + 1)), strict=True
        ):
            if header is None or header.number != number:
                raise IncompleteAnswer(number, "the block is gone")
            if row and header.parent != row[-1].hash:
                raise IncompleteAnswer(number, "its parent is another block")
            row.append(header)
        return row

    def _may_have(self, header: Header) -> bool:
        return any(header.bloom & mask == mask for mask in self._masks)

    def _of_block(self, header: Header) -> list[RawLog]:
        """A block's logs by its hash, and where there are none out of its receipts: the filter says
        yes of few blocks that have none."""
        wanted = {"address": list(self._addresses), "blockHash": f"0x{header.hash.hex()}"}
        found = [_raw(log)[0] for log in self.rpc.logs(wanted)]
        if found:
            return found
        try:
            receipts = self.rpc.request("eth_getBlockReceipts", hex(header.number))
        except NodeError:
            # Not every node tells them; then the second answer counts.
            return []
        if receipts is None:
            raise IncompleteAnswer(header.number, "the block is gone")
        with reading("eth_getBlockReceipts"):
            every = [log for receipt in receipts for log in receipt["logs"]]
        ours = [_raw(log) for log in every if _address(log) in self._addresses]
        if any(block_hash != header.hash for _, block_hash in ours):
            raise IncompleteAnswer(header.number, "its receipts are of another block")
        return [raw for raw, _ in ours]


def _mask(address: bytes) -> int:
    """The three bits of an address in a block's filter of 2,048."""
    digest = keccak(address)
    bits = (int.from_bytes(digest[place : place + 2], "big") & 2047 for place in (0, 2, 4))
    return sum({1 << bit for bit in bits})


def _header(found: Any) -> Header | None:
    if found is None:
        return None
    if isinstance(found, Exception):
        raise found
    with reading("eth_getBlockByNumber"):
        return Header(
            _kept(found["number"]),
            answers.data(found["hash"]),
            answers.data(found["parentHash"]),
            _kept(found["timestamp"]),
            int.from_bytes(answers.data(found["logsBloom"]), "big"),
        )


def _number(found: Any, latest: int, depth: int) -> int:
    """The number of a named block, or how far back it would be on a node that has no such name."""
    if isinstance(found, Exception) or found is None:
        return max(0, latest - depth)
    with reading("eth_getBlockByNumber"):
        return min(answers.number(found["number"]), latest)


def _kept(value: Any) -> int:
    """A quantity that fits the tables; SQLite's numbers have 63 bits."""
    found = answers.number(value)
    if found >= 1 << 63:
        raise ValueError("no number of a block, a log or a second")
    return found


def _address(log: Mapping[str, Any]) -> str:
    with reading("eth_getLogs"):
        return abi.checksummed(answers.data(log["address"]))


def _raw(log: Mapping[str, Any]) -> tuple[RawLog, bytes]:
    """A log as it is kept, and its block's hash."""
    with reading("eth_getLogs"):
        raw = RawLog(
            _kept(log["blockNumber"]),
            _kept(log["logIndex"]),
            answers.data(log["transactionHash"]),
            abi.checksummed(answers.data(log["address"])),
            b"".join(answers.data(topic) for topic in log["topics"]),
            answers.data(log["data"]),
        )
        return raw, answers.data(log["blockHash"])
