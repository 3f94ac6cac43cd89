"""Nodes that answer what they like, without a network between."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from web3 import Web3

from gen_ip.chain.http import NodeProvider
from gen_ip.chain.rpc import Rpc

Answer = Callable[[str, list[Any]], Any]


class OddNode(NodeProvider):
    """Answers every request with these bytes; `{id}` in them stands for the request's own id."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answer = answer

    def _make_request(self, method: Any, request_data: bytes) -> bytes:
        asked = json.loads(request_data)
        number = asked[0]["id"] if isinstance(asked, list) else asked["id"]
        return self.answer.replace(b'"{id}"', str(number).encode())


class LyingNode(NodeProvider):
    """Answers well-formed JSON-RPC; what, a function of method and parameters says."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("http://127.0.0.1:1")
        self.answer = answer

    def _make_request(self, method: Any, request_data: bytes) -> bytes:
        asked = json.loads(request_data)
        if isinstance(asked, list):
            return json.dumps([self._one(each) for each in asked]).encode()
        return json.dumps(self._one(asked)).encode()

    def _one(self, asked: Any) -> Any:
        found = self.answer(asked["method"], asked["params"])
        return {"jsonrpc": "2.0", "id": asked["id"], "result": found}


def rpc_of(node: NodeProvider) -> Rpc:
    """A connection to it."""
    return Rpc(Web3(node))
