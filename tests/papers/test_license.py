"""Licenses and receipts on paper: what the chain says of them, and of the sale."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.content.metadata_schema import HIDDEN
from gen_ip.market.sales import NotSold, Sale
from gen_ip.papers.license import LicenseFacts, license_paper
from gen_ip.papers.receipt import ReceiptFacts, receipt_paper
from gen_ip.terms import BUYOUT, COMMERCIAL, READY, ready_bundle
from gen_ip.terms.clauses import LANGUAGES
from gen_ip.work import ETH
from gen_ip.works.licenses import License
from gen_ip.works.registry import Work
from tests.support.chain import LocalChain

ALICE, BOB = "0x" + "Aa" * 20, "0x" + "Bb" * 20
WORK = Work(
    id=7,
    till="0x" + "00" * 19 + "07",
    owner=ALICE,
    creator=ALICE,
    content_hash=bytes(range(32)),
    claim_time=1_795_502_253,
    first=True,
    claims=1,
    transfers=0,
    resale_royalty=0,
    token_uri="",
    metadata_cid="",
    parents=(),
    payees=(),
)
HELD = License(3, 7, COMMERCIAL.hash(), COMMERCIAL, BOB, 1_795_502_253, 0, 0)
FACTS = LicenseFacts(31_337, ALICE, HELD, WORK, 1_795_502_300, ready_bundle(COMMERCIAL))
SALE = Sale(
    *(3, 1, 7, COMMERCIAL.hash(), ALICE, BOB, BOB, 12_500_000, "0x" + "Cc" * 20, bytes(32)),
    *("0x" + "12" * 32, 5, 1_795_502_253),
)


def pages(data: bytes) -> int:
    assert data.startswith(b"%PDF-")
    assert b"/JavaScript" not in data
    return len(re.findall(rb"/Type\s*/Page\b", data))


def test_every_ready_made_license_in_every_language() -> None:
    for terms in READY.values():
        held = replace(HELD, terms=terms, units=terms.units, end=1_900_000_000)
        for language in LANGUAGES:
            facts = replace(FACTS, license=held, bundle=ready_bundle(terms))
            assert 2 <= pages(license_paper(facts, language=language)) <= 4


def test_a_contract_that_is_not_at_hand_is_named() -> None:
    bare = replace(FACTS, bundle=None)
    assert pages(license_paper(bare)) == 1
    other = replace(HELD, terms=replace(COMMERCIAL, legal=bytes(32)))
    assert license_paper(replace(bare, license=other)) != license_paper(bare)


def test_receipts_are_one_page_whatever_was_sold() -> None:
    facts = ReceiptFacts(31_337, ALICE, SALE, WORK, BUYOUT, 6, "DUSD")
    for language in LANGUAGES:
        assert pages(receipt_paper(facts, language=language)) == 1
    free = replace(SALE, price=0, token=ETH, count=40, recipient=ALICE)
    long = replace(WORK, metadata={"name": "W" * 256})
    assert pages(receipt_paper(replace(facts, sale=free, work=long))) == 1


def test_titles_and_symbols_of_strangers_are_texts() -> None:
    hostile = "a\x00b \u202e#panic() *c* <script>" + "W" * 400
    work = replace(WORK, metadata={"name": hostile})
    license_ = PdfReader(io.BytesIO(license_paper(replace(FACTS, work=work))))
    receipt = ReceiptFacts(31_337, ALICE, SALE, work, BUYOUT, 6, "\x1b[31m$x$#y")
    receipt_ = PdfReader(io.BytesIO(receipt_paper(receipt)))
    assert (len(receipt_.pages), "$x$#y" in receipt_.pages[0].extract_text()) == (1, True)
    for page in (license_.pages[0], receipt_.pages[0]):
        text = page.extract_text()
        assert "ab#panic()*c*<script>W" in re.sub(r"\s", "", text)
        assert "…" in text
        assert not HIDDEN.search(text.replace("\n", ""))


@pytest.fixture
def alice(chain: LocalChain, tmp_path: Path) -> GenIP:
    store = LocalStore(tmp_path / "store")
    return GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)


def test_sales_are_found_again(chain: LocalChain, alice: GenIP) -> None:
    work = alice.certify(b"a work").work_id
    bob = alice.using(chain.bob)
    dear = alice.offer(work, COMMERCIAL, price=5_000_000, token=chain.token, quantity=2)
    bought = bob.buy(dear, max_price=10_000_000, count=2)
    for entry in bought:
        sale = alice.sale_of(entry.id)
        assert (sale.first, sale.count, sale.work) == (bought[0].id, 2, work)
        assert (sale.price, sale.token) == (10_000_000, chain.token)
        assert (sale.seller, sale.buyer) == (chain.alice.address, chain.bob.address)
        assert (sale.terms_hash, sale.offer_hash) == (COMMERCIAL.hash(), dear.hash)
        assert sale.time == chain.web3.eth.get_block(sale.block)["timestamp"]
    # In the chain's coin, by a bid, from who holds the certificate then.
    alice.transfer(work, chain.carol.address)
    coin = alice.using(chain.carol).offer(work, COMMERCIAL, price=10**15)
    [second] = bob.buy(coin, max_price=10**15)
    assert alice.sale_of(second.id).token == ETH
    assert alice.sale_of(second.id).seller == chain.carol.address
    assert alice.sale_of(bought[0].id).seller == chain.alice.address
    [given] = alice.using(chain.carol).issue(work, COMMERCIAL, chain.bob.address)
    with pytest.raises(NotSold):
        alice.sale_of(given.id)


def test_a_sale_with_delivery_is_found_again(chain: LocalChain, alice: GenIP) -> None:
    work = alice.certify(b"a work").work_id
    bob = alice.using(chain.bob)
    offer = alice.offer(
        work, COMMERCIAL, price=10**15, deliver_within=86_400, challenge_window=3_600
    )
    deal = bob.order(offer, max_price=10**15)
    alice.deliver(deal, b"the delivery")
    [license_] = bob.release(deal)
    sale = bob.sale_of(license_.id)
    assert (sale.price, sale.token) == (10**15, ETH)
    assert (sale.seller, sale.buyer) == (chain.alice.address, chain.bob.address)
