"""HTTP to a node, where only the answer to the request itself counts."""

from __future__ import annotations

import itertools
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_netrc_auth
from web3 import HTTPProvider
from web3.types import RPCEndpoint, RPCResponse

from gen_ip.chain.answers import MAX_NESTING
from gen_ip.nesting import parse

TIMEOUT_SECONDS = 30.0
CONNECTIONS = 32
"""Open at once to a node, whatever the number of threads."""


class StrayAnswer(ConnectionError):  # noqa: N818 - named like the package's other errors
    """What came back answers another request: a proxy between mixed them up."""


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
        # Not from 0, so that an answer to another client's request does not pass either.
        self.request_counter = itertools.count(secrets.randbits(40))

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request and its answer.

        Raises:
            StrayAnswer: it is the answer to another one.
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

    @staticmethod
    def decode_rpc_response(raw_response: bytes) -> RPCResponse:
        """The JSON of an answer.

        Raises:
            ValueError: it is none, or nested deeper than any honest one.
        """
        response: RPCResponse = parse(raw_response, MAX_NESTING)
        return response


class NoBatch(ConnectionError):  # noqa: N818
    """What came back for several requests in one is no list of answers."""


def batch(
    provider: HTTPProvider, wanted: Sequence[tuple[str, Sequence[Any]]]
) -> list[Mapping[str, Any] | None]:
    """The answers to requests that are made in one (JSON-RPC 2.0, section 6), in their order
    whatever the order they came in; None for one that was not answered, or more than once.

    Raises:
        NoBatch: the node answers no list.
    """
    bodies = [provider.encode_rpc_request(RPCEndpoint(name), list(of)) for name, of in wanted]
    raw = provider._make_request(RPCEndpoint("batch"), b"[" + b",".join(bodies) + b"]")
    # Web3 promises one answer; to a batch it is a list.
    found: Any = provider.decode_rpc_response(raw)
    if not isinstance(found, list):
        raise NoBatch
    answered = [each for each in found if isinstance(each, Mapping)]
    times = Counter(str(each.get("id")) for each in answered)
    by_id = {str(each.get("id")): each for each in answered}
    ids = [str(json.loads(body)["id"]) for body in bodies]
    return [by_id[one] if times[one] == 1 else None for one in ids]
