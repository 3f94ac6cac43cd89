"""Terms to start from, each bound to a text in plain language that ships with the package.

Change a number with `dataclasses.replace(COMMERCIAL_REMIX, income=500)`: the texts speak of the
shares, the time and the units "recorded in the terms".
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import UNLIMITED, Terms


def _text(name: str) -> bytes:
    return (files("gen_ip.terms") / f"{name}.txt").read_bytes()


_TEXTS = {
    hashlib.sha256(text).digest(): text.decode()
    for text in map(_text, ("commercial", "commercial-remix", "nc-remix"))
}
_COMMERCIAL, _COMMERCIAL_REMIX, _NC_REMIX = _TEXTS

COMMERCIAL = Terms(grant=Rights.COMMERCIAL | Rights.ATTRIBUTION, legal=_COMMERCIAL)
"""Use the work commercially, unchanged, for ever, with attribution."""

COMMERCIAL_REMIX = Terms(
    grant=Rights.COMMERCIAL | Rights.DERIVE | Rights.ATTRIBUTION,
    pass_=Rights.COMMERCIAL | Rights.DERIVE,
    income=1_000,
    units=1,
    legal=_COMMERCIAL_REMIX,
)
"""Make and sell one derivative, which owes 10 % of its income and may be remixed further."""

NC_REMIX = Terms(
    grant=Rights.DERIVE | Rights.ATTRIBUTION,
    pass_=Rights.DERIVE,
    units=UNLIMITED,
    legal=_NC_REMIX,
)
"""Make any number of derivatives, none of them for commercial use."""

READY = {
    "commercial": COMMERCIAL,
    "commercial-remix": COMMERCIAL_REMIX,
    "nc-remix": NC_REMIX,
}
"""The ready-made terms by name."""


def legal_text(terms: Terms) -> str | None:
    """The shipped text that `terms` are bound to; None when they name another text."""
    return _TEXTS.get(terms.legal)
