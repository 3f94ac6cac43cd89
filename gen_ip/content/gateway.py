"""Reading from a gateway the user named: whoever runs it, each block is verified.

Protocol: https://specs.ipfs.tech/http-gateways/trustless-gateway/. Only raw blocks are asked for,
one by one, and no redirection is followed: the gateway is the only host that is ever called.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Iterator
from typing import NoReturn

import requests

from gen_ip.content.cid import CID, parse_cid
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath
from gen_ip.content.walking import MAX_BLOCK_READ, ReadsBlocks, chunks
from gen_ip.errors import BadStoreAddress, ContentNotFound, StoreUnavailable
from gen_ip.urls import public_url, scheme_of

PREFIX = "gateway+"
_CONNECT_SECONDS, _SILENCE_SECONDS, _BLOCK_SECONDS = 5.0, 20.0, 60.0
_PIECE_BYTES = 64 * 1024
_SLOW = "try again, or name another gateway"
_ABSENT = (404, 410, 451)


class GatewayStore(ReadsBlocks):
    """Reads from a gateway, at `url`. See `gen_ip.content.store.Store`; it takes nothing.

    Raises:
        BadStoreAddress: `url` is no http(s) URL.
    """

    def __init__(self, url: str, seconds: float = _BLOCK_SECONDS) -> None:
        if scheme_of(url) not in ("http", "https") or "@" in url:
            raise BadStoreAddress(public_url(url), "it is no http(s) URL without user and password")
        self._url, self._seconds = url.rstrip("/"), seconds
        self._until: float | None = None
        self._session = requests.Session()
        # Neither cookies nor .netrc passwords are sent.
        self._session.trust_env = False

    @property
    def address(self) -> str:
        """The gateway, without what may be secret in its URL."""
        return f"{PREFIX}{public_url(self._url)}"

    def block(self, cid: CID) -> bytes:
        """See `gen_ip.content.walking.Blocks.block`.

        Raises:
            ContentNotFound: the gateway says it does not have it.
            StoreUnavailable: it does not answer in time, or with too many bytes.
        """
        deadline = time.monotonic() + self._seconds
        if self._until is not None:
            deadline = min(deadline, self._until)
        silence = max(0.001, min(_SILENCE_SECONDS, deadline - time.monotonic()))
        try:
            with self._session.get(
                f"{self._url}/ipfs/{cid}",
                params={"format": "raw"},
                headers={"Accept": "application/vnd.ipld.raw", "Accept-Encoding": "identity"},
                timeout=(min(_CONNECT_SECONDS, silence), silence),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code in _ABSENT:
                    raise ContentNotFound(str(cid), self.address)
                if answer.status_code != 200:
                    raise self._unavailable(f"it answers with status {answer.status_code}", _SLOW)
                return self._body(answer, deadline)
        except requests.Timeout as error:
            raise self._unavailable("no answer in time", _SLOW) from error
        except (requests.RequestException, OSError) as error:
            reason = f"no connection: {type(error).__name__}"
            raise self._unavailable(reason, "check its address, or name another") from error

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """See `Store.get`."""
        return b"".join(chunks(self, parse_cid(cid), max_bytes))

    def has(self, cid: str) -> bool:
        """See `Store.has`."""
        try:
            self.block(parse_cid(cid))
        except ContentNotFound:
            return False
        return True

    def within(self, seconds: float) -> GatewayStore:
        """See `Store.within`."""
        other = copy.copy(self)
        other._until = time.monotonic() + seconds
        return other

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def put_block(self, data: bytes) -> str:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def put_node(self, block: bytes) -> str:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def pin(self, cid: str) -> None:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def unpin(self, cid: str) -> None:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def remove(self, cid: str) -> None:
        """Raises `StoreUnavailable`: a gateway takes nothing."""
        self._refuse()

    def pins(self) -> Iterator[str]:
        """None: a gateway keeps nothing for anybody."""
        yield from ()

    def _body(self, answer: requests.Response, deadline: float) -> bytes:
        data = bytearray()
        # Not iter_content, which waits for a whole piece however slowly its bytes drip.
        while piece := answer.raw.read1(_PIECE_BYTES):
            data += piece
            if len(data) > MAX_BLOCK_READ:
                raise self._unavailable("it sends more than a block may have", _SLOW)
            if time.monotonic() > deadline:
                raise self._unavailable("no answer in time", _SLOW)
        return bytes(data)

    def _refuse(self) -> NoReturn:
        raise self._unavailable("a gateway only serves", "name a folder or a node to write to")

    def _unavailable(self, reason: str, remedy: str) -> StoreUnavailable:
        return StoreUnavailable(self.address, reason, remedy)
