"""Files certified in a browser: what is like them, their parents, what is sold, one signature."""

from __future__ import annotations

import hashlib
import io
import re
from html import unescape
from pathlib import Path

import httpx
import pytest
from PIL import Image, PngImagePlugin
from playwright.sync_api import Browser, Page, expect

from gen_ip import GenIP
from gen_ip.content.cid import raw_cid
from gen_ip.content.store import find
from gen_ip.errors import ContentNotFound
from gen_ip.fingerprint.image import Level
from gen_ip.terms import COMMERCIAL_REMIX
from tests.service.files import COFFEE, edited
from tests.support.chain import LocalChain

from .conftest import Site, Wallet, until
from .test_pages import faults


def signed(wallet: Wallet) -> bool:
    return "eth_signTypedData_v4" in wallet.asked


def uploaded(site: Site, name: str, content: bytes) -> str:
    """The page of a file that was uploaded without a script."""
    answer = httpx.post(f"{site.url}/certify", files={"file": (name, content)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def filled(site: Site, place: str, given: dict[str, str]) -> str:
    """The address of the form of an upload with more put in."""
    return f"{site.url}{place}&{httpx.QueryParams(given)}"


def test_files_are_certified_and_sold_with_one_transaction_and_one_signature(
    site: Site, page: Page, wallet: Wallet, chain: LocalChain, alice: GenIP, tmp_path: Path
) -> None:
    wallet.account = chain.alice
    story = tmp_path / "A story.md"
    story.write_text("# A story\n\nOf somebody who certifies what they wrote, and sells it.\n")
    page.goto(site.url)
    page.get_by_role("link", name="Certify").click()
    assert not faults(page)
    page.set_input_files("#file", [COFFEE, story])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_label("Title")).to_have_count(2, timeout=60_000)
    expect(page.get_by_label("Title").nth(1)).to_have_value("A story")
    expect(page.locator(".item img")).to_have_js_property("complete", True)
    page.get_by_label("Title").first.fill("Coffee")
    page.get_by_label("Tags").first.fill("drink, morning")
    page.get_by_role("button", name="Use my wallet's account").click()
    page.get_by_label("Licenses on offer").select_option(index=1)
    page.get_by_label("Price of one license").fill("0.25")
    page.get_by_role("button", name="Look at it").click()
    assert not faults(page)
    page.locator("#confirm").get_by_role("button", name="Certify").click()
    page.get_by_role("button", name="Go on").click()
    until(page, lambda: signed(wallet))
    assert wallet.asked.count("eth_sendTransaction") == 1
    works = [each for each in alice.works() if each.creator == chain.alice.address]
    assert len(works) == 2
    site.update()
    status = page.get_by_role("dialog").get_by_role("status")
    expect(status).to_contain_text("Done", timeout=20_000)
    assert wallet.asked.count("eth_signTypedData_v4") == 1
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(chain.alice.address[:6])
    page.get_by_role("link", name="Coffee").first.click()
    expect(page.locator(".front img")).to_have_js_property("complete", True, timeout=60_000)
    wallet.account = chain.bob
    page.get_by_role("button", name="Buy for 0.25 ETH").click()
    page.get_by_role("button", name="Go on").click()
    expect(status).to_contain_text("Done: it is in block", timeout=20_000)
    # Whoever verifies the file finds what its creator stated.
    verdict = alice.verify(COFFEE)
    assert (verdict.level, len(verdict.matches)) == (Level.EXACT, 1)
    assert not verdict.missing


def test_a_remix_names_its_parent_under_a_license(
    site: Site,
    page: Page,
    wallet: Wallet,
    chain: LocalChain,
    alice: GenIP,
    bob: GenIP,
    tmp_path: Path,
) -> None:
    made = alice.certify(COFFEE, name="Coffee")
    near = tmp_path / "near.jpg"
    near.write_bytes(edited())
    site.update()
    page.goto(f"{site.url}/certify")
    page.set_input_files("#file", near)
    page.get_by_role("button", name="Upload").click()
    like = page.get_by_role("listitem").filter(has_text="An edited copy.")
    expect(like).to_contain_text("Coffee", timeout=60_000)
    page.get_by_role("checkbox", name="Coffee").check()
    page.get_by_role("button", name="Use my wallet's account").click()
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("You hold no license to derive")).to_be_visible()
    expect(page.locator("#confirm")).to_have_count(0)
    bob.buy(alice.offer(made.work_id, COMMERCIAL_REMIX, price=0), max_price=0)
    site.update()
    page.reload()
    page.locator("#confirm").get_by_role("button", name="Certify").click()
    page.get_by_role("button", name="Go on").click()
    until(page, lambda: len(list(bob.works())) == 2)
    site.update()
    status = page.get_by_role("dialog").get_by_role("status")
    expect(status).to_contain_text("Done", timeout=20_000)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("svg.lineage a")).to_have_count(2)
    (work,) = [each.work for each in bob.works() if each.creator == chain.bob.address]
    assert [each.parent for each in bob.lineage(work).links] == [made.work_id]


