"""Every call that people make of the contracts, built without a node: address, calldata, value.

    from gen_ip import ETH
    from gen_ip.calls import Calls
    call = Calls().splitter.pay(work, ETH, 10**18)
    call.to_json()    # what a wallet's eth_sendTransaction takes

Nothing is looked up and nothing is sent: ids, hashes and prices are the caller's to know. The
client (`gen_ip.GenIP`) looks them up, simulates and sends. Amounts are ints in the token's smallest
unit, shares basis points, times seconds since the epoch, hashes 32 bytes. A value that no call can
take raises `InvalidArgument`.
"""

from __future__ import annotations

from gen_ip.calls.license import LicenseCalls
from gen_ip.calls.marketplace import MarketplaceCalls
from gen_ip.calls.registry import RegistryCalls
from gen_ip.calls.splitter import SplitterCalls
from gen_ip.chain.call import Call
from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.signing.statements import Certify

__all__ = ["Call", "Calls"]


class Calls:
    """The calls of the four contracts of one deployment; by default of those that this package
    ships, which lie at the same addresses on every chain."""

    def __init__(self, deployment: Deployment | None = None) -> None:
        self.deployment = deployment or predicted()
        self.registry = RegistryCalls(self.deployment)
        self.splitter = SplitterCalls(self.deployment)
        self.license = LicenseCalls(self.deployment)
        self.marketplace = MarketplaceCalls(self.deployment)

    def home_of(self, certify: Certify) -> RegistryCalls | LicenseCalls:
        """The contract that takes a certification: works with parents or payees have a node in the
        ledger, which the license contract opens."""
        return self.license if certify.edges or certify.payees else self.registry
