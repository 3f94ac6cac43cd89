"""Which store an address names."""

from __future__ import annotations

import os
from pathlib import Path

from gen_ip.content.files import StrPath
from gen_ip.content.kubo import KuboStore, is_rpc_address
from gen_ip.content.local import LocalStore
from gen_ip.errors import BadStoreAddress
from gen_ip.urls import public_url


def open_store(address: StrPath) -> LocalStore | KuboStore:
    """The store at `address`: a folder, or a Kubo node's RPC as multiaddr or http(s) URL.

    Raises:
        BadStoreAddress: the address is none of these.
        StoreUnavailable: the folder cannot be made or written.
    """
    text = os.fspath(address)
    if not text:
        raise BadStoreAddress(text, "it is empty")
    if is_rpc_address(text):
        return KuboStore(text)
    if "://" in text:
        # The rest of it may hold a password.
        raise BadStoreAddress(public_url(text), "only http and https URLs name a node's RPC")
    return LocalStore(Path(text))
