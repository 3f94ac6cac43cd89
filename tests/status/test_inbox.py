"""What an inbox holds, as JSON and as a feed that survives whatever strangers write."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gen_ip.deals import Deal
from gen_ip.market.offers import Offer
from gen_ip.signing.offers import OfferKind
from gen_ip.status.atom import NAMESPACE, feed
from gen_ip.status.inbox import Entry, Income, Kind, Received, Sale, inbox, to_json
from gen_ip.work import ETH

SELLER, BUYER, OTHER = ("0x" + digit * 40 for digit in "123")
BID = Offer(
    maker=BUYER, work=7, terms_hash=b"\1" * 32, token=ETH, price=5, quantity=2, transfers=0,
    deadline=500, salt=1, kind=OfferKind.LICENSE_BID,
)  # fmt: skip
DEAL = Deal(
    offer_hash=b"\1" * 32, number=0, buyer=BUYER, recipient=BUYER, seller=SELLER, work=7,
    terms_hash=b"\1" * 32, count=1, token=ETH, amount=9, deliver_by=300, challenge_window=0,
    transfers=0, encumbrance=bytes(32), fees=(),
)  # fmt: skip
SALE = Sale("0x00-1", b"\2" * 32, 7, SELLER, BUYER, 3, 15, ETH, 150)
INCOME = Income(7, SELLER, ETH, 4, 160)


def of(account: str = SELLER, at: int = 200, **facts: Any) -> list[Entry]:
    return inbox(account, at=at, **facts)


def test_everything_that_waits_newest_first() -> None:
    found = of(
        received=[Received(BID, 120, SELLER)],
        sales=[SALE],
        deals=[(DEAL, 140)],
        income=[INCOME],
    )
    assert [each.kind for each in found] == [Kind.EARNINGS, Kind.SOLD, Kind.DELIVERY, Kind.BID]
    assert [each.due for each in found] == [None, None, 300, 500]
    document = to_json(SELLER, found)
    assert json.loads(json.dumps(document)) == document
    assert document["entries"][3]["amount"] == "5"
    assert of(OTHER, received=[Received(BID, 120, SELLER)], sales=[SALE], income=[INCOME]) == []


def test_bids_that_are_for_somebody_else_or_over() -> None:
    assert of(received=[Received(replace(BID, taker=OTHER), 1, SELLER)]) == []
    assert of(received=[Received(replace(BID, taker=SELLER), 1, SELLER)]) != []
    assert of(received=[Received(BID, 1, OTHER)]) == []
    assert of(received=[Received(BID, 1, SELLER)], at=500) != []
    assert of(received=[Received(BID, 1, SELLER)], at=501) == []
    assert of(received=[Received(replace(BID, valid_from=201), 1, SELLER)]) == []
    assert of(received=[Received(replace(BID, maker=SELLER), 1, SELLER)]) == []
    asks = replace(BID, kind=OfferKind.LICENSE_ASK)
    assert of(received=[Received(asks, 1, SELLER)]) == []


def test_an_answer_is_for_whom_it_answers() -> None:
    answer = replace(BID, kind=OfferKind.LICENSE_ASK, counter_to=b"\7" * 32, taker=SELLER)
    [entry] = of(received=[Received(answer, 1, OTHER)])
    assert entry.kind is Kind.COUNTER
    assert of(OTHER, received=[Received(answer, 1, OTHER)]) == []


def test_deliveries_that_are_no_longer_due() -> None:
    for deal in (replace(DEAL, open=False), replace(DEAL, delivered_at=250)):
        assert of(deals=[(deal, 140)]) == []
    assert of(deals=[(DEAL, 140)], at=301) == []
    assert of(BUYER, deals=[(DEAL, 140)]) == []


def test_the_same_thing_is_told_once_and_another_payment_anew() -> None:
    assert len(of(sales=[SALE, SALE])) == 1
    later = INCOME._replace(amount=5, since=170)
    assert of(income=[INCOME])[0].id != of(income=[later])[0].id
    assert of(income=[INCOME._replace(amount=0)]) == []


@given(st.text(max_size=40), st.text(max_size=40), st.integers(-1, 2**64), st.integers(0, 2**64))
def test_a_feed_is_well_formed_whatever_is_in_it(
    text: str, account: str, time: int, due: int
) -> None:
    entry = Entry("a]]>&<'\"" + text, Kind.BID, time, 7, text, 5, ETH, due)
    data = feed(account, [entry, replace(entry, text="<script>alert(1)</script>")], url=text)
    root = ET.fromstring(data)  # noqa: S314 - made above
    names = {"n": NAMESPACE}
    assert len(root.findall("n:entry", names)) == 2
    assert root.findall("n:script", names) == []
    titles = [each.text or "" for each in root.findall("n:entry/n:title", names)]
    assert titles[1] == "<script>alert(1)</script>"
    if text.isprintable() and "\ufffe" not in text:
        assert titles[0] == text
    for each in root.findall(".//n:updated", names):
        assert len(each.text or "") == 20


def test_a_feed_says_what_rfc_4287_asks_for() -> None:
    found = of(sales=[SALE], income=[INCOME])
    one = feed(SELLER, found, url="https://example.com/inbox?a=1&b=2")
    assert feed(SELLER, found, url="https://example.com/inbox?a=1&b=2") == one
    root = ET.fromstring(one)  # noqa: S314 - made above
    names = {"n": NAMESPACE}
    for path in ("n:id", "n:title", "n:updated", "n:author/n:name"):
        assert root.find(path, names) is not None
    assert root.findtext("n:updated", namespaces=names) == "1970-01-01T00:02:40Z"
    assert root.find("n:link", names).attrib == {  # type: ignore[union-attr] # it is there
        "rel": "self",
        "href": "https://example.com/inbox?a=1&b=2",
    }
    for entry in root.findall("n:entry", names):
        for path in ("n:id", "n:title", "n:updated", "n:category"):
            assert entry.find(path, names) is not None
    assert ET.fromstring(feed(SELLER, [], url="x")).find("n:entry", names) is None  # noqa: S314