def test_a_model_that_a_picture_names_is_proposed(site: Site, alice: GenIP) -> None:
    header = b'{"a.lora_up.weight":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}'
    model = len(header).to_bytes(8, "little") + header + b"abcd"
    made = alice.certify(model, name="A model")
    site.update()
    info = PngImagePlugin.PngInfo()
    short = made.content_hash.hex()[:10]
    told = f"a cat\nSteps: 20, Sampler: Euler, Seed: 1, Model: a, Model hash: {short}"
    info.add_text("parameters", told)
    data = io.BytesIO()
    Image.radial_gradient("L").save(data, "PNG", pnginfo=info)
    place = uploaded(site, "cat.png", data.getvalue())
    shown = unescape(httpx.get(site.url + place).text)
    assert "The file says that it was made with it." in shown
    assert f'value="{made.work_id}"' in shown


def test_nothing_is_kept_that_nobody_certified(
    site: Site, browser: Browser, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    words = b"Words that are looked at, and certified by somebody who uploaded them to a site."
    place = uploaded(site, "../<b>\u202ebad\x1b.txt", words)
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(site.url + place)
    expect(plain.get_by_label("Title")).to_have_value("<b>bad")
    plain.context.close()
    asked = {"account": chain.bob.address, "title-0": "Words", "sell": "none"}
    shown = httpx.get(
        site.url + place, params=httpx.QueryParams(place.partition("?")[2]).merge(asked)
    )
    assert "data-plan" in shown.text
    waiting = list(site.parts.staging.waiting())  # type: ignore[union-attr]
    assert len(waiting) == 1
    site.update()
    with pytest.raises(ContentNotFound):
        find(alice.store, raw_cid(hashlib.sha256(words).digest()), 1_000)
    mine = bob.certify(words, name="Words")
    site.update()
    again = httpx.get(
        site.url + place, params=httpx.QueryParams(place.partition("?")[2]).merge(asked)
    )
    assert f"certified these bytes already: work {mine.work_id}" in again.text
    assert "data-plan" not in again.text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title-0": ""}, "Put something in."),
        ({"title-0": "a\u202eb"}, "none of them invisible"),
        ({"tags-0": "x" * 65}, "At most 32 tags"),
        ({"royalty": "10,01"}, "A percentage from 0 to 10%"),
        ({"sell": "buyout"}, "Choose one of these."),
        ({"sell": "commercial", "price": "x"}, "This is no number."),
        ({"account": "me"}, "This is no address"),
    ],
)
def test_what_is_wrong_is_said(
    site: Site, chain: LocalChain, given: dict[str, str], said: str
) -> None:
    place = uploaded(
        site, "words.txt", b"Words for a form that is filled in wrongly, again and again."
    )
    good = {"account": chain.bob.address, "title-0": "Words", "sell": "none", "royalty": "0"}
    shown = unescape(httpx.get(filled(site, place, {**good, **given})).text)
    assert re.search(re.escape(said), shown), shown
    assert "data-plan" not in shown


def test_files_of_no_use_and_names_of_nothing(site: Site) -> None:
    place = uploaded(site, "bad.png", b"\x89PNG\r\n\x1a\n" + b"x" * 99)
    shown = httpx.get(site.url + place)
    assert shown.status_code == 200
    assert 'class="warn"' in shown.text
    assert "bad cannot be read as a picture" in shown.text
    assert "staged" not in shown.text
    for name in ("0" * 32, "../../etc/passwd", "x"):
        gone = httpx.get(f"{site.url}/certify", params={"item": name})
        assert "A file is gone" in gone.text
    many = "&".join(f"item={each:032x}" for each in range(10))
    refused = httpx.post(f"{site.url}/certify?{many}", files={"file": b"x"})
    assert refused.status_code == 422
    site.parts.staging = None
    assert httpx.get(f"{site.url}/certify").status_code == 404
    assert ">Certify<" not in httpx.get(site.url).text
