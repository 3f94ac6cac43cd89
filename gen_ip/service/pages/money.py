"""Amounts as people read them: in whole tokens, where the token says how many digits it has."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gen_ip.errors import GenIPError
from gen_ip.papers.wording import Words
from gen_ip.tokens import TokenInfo, symbol_or_address
from gen_ip.work import ETH

_MOST_KEPT = 10_000


class Tokens:
    """What tokens call themselves, asked of the node once for each.

    Args:
        ask: `gen_ip.tokens.Tokens.info`, or None where no node is at hand.
    """

    def __init__(self, ask: Callable[[str], TokenInfo] | None = None) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known: dict[str, TokenInfo] = {ETH: TokenInfo(ETH, "ETH", 18)}

    def info(self, token: str) -> TokenInfo | None:
        """A token; None where it is none any more, or nobody can tell."""
        known = self._known.get(token)
        if known is not None or self._ask is None:
            return known
        try:
            found = self._ask(token)
        except GenIPError:
            return None
        with self._lock:
            if len(self._known) < _MOST_KEPT:
                self._known[token] = found
        return found

    def shown(self, amount: int, token: str, words: Words) -> str:
        """An amount with its token; in the smallest unit where nobody knows better."""
        found = self.info(token)
        if found is None:
            return f"{words.number(amount)} ({symbol_or_address('', token)})"
        name = "ETH" if token == ETH else symbol_or_address(found.symbol, token)
        return f"{words.amount(amount, found.decimals)} {name}"
