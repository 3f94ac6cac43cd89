"""Terms to start from, each bound to a bundle that ships with the package.

Change a number with `dataclasses.replace(COMMERCIAL_REMIX, income=500)`: the texts speak of the
shares, the time and the units "recorded in the terms".
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import UNLIMITED, Terms

if TYPE_CHECKING:
    from gen_ip.terms.bundle import Bundle
    from gen_ip.terms.clauses import Language

_NAMES = ("commercial", "commercial-remix", "nc-remix", "buyout", "ai-train")
# An exclusive license must end on chain; this one does so when nobody is left to mind.
_HUNDRED_YEARS = 100 * 365 * 86_400

_BUNDLES = {
    hashlib.sha256(data).digest(): (name, data)
    for name, data in (
        (name, (files("gen_ip.terms") / "bundles" / f"{name}.json").read_bytes()) for name in _NAMES
    )
}
_COMMERCIAL, _COMMERCIAL_REMIX, _NC_REMIX, _BUYOUT, _AI_TRAIN = _BUNDLES

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

_ALL_BUT_ADULT = (
    Rights.COMMERCIAL
    | Rights.DERIVE
    | Rights.TRAIN
    | Rights.GENERATE
    | Rights.SELL_ORIGINAL
    | Rights.MERCH
    | Rights.SUBLICENSE
)
BUYOUT = Terms(
    grant=_ALL_BUT_ADULT | Rights.TRANSFERABLE | Rights.EXCLUSIVE,
    pass_=_ALL_BUT_ADULT,
    duration=_HUNDRED_YEARS,
    units=1_000,
    legal=_BUYOUT,
)
"""Everything but adult contexts, for one licensee alone, for 100 years, to be sold on."""

AI_TRAIN = Terms(grant=Rights.TRAIN, legal=_AI_TRAIN)
"""Train models on the work and exploit the models; no use of the work itself."""

READY = {
    "commercial": COMMERCIAL,
    "commercial-remix": COMMERCIAL_REMIX,
    "nc-remix": NC_REMIX,
    "buyout": BUYOUT,
    "ai-train": AI_TRAIN,
}
"""The ready-made terms by name."""


def ready_bundle(terms: Terms) -> Bundle | None:
    """The shipped bundle that `terms` are bound to; None when they name another one."""
    from gen_ip.terms.bundle import decode

    if terms.legal not in _BUNDLES:
        return None
    return decode(_BUNDLES[terms.legal][1], terms.legal)


def legal_text(terms: Terms, language: Language = "en") -> str | None:
    """The shipped contract that `terms` are bound to; None when they name another one."""
    bundle = ready_bundle(terms)
    return bundle.text(language) if bundle else None
