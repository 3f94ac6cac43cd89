"""What every part of the client stands on: a connection, a deployment, an account, a store."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from web3 import Web3

from gen_ip import arguments
from gen_ip.calls import Call, Calls
from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.chain.plan import Recorder
from gen_ip.chain.policy import MAX_FEE, Policy
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent
from gen_ip.chain.session import Session
from gen_ip.chain.transactions import OnSigned
from gen_ip.content.choice import own_store
from gen_ip.content.store import Store
from gen_ip.income.earnings_index import EarningsIndex
from gen_ip.income.royalties import Royalties
from gen_ip.kinds import checked
from gen_ip.market.escrow import Escrow
from gen_ip.market.filling import Filling
from gen_ip.market.marketplace import Marketplace
from gen_ip.signers.protocol import Signer
from gen_ip.tokens import Tokens
from gen_ip.unsigned import Unsigned
from gen_ip.works.licenses import Licenses
from gen_ip.works.registry import Registry

Self = TypeVar("Self", bound="Connection")


class Connection:
    """See `gen_ip.client.GenIP`. The public methods that subclasses add look at their arguments
    first, as `gen_ip.kinds` does."""

    def __init_subclass__(cls) -> None:
        for name, method in list(vars(cls).items()):
            if inspect.isfunction(method) and not name.startswith("_"):
                setattr(cls, name, checked(method))

    def __init__(
        self,
        rpc: str | Web3,
        account: Signer | None = None,
        *,
        deployment: Deployment | None = None,
        store: Store | None = None,
        on_receipt: Callable[[Receipt], None] | None = None,
        max_fee: int = MAX_FEE,
        confirmations: int = 1,
        timeout: float = 180.0,
        replace_after: float = 45.0,
        index: EarningsIndex | None = None,
    ) -> None:
        policy = Policy(max_fee, confirmations, timeout, replace_after)
        session = Session(Rpc(rpc), deployment or predicted(), account, on_receipt, policy)
        self._bind(session, account, store, index)

    def _bind(
        self,
        session: Session,
        account: Signer | None,
        store: Store | None,
        index: EarningsIndex | None,
    ) -> None:
        if account is not None:
            arguments.signer("account", account)
        self._session, self._store = session, store
        self.account = account
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._marketplace = Marketplace(session)
        self._filling = Filling(session)
        self._escrow = Escrow(session)
        self._royalties = Royalties(session, index)
        self._tokens = Tokens(session)

    def using(self: Self, account: Signer | None) -> Self:
        """A client on the same connection and store that signs with another account."""
        return self._on(self._session.using(account), account)

    @property
    def unsigned(self) -> Unsigned:
        """The same methods, but each returns what it would send, as a `gen_ip.unsigned.Plan`, for
        a browser wallet or a Safe. The account's key is not used; `gen_ip.signers.AddressOnly`
        stands for one whose key is elsewhere.

        Raises:
            NoAccount: from its methods, when there is no account.
        """
        return Unsigned(self)

    def _recording(self: Self) -> tuple[Self, Recorder]:
        """A client of the same account whose transactions go to the recorder."""
        session, recorder = self._session.recording()
        return self._on(session, self.account), recorder

    def _keeping(self: Self, on_signed: OnSigned) -> Self:
        """The same client; what it signs is given to `on_signed` before any node has it."""
        return self._on(self._session.keeping(on_signed), self.account)

    def _seeing(self: Self, on_receipt: Callable[[Receipt], None]) -> Self:
        """The same client; `on_receipt` is given the receipts of what it sends, too."""
        return self._on(self._session.seeing(on_receipt), self.account)

    def _on(self: Self, session: Session, account: Signer | None) -> Self:
        """A client of the same store on another session."""
        other = object.__new__(type(self))
        other._bind(session, account, self._store, self._royalties.index)
        return other

    @checked
    def wait_for(self, receipt: Receipt, confirmations: int) -> Receipt:
        """Waits until a transaction is `confirmations` blocks deep, its own included, and returns
        its receipt: another one where a reorganization of the chain moved it to another block.
        Where one took it back, the very same signed bytes are sent again, as long as the account's
        nonce is free, so that it is mined once.

        Raises:
            InvalidArgument: `confirmations` is no number from 1 on.
            TransactionPending: no new block came within the client's `timeout`, or it was taken
                back and is not mined again by then.
            TransactionVanished: it was taken back, and the receipt is not this package's.
            NonceTaken: it was taken back, and another transaction was mined in its place.
            ContractError, TransactionFailed: it was mined again, and failed.
        """
        return self._session.wait_for(receipt, confirmations)

    @checked
    def resume(self, sent: Sent) -> Receipt:
        """Goes on with a transaction whose outcome was not known: `error.sent` of a
        `TransactionPending` or `TransactionUncertain`. It sends the very same signed bytes again,
        so that nothing is done twice.

        Raises:
            UnexpectedChain: it was signed for another chain.
            TransactionPending, TransactionUncertain: its outcome is still not known.
            NonceTaken: another transaction was mined in its place; it never will be.
            ContractError, TransactionFailed: it was mined, and failed.
        """
        return self._session.resume(sent)

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

    @checked
    def simulate(self, call: Call) -> Any:
        """What a call by the account would return now: nothing, one value, or a tuple of several.

        Raises:
            ContractError: it would revert.
            InsufficientFunds, NoAccount: nobody could send it.
        """
        return self._session.simulate(call)

    @checked
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
            self._store = own_store()
        return self._store
