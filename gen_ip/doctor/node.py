"""The node and its chain: does it answer, quickly, as of now, and all that is asked of it?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from gen_ip.accounts import DEV_CHAIN_IDS
from gen_ip.chain.errors import ChainError
from gen_ip.chain.rpc import Block, Rpc
from gen_ip.config import Target
from gen_ip.doctor.finding import Finding, fail, ok, warn

SLOW_SECONDS = 1.0
STALE_SECONDS = 600
SKEW_SECONDS = 60
_PINGS = 3
_ANOTHER = "use another node"


def node(rpc: Rpc, target: Target) -> Iterator[Finding]:
    """Reachable, of the right chain, in step with it.

    Raises:
        ChainError: it answers nothing; the other checks of the chain make no sense then.
    """
    times = []
    for _ in range(_PINGS):
        started = time.monotonic()
        rpc.request("eth_chainId")
        times.append(time.monotonic() - started)
    latency = median(times)
    text = f"{target.place}, {_client(rpc)}, answers in {latency * 1000:.0f} ms"
    if latency > SLOW_SECONDS:
        yield warn("node", text, "use a node that is nearer")
    else:
        yield ok("node", text)
    yield _chain(rpc, target)
    yield _syncing(rpc)
    yield from _clock(rpc.block(), rpc.chain_id)


def abilities(rpc: Rpc, address: str) -> Iterator[Finding]:
    """Whether the node answers what reading events, fees and many things at once takes."""
    # Of one block: what is asked for is whether, not how much.
    query = {"address": address, "fromBlock": "latest", "toBlock": "latest"}
    try:
        rpc.logs(query)
    except ChainError as error:
        text = f"refused: {error}"
        yield fail("eth_getLogs", text, "events cannot be read from this node; " + _ANOTHER)
    else:
        yield ok("eth_getLogs", "answered")
    try:
        rpc.request("eth_feeHistory", "0x1", "latest", [])
    except ChainError as error:
        yield warn("eth_feeHistory", f"refused: {error}", "wallets on this node may misjudge fees")
    else:
        yield ok("eth_feeHistory", "answered")
    if rpc.takes_batches():
        yield ok("batches", "answered")
    else:
        yield warn("batches", "refused: many reads take as many round trips", _ANOTHER)


def _client(rpc: Rpc) -> str:
    try:
        name = rpc.request("web3_clientVersion")
    except ChainError:
        # Some hide it; nothing depends on it.
        return "a node that does not say its kind"
    return str(name)[:60]


def _chain(rpc: Rpc, target: Target) -> Finding:
    if target.chain_id in (None, rpc.chain_id):
        return ok("chain", f"id {rpc.chain_id}")
    text = f"the node is of chain {rpc.chain_id}, network {target.name} is chain {target.chain_id}"
    return fail("chain", text, f"gen-ip network add {target.name} --rpc URL")


def _syncing(rpc: Rpc) -> Finding:
    try:
        state = rpc.request("eth_syncing")
    except ChainError:
        return warn("syncing", "the node does not say whether it is in step", _ANOTHER)
    if not state:
        return ok("syncing", "the node is in step with its chain")
    try:
        at, end = (int(state[name], 16) for name in ("currentBlock", "highestBlock"))
        where = f"at block {at:,} of {end:,}"
    except (KeyError, TypeError, ValueError):
        where = "still catching up"
    return warn("syncing", f"the node is {where}", "wait until it is in step, or " + _ANOTHER)


def _clock(block: Block, chain_id: int) -> Iterator[Finding]:
    age = int(time.time()) - block.timestamp
    where = f"block {block.number:,}, {_span(abs(age))} {'ahead of now' if age < 0 else 'old'}"
    if age < -SKEW_SECONDS:
        yield warn(
            "clock",
            f"{where}: the chain's clock and this machine's differ",
            "set this machine's clock; deadlines and licenses end by the chain's",
        )
    # A local chain makes a block when there is something to put into it.
    elif age > STALE_SECONDS and chain_id not in DEV_CHAIN_IDS:
        yield warn("clock", where, "the node or this machine's clock is behind; " + _ANOTHER)
    else:
        yield ok("clock", where)


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60:,} min" if seconds < 7200 else f"{seconds // 3600:,} h"
