"""Who uses which nonce: one lane for every account on every chain, shared by all clients of the
process, whatever their thread.

What other processes send from the same account is seen only once it is in the node's pool.
"""

from __future__ import annotations

import threading
from collections.abc import Set
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from web3 import HTTPProvider

from gen_ip.accounts import DEV_CHAIN_IDS
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent


@dataclass(eq=False)
class Lane:
    """One account's nonces. Everything but the lock is used under the lock only."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    waiting: set[int] = field(default_factory=set)
    """Nonces of transactions that threads of this process are waiting for."""
    lost: dict[int, Sent] = field(default_factory=dict)
    """Transactions whose sending no node has acknowledged."""
    last: Sent | None = None
    """The newest transaction that a node has acknowledged."""

    def next(self, rpc: Rpc, account: str, taken: Set[int]) -> int:
        """The nonce for a new transaction, none of `taken`."""
        nonce = rpc.nonce(account)
        # A node behind a load balancer may lag behind the one that took the last transaction. Where
        # that is unknown, though, the chain was rolled back, as local ones can be.
        if self.last is not None and nonce <= self.last.nonce and rpc.knows(self.last.tx_hash):
            nonce = self.last.nonce + 1
        while nonce in self.waiting or nonce in taken:
            nonce += 1
        return nonce


_guard = threading.Lock()
_shared: dict[tuple[int, str, str], Lane] = {}
_own: WeakKeyDictionary[object, dict[str, Lane]] = WeakKeyDictionary()


def lane(rpc: Rpc, account: str) -> Lane:
    """The lane of an account on the chain that `rpc` is connected to."""
    provider, chain_id = rpc.web3.provider, rpc.chain_id
    # Local chains share their ids, so that each node is a chain of its own.
    place = rpc.address if chain_id in DEV_CHAIN_IDS else ""
    with _guard:
        if not isinstance(provider, HTTPProvider):
            return _own.setdefault(provider, {}).setdefault(account, Lane())
        return _shared.setdefault((chain_id, place, account), Lane())
