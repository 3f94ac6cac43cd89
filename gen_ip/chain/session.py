"""A connection, a deployment and an account: what every part of the SDK works with."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

from gen_ip import arguments
from gen_ip.calls import Calls
from gen_ip.chain import abi, logs, transactions
from gen_ip.chain.call import Call, encode
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.errors import NoAccount, NoContracts, NodeError, UnexpectedChain
from gen_ip.chain.events import Event, topic_of
from gen_ip.chain.plan import Recorder
from gen_ip.chain.policy import Policy
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent
from gen_ip.signers.protocol import Signer

Read = tuple[Any, ...]
"""A contract's name, the name of a view function of it, and the function's arguments."""


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
        account: Signer | None,
        on_receipt: Callable[[Receipt], None] | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.rpc, self.deployment, self._account = rpc, deployment, account
        self._policy = policy or Policy()
        self._on_receipt = on_receipt
        self.calls = Calls(deployment)
        self._recorder: Recorder | None = None
        self._on_signed: transactions.OnSigned | None = None
        self._addresses = deployment.addresses()
        if deployment.chain_id not in (None, rpc.chain_id):
            raise UnexpectedChain(deployment.chain_id or 0, rpc.chain_id)
        for address, code in zip(
            self._addresses.values(), rpc.codes([*self._addresses.values()]), strict=True
        ):
            if not code:
                raise NoContracts(rpc.chain_id, address)

    def using(self, account: Signer | None) -> Session:
        """The same connection and deployment with another account."""
        other = copy.copy(self)
        other._account = account
        return other

    def keeping(self, on_signed: transactions.OnSigned) -> Session:
        """The same session; what it signs is given to `on_signed` before any node has it."""
        other = copy.copy(self)
        other._on_signed = on_signed
        return other

    def seeing(self, on_receipt: Callable[[Receipt], None]) -> Session:
        """The same session; `on_receipt` is given the receipts of what it sends, too."""
        other, before = copy.copy(self), self._seen

        def both(receipt: Receipt) -> None:
            on_receipt(before(receipt))

        other._on_receipt = both
        return other

    def recording(self) -> tuple[Session, Recorder]:
        """The same session, but what it would send goes to the recorder.

        Raises:
            NoAccount: nobody would send it.
        """
        other = copy.copy(self)
        other._recorder = Recorder(self.rpc, self.account.address, self._policy.max_fee)
        return other, other._recorder

    @property
    def records(self) -> bool:
        """Whether what it would send goes to a recorder."""
        return self._recorder is not None

    @property
    def max_fee(self) -> int:
        """The most that the gas of one transaction may cost, in wei."""
        return self._policy.max_fee

    @property
    def account(self) -> Signer:
        """Who signs.

        Raises:
            NoAccount: nobody does.
        """
        if self._account is None:
            raise NoAccount
        return self._account

    @property
    def address(self) -> str | None:
        """The account's address; None where nobody signs."""
        return None if self._account is None else self._account.address

    def receiver(self, to: str | None) -> str:
        """Who receives what a method sends to `to`: by default the account.

        Raises:
            InvalidArgument: `to` is no address.
            NoAccount: it is None, and nobody signs.
        """
        return arguments.address("to", self.account.address if to is None else to)

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

    def read_all(self, *reads: Read) -> list[Any]:
        """What several view functions return, in one round trip; each read is the contract, the
        function, and its arguments. Like `read` of each.

        Raises:
            ContractError: one reverts; the first of them.
        """
        found = self.try_all(*reads)
        for each in found:
            if isinstance(each, ContractError):
                raise each
        return found

    def try_all(self, *reads: Read) -> list[Any]:
        """Like `read_all`, but in the place of one that reverts is its `ContractError`."""
        calls = [self.encode(contract, function, *of) for contract, function, *of in reads]
        answers = self.rpc.calls([(call.to, call.data) for call in calls])
        return [
            answer if isinstance(answer, ContractError) else _values(call, answer)
            for call, answer in zip(calls, answers, strict=True)
        ]

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
        if self._recorder is not None:
            return self._recorder.add(call.to, call.data, call.value)
        return self._seen(
            transactions.send(
                self.rpc,
                self.account,
                call.to,
                call.data,
                call.value,
                policy=self._policy,
                on_signed=self._on_signed,
            )
        )

    def resume(self, sent: Sent) -> Receipt:
        """Goes on with a transaction that an error gave back; see `transactions.resume`.

        Raises:
            UnexpectedChain: it was signed for another chain.
        """
        if sent.chain_id != self.rpc.chain_id:
            raise UnexpectedChain(sent.chain_id, self.rpc.chain_id)
        return self._seen(transactions.resume(self.rpc, self._replacer(sent), sent, self._policy))

    def wait_for(self, receipt: Receipt, confirmations: int) -> Receipt:
        """Waits until a transaction is so many blocks deep; see `transactions.wait_for`."""
        policy = replace(self._policy, confirmations=confirmations)
        account = None if receipt.sent is None else self._replacer(receipt.sent)
        return transactions.wait_for(self.rpc, account, receipt, policy)

    def _replacer(self, sent: Sent) -> Signer | None:
        """The account, where the transaction is its own."""
        account = self._account
        return account if account is not None and account.address == sent.sender else None

    def _seen(self, receipt: Receipt) -> Receipt:
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
