"""Searching logs in bounded steps, so that any node answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip.chain import answers, events
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import Event
from gen_ip.chain.rpc import Rpc

STEP = 10_000
"""Blocks asked for at once; halved down to one while a node refuses."""

Log = Mapping[str, Any]

Topics = Sequence[str | Sequence[str] | None]


@dataclass(frozen=True)
class Query:
    """Which logs: of these contracts, with these topics as in eth_getLogs: hex, a list of
    alternatives, or None for any."""

    addresses: Sequence[str]
    topics: Topics


def scan(
    rpc: Rpc, address: str, topics: Topics, start: int, end: int | None = None
) -> Iterator[Event]:
    """Events of the contract at `address` in order, from block `start` to `end` (default: now).

    Raises:
        ConnectionFailed, NodeError: the node does not answer, even for a single block.
    """
    last = rpc.block().number if end is None else end
    for _, found in steps(rpc, [Query([address], topics)], start, last):
        yield from decoded(found)


def decoded(found: Iterable[Log]) -> Iterator[Event]:
    """The events behind raw logs, those of others left out."""
    for log in found:
        event = events.decode(log)
        if event is not None:
            yield event


def steps(
    rpc: Rpc, queries: Sequence[Query], start: int, last: int, step: int | None = None
) -> Iterator[tuple[int, list[Log]]]:
    """Raw logs that any of `queries` finds, from block `start` to `last`, in steps that the node
    takes (the first of `step` blocks at most): each step's last block, and its logs in the chain's
    order, each once.

    Raises:
        ConnectionFailed, NodeError: the node does not answer, even for a single block.
    """
    step = step or STEP
    while start <= last:
        stop = min(start + step - 1, last)
        try:
            found = _between(rpc, queries, start, stop)
        except NodeError:
            if step == 1:
                raise
            step = max(1, min(step, stop - start + 1) // 2)
            continue
        yield stop, found
        start = stop + 1
        step = min(STEP, step * 2)


def _between(rpc: Rpc, queries: Sequence[Query], start: int, stop: int) -> list[Log]:
    found: dict[tuple[int, int], Log] = {}
    for query in queries:
        one = len(query.addresses) == 1
        wanted = {
            "address": query.addresses[0] if one else list(query.addresses),
            "topics": list(query.topics),
            "fromBlock": hex(start),
            "toBlock": hex(stop),
        }
        for log in rpc.logs(wanted):
            with reading("eth_getLogs"):
                place = answers.number(log["blockNumber"]), answers.number(log["logIndex"])
            found[place] = log
    return [found[place] for place in sorted(found)]


def first_block(rpc: Rpc, address: str) -> int:
    """The block in which the contract at `address` appeared, or 0 where that cannot be told.

    A short chain is not searched: 0 costs no more there. Nodes without old states cannot tell.
    """
    low, high = 0, rpc.block().number
    if high <= STEP:
        return 0
    try:
        while low < high:
            middle = (low + high) // 2
            if rpc.code(address, middle):
                high = middle
            else:
                low = middle + 1
    except NodeError:
        return 0
    return low
