"""Which store, or which several, an address names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path

from gen_ip.content.absent import AbsentStore
from gen_ip.content.files import StrPath
from gen_ip.content.kubo import KuboStore, is_rpc_address
from gen_ip.content.local import LocalStore
from gen_ip.content.store import Store
from gen_ip.errors import BadStoreAddress, StoreUnavailable
from gen_ip.urls import public_url

LOCAL, KUBO = "local", "kubo"
_KUBO_ADDRESS = "/ip4/127.0.0.1/tcp/5001/http"
_SEPARATOR, _REQUIRE = ";", "require="
# Of gateways and pinning services, whose modules are imported only when they are used.
_GATEWAY, _PIN = "gateway+", "pin+"


def own_store() -> LocalStore:
    """The store of those who name none: a folder of the user.

    Raises:
        StoreUnavailable: it cannot be made.
    """
    return LocalStore(user_data_path("gen-ip") / "content")


def open_store(address: StrPath | Sequence[StrPath]) -> Store:
    """The store at `address`, or the stores at several.

    It is a folder; a Kubo node's RPC as multiaddr or http(s) URL; `local`, the user's own folder;
    `kubo`, a node on this machine; `gateway+URL`, to read from; or several of them, pinning
    services (`pin+URL`) among them, in a sequence or with semicolons between, and `require=N`
    where not all of them must succeed; of several such the last one holds.

    Raises:
        BadStoreAddress: an address is none of these.
        WrongRequirement: more stores must succeed than there are, or none.
        StoreUnavailable: the only folder cannot be made or written. One among several counts as a
            store that fails.
    """
    given = [address] if isinstance(address, str | os.PathLike) else address
    texts = [os.fspath(each) for each in given]
    parts = [part.strip() for text in texts for part in text.split(_SEPARATOR)]
    if len(parts) == 1 and not parts[0].startswith((_PIN, _REQUIRE)):
        return _open(texts[0])
    return _several(parts)


def required(number: int) -> str:
    """The part of an address that says how many stores must succeed."""
    return f"{_REQUIRE}{number}"


def _several(parts: list[str]) -> Store:
    from gen_ip.content.pinning import PinningService
    from gen_ip.content.several import SeveralStores

    stores: list[Store] = []
    services: list[PinningService] = []
    least = None
    named = [part for part in parts if part and not part.startswith(_REQUIRE)]
    for part in filter(None, parts):
        if part.startswith(_REQUIRE):
            number = part.removeprefix(_REQUIRE)
            if not number.isascii() or not number.isdecimal() or len(number) > 3:
                raise BadStoreAddress(part, "how many must succeed is a whole number")
            least = int(number)
        elif part.startswith(_PIN):
            services.append(PinningService(part.removeprefix(_PIN)))
        else:
            stores.append(_open(part) if len(named) == 1 else _open_among(part))
    several = SeveralStores(stores, services, least)
    return stores[0] if len(named) == 1 else several


def _open_among(text: str) -> Store:
    """One of several stores: whether it can be done without is not known yet."""
    try:
        return _open(text)
    except StoreUnavailable as error:
        return AbsentStore(error)


def _open(text: str) -> Store:
    if not text:
        raise BadStoreAddress(text, "it is empty")
    if text == LOCAL:
        return own_store()
    if text == KUBO:
        return KuboStore(_KUBO_ADDRESS)
    if text.startswith(_GATEWAY):
        from gen_ip.content.gateway import GatewayStore

        return GatewayStore(text.removeprefix(_GATEWAY))
    if is_rpc_address(text):
        return KuboStore(text)
    if "://" in text:
        # The rest of it may hold a password.
        raise BadStoreAddress(public_url(text), "only http and https URLs name a node's RPC")
    return LocalStore(Path(text))
