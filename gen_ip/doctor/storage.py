"""The content store: does it take something, give it back and let go of it?"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from gen_ip.content.choice import LOCAL, open_store
from gen_ip.content.kubo import KuboStore
from gen_ip.doctor.finding import Finding, fail, failed, ok
from gen_ip.errors import StoreError

_SECONDS = 10.0


def store(address: str | Sequence[str] | None) -> Iterator[Finding]:
    """A round trip of a few random bytes, removed afterwards."""
    try:
        opened = open_store(address or LOCAL)
        if isinstance(opened, KuboStore):
            yield ok("kubo", f"version {opened.version()}")
        data = b"gen-ip doctor " + secrets.token_bytes(16)
        cid = opened.put_block(data)
        try:
            back = opened.within(_SECONDS).get(cid)
        finally:
            opened.remove(cid)
        if back != data or opened.has(cid):
            yield fail("store", f"{opened.address} does not keep what it is given", "name another")
            return
    except StoreError as error:
        yield failed("store", error)
        return
    yield ok("store", f"{opened.address} keeps, gives back and removes")
