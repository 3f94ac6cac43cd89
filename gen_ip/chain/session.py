"""A connection, a deployment and an account: what every part of the SDK works with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cached_property
from typing import Any

from eth_account.signers.local import LocalAccount

from gen_ip.calls import Calls
from gen_ip.chain import abi, logs, transactions
from gen_ip.chain.call import Call, encode
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.errors import NoAccount, NoContracts, NodeError, UnexpectedChain
from gen_ip.chain.events import Event, topic_of
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.transactions import MAX_FEE, Receipt


class Session:
    """Calls and transactions of the contracts of one deployment.

    Raises:
        ConnectionFailed: no node answers.
        UnexpectedChain: the deployment is of another chain.
        NoContracts: the chain does not hold all four contracts.
    """

    def __init__(
        self,
        rpc: Rpc,
        deployment: Deployment,
        account: LocalAccount | None,
        on_receipt: Callable[[Receipt], None] | None = None,
        max_fee: int = MAX_FEE,
    ) -> None:
        self.rpc, self.deployment, self._account = rpc, deployment, account
        self._max_fee = max_fee
        self._on_receipt = on_receipt
        self.calls = Calls(deployment)
        self._addresses = deployment.addresses()
        if deployment.chain_id not in (None, rpc.chain_id):
            raise UnexpectedChain(deployment.chain_id or 0, rpc.chain_id)
        for address in self._addresses.values():
            if not rpc.code(address):
                raise NoContracts(rpc.chain_id, address)

    def using(self, account: LocalAccount | None) -> Session:
        """The same connection and deployment with another account."""
        other = copy.copy(self)
        other._account = account
        return other

    @property
    def account(self) -> LocalAccount:
        """Who signs.

        Raises:
            NoAccount: nobody does.
        """
        if self._account is None:
            raise NoAccount
        return self._account

    @cached_property
    def start(self) -> int:
        """The first block in which the contracts can have logged anything."""
        if self.deployment.block is not None:
            return self.deployment.block
        return logs.first_block(self.rpc, self.deployment.registry)

    def encode(self, contract: str, function: str, *values: object, value: int = 0) -> Call:
        """A call of a function of one of the four contracts."""
        return encode(self.deployment, contract, function, *values, value=value)

    def read(self, contract: str, function: str, *values: object) -> Any:
        """What a view function returns: one value, or a tuple of several.

        Raises:
            ContractError: it reverts.
        """
        return self.ask(self.encode(contract, function, *values))

    def ask(self, call: Call) -> Any:
        """What a call by nobody would return now: one value, or a tuple of several.

        Raises:
            ContractError: it would revert.
        """
        return _values(call, self.rpc.call(call.to, call.data))

    def simulate(self, call: Call) -> Any:
        """What a call by the account would return now.

        Raises:
            ContractError: it would revert.
            InsufficientFunds, NoAccount: nobody could send it.
        """
        sender = self.account.address
        data = transactions.simulate(self.rpc, sender, call.to, call.data, call.value)
        return _values(call, data)

    def send(self, call: Call) -> Receipt:
        """Sends a call by the account and waits for it; see `transactions.send`."""
        receipt = transactions.send(
            self.rpc, self.account, call.to, call.data, call.value, max_fee=self._max_fee
        )
        if self._on_receipt is not None:
            self._on_receipt(receipt)
        return receipt

    def events(self, contract: str, name: str, *topics: Any) -> list[Event]:
        """Every event of this name, oldest first; `topics` are its indexed arguments, as words."""
        address = self._addresses[contract]
        return list(logs.scan(self.rpc, address, [topic_of(name), *topics], self.start))


def _values(call: Call, data: bytes) -> Any:
    values = abi.decode(call.outputs, data)
    if values is None:
        raise NodeError("eth_call", f"an answer of {len(data)} bytes that cannot be read")
    return values[0] if len(values) == 1 else values
