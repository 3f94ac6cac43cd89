"""What licenses of works are sold for, as a form says it, for any number of works alike."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from gen_ip.index.queries import trading
from gen_ip.index.queries.view import View
from gen_ip.market.offers import Offer
from gen_ip.service.chain import ChainSide
from gen_ip.service.pages.fields import Form, NotGiven
from gen_ip.signing.offers import OfferKind
from gen_ip.terms import READY, Rights, Terms
from gen_ip.work import ETH

DAY = 86_400
_QUANTITY, _DAYS = 10_000, 365
_NONE = "none"


@dataclass(frozen=True)
class Sale:
    """Terms, and the price of one license in a token's smallest unit; no terms: nothing is sold."""

    terms: Terms | None
    price: int = 0
    token: str = ETH

    def offer(self, view: View, maker: str, work: int) -> Offer:
        """An ask for licenses of a work that the maker is about to certify."""
        terms = self.terms
        if terms is None:
            raise AssertionError("nothing is sold")
        return Offer(
            kind=OfferKind.LICENSE_ASK,
            maker=maker,
            work=work,
            terms_hash=terms.hash(),
            token=self.token,
            price=self.price,
            quantity=_QUANTITY,
            transfers=0,
            deadline=view.as_of.time + _DAYS * DAY,
            counter=trading.counter(view, maker),
            salt=secrets.randbits(256),
            terms=terms,
        )


def sale_of(form: Form, found: ChainSide) -> Sale | None:
    """What the fields `sell`, `price` and `token` say; None where one is wrong.

    Terms of which one license alone is sold are not among them: what binds a work is known only
    once it is certified.
    """
    words = form.page.words
    ready = {name: each for name, each in READY.items() if Rights.EXCLUSIVE not in each.grant}
    options = [(_NONE, form.page.say("form", "sell-none"))]
    options += [(name, words.name_of(each)) for name, each in ready.items()]
    chosen = form.choice("sell", options)
    if chosen in (None, _NONE):
        form.read("price", str, kind="decimal")
        form.read("token", str, "ETH")
        return None if chosen is None else Sale(None)
    token = form.read("token", token_of(form, found), "ETH")
    info = None if token is None else found.tokens.info(token)
    price = form.amount("price", None if info is None else info.decimals, zero=True)
    return None if token is None or price is None else Sale(ready[chosen], price, token)


def token_of(form: Form, found: ChainSide, *, eth: bool = True) -> Callable[[str], str]:
    """Reads the address of a token, or ETH where that will do; raises `NotGiven` in words."""

    def parsed(text: str) -> str:
        if text.upper() in ("", "ETH"):
            if not eth:
                raise NotGiven(form.page.say("form", "bid-token"))
            return ETH
        address = form.address(text)
        if found.tokens.info(address) is None:
            raise NotGiven(form.page.say("form", "no-token"))
        return address

    return parsed
