"""What people put in and sign in their browser: bids, offers, permits, profiles."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from playwright.sync_api import Page, expect

from gen_ip import GenIP
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain

from .conftest import Site, Wallet
from .test_pages import faults


def test_a_bid_is_made_and_accepted(
    site: Site, page: Page, wallet: Wallet, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    made = alice.certify(b"words worth a bid", kind="text", name="Words")
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    page.get_by_role("link", name="Bid for a license").click()
    page.get_by_role("button", name="Use my wallet's account").click()
    expect(page.get_by_label("Your account")).to_have_value(chain.bob.address)
    page.get_by_label("Price of one license").fill("2,5")
    page.get_by_label("Token").fill(chain.token)
    page.get_by_label("How many licenses").fill("2")
    assert not faults(page)
    page.get_by_role("button", name="Look at it").click()
    assert not faults(page)
    # An allowance for another bid stays.
    bob.bid(made.work_id, COMMERCIAL, price=1, token=chain.token)
    page.get_by_role("button", name=re.compile("Bid 5 ")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_role("status")).to_contain_text("Done", timeout=20_000)
    allowed = bob._tokens.allowance(chain.token, bob.deployment.marketplace)
    assert allowed == 1 + 5_000_000

    wallet.account = chain.alice
    page.goto(f"{site.url}/accounts/{chain.alice.address}")
    assert not faults(page)
    page.get_by_role("button", name=re.compile("Sell 2 for 5 ")).click()
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_role("status")).to_contain_text("Done", timeout=20_000)
    assert len(bob.licenses(holder=chain.bob.address, work=made.work_id)) == 2
    site.update()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Sell"))).to_have_count(0)


@pytest.mark.parametrize("inbox", [True, False])
def test_an_owner_puts_licenses_on_offer(
    site: Site, page: Page, wallet: Wallet, chain: LocalChain, alice: GenIP, bob: GenIP, inbox: bool
) -> None:
    site.parts.settings = replace(site.parts.settings, open_inbox=inbox)
    made = alice.certify(b"words on offer", kind="text", name="Words")
    site.update()
    wallet.account = chain.alice
    page.goto(f"{site.url}/works/{made.work_id}")
    page.get_by_role("link", name="Put licenses on offer").click()
    expect(page.get_by_label("Your account")).to_have_value(chain.alice.address)
    page.get_by_label("Price of one license").fill("0.5")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("posted on chain")).to_have_count(0 if inbox else 1)
    page.get_by_role("button", name="Offer for 0.5 ETH").click()
    page.get_by_role("button", name="Go on").click()
    status = page.get_by_role("dialog").get_by_role("status")
    if not inbox:
        # Its page shows the offer as soon as the index has it.
        expect(status).to_contain_text("Done", timeout=30_000)
        site.update()
    expect(status).to_contain_text("Done", timeout=20_000)
    page.get_by_role("button", name="Close").click()
    wallet.account = chain.bob
    page.get_by_role("button", name="Buy for 0.5 ETH").click()
    page.get_by_role("button", name="Go on").click()
    expect(status).to_contain_text("Done: it is in block", timeout=20_000)
    assert len(bob.licenses(holder=chain.bob.address, work=made.work_id)) == 1


def test_a_permit_and_a_profile_are_signed(
    site: Site, page: Page, wallet: Wallet, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    made = alice.certify(b"words that are licensed", kind="text", name="Words")
    (held,) = alice.issue(made.work_id, COMMERCIAL, chain.bob.address)
    site.update()
    page.goto(f"{site.url}/accounts/{chain.bob.address}")
    page.get_by_role("link", name="Let an account use it").click()
    page.get_by_label("Who may use it").fill("@Brand@social.example")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Choose at least one.")).to_be_visible()
    assert not faults(page)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_role("button", name="Go on").click()
    status = page.get_by_role("dialog").get_by_role("status")
    expect(status).to_have_text("Done: it is signed and kept here.", timeout=20_000)
    assert "eth_sendTransaction" not in wallet.asked
    asked = {"work": str(made.work_id), "account": "@brand@social.example", "use": "commercial"}
    told = httpx.get(f"{site.url}/v1/status", params=asked).json()
    assert told["verdict"] == "authorized", told
    assert held.work == made.work_id

    page.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Sign your profile").click()
    page.get_by_label("Name").fill("Bob <b>the</b> Brand")
    page.get_by_label("Domain").fill("brand.example")
    page.get_by_label("A page of yours").fill("http://brand.example")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("begins with https://")).to_be_visible()
    page.get_by_label("A page of yours").fill("https://brand.example/about")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_role("button", name="Go on").click()
    expect(status).to_contain_text("Done", timeout=20_000)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bob <b>the</b> Brand")


def test_what_is_wrong_in_a_form_is_said_at_its_field(
    site: Site, chain: LocalChain, alice: GenIP
) -> None:
    made = alice.certify(b"words with a form", kind="text", name="Words")
    site.update()
    bid, offer = f"/works/{made.work_id}/bid", f"/works/{made.work_id}/offer"
    good = {"account": chain.bob.address, "price": "1", "token": chain.token}
    for path, given, said in (
        (bid, {**good, "account": "0x12"}, "This is no address"),
        (bid, {**good, "account": chain.alice.address}, "owns the work already"),
        (bid, {**good, "token": "ETH"}, "Bids need an ERC-20 token"),
        (bid, {**good, "token": chain.alice.address}, "No token answers"),
        (bid, {**good, "price": "0"}, "cannot be paid"),
        (bid, {**good, "price": "0.0000001"}, "cannot be paid"),
        (bid, {**good, "price": "9" * 30 + "." + "9" * 36}, "cannot be paid"),
        (bid, {**good, "price": "1e5"}, "This is no number"),
        (bid, {**good, "price": "-1"}, "This is no number"),
        (bid, {**good, "count": "0"}, "A whole number from 1 to 1,000,000"),
        (bid, {**good, "days": "731"}, "A whole number from 1 to 730"),
        (bid, {**good, "terms": "everything"}, "Choose one of these"),
        (bid, {**good, "account": "<script>"}, "&lt;script&gt;"),
        (offer, {**good, "token": "ETH"}, "does not own the certificate"),
    ):
        told = httpx.get(site.url + path, params=given)
        assert told.status_code == 200, (given, told.text)
        assert said in unescape(told.text).replace("<script>", "&lt;script&gt;"), given
        assert "data-plan" not in told.text, given
        assert "<script>\n" not in told.text
    french = httpx.get(site.url + bid, params={**good, "price": "x", "lang": "fr"})
    assert "Ce n'est pas un nombre." in unescape(french.text)
    whole = httpx.get(site.url + bid, params=good).text
    plan = json.loads(unescape(re.findall('data-plan="([^"]+)"', whole)[0]))
    assert [bool(step.get("sign")) for step in plan["steps"]] == [False, True]
    assert httpx.get(f"{site.url}/licenses/{2**300}/permit").status_code == 404
    assert httpx.get(f"{site.url}/licenses/x/permit").status_code == 404
    assert httpx.get(f"{site.url}/works/5/bid").status_code == 404
