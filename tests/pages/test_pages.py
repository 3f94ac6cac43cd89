"""What people see and do: checked, read, bought, collected; by keyboard, small, without scripts."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import numpy as np
import pytest
import sqlalchemy as sql
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gen_ip import GenIP, Payee
from gen_ip.index.schema.income import EDGES
from gen_ip.index.schema.works import WORKS
from gen_ip.proofs.checking import check
from gen_ip.proofs.saved import SavedProof
from gen_ip.service.pages.drawing import MOST_NODES
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.service.files import COFFEE, edited
from tests.support.chain import LocalChain
from tests.support.require import ROOT

from .conftest import Derive, Site, Wallet, until

AXE = ROOT / "node_modules/axe-core/axe.min.js"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> שלום'
ETHER = 10**18


def faults(page: Page) -> list[str]:
    """What axe finds serious, or worse. It is put in past the page's own policy."""
    page.evaluate(AXE.read_text("utf-8"))
    found: Any = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def test_a_file_is_checked_and_a_license_bought(
    site: Site, page: Page, wallet: Wallet, alice: GenIP, bob: GenIP, tmp_path: Path
) -> None:
    made = alice.certify(COFFEE, name="Coffee")
    alice.offer(made.work_id, COMMERCIAL, price=ETHER // 100, quantity=3)
    site.update()
    page.goto(site.url)
    page.set_input_files("#file", COFFEE)
    page.get_by_role("button", name="Check this file").click()
    expect(page.locator(".verdict")).to_have_text("Needs a license")
    expect(page.get_by_text("The very same file.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Buy for 0.01 ETH")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Coffee")
    expect(page.locator(".front img")).to_have_js_property("complete", True, timeout=60_000)
    assert page.evaluate("document.querySelector('.front img').naturalWidth") > 100
    page.get_by_role("button", name="Buy for 0.01 ETH").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("0.01 ETH")).to_be_visible()
    assert not any(each.startswith("eth_send") for each in wallet.asked)
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_role("status")).to_contain_text("Done: it is in block", timeout=20_000)
    (held,) = bob.licenses(holder=wallet.account.address)
    assert held.work == made.work_id
    site.update()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("cell", name=wallet.account.address)).to_be_visible()

    near = tmp_path / "near.jpg"
    near.write_bytes(edited())
    page.goto(site.url)
    page.set_input_files("#file", near)
    page.get_by_role("button", name="Check this file").click()
    expect(page.get_by_text("An edited copy.")).to_be_visible(timeout=30_000)
    expect(page.locator("figure img").first).to_be_visible()
    stranger = tmp_path / "stranger.txt"
    stranger.write_text("Nobody has ever certified these words, which are of no use. " * 9)
    page.goto(site.url)
    page.set_input_files("#file", stranger)
    page.get_by_role("button", name="Check this file").click()
    expect(page.locator(".verdict")).to_have_text("Not known here")


def test_a_text_is_dropped_and_its_passages_stand_side_by_side(
    site: Site, page: Page, alice: GenIP, tmp_path: Path
) -> None:
    words = (ROOT / "docs" / "pages.md").read_text("utf-8")
    (tmp_path / "essay.txt").write_text(words)
    made = alice.certify(tmp_path / "essay.txt", name="Essay")
    site.update()
    excerpt = "A few words of my own, which are in no other text. " + words[400:2_400]
    page.goto(site.url)
    dropped = page.evaluate_handle(
        """(text) => {
          const dropped = new DataTransfer();
          dropped.items.add(new File([text], "mine.txt", { type: "text/plain" }));
          return dropped;
        }""",
        excerpt,
    )
    page.dispatch_event("form.drop", "drop", {"dataTransfer": dropped})
    expect(page.locator(".verdict")).to_have_text("Made from another work", timeout=30_000)
    expect(page.get_by_role("link", name="Essay")).to_have_attribute(
        "href", re.compile(str(made.work_id))
    )
    shown = page.locator("figure img")
    expect(shown).to_have_js_property("complete", True, timeout=30_000)
    _, _, data = str(shown.get_attribute("src")).partition("base64,")
    with Image.open(io.BytesIO(base64.b64decode(data))) as drawn:
        # Two columns: what both say is marked in both.
        pixels = np.asarray(drawn.convert("RGB"))
    marked = (pixels == (255, 236, 150)).all(2)
    middle = marked.shape[1] // 2
    assert marked[:, :middle].sum() > 10_000
    assert marked[:, middle:].sum() > 10_000


