"""A service with pages on the run's chain, and a browser with a wallet in it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from eth_account import Account
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from web3 import Web3
from web3.types import RPCEndpoint

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.index.documents import fetch_missing
from gen_ip.service.app import app_of
from gen_ip.service.chain import ChainSettings
from gen_ip.service.feeding import Feeder
from gen_ip.service.parts import Parts
from gen_ip.service.settings import Settings
from gen_ip.service.staging import Keeper
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain
from tests.support.require import require

__all__ = ["Derive", "alice", "bob", "carol", "derive", "store"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A wallet as EIP-6963 and EIP-1193 describe it; what it is asked goes to the test.
WALLET = """
const provider = { request: async ({ method, params }) => {
  const told = await window.askWallet(JSON.stringify({ method, params: params ?? [] }));
  const { result, error } = JSON.parse(told);
  if (error) throw error;
  return result;
} };
const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", {
  detail: { info: { uuid: "6b1f", name: "Test wallet", icon: "data:,", rdns: "test" }, provider },
}));
addEventListener("eip6963:requestProvider", announce);
announce();
"""


@dataclass
class Site:
    """The running service; `update` brings its index up to date, and feeds what is matched."""

    url: str
    update: Callable[[], None]
    parts: Parts


@pytest.fixture
def site(chain: LocalChain, alice: GenIP, tmp_path: Path) -> Iterator[Site]:
    path = tmp_path / "chain.sqlite"
    database, writer = writer_of(path, Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    settings = Settings(
        index=tmp_path / "match",
        store=tmp_path / "service",
        open_inbox=True,
        certify=True,
        rate="100000/minute",
    )
    known = ChainSettings(
        path,
        chain.web3.eth.chain_id,
        chain.deployment,
        None,
        "https://genip.example",
        store=alice.store,
        token=alice.token,
        proof=lambda work: alice.saved_proof(work).to_json(),
    )
    app = app_of(settings, known)
    use = app.state.parts
    feeder = Feeder(
        database, use.records, known.chain_id, settings.index, alice.store, settings.upload_bytes
    )

    assert use.staging is not None
    keeper = Keeper(use.staging, database, alice.store)

    def update() -> None:
        chain.rpc("anvil_mine", hex(70))
        caught_up(writer)
        keeper.round()
        fetch_missing(database, alice.store)
        feeder.round()

    config = uvicorn.Config(app, port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", update, use)
    server.should_exit = True
    thread.join()
    writer.close()
    database.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: its event loop runs in this thread, where others start theirs."""
    binary = require("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=binary, args=ARGUMENTS)
        yield opened
        opened.close()


@dataclass
class Wallet:
    """Signs with an account of the chain; `refuse` is an error that it answers instead, by method,
    `answers` a result."""

    web3: Web3
    account: Any
    refuse: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    chain_id: str | None = None
    asked: list[str] = field(default_factory=list)

    def answer(self, text: str) -> str:
        asked = json.loads(text)
        method, params = asked["method"], asked["params"]
        self.asked.append(method)
        if method in self.refuse:
            return json.dumps({"error": self.refuse[method]})
        if method in self.answers:
            return json.dumps({"result": self.answers[method]})
        if method == "eth_requestAccounts":
            return json.dumps({"result": [self.account.address]})
        if method == "eth_chainId" and self.chain_id is not None:
            return json.dumps({"result": self.chain_id})
        if method == "wallet_switchEthereumChain":
            return json.dumps({"result": None})
        if method == "eth_signTypedData_v4":
            signed = Account.sign_typed_data(self.account.key, full_message=json.loads(params[1]))
            return json.dumps({"result": f"0x{signed.signature.hex()}"})
        if method == "eth_sendTransaction":
            return json.dumps({"result": self._sent(params[0])})
        found = self.web3.provider.make_request(RPCEndpoint(method), params)
        told = {name: found[name] for name in ("result", "error") if name in found}
        return json.dumps(told, default=_plain)

    def _sent(self, wanted: dict[str, str]) -> str:
        eth = self.web3.eth
        signed = self.account.sign_transaction(
            {
                "to": wanted["to"],
                "data": wanted["data"],
                "value": int(wanted["value"], 16),
                "gas": 2_000_000,
                "gasPrice": 2 * eth.gas_price,
                "nonce": eth.get_transaction_count(self.account.address),
                "chainId": eth.chain_id,
            }
        )
        sent = eth.send_raw_transaction(signed.raw_transaction)
        eth.wait_for_transaction_receipt(sent)
        return sent.to_0x_hex()


def _plain(value: Any) -> Any:
    return f"0x{value.hex()}" if isinstance(value, bytes) else dict(value)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Fails where the page logs an error or asks another host."""
    opened, wrong = context.new_page(), []

    def seen(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1", "data:")):
            wrong.append(f"asked {request.url}")

    opened.on("request", seen)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on(
        "console",
        lambda told: (
            wrong.append(told.text)
            if told.type == "error" and "status of 4" not in told.text
            else None
        ),
    )
    yield opened
    assert not wrong


@pytest.fixture
def wallet(chain: LocalChain, context: BrowserContext) -> Wallet:
    """Bob's, in every page of the browser."""
    made = Wallet(chain.web3, chain.bob)
    context.expose_function("askWallet", made.answer)
    context.add_init_script(WALLET)
    return made


def until(page: Page, what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Lets the page go on until something holds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        page.wait_for_timeout(50)
