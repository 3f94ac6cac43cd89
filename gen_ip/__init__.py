"""Gen-IP: certificates, licenses and recursive royalties for creative works on any EVM chain.

    from gen_ip import GenIP
    ip = GenIP("http://127.0.0.1:8545", account)
    certificate = ip.certify("picture.png")

Names load when they are first used, so importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gen_ip.aio import AsyncGenIP
    from gen_ip.chain.deployment import Deployment
    from gen_ip.chain.reverts import ContractError
    from gen_ip.client import GenIP
    from gen_ip.errors import GenIPError
    from gen_ip.market.offers import Conditions, Offer, SignedOffer
    from gen_ip.market.purchases import SignedPurchase
    from gen_ip.signing.offers import AskLimits, FeeShare
    from gen_ip.signing.statements import Payee
    from gen_ip.terms import Rights, Terms
    from gen_ip.work import ETH
    from gen_ip.works.certificates import Anchored, SignedCertificate, SignedDelegation
    from gen_ip.works.registry import Arbiter

_HOMES = {
    "Anchored": "gen_ip.works.certificates",
    "Arbiter": "gen_ip.works.registry",
    "AskLimits": "gen_ip.signing.offers",
    "Conditions": "gen_ip.market.offers",
    "AsyncGenIP": "gen_ip.aio",
    "ContractError": "gen_ip.chain.reverts",
    "Deployment": "gen_ip.chain.deployment",
    "ETH": "gen_ip.work",
    "FeeShare": "gen_ip.signing.offers",
    "GenIP": "gen_ip.client",
    "GenIPError": "gen_ip.errors",
    "Offer": "gen_ip.market.offers",
    "Payee": "gen_ip.signing.statements",
    "Rights": "gen_ip.terms",
    "SignedCertificate": "gen_ip.works.certificates",
    "SignedDelegation": "gen_ip.works.certificates",
    "SignedOffer": "gen_ip.market.offers",
    "SignedPurchase": "gen_ip.market.purchases",
    "Terms": "gen_ip.terms",
}

__all__ = [
    "ETH",
    "Anchored",
    "Arbiter",
    "AskLimits",
    "AsyncGenIP",
    "Conditions",
    "ContractError",
    "Deployment",
    "FeeShare",
    "GenIP",
    "GenIPError",
    "Offer",
    "Payee",
    "Rights",
    "SignedCertificate",
    "SignedDelegation",
    "SignedOffer",
    "SignedPurchase",
    "Terms",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