def test_a_token_is_paid_and_income_collected(
    site: Site,
    page: Page,
    wallet: Wallet,
    chain: LocalChain,
    alice: GenIP,
    bob: GenIP,
    carol: GenIP,
    derive: Derive,
) -> None:
    made = alice.certify(b"the first words of a story", kind="text", name="Story")
    remix = derive(carol, b"a remix of it", made.work_id, kind="text", name="Remix")
    alice.offer(made.work_id, COMMERCIAL, price=2_500_000, token=chain.token)
    carol.using(chain.bob).pay(remix.work_id, ETHER)
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    button = page.get_by_role("button", name=re.compile("Buy for 2.5 "))
    button.click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(2)
    page.get_by_role("button", name="Go on").click()
    status = page.get_by_role("dialog").get_by_role("status")
    expect(status).to_contain_text("Done", timeout=20_000)
    assert len(bob.licenses(holder=chain.bob.address, work=made.work_id)) == 1
    site.update()

    # What derivatives owe is settled on the way, in one transaction of the owner's.
    wallet.account = chain.alice
    owed = alice.earnings(made.work_id)
    before = chain.web3.eth.get_balance(chain.alice.address)
    page.goto(f"{site.url}/accounts/{chain.alice.address}")
    page.get_by_role("button", name=re.compile(r"Collect [0-9.]+ ETH")).click()
    page.get_by_role("button", name="Go on").click()
    expect(status).to_contain_text("Done", timeout=20_000)
    gas = 10**15
    assert chain.web3.eth.get_balance(chain.alice.address) > before + owed.total - gas
    assert owed.total > 0
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    expect(page.locator("svg.lineage a")).to_have_count(2)
    page.get_by_text("As a list").click()
    edge = page.get_by_role("listitem").filter(has_text="Remix owes work Story")
    expect(edge).to_contain_text("moved so far")
    page.locator("svg.lineage a", has_text="Remix").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Remix")


def test_what_goes_wrong_in_a_wallet_is_said(
    site: Site, page: Page, wallet: Wallet, alice: GenIP, bob: GenIP
) -> None:
    made = alice.certify(b"a work", name="Work")
    alice.offer(made.work_id, COMMERCIAL, price=1, quantity=1)
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    status = page.get_by_role("dialog").get_by_role("status")

    def buys() -> None:
        page.get_by_role("button", name=re.compile("^Buy for")).click()
        page.get_by_role("button", name="Go on").click()

    wallet.refuse = {"eth_sendTransaction": {"code": 4001, "message": "User rejected"}}
    buys()
    expect(status).to_have_text("You rejected it in the wallet. Nothing was sent.")
    page.get_by_role("button", name="Close").click()
    wallet.refuse = {"eth_requestAccounts": {"code": -32002, "message": "<b>locked</b>"}}
    buys()
    expect(status).to_have_text("The wallet answered: <b>locked</b>")
    page.get_by_role("button", name="Close").click()
    wallet.refuse, wallet.chain_id = {}, "0x1"
    buys()
    expect(status).to_contain_text("on another chain")
    assert "wallet_switchEthereumChain" in wallet.asked
    page.get_by_role("button", name="Close").click()
    wallet.chain_id = None
    wallet.asked.clear()
    (offer,) = alice.offers(work=made.work_id)
    bob.buy(offer, max_price=1)
    buys()
    expect(status).to_contain_text("nothing was sent", timeout=20_000)
    assert "eth_sendTransaction" not in wallet.asked
    page.get_by_role("button", name="Close").click()
    # Somebody is faster between the look and the transaction.
    wallet.answers = {"eth_call": "0x"}
    buys()
    expect(status).to_contain_text("The chain refused it", timeout=20_000)


