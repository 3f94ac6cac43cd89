"""The client for asyncio and trio: `GenIP`'s methods by the same names, to be awaited.

No method is written twice: each runs the one of `GenIP` in a thread (`gen_ip.workers`). Hashing
files, encoding, decoding and signing would hold up an event loop anyhow, and sending is safe from
any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar

from web3 import Web3

from gen_ip import arguments
from gen_ip.async_following import AsyncFollowing
from gen_ip.calls import Calls
from gen_ip.chain import connecting
from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.chain.following import Following
from gen_ip.chain.policy import MAX_FEE, Policy
from gen_ip.chain.receipts import Receipt
from gen_ip.client import GenIP
from gen_ip.content.choice import own_store
from gen_ip.content.store import Store
from gen_ip.income.earnings_index import EarningsIndex
from gen_ip.signers.protocol import Signer
from gen_ip.unsigned import Plan, require_method
from gen_ip.workers import MAX_WORKERS, Workers

P = ParamSpec("P")
R = TypeVar("R")


def in_thread(
    method: Callable[Concatenate[GenIP, P], R],
) -> Callable[Concatenate[AsyncGenIP, P], Coroutine[Any, Any, R]]:
    """A method that runs the same one of `GenIP` in a thread."""

    @wraps(method)
    async def run(self: AsyncGenIP, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._workers.run(lambda: method(self._client(), *args, **kwargs))

    return run


def in_threads(
    method: Callable[Concatenate[GenIP, P], Iterator[R]],
) -> Callable[Concatenate[AsyncGenIP, P], AsyncIterator[R]]:
    """The same for a method that yields: each item is found in a thread."""

    @wraps(method)
    def run(self: AsyncGenIP, /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[R]:
        return self._workers.iterate(lambda: method(self._client(), *args, **kwargs))

    return run


def following(
    method: Callable[Concatenate[GenIP, P], Following[R]],
) -> Callable[Concatenate[AsyncGenIP, P], Coroutine[Any, Any, AsyncFollowing[R]]]:
    """The same for a method that follows: what it finds is iterated over with `async for`."""

    @wraps(method)
    async def run(self: AsyncGenIP, /, *args: P.args, **kwargs: P.kwargs) -> AsyncFollowing[R]:
        found = await self._workers.run(lambda: method(self._client(), *args, **kwargs))
        return AsyncFollowing(found, self._workers)

    return run


class AsyncGenIP:
    """`GenIP` for asyncio and trio.

    Args:
        max_workers: methods that run at once; each holds a thread until it returns, so it bounds
            the transactions in flight, too.
        others: as of `GenIP`. `on_receipt` is called in a thread.

    It connects with its first method, in `connect` or at the start of `async with`, not before. All
    clients of `using` share the connection and the threads.

    A cancelled method returns at once. What it has not handed to the node by then is never sent; a
    transaction that it has handed over is looked after all the same, and `on_receipt` hears of it.
    `async with` waits for those at the end, and takes no methods afterwards.

        async with AsyncGenIP("http://127.0.0.1:8545", account) as ip:
            async with asyncio.TaskGroup() as group:
                for picture in pictures:
                    group.create_task(ip.certify(picture))

    Raises:
        InvalidArgument: an argument is out of range.
        ConnectionFailed: `rpc` is no http:// or ws:// URL.
        ClientClosed: from its methods, after it was closed.
    """

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
        max_workers: int = MAX_WORKERS,
    ) -> None:
        # What can be wrong without a connection is told at once.
        Policy(max_fee, confirmations, timeout, replace_after)
        self._web3 = rpc if isinstance(rpc, Web3) else connecting.connect(rpc)
        self._deployment, self._store = deployment or predicted(), store

        def connect() -> GenIP:
            return GenIP(
                self._web3,
                account,
                deployment=self._deployment,
                store=store,
                on_receipt=on_receipt,
                max_fee=max_fee,
                confirmations=confirmations,
                timeout=timeout,
                replace_after=replace_after,
                index=index,
            )

        self._bind(connect, account, Workers(max_workers))

    def _bind(self, connect: Callable[[], GenIP], account: Signer | None, workers: Workers) -> None:
        if account is not None:
            arguments.signer("account", account)
        self.account = account
        self._client, self._workers = _Once(connect), workers

    # ------------------------------------------------------------ the connection

    async def connect(self) -> None:
        """Connects, unless it is connected.

        Raises:
            ConnectionFailed: no node answers.
            UnexpectedChain: the deployment is of another chain.
            NoContracts: the chain does not hold the contracts.
        """
        await self._workers.run(self._client)

    async def close(self) -> None:
        """Takes no methods any more, and waits for transactions that were handed over before their
        method was cancelled. For all clients of `using`, too."""
        await self._workers.close()

    async def __aenter__(self) -> AsyncGenIP:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def using(self, account: Signer | None) -> AsyncGenIP:
        """A client on the same connection, store and threads that signs with another account."""
        other = object.__new__(type(self))
        other._web3, other._deployment, other._store = self._web3, self._deployment, self._store
        other._bind(lambda: self._client().using(account), account, self._workers)
        return other

    @property
    def unsigned(self) -> AsyncUnsigned:
        """See `GenIP.unsigned`."""
        return AsyncUnsigned(self)

    async def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return await self._workers.run(lambda: self._client().chain_id)

    @property
    def web3(self) -> Web3:
        """The connection. Its own methods block."""
        return self._web3

    @property
    def deployment(self) -> Deployment:
        """Where the contracts lie."""
        return self._deployment

    @property
    def calls(self) -> Calls:
        """Builds calls of these contracts, for `send` or for a wallet; see `gen_ip.calls`."""
        return Calls(self._deployment)

    @property
    def store(self) -> Store:
        """Where content and metadata are kept. Its own methods block.

        Raises:
            StoreUnavailable: the default folder cannot be made.
        """
        if self._store is None:
            self._store = own_store()
        return self._store

    # ------------------------------------------------------------------- any call

    wait_for = in_thread(GenIP.wait_for)
    resume = in_thread(GenIP.resume)
    simulate = in_thread(GenIP.simulate)
    send = in_thread(GenIP.send)

    # ---------------------------------------------------------------------- events

    events = in_threads(GenIP.events)
    follow = following(GenIP.follow)

    # ------------------------------------------------------------------- arbiters

    suspend = in_thread(GenIP.suspend)
    revoke_license = in_thread(GenIP.revoke_license)
    add_lien = in_thread(GenIP.add_lien)

    # --------------------------------------------------------------------- owners

    transfer = in_thread(GenIP.transfer)
    revise_metadata = in_thread(GenIP.revise_metadata)
    relate = in_thread(GenIP.relate)
    set_payout = in_thread(GenIP.set_payout)
    payout = in_thread(GenIP.payout)
    add_payee = in_thread(GenIP.add_payee)
    draw = in_thread(GenIP.draw)
    rescue = in_thread(GenIP.rescue)
    issue = in_thread(GenIP.issue)
    renew = in_thread(GenIP.renew)
    transfer_license = in_thread(GenIP.transfer_license)
    allow_market = in_thread(GenIP.allow_market)
    is_market_allowed = in_thread(GenIP.is_market_allowed)
    plan_move = in_thread(GenIP.plan_move)
    move = in_thread(GenIP.move)

    # -------------------------------------------------------------------- trading

    get_offer = in_thread(GenIP.get_offer)

    order = in_thread(GenIP.order)
    accept_order = in_thread(GenIP.accept_order)
    deals = in_thread(GenIP.deals)
    get_deal = in_thread(GenIP.get_deal)
    deal_history = in_thread(GenIP.deal_history)
    deliver = in_thread(GenIP.deliver)
    challenge = in_thread(GenIP.challenge)
    release = in_thread(GenIP.release)
    refund = in_thread(GenIP.refund)

    offer_certificate = in_thread(GenIP.offer_certificate)
    disclosure = in_thread(GenIP.disclosure)
    saved_proof = in_thread(GenIP.saved_proof)
    sale_of = in_thread(GenIP.sale_of)
    buy_certificate = in_thread(GenIP.buy_certificate)
    bid_for_certificate = in_thread(GenIP.bid_for_certificate)
    sell_certificate = in_thread(GenIP.sell_certificate)

    buy = in_thread(GenIP.buy)
    certify_and_buy = in_thread(GenIP.certify_and_buy)
    buy_renewal = in_thread(GenIP.buy_renewal)
    sign_purchase = in_thread(GenIP.sign_purchase)
    submit_purchase = in_thread(GenIP.submit_purchase)

    bid = in_thread(GenIP.bid)
    counter = in_thread(GenIP.counter)
    accept = in_thread(GenIP.accept)

    offer = in_thread(GenIP.offer)
    sign_offer = in_thread(GenIP.sign_offer)
    draft_offer = in_thread(GenIP.draft_offer)
    sign_offers = in_thread(GenIP.sign_offers)
    offers = in_thread(GenIP.offers)
    cancel = in_thread(GenIP.cancel)
    cancel_many = in_thread(GenIP.cancel_many)
    cancel_all = in_thread(GenIP.cancel_all)
    quote = in_thread(GenIP.quote)

    # --------------------------------------------------------------- certificates

    prepare_certificate = in_thread(GenIP.prepare_certificate)

    delegate = in_thread(GenIP.delegate)
    revoke = in_thread(GenIP.revoke)
    sign_revocation = in_thread(GenIP.sign_revocation)
    submit_revocation = in_thread(GenIP.submit_revocation)

    anchor = in_thread(GenIP.anchor)
    resume_anchor = in_thread(GenIP.resume_anchor)
    prove = in_thread(GenIP.prove)

    certify = in_thread(GenIP.certify)
    derive = in_thread(GenIP.derive)
    sign_certificate = in_thread(GenIP.sign_certificate)
    sign_certificates = in_thread(GenIP.sign_certificates)
    sign_derivative = in_thread(GenIP.sign_derivative)
    buy_and_derive = in_thread(GenIP.buy_and_derive)
    submit = in_thread(GenIP.submit)
    certify_many = in_thread(GenIP.certify_many)
    certify_folder = in_thread(GenIP.certify_folder)
    plan_folder = in_thread(GenIP.plan_folder)
    anchor_folder = in_thread(GenIP.anchor_folder)

    # ----------------------------------------------------- works, licenses, money

    work = in_thread(GenIP.work)
    works = in_threads(GenIP.works)
    briefs = in_thread(GenIP.briefs)
    work_id_of = in_thread(GenIP.work_id_of)
    lineage = in_thread(GenIP.lineage)
    verify = in_thread(GenIP.verify)
    proposed_parents = in_thread(GenIP.proposed_parents)
    embed = in_thread(GenIP.embed)
    embed_ahead = in_thread(GenIP.embed_ahead)
    upstream_conflicts = in_thread(GenIP.upstream_conflicts)
    terms_bundle = in_thread(GenIP.terms_bundle)
    register_terms = in_thread(GenIP.register_terms)
    terms = in_thread(GenIP.terms)
    license = in_thread(GenIP.license)
    licenses = in_thread(GenIP.licenses)
    check = in_thread(GenIP.check)
    pay = in_thread(GenIP.pay)
    sweep = in_thread(GenIP.sweep)
    settle = in_thread(GenIP.settle)
    earnings = in_thread(GenIP.earnings)
    all_earnings = in_thread(GenIP.all_earnings)
    earnings_of = in_thread(GenIP.earnings_of)
    tokens_of = in_thread(GenIP.tokens_of)
    collect = in_thread(GenIP.collect)
    distribute = in_thread(GenIP.distribute)
    withdraw = in_thread(GenIP.withdraw)
    token = in_thread(GenIP.token)
    balance = in_thread(GenIP.balance)


class AsyncUnsigned:
    """See `gen_ip.unsigned.Unsigned`; each method is awaited."""

    def __init__(self, client: AsyncGenIP) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Plan]]:
        require_method(GenIP, name)

        async def planned(*args: Any, **kwargs: Any) -> Plan:
            client = self._client
            return await client._workers.run(
                lambda: getattr(client._client().unsigned, name)(*args, **kwargs)
            )

        return planned


class _Once:
    """A client that is connected when it is first used, in whatever thread."""

    def __init__(self, connect: Callable[[], GenIP]) -> None:
        self._connect, self._lock = connect, threading.Lock()
        self._client: GenIP | None = None

    def __call__(self) -> GenIP:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            return self._client
