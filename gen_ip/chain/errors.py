"""What can go wrong between this package and a chain, contract reverts apart.

    ChainError
    ├── ConnectionFailed     no node answers at the address
    ├── NodeError            the node refuses a request
    ├── UnexpectedChain      it is another chain than the caller named
    ├── NoContracts          the chain has no Gen-IP contracts
    ├── NoAccount            a transaction needs an account to sign it
    ├── InsufficientFunds    the account cannot pay
    ├── GasTooExpensive      the gas would cost more than the caller allows
    └── TransactionFailed    a transaction was sent and did not succeed
        ├── TransactionPending    it is not mined yet, or not deep enough
        ├── TransactionUncertain  it may have been sent: the node's answer was lost
        ├── TransactionVanished   a reorganization of the chain took it back
        └── NonceTaken            another transaction took its place; it will not be mined

No message holds a key, nor more of an RPC address than scheme, host and port: the rest often is a
credential.
"""

# ruff: noqa: N818

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.errors import GenIPError, shown

if TYPE_CHECKING:
    from gen_ip.chain.sent import Sent


class ChainError(GenIPError):
    """Root of what can go wrong with a chain; `gen_ip.chain.reverts.ContractError` is one too."""


class ConnectionFailed(ChainError):
    """No node answers at the address (shown without path and credentials).

    `passing` says whether it may be over in a moment; `retry_after` what the node asks to wait, in
    seconds (the HTTP header of this name).
    """

    def __init__(
        self, address: str, reason: str, *, passing: bool = False, retry_after: float = 0.0
    ) -> None:
        self.address, self.reason = address, reason
        self.passing, self.retry_after = passing, retry_after
        super().__init__(
            f"no chain answers at {address} ({reason}); check the RPC address and that the node "
            "runs, or start a local chain with `gen-ip dev`"
        )


class NodeError(ChainError):
    """The node answers, but refuses the request or answers what cannot be read.

    `passing` says whether it refuses only for now, for its limit of requests is reached.
    """

    def __init__(self, method: str, reason: str, *, passing: bool = False) -> None:
        self.method, self.reason, self.passing = method, reason, passing
        super().__init__(
            f"the node refuses {method} ({shown(reason)}); try again, or use another node"
        )


class UnexpectedChain(ChainError):
    """The node is of another chain than the deployment."""

    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"the node is of chain {actual}, the deployment of chain {expected}; "
            "use a node of that chain"
        )


class NoContracts(ChainError):
    """The Gen-IP contracts are not on the chain."""

    def __init__(self, chain_id: int, address: str) -> None:
        self.chain_id, self.address = chain_id, address
        super().__init__(
            f"chain {chain_id} has no Gen-IP contracts (nothing at {address}); check the RPC "
            "address, or deploy them with gen_ip.chain.deploy.deploy; `gen-ip dev` starts a local "
            "chain that has them"
        )


class NoAccount(ChainError):
    """A transaction was asked for without an account."""

    def __init__(self) -> None:
        super().__init__("no account to sign with; name one, or make one with `gen-ip account new`")


class InsufficientFunds(ChainError):
    """The account has less than the transaction takes. Amounts in the smallest unit."""

    def __init__(self, account: str, token: str, has: int, needs: int, unit: str = "wei") -> None:
        self.account, self.token, self.has, self.needs = account, token, has, needs
        super().__init__(
            f"account {account} has {has} {unit}, {needs} are needed; send {needs - has} more to it"
        )


class GasTooExpensive(ChainError):
    """A transaction's gas may cost more than the caller allows; nothing was signed. In wei."""

    def __init__(self, needs: int, max_fee: int) -> None:
        self.needs, self.max_fee = needs, max_fee
        super().__init__(
            f"the transaction's gas may cost {needs} wei by what the node says, above the maximum "
            f"of {max_fee}; wait for lower prices, use another node, or raise max_fee"
        )


class TransactionFailed(ChainError):
    """A transaction was sent but did not succeed, or its outcome is not known yet."""

    def __init__(self, tx_hash: str, reason: str) -> None:
        self.tx_hash, self.reason = tx_hash, reason
        super().__init__(f"transaction {tx_hash} {reason}")


class TransactionPending(TransactionFailed):
    """A transaction was sent and is not mined yet, or not as deep as asked. `sent` is what to hand
    to `GenIP.resume`, which goes on waiting; sending anew could do the same thing twice. It is None
    of a receipt that came from elsewhere."""

    def __init__(self, tx_hash: str, reason: str, sent: Sent | None) -> None:
        self.sent = sent
        remedy = "go on with client.resume(error.sent), or " if sent else ""
        super().__init__(
            tx_hash,
            f"was sent but {reason}; it may still be mined: {remedy}look it up before a retry",
        )


class TransactionUncertain(TransactionFailed):
    """A transaction was signed and handed to the node, whose answer was lost. `sent` is what to
    hand to `GenIP.resume`, which sends the very same bytes again; sending anew could do the same
    thing twice."""

    def __init__(self, sent: Sent, reason: str) -> None:
        self.sent = sent
        super().__init__(
            sent.tx_hash,
            f"may or may not have reached the node ({shown(reason)}); go on with "
            "client.resume(error.sent), or look it up before you repeat it",
        )


class TransactionVanished(TransactionFailed):
    """A reorganization of the chain took a mined transaction back, and its signed bytes are not at
    hand."""

    def __init__(self, tx_hash: str, block: int) -> None:
        self.block = block
        super().__init__(
            tx_hash,
            f"was in block {block}, which is no longer part of the chain; look it up before you "
            "repeat it",
        )


class NonceTaken(TransactionFailed):
    """Another transaction of the account, `by`, was mined in the place of this one."""

    def __init__(self, tx_hash: str, nonce: int, by: str) -> None:
        self.nonce, self.by = nonce, by
        super().__init__(
            tx_hash,
            f"will not be mined: the account's transaction {by} took its nonce, {nonce}; it is "
            "safe to repeat it; send from one process at a time, or from an account for each",
        )
