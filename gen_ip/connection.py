"""What every part of the client stands on: a connection, a deployment, an account, a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from eth_account.signers.local import LocalAccount
from platformdirs import user_data_path
from web3 import Web3

from gen_ip import arguments
from gen_ip.calls import Call, Calls
from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.chain.transactions import MAX_FEE, Receipt
from gen_ip.content.local import LocalStore
from gen_ip.content.store import Store
from gen_ip.escrow import Escrow
from gen_ip.licenses import Licenses
from gen_ip.marketplace import Marketplace
from gen_ip.registry import Registry
from gen_ip.royalties import Royalties
from gen_ip.tokens import Tokens

Self = TypeVar("Self", bound="Connection")


class Connection:
    """See `gen_ip.client.GenIP`."""

    def __init__(
        self,
        rpc: str | Web3,
        account: LocalAccount | None = None,
        *,
        deployment: Deployment | None = None,
        store: Store | None = None,
        on_receipt: Callable[[Receipt], None] | None = None,
        max_fee: int = MAX_FEE,
    ) -> None:
        arguments.unsigned("max_fee", max_fee)
        session = Session(Rpc(rpc), deployment or predicted(), account, on_receipt, max_fee)
        self._bind(session, account, store)

    def _bind(self, session: Session, account: LocalAccount | None, store: Store | None) -> None:
        if account is not None:
            arguments.signer("account", account)
        self._session, self._store = session, store
        self.account = account
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._marketplace = Marketplace(session)
        self._escrow = Escrow(session)
        self._royalties = Royalties(session)
        self._tokens = Tokens(session)

    def using(self: Self, account: LocalAccount | None) -> Self:
        """A client on the same connection and store that signs with another account."""
        other = object.__new__(type(self))
        other._bind(self._session.using(account), account, self._store)
        return other

    @property
    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return self._session.rpc.chain_id

    @property
    def web3(self) -> Web3:
        """The connection."""
        return self._session.rpc.web3

    @property
    def deployment(self) -> Deployment:
        """Where the contracts lie."""
        return self._session.deployment

    @property
    def calls(self) -> Calls:
        """Builds calls of these contracts, for `send` or for a wallet; see `gen_ip.calls`."""
        return self._session.calls

    def simulate(self, call: Call) -> Any:
        """What a call by the account would return now: nothing, one value, or a tuple of several.

        Raises:
            ContractError: it would revert.
            InsufficientFunds, NoAccount: nobody could send it.
        """
        return self._session.simulate(call)

    def send(self, call: Call) -> Receipt:
        """Sends a call that `calls` built, by the account, and waits until it is mined.

        Raises:
            ContractError: it would revert, told before anything is sent; or it did.
            InsufficientFunds, GasTooExpensive, NoAccount: as their names say.
            TransactionFailed: it was mined without success, or not in time.
        """
        return self._session.send(call)

    @property
    def store(self) -> Store:
        """Where content and metadata are kept.

        Raises:
            StoreUnavailable: the default folder cannot be made.
        """
        if self._store is None:
            self._store = LocalStore(user_data_path("gen-ip") / "content")
        return self._store
