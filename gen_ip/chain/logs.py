"""Searching logs in bounded steps, so that any node answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gen_ip.chain import events
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import Event
from gen_ip.chain.rpc import Rpc

STEP = 10_000
"""Blocks asked for at once; halved down to one while a node refuses."""

Topics = Sequence[str | Sequence[str] | None]


def scan(
    rpc: Rpc, address: str, topics: Topics, start: int, end: int | None = None
) -> Iterator[Event]:
    """Events of the contract at `address` in order, from block `start` to `end` (default: now).

    `topics` as in eth_getLogs: hex, a list of alternatives, or None for any.

    Raises:
        ConnectionFailed, NodeError: the node does not answer, even for a single block.
    """
    last = rpc.block().number if end is None else end
    step = STEP
    while start <= last:
        stop = min(start + step - 1, last)
        query = {
            "address": address,
            "topics": list(topics),
            "fromBlock": hex(start),
            "toBlock": hex(stop),
        }
        try:
            found = rpc.logs(query)
        except NodeError:
            if step == 1:
                raise
            step = max(1, min(step, stop - start + 1) // 2)
            continue
        for log in found:
            event = events.decode(log)
            if event is not None:
                yield event
        start = stop + 1
        step = min(STEP, step * 2)


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
