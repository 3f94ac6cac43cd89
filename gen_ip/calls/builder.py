"""What the builders of all contracts have in common."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.chain.call import Call, encode
from gen_ip.chain.deployment import Deployment

MAX_COUNT = 100
"""Most licenses issued at once."""


class Builder:
    """Builds calls of the contract that `contract` names."""

    contract: str

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def _call(self, function: str, *values: object, value: int = 0) -> Call:
        return encode(self._deployment, self.contract, function, *values, value=value)


class CertificateToken(Builder):
    """ERC-721, as far as both certificates and licenses are moved by it."""

    def transfer(self, owner: str, to: str, token_id: int | str) -> Call:
        """Gives a token away (`transferFrom`; the receiver is not asked). By the owner, or by who
        is approved."""
        return self._call(
            "transferFrom",
            arguments.address("owner", owner),
            arguments.address("to", to),
            arguments.work_id("token_id", token_id),
        )

    def approve(self, account: str, token_id: int | str) -> Call:
        """Lets an account move one token, once."""
        return self._call(
            "approve",
            arguments.address("account", account),
            arguments.work_id("token_id", token_id),
        )

    def approve_all(self, operator: str, allowed: bool) -> Call:
        """Lets an account move all tokens of the sender, or no longer."""
        return self._call(
            "setApprovalForAll",
            arguments.address("operator", operator),
            arguments.boolean("allowed", allowed),
        )
