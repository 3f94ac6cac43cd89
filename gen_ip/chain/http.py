"""HTTP to a node, where only the answer to the request itself counts."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests
import urllib3
from eth_typing import URI
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from gen_ip.chain import answers
from gen_ip.nesting import parse

TIMEOUT_SECONDS = 30.0
CONNECTIONS = 32
"""Open at once to a node, whatever the number of threads."""

_PIECE_BYTES = 1 << 14


class StrayAnswer(ConnectionError):  # noqa: N818 - named like the package's other errors
    """What came back answers another request: a proxy between mixed them up."""


class TooLong(ValueError):  # noqa: N818
    """What comes back does not end within `gen_ip.chain.answers.MAX_BYTES`."""

    def __init__(self) -> None:
        super().__init__(f"an answer of more than {answers.MAX_BYTES:,} bytes")


class NodeProvider(HTTPProvider):
    """Web3's HTTP provider, but it compares the ids of request and answer (JSON-RPC 2.0, section
    5), and leaves repeating to `gen_ip.chain.rpc.Rpc`, which knows what may be repeated."""

    def __init__(self, url: str, timeout: float = TIMEOUT_SECONDS) -> None:
        # One for all threads, which wait for each other rather than open more.
        session = requests.Session()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, pool_block=True)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)
        # What the environment says of proxies, certificates and passwords, looked up once and not
        # with every request, of which that is a good part.
        found = session.merge_environment_settings(url, {}, None, None, None)
        session.proxies, session.verify = found["proxies"], found["verify"]
        session.auth = get_netrc_auth(url)
        session.trust_env = False
        super().__init__(
            url,
            request_kwargs={"timeout": timeout},
            session=session,
            exception_retry_configuration=None,
        )
        self._url, self._timeout = url, timeout
        # Not from 0, so that an answer to another client's request does not pass either.
        self.request_counter = itertools.count(secrets.randbits(40))

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request and its answer.

        Raises:
            StrayAnswer: it is the answer to another one.
            TooLong: it does not end.
            requests.RequestException: the connection breaks, or the answer is not here in time.
        """
        request = self.encode_rpc_request(method, params)
        response = self.decode_rpc_response(self._make_request(method, request))
        if isinstance(response, dict):
            answered = response.get("id")
            # A node that could not read the request's id answers null with its error.
            unread = answered is None and "error" in response
            if answered != json.loads(request)["id"] and not unread:
                raise StrayAnswer
        return response

    def _make_request(self, method: RPCEndpoint, request_data: bytes) -> bytes:
        # As Web3's, which reads whatever comes: it has no limit, and waits anew for each piece.
        until = time.monotonic() + self._timeout
        body = bytearray()
        with self._request_session_manager.get_response_from_post_request(
            URI(self._url), data=request_data, stream=True, **self.get_request_kwargs()
        ) as response:
            response.raise_for_status()
            for piece in _pieces(response):
                body += piece
                if len(body) > answers.MAX_BYTES:
                    raise TooLong
                if time.monotonic() > until:
                    raise requests.Timeout
        return bytes(body)

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        """The JSON of an answer.

        Raises:
            ValueError: it is none, or nested deeper than any honest one.
        """
        response: RPCResponse = parse(raw_response, answers.MAX_NESTING)
        return response


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """A body as it comes, where `iter_content` would wait for a whole piece, however slowly."""
    try:
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
            yield piece
    except urllib3.exceptions.ReadTimeoutError:
        raise requests.Timeout from None
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(type(error).__name__) from None


class NoBatch(ConnectionError):  # noqa: N818
    """What came back for several requests in one is no list of answers, or too long a one."""


def batch(
    provider: HTTPProvider, wanted: Sequence[tuple[str, Sequence[Any]]]
) -> list[Mapping[str, Any] | None]:
    """The answers to requests that are made in one (JSON-RPC 2.0, section 6), in their order
    whatever the order they came in; None for one that was not answered, or more than once.

    Raises:
        NoBatch: the node answers no list, or one that does not end.
    """
    bodies = [provider.encode_rpc_request(RPCEndpoint(name), list(of)) for name, of in wanted]
    try:
        raw = provider._make_request(RPCEndpoint("batch"), b"[" + b",".join(bodies) + b"]")
    except TooLong:
        # Each by itself may be short enough.
        raise NoBatch from None
    # Web3 promises one answer; to a batch it is a list.
    found: Any = provider.decode_rpc_response(raw)
    if not isinstance(found, list):
        raise NoBatch
    answered = [each for each in found if isinstance(each, Mapping)]
    times = Counter(str(each.get("id")) for each in answered)
    by_id = {str(each.get("id")): each for each in answered}
    ids = [str(json.loads(body)["id"]) for body in bodies]
    return [by_id[one] if times[one] == 1 else None for one in ids]
