"""A connection to the node at a URL, over whichever of its two transports."""

from __future__ import annotations

import re

from web3 import Web3

from gen_ip.chain.errors import ConnectionFailed
from gen_ip.chain.http import TIMEOUT_SECONDS, NodeProvider
from gen_ip.urls import scheme_of


def connect(url: str, timeout: float = TIMEOUT_SECONDS) -> Web3:
    """A Web3 of the node at `url`, over HTTP or a websocket; each request may take `timeout`
    seconds.

    Raises:
        ConnectionFailed: it is no http://, https://, ws:// or wss:// URL.
    """
    scheme = scheme_of(url)
    if scheme in ("http", "https"):
        return Web3(NodeProvider(url, timeout))
    if scheme in ("ws", "wss"):
        # Loaded where it is needed only: it costs the start of every program some time.
        from gen_ip.chain.websocket import SocketProvider

        return Web3(SocketProvider(url, timeout))
    # The address itself stays unsaid: it may hold a key.
    reason = "it is no http:// or ws:// URL such as http://127.0.0.1:8545"
    if url and "://" not in url:
        reason = f"it has no http:// or https:// in front, such as http://{_local(url)}"
    raise ConnectionFailed("the given address", reason)


def _local(url: str) -> str:
    """Host and port of a node on this machine: of this one, where the address names no more."""
    here = re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", url)
    return url if here else "127.0.0.1:8545"
