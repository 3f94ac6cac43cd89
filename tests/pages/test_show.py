"""`gen-ip serve --demo`: one command, and there is something to look at."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time

import httpx
from eth_account import Account
from playwright.sync_api import FilePayload, expect, sync_playwright
from web3 import HTTPProvider, Web3

from gen_ip.chain.faucet import fund
from tests.service.files import edited
from tests.support.require import ROOT, require

from .conftest import ARGUMENTS, WALLET, Wallet, until

PICTURES = ROOT / "gen_ip/demo/pictures"


def test_the_demo_is_served_until_it_is_told_to_end() -> None:
    require("anvil")
    command = [sys.executable, "-m", "gen_ip.cli", "serve", "--demo", "--port", "0", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline()]
        while lines[-1].rstrip() != "}":
            lines.append(process.stdout.readline())
        told = json.loads("".join(lines))
        until = time.monotonic() + 60
        while "Espresso, mirrored" not in (page := httpx.get(f"{told['url']}/explore").text):
            assert time.monotonic() < until, page
            time.sleep(0.2)
        _buys(told["url"], told["rpc"])
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def _buys(url: str, rpc: str) -> None:
    """A stranger's way from there to a license, with a wallet of the demo's chain."""
    web3 = Web3(HTTPProvider(rpc))
    account = Account.create()
    fund(web3, account.address, 10**18)
    wallet = Wallet(web3, account)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require("chromium"), args=ARGUMENTS)
        context = browser.new_context(locale="en-US")
        context.expose_function("askWallet", wallet.answer)
        context.add_init_script(WALLET)
        page = context.new_page()
        page.goto(url)
        post: FilePayload = {"name": "post.png", "mimeType": "image/png", "buffer": edited()}
        page.set_input_files("#file", post)
        page.get_by_role("button", name="Check this file").click()
        expect(page.locator(".verdict")).to_have_text("Needs a license", timeout=60_000)
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            "a license of work “\u2068Espresso\u2069”"
        )
        expect(page.get_by_text("An edited copy.")).to_be_visible()
        page.get_by_role("link", name=re.compile("^Buy for")).first.click()
        page.get_by_role("button", name=re.compile("^Buy for .* ETH")).first.click()
        page.get_by_role("button", name="Go on").click()
        status = page.get_by_role("dialog").get_by_role("status")
        expect(status).to_contain_text("Done: it is in block", timeout=30_000)
        page.goto(f"{url}/accounts/{account.address}")
        held = page.get_by_role("listitem").filter(has_text="License")
        until(page, lambda: bool(page.reload()) and held.count() == 1)
        browser.close()


def test_it_brings_a_chain_of_its_own() -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "serve", "--demo", "--on-chain"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "brings a chain" in ended.stderr