def test_pages_are_accessible_small_and_keep_strangers_text_as_text(
    site: Site, chain: LocalChain, page: Page, wallet: Wallet, alice: GenIP, derive: Derive
) -> None:
    made = alice.certify(COFFEE, name=HOSTILE, description=HOSTILE, tags=["nsfw"])
    derive(alice, b"made from it", made.work_id, name=HOSTILE)
    alice.offer(made.work_id, COMMERCIAL_REMIX, price=5)
    site.update()
    paths = (
        "/",
        "/explore",
        "/explore?q=alert&kind=image&right=COMMERCIAL&price=0,5&lang=fr",
        f"/works/{made.work_id}",
        f"/works/{made.work_id}?lang=fr",
        f"/accounts/{chain.alice.address}",
        f"/works/{made.work_id}/bid?account=x&price=y",
        f"/works/{made.work_id}/offer?account={chain.alice.address}&price=1&token=ETH&lang=fr",
        f"/accounts/{chain.alice.address}/profile",
        "/certify",
        f"/check?q={made.content_hash.hex()}",
        "/check?q=" + "11" * 32,
        "/works/5",
        "/check?q=nonsense",
    )
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for path in paths:
            page.goto(site.url + path)
            assert not faults(page), path
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, wide)
            assert page.evaluate("document.images.length") < 30
    page.emulate_media(color_scheme="dark")
    for path in paths:
        page.goto(site.url + path)
        assert not faults(page), path
    for path in paths:
        answer = httpx.get(site.url + path, headers={"Accept": "text/html"})
        assert len(answer.content) < 60_000
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script>alert" not in answer.text
    french = httpx.get(f"{site.url}/works/{made.work_id}", headers={"Accept-Language": "fr-CH"})
    assert '<html lang="fr">' in french.text
    # The picture of a work for adults is loaded when somebody wants to see it.
    page.goto(f"{site.url}/explore")
    expect(page.locator(".card img")).to_have_count(0)


