"""A bare anvil, and intentions: transfers that show whether they happened once."""

from __future__ import annotations

from dataclasses import dataclass

from eth_account import Account
from eth_account.signers.local import LocalAccount

from gen_ip.chain.rpc import Rpc

FUNDS = 10**20


@dataclass(frozen=True)
class Intention:
    """Send `value` wei to an address that nobody else sends to."""

    to: str
    value: int


class Books:
    """One fresh account with money, and what it meant to do."""

    def __init__(self, rpc: Rpc) -> None:
        """`rpc` leads straight to an anvil."""
        self.rpc = rpc
        self.account: LocalAccount = Account.create()
        rpc.request("anvil_setBalance", self.account.address, hex(FUNDS))
        self.meant: list[Intention] = []
        self._start = rpc.block().number

    def mean(self) -> Intention:
        intention = Intention(Account.create().address, 1_000 + len(self.meant))
        self.meant.append(intention)
        return intention

    def check(self) -> None:
        """Every intention was mined exactly once, and nothing else of the account."""
        for intention in self.meant:
            assert self.rpc.balance(intention.to) == intention.value
        assert self.nonces() == list(range(len(self.meant)))

    def nonces(self) -> list[int]:
        """Nonces of the account's mined transactions, oldest first."""
        found = []
        for block in range(self._start + 1, self.rpc.block().number + 1):
            for transaction in self.rpc.transactions(block):
                if transaction["from"].lower() == self.account.address.lower():
                    found.append(int(transaction["nonce"], 16))
        return found
