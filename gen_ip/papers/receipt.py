"""A receipt for who bought licenses."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.market.sales import Sale
from gen_ip.papers.code import qr
from gen_ip.papers.scripts import runs_right_to_left
from gen_ip.papers.texts import titled
from gen_ip.papers.typesetting import typeset
from gen_ip.papers.wording import Words
from gen_ip.terms import Terms
from gen_ip.terms.clauses import Language
from gen_ip.work import ETH, WorkAddress
from gen_ip.works.registry import Work


@dataclass(frozen=True)
class ReceiptFacts:
    """What the paper says. `marketplace` is the contract's address, `decimals` and `symbol` are
    the token's."""

    chain_id: int
    marketplace: str
    sale: Sale
    work: Work
    terms: Terms
    decimals: int
    symbol: str


def receipt_paper(facts: ReceiptFacts, *, language: Language = "en") -> bytes:
    """The receipt as PDF, one page of A4.

    Raises:
        MissingLibrary: what `pip install "gen-ip[papers]"` brings is not there.
        NotTypeset: it cannot be set.
    """
    words, sale, work = Words(language), facts.sale, facts.work
    title = titled(work.name or "") or words["certificate", "untitled"]
    first, last = str(sale.first), str(sale.first + sale.count - 1)
    amount = words.amount(sale.price, facts.decimals)
    is_token = sale.price and sale.token != ETH
    said = {
        "language": language,
        "theme": "light",
        "words": words.part("receipt"),
        "heading": words["receipt", "heading"],
        "number": words.said("receipt", "license", first=first)
        if sale.count == 1
        else words.said("receipt", "licenses", first=first, last=last),
        "price": f"{amount} {facts.symbol}" if sale.price else words["receipt", "free"],
        "paid-in": words.said("receipt", "paid-in", token=sale.token) if is_token else "",
        "time": words.moment(sale.time),
        "seller": sale.seller,
        "buyer": sale.buyer,
        "recipient": None if sale.recipient == sale.buyer else sale.recipient,
        "terms": words.terms(facts.terms),
        "title": title,
        "rtl": runs_right_to_left(title),
        "work": str(work.id),
        "terms-hash": f"0x{sale.terms_hash.hex()}",
        "offer": f"0x{sale.offer_hash.hex()}",
        "transaction": sale.tx_hash,
        "block": words.number(sale.block),
        "market": words.said(
            "receipt", "on-chain", contract=facts.marketplace, chain=str(facts.chain_id)
        ),
        "seed": list(work.content_hash),
        "code": qr(str(WorkAddress(facts.chain_id, work.id))),
    }
    return typeset("receipt", "pdf", said, strangers=title + facts.symbol)
