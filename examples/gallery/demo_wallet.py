"""Wallets to try the gallery with: a development node's accounts, for anybody who looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from web3 import HTTPProvider
from web3.types import RPCEndpoint

_NAMES = ("Alice", "Bob", "Carol")
_METHODS = frozenset(
    {
        "eth_chainId",
        "eth_blockNumber",
        "eth_getTransactionReceipt",
        "eth_sendTransaction",
        "eth_signTypedData_v4",
        "personal_sign",
    }
)


def wallet(node: str) -> APIRouter:
    """What the page's wallets ask.

    Args:
        node: the URL of a development node that holds unlocked accounts.
    """
    provider = HTTPProvider(node)
    router = APIRouter()

    @router.get("/demo-wallet.js")
    def script() -> Response:
        return FileResponse(Path(__file__).parent / "static" / "demo-wallet.js")

    @router.get("/demo-wallet")
    def accounts() -> Any:
        held = provider.make_request(RPCEndpoint("eth_accounts"), [])["result"]
        return dict(zip(_NAMES, held, strict=False))

    @router.post("/demo-wallet")
    async def ask(request: Request) -> Response:
        asked = await request.json()
        if request.headers.get("x-gen-ip") is None or asked.get("method") not in _METHODS:
            return JSONResponse({"error": {"code": 4200, "message": "not in this wallet"}})
        method, params = RPCEndpoint(asked["method"]), asked["params"]
        if method == "eth_signTypedData_v4":
            params = [params[0], json.loads(params[1])]
        found = await to_thread.run_sync(provider.make_request, method, params)
        return JSONResponse({name: found[name] for name in ("result", "error") if name in found})

    return router
