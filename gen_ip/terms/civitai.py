"""Rights as the four license flags that Civitai shows beside a model.

The flags say less than the terms: no shares, no units, no exclusivity, and nothing about training.
The names are those of a model's `allow...` fields in Civitai's public REST API.
"""

from __future__ import annotations

from typing import TypedDict

from gen_ip.terms.rights import Rights


class Flags(TypedDict):
    """`allowCommercialUse` holds any of Image, RentCivit, Rent, Sell; none forbids all four."""

    allowCommercialUse: list[str]
    allowDerivatives: bool
    allowDifferentLicense: bool
    allowNoCredit: bool


def flags(grant: Rights) -> Flags:
    """The flags that allow no more than `grant`.

    Image: what the work is or generates may be used for money. Rent, RentCivit: it may run in a
    paid service, which also takes GENERATE. Sell: copies may be sold.
    """
    commercial = []
    if Rights.COMMERCIAL in grant:
        commercial.append("Image")
        if Rights.GENERATE in grant:
            commercial += ["RentCivit", "Rent"]
        if Rights.SELL_ORIGINAL in grant:
            commercial.append("Sell")
    derive = Rights.DERIVE in grant
    return {
        "allowCommercialUse": commercial,
        "allowDerivatives": derive,
        "allowDifferentLicense": derive and Rights.SHARE_ALIKE not in grant,
        "allowNoCredit": Rights.ATTRIBUTION not in grant,
    }
