"""The gallery as its guide starts it, in a browser: posted, bought, remixed, paid."""

from __future__ import annotations

import http.client
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.conftest import browser
from tests.support.require import ROOT

__all__ = ["browser"]


def picture(folder: Path, name: str, seed: int) -> Path:
    """A picture with structure, another for each seed."""
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    made = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
    made.save(folder / name)
    return folder / name


@pytest.fixture(scope="module")
def url(anvil_binary: Path) -> Iterator[str]:
    """The running gallery."""
    process = subprocess.Popen(
        [sys.executable, "-m", "examples.gallery", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://[\d.:]+", line)
    assert found, line
    yield found[0]
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    process.stdout.close()


class Person:
    """Somebody with a wallet, and a browser of their own."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.context: BrowserContext = browser.new_context(
            locale="en-US", viewport={"width": 1200, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console",
            lambda told: self.wrong.append(told.text) if told.type == "error" else None,
        )
        self.url, self.name = url, name
        self.page.goto(url)
        self.page.get_by_role("button", name=f"Sign in with {name}'s wallet").click()
        self.page.get_by_role("button", name="Sign out").wait_for()

    def post(self, file: Path, title: str, **prices: str) -> None:
        self.page.get_by_role("link", name="Upload", exact=True).click()
        self.fill(file, title, **prices)

    def fill(self, file: Path, title: str, **prices: str) -> None:
        self.page.set_input_files("#file", file)
        self.page.fill("#title", title)
        for name, price in prices.items():
            self.page.fill(f"#{name}", price)
        self.page.get_by_role("button", name="Upload", exact=True).click()

    def choose(self, again: str = "Sign") -> None:
        """Signs with this person's wallet what the dialog shows."""
        button = self.page.get_by_role("dialog").get_by_role("button", name=again, exact=True)
        button.wait_for()
        wallets = self.page.get_by_role("combobox", name="Wallet")
        if wallets.is_visible():
            wallets.select_option(label=f"{self.name}'s wallet")
        button.click()


@pytest.fixture
def people(browser: Browser, url: str) -> Iterator[tuple[Person, Person]]:
    alice, bob = Person(browser, url, "Alice"), Person(browser, url, "Bob")
    yield alice, bob
    for each in (alice, bob):
        assert each.wrong == []
        each.context.close()


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("GENIP_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_work_is_posted_bought_remixed_and_pays(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    alice, bob = people
    alice.post(picture(tmp_path, "dunes.png", 1), "Dunes", commercial="0.5", remix="0.25")
    alice.page.get_by_role("dialog").get_by_role("button", name="Sign", exact=True).wait_for()
    shown = alice.page.get_by_role("dialog")
    expect(shown).to_contain_text("5 % of what you draw from it goes to 0x")
    expect(shown).to_contain_text("License “Commercial use”: 0.5 each.")
    shot(alice.page, "gallery-sign")
    alice.choose()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Dunes")
    expect(
        alice.page.get_by_text("and remixes, which share their income, 0.25 ETH")
    ).to_be_visible()
    shot(alice.page, "gallery-work")
    # A copy is told of; who goes on without has no certificate.
    with io.BytesIO() as out:
        Image.open(tmp_path / "dunes.png").save(out, "JPEG", quality=80)
        (tmp_path / "mine.jpg").write_bytes(out.getvalue())
    bob.post(tmp_path / "mine.jpg", "Mine")
    expect(bob.page.get_by_role("dialog")).to_contain_text("It is like a work that is certified")
    shot(bob.page, "gallery-copy")
    bob.choose("Cancel")
    # A remix needs a license.
    bob.page.get_by_role("link", name="Gallery").click()
    bob.page.get_by_role("link", name="Dunes").click()
    bob.page.get_by_role("listitem").filter(has_text="remixes").get_by_role(
        "button", name="Buy"
    ).click()
    bob.choose()
    expect(bob.page.get_by_role("dialog")).to_contain_text("Done.")
    bob.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    bob.page.get_by_role("link", name="Remix it").click()
    bob.fill(picture(tmp_path, "remix.png", 2), "Dunes, remixed", commercial="2")
    bob.choose()
    expect(bob.page.get_by_role("heading", level=1)).to_have_text("Dunes, remixed")
    # Bob's sale pays Alice, too.
    alice.page.get_by_role("link", name="Gallery").click()
    shot(alice.page, "gallery-home")
    alice.page.get_by_role("link", name="Dunes, remixed").click()
    alice.page.get_by_role("button", name="Buy").click()
    alice.choose()
    expect(alice.page.get_by_role("dialog")).to_contain_text("Done.")
    alice.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    for each in (alice, bob):
        each.page.get_by_role("link", name="Earnings").click()
        shot(each.page, f"gallery-earnings-{each.name}")
        each.page.get_by_role("button", name="Collect").click()
        each.choose()
        expect(each.page.get_by_role("dialog")).to_contain_text("Done.")
        each.page.get_by_role("dialog").get_by_role("button", name="Close").click()
        expect(each.page.get_by_role("button", name="Collect")).to_have_count(0)


def test_who_signs_once_uploads_with_a_click(people: tuple[Person, Person], tmp_path: Path) -> None:
    _, bob = people
    bob.page.get_by_role("link", name="Upload", exact=True).click()
    bob.page.get_by_role("button", name="Sign once for all uploads to come").click()
    bob.choose()
    expect(bob.page.get_by_role("dialog")).to_contain_text("Done.")
    bob.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    bob.fill(picture(tmp_path, "once.png", 5), "Signed once")
    bob.choose("Certify")
    expect(bob.page.get_by_role("heading", level=1)).to_have_text("Signed once")
    # Another's wallet than the one that is signed in signs nothing here.
    bob.name = "Carol"
    bob.page.get_by_role("link", name="Upload", exact=True).click()
    bob.page.get_by_role("button", name="Sign once for all uploads to come").click()
    bob.choose()
    expect(bob.page.get_by_role("dialog")).to_contain_text("is not the one that you are signed in")


def test_what_is_wrong_is_refused(url: str, tmp_path: Path) -> None:
    """Without a browser: nobody signed in, another's signature, files that are too large."""
    account = Account.create()
    with httpx.Client(base_url=url) as client:
        page = client.post("/upload", files={"file": b"x"}, data={"title": "x"})
        assert (page.status_code, "Sign in first" in page.text) == (401, True)
        begun = client.post("/sign-in/begin", json={"account": account.address}).json()
        assert account.address in begun["message"]
        text = encode_defunct(text=begun["message"])
        for key in (Account.create(), account):
            signature = key.sign_message(text).signature.hex()
            answer = client.post("/sign-in", json={"signature": signature})
            assert answer.status_code == (200 if key is account else 403)
        # A message is signed in with once.
        assert client.post("/sign-in", json={"signature": signature}).status_code == 409
        for wrong in ({}, {"account": "me"}, []):
            assert client.post("/sign-in/begin", json=wrong).status_code == 422
        begun = client.post("/sign-in/begin", json={"account": account.address}).json()
        assert client.post("/sign-in", json={"signature": "0x"}).status_code == 403
        signature = account.sign_message(encode_defunct(text=begun["message"])).signature.hex()
        assert client.post("/sign-in", json={"signature": signature}).status_code == 200
        named = {"title": "<script>alert(1)</script>", "gen-ip": "of nothing"}
        page = client.post("/upload", files={"file": b"x"}, data=named)
        assert (page.status_code, "no upload has the key" in page.text) == (422, True)
        files = {"file": ("a.svg", b"<svg onload='alert(1)'/>")}
        page = client.post("/upload", files=files, data={"title": named["title"]})
        shown = client.get(page.headers["location"])
        assert "&lt;script&gt;alert(1)" in shown.text
        assert "<script>alert" not in shown.text
        number = page.headers["location"].rpartition("/")[2]
        file = client.get(f"/files/{number}")
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["content-security-policy"].startswith("sandbox")
        assert client.get("/works/999").status_code == 404
    large = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    large.putrequest("POST", "/upload")
    large.putheader("Content-Length", str(2**30))
    large.endheaders()
    assert large.getresponse().status == 413
    large.close()
