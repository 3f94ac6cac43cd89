"""How transactions are sent: what they may cost, and how long to wait for what."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument

MAX_FEE = 5 * 10**16
"""The most that the gas of one transaction may cost unless told otherwise, in wei: 0.05 ETH."""


@dataclass(frozen=True)
class Policy:
    """Limits of one client's transactions.

    Attributes:
        max_fee: the most that the gas of one transaction may cost, in wei, replacements included
            (they share a nonce, so only one of them is ever paid).
        confirmations: blocks that must hold a transaction, its own included.
        timeout: seconds after which a transaction that is not mined is given back as
            `TransactionPending`.
        replace_after: seconds after which one that is not mined is signed again with higher fees.

    Raises:
        InvalidArgument: a value is out of range.
    """

    max_fee: int = MAX_FEE
    confirmations: int = 1
    timeout: float = 180.0
    replace_after: float = 45.0

    def __post_init__(self) -> None:
        arguments.unsigned("max_fee", self.max_fee)
        arguments.positive("confirmations", self.confirmations, 32)
        for name in ("timeout", "replace_after"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise InvalidArgument(name, value, "seconds, more than 0")