def test_all_but_the_wallet_works_without_scripts_and_by_keyboard(
    site: Site, browser: Browser, page: Page, alice: GenIP
) -> None:
    made = alice.certify(b"some words that are certified", kind="text", name="Words")
    alice.offer(made.work_id, COMMERCIAL, price=5)
    site.update()
    plain = browser.new_context(java_script_enabled=False)
    shown = plain.new_page()
    shown.goto(site.url)
    shown.get_by_label("Or paste a text").fill("some words that are certified")
    shown.get_by_role("button", name="Check this text").click()
    expect(shown.locator(".verdict")).to_have_text("Needs a license")
    shown.get_by_role("link", name="Explore").click()
    shown.get_by_label("Words of the title").fill("wor")
    shown.get_by_role("button", name="Search").click()
    shown.get_by_role("link", name="Words").click()
    expect(shown.get_by_text("needs a browser with scripts and a wallet")).to_be_visible()
    plain.close()

    page.goto(site.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Or look up").focus()
    page.keyboard.type(str(made.work_id))
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_have_text("Needs a license")
    page.goto(f"{site.url}/works/{made.work_id}")
    page.get_by_role("button", name=re.compile("^Buy")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("No wallet was found")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_certificate_is_given_as_papers_and_as_a_proof(
    site: Site, page: Page, chain: LocalChain, alice: GenIP, tmp_path: Path
) -> None:
    made = alice.certify(COFFEE, name=HOSTILE, payees=[Payee(chain.alice.address, 500)])
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    expect(page.get_by_text("5%")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download it.").click()
    saved = tmp_path / "proof.json"
    started.value.save_as(saved)
    proof = SavedProof.load(saved)
    assert proof.work == made.work_id
    assert check(proof, content_hash=made.content_hash).holds
    papers = f"{site.url}/works/{made.work_id}/certificate"
    png = httpx.get(f"{papers}.png")
    with Image.open(io.BytesIO(png.content)) as picture:
        assert picture.height == 1654
    svg = httpx.get(f"{papers}.svg")
    assert ET.fromstring(svg.text).tag.endswith("svg")  # noqa: S314 - our own
    assert "default-src 'none'" in svg.headers["content-security-policy"]
    pdf = httpx.get(f"{papers}.pdf?lang=fr")
    assert pdf.content.startswith(b"%PDF")
    shared = re.findall('property="og:image" content="([^"]+)"', page.content())
    assert shared == [f"https://genip.example/works/{made.work_id}/certificate.png"]
    for missing in (f"{papers}.exe", f"{site.url}/works/5/certificate.png"):
        assert httpx.get(missing).status_code == 404
    assert httpx.get(f"{site.url}/works/5/proof.json").status_code == 404


@pytest.mark.slow
def test_long_lists_and_large_families_are_shown(
    site: Site, page: Page, chain: LocalChain, alice: GenIP
) -> None:
    """A few more than are drawn, and than one page lists."""
    root = alice.certify(b"the first of many", kind="text", name="First")
    terms = replace(COMMERCIAL_REMIX, units=500)
    (held,) = alice.buy(alice.offer(root.work_id, terms, price=0), max_price=0)
    children = [
        alice.prepare_certificate(f"remix {number}".encode(), licenses=[held.id], kind="text")
        for number in range(130)
    ]
    assert not alice.certify_many(children).skipped
    site.update()
    page.goto(f"{site.url}/works/{root.work_id}")
    assert not faults(page)
    nodes = page.locator("svg.lineage a").count()
    assert nodes == MOST_NODES
    expect(page.get_by_text("Only the nearest are shown.")).to_be_visible()
    assert len(httpx.get(page.url).content) < 60_000
    page.goto(f"{site.url}/accounts/{chain.alice.address}")
    assert not faults(page)
    seen = 0
    while True:
        seen += page.locator(".card").count()
        more = page.get_by_role("link", name="More", exact=True)
        if not more.count():
            break
        page.goto(site.url + str(more.get_attribute("href")))
    assert seen == 131
    assert len(httpx.get(page.url).content) < 60_000


def test_ten_thousand_works_and_five_hundred_relatives(
    site: Site, page: Page, chain: LocalChain, alice: GenIP, tmp_path: Path
) -> None:
    """Put into the index directly: the chain would take minutes."""
    root = alice.certify(b"the first of thousands", kind="text", name="First").work_id
    site.update()
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'chain.sqlite'}")
    with engine.begin() as database:
        row = dict(database.execute(sql.select(WORKS).where(WORKS.c.id == root)).one()._mapping)
        numbers = range(10**9, 10**9 + 9_999)
        works = [{**row, "id": each, "content_hash": each.to_bytes(32)} for each in numbers]
        database.execute(sql.insert(WORKS), works)
        # A chain of hundreds below the first, with branches.
        edges = [
            {
                "work": each,
                "place": 0,
                "parent": root if place < 2 else numbers[place // 2],
                "license": 1,
                "income": 100,
                "volume": 0,
                "time": row["certified"],
            }
            for place, each in enumerate(numbers[:500])
        ]
        database.execute(sql.insert(EDGES), edges)
    engine.dispose()
    for path in (f"works/{root}", f"works/{root}/lineage", f"works/{numbers[250]}"):
        page.goto(f"{site.url}/{path}")
        assert page.locator("svg.lineage a").count() <= MOST_NODES
        assert not faults(page)
        assert len(httpx.get(page.url).content) < 60_000
    page.goto(f"{site.url}/accounts/{chain.alice.address}")
    assert not faults(page)
    assert len(httpx.get(page.url).content) < 60_000
    first = set(page.locator(".card a").evaluate_all("all => all.map((each) => each.href)"))
    page.get_by_role("link", name="More", exact=True).click()
    second = set(page.locator(".card a").evaluate_all("all => all.map((each) => each.href)"))
    assert first
    assert second
    assert first.isdisjoint(second)


def test_a_transaction_that_is_replaced_or_taken_back_is_told_apart(
    site: Site, page: Page, wallet: Wallet, chain: LocalChain, alice: GenIP
) -> None:
    made = alice.certify(b"a work", name="Work")
    alice.offer(made.work_id, COMMERCIAL, price=1, quantity=5)
    site.update()
    page.goto(f"{site.url}/works/{made.work_id}")
    status = page.get_by_role("dialog").get_by_role("status")

    def buys() -> None:
        page.get_by_role("button", name=re.compile("^Buy for")).click()
        page.get_by_role("button", name="Go on").click()

    # The wallet sends another transaction of the same nonce: nobody knows the first any more.
    wallet.answers = {"eth_sendTransaction": "0x" + "12" * 32}
    buys()
    expect(status).to_contain_text("replaced this transaction", timeout=20_000)
    page.get_by_role("button", name="Close").click()
    # Its block was there at the first look, and is not at the second.
    wallet.answers = {}
    snapshot = chain.rpc("evm_snapshot")
    buys()
    until(page, lambda: "eth_blockNumber" in wallet.asked)
    assert chain.rpc("evm_revert", snapshot)
    expect(status).to_contain_text("took that block back", timeout=20_000)


def test_hidden_works_have_no_page_and_no_picture(site: Site, alice: GenIP) -> None:
    made = alice.certify(COFFEE, name="Coffee")
    assert httpx.get(f"{site.url}/thumbnails/{made.content_cid}.png").status_code == 404
    site.update()
    assert httpx.get(f"{site.url}/thumbnails/{made.content_cid}.png").status_code == 200
    other = alice.store.put_file(b"what nobody certified")
    assert httpx.get(f"{site.url}/thumbnails/{other}.png").status_code == 404
    assert httpx.get(f"{site.url}/static/0/style.css").status_code == 404
    elsewhere = httpx.get(f"{site.url}//evil.example/", headers={"Accept": "text/html"})
    assert elsewhere.status_code == 404
    assert 'href="//' not in elsewhere.text
    told = httpx.get(f"{site.url}/works/5")
    assert told.headers["content-type"] == "application/problem+json"
