"""The page of a family: what was made of what, and the money that moved, over time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
from playwright.sync_api import Page, expect

from gen_ip import GenIP
from tests.support.chain import LocalChain

from .conftest import Derive, Site
from .test_pages import faults

DAY = 86_400


def test_the_money_of_a_family_is_seen_as_it_moved(
    site: Site, page: Page, chain: LocalChain, alice: GenIP, bob: GenIP, derive: Derive
) -> None:
    root = alice.certify(b"the first", kind="text", name="First <b>").work_id
    remix = derive(bob, b"made of it", root, kind="text", name="Remix").work_id
    days = []
    for amount in (10_000, 70_000):
        bob.pay(remix, amount)
        alice.settle([remix])
        days.append(datetime.fromtimestamp(chain.now(), UTC))
        chain.pass_time(2 * DAY)
    site.update()
    page.goto(f"{site.url}/works/{root}")
    page.get_by_role("link", name="The money that moved, over time").click()
    assert not faults(page)
    expect(page.get_by_role("row")).to_have_count(3)
    assert page.locator("svg.lineage a").count() == 2
    # A tenth, and the first payment is the smaller one.
    amounts = page.get_by_role("row").locator("td:last-child").all_inner_texts()
    assert [re.sub(r"\D", "", each).strip("0") for each in amounts] == ["7", "1"]
    assert page.locator("svg.lineage path").get_attribute("stroke-width") == "8.0"
    page.get_by_label("Money that moved until").select_option(days[0].strftime("%Y-%m-%d"))
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)
    french = httpx.get(f"{site.url}/works/{root}/lineage", params={"lang": "fr"})
    assert "Ce qui est passé" in french.text
    assert "<b>" not in french.text.replace("&lt;b&gt;", "")
    before = httpx.get(f"{site.url}/works/{root}/lineage", params={"until": "2020-01-01"})
    assert "Nothing has moved by then" in before.text
    for wrong in ("soon", "2020-13-01", "9999-12-31", "0001-01-01"):
        answer = httpx.get(f"{site.url}/works/{root}/lineage", params={"until": wrong})
        assert answer.status_code in (200, 422)
        assert answer.status_code == 200 or wrong in ("soon", "2020-13-01")
    assert httpx.get(f"{site.url}/works/7/lineage").status_code == 404
