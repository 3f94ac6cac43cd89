"""What a command works with: a connected client, unlocked when it signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gen_ip.accounts import DEV_CHAIN_IDS, AccountError, dev_account, find, unlock
from gen_ip.cli.addresses import speaks_to_chain
from gen_ip.cli.coin import coin, speaks_to
from gen_ip.cli.passwords import ask_password
from gen_ip.cli.planning import planning
from gen_ip.cli.values import BadValue, format_amount, parse_amount
from gen_ip.config.errors import ConfigError
from gen_ip.errors import shown

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from gen_ip.client import GenIP
    from gen_ip.config import Target
    from gen_ip.content.store import Store


class DevAccountElsewhere(AccountError):  # noqa: N818 - named like the package's errors
    """A development account was named on a chain that is no local one."""

    def __init__(self, name: str, chain_id: int) -> None:
        self.name, self.chain_id = name, chain_id
        super().__init__(
            f"account {shown(name)} is for local chains, and this chain's id is {chain_id}: "
            "everyone knows its key; use an account of your own"
        )


class WrongNetwork(ConfigError):  # noqa: N818
    """The node of a network is of another chain than the settings say."""

    def __init__(self, name: str, address: str, expected: int, actual: int) -> None:
        self.name, self.expected, self.actual = name, expected, actual
        super().__init__(
            f"network {shown(name)} is chain {expected}, but the node at {address} is of chain "
            f"{actual}; correct its rpc: `gen-ip network add {name} --rpc URL`"
        )


def open_store_option(addresses: Sequence[str] | None) -> Store | None:
    """The store at `addresses`; None for the client's default.

    Raises:
        BadStoreAddress, WrongRequirement, StoreUnavailable: see `gen_ip.content.choice`.
    """
    if addresses is None:
        return None
    from gen_ip.content.choice import open_store

    return open_store(addresses)


def reader(rpc: Target, store: Sequence[str] | None = None) -> GenIP:
    """A client that signs nothing.

    Raises:
        ConnectionFailed, NoContracts: see `gen_ip.client`.
        WrongNetwork: the node is of another chain than the settings say.
        WorkElsewhere: a work was named on another chain.
    """
    return _connect(rpc, store, None)


def _connect(rpc: Target, store: Sequence[str] | None, max_fee: int | None) -> GenIP:
    from gen_ip.chain.deployment import predicted, read
    from gen_ip.chain.errors import UnexpectedChain
    from gen_ip.client import GenIP

    deployment = predicted() if rpc.deployment is None else read(rpc.deployment)
    if rpc.chain_id is not None:
        deployment = replace(deployment, chain_id=rpc.chain_id)
    policy: dict[str, Any] = {
        "max_fee": max_fee,
        "confirmations": rpc.confirmations,
        "timeout": rpc.timeout,
        "replace_after": rpc.replace_after,
    }
    said = {name: value for name, value in policy.items() if value is not None}
    try:
        client = GenIP(rpc.url, deployment=deployment, store=open_store_option(store), **said)
    except UnexpectedChain as error:
        if rpc.name is None:
            raise
        raise WrongNetwork(rpc.name, str(rpc), error.expected, error.actual) from None
    speaks_to(rpc, client.chain_id)
    speaks_to_chain(client.chain_id)
    return client


def signer(
    rpc: Target,
    account: str | None,
    password_file: Path | None,
    store: Sequence[str] | None = None,
    max_fee: str | None = None,
) -> GenIP:
    """A client that signs for `account`. The chain is tried before a password is asked for.

    For a command that shall send nothing it needs no key: `account` may be any address.

    Raises:
        NoAccount, UnknownAccount, DevAccountElsewhere, WrongPassword: about the account.
        BadValue: `max_fee` is no amount of ETH.
        ConnectionFailed, NoContracts: see `gen_ip.client`.
        WrongNetwork: the node is of another chain than the settings say.
        WorkElsewhere: a work was named on another chain.
    """
    if not account:
        from gen_ip.chain.errors import NoAccount

        raise NoAccount
    limit = rpc.max_fee if max_fee is None else max_fee
    most = None if limit is None else parse_amount(limit, 18, rpc.symbol)
    if (plan := planning()) is not None:
        address = address_of(account)
        return plan.client(_connect(rpc, store, most), address)
    dev = dev_account(account)
    stored = None if dev is not None else find(account)
    client = _connect(rpc, store, most)
    if dev is not None:
        chain_id = client.chain_id
        if chain_id not in DEV_CHAIN_IDS:
            raise DevAccountElsewhere(account, chain_id)
        return client.using(dev)
    assert stored is not None  # noqa: S101 - `find` raised otherwise; for mypy
    password = ask_password(f"Password of {stored.alias}", password_file)
    return client.using(unlock(stored, password))


def address_of(name: str) -> str:
    """The address a name stands for: an address itself, a stored account, or dev0 to dev9.

    Raises:
        UnknownAccount, InvalidArgument: no account of the name, or no address.
    """
    from gen_ip import arguments

    if name.startswith("0x"):
        return arguments.address("account", name)
    dev: LocalAccount | None = dev_account(name)
    return dev.address if dev is not None else find(name).address


def now(client: GenIP) -> int:
    """The chain's own time: of its latest block, in seconds since the epoch."""
    from gen_ip.chain.rpc import Rpc

    return Rpc(client.web3).block().timestamp


def token_of(client: GenIP, text: str) -> str:
    """A token's address: the address itself, `ETH` or how else the chain's coin is called, or on
    local chains `DUSD`, the demo token.

    Elsewhere no symbol names a token: any contract may carry any.

    Raises:
        InvalidArgument, BadValue: it is neither address nor name.
    """
    from gen_ip import arguments
    from gen_ip.chain.faucet import demo_token
    from gen_ip.work import ETH

    if text.startswith("0x"):
        return arguments.address("token", text)
    if text.upper() == coin().upper():
        return ETH
    if text.upper() == "DUSD" and client.chain_id in DEV_CHAIN_IDS:
        return demo_token()
    named = f"only {coin()} and, on local chains, DUSD have names"
    raise BadValue("token", text, f"give the ERC-20's address, 0x and 40 hex digits; {named}")


class Money:
    """One token, for reading and writing amounts in its units."""

    def __init__(self, client: GenIP, token: str | None) -> None:
        """`token` is as in `token_of`, or None for ETH.

        Raises:
            InvalidArgument, BadValue: it is neither address nor name.
            GenIPError: there is no token at it, from `GenIP.token`.
        """
        from gen_ip.tokens import symbol_or_address
        from gen_ip.work import ETH

        self.token = token_of(client, token) if token else ETH
        info = client.token(self.token)
        self.decimals = info.decimals
        self.symbol = coin()
        if self.token != ETH:
            self.symbol = symbol_or_address(info.symbol, self.token, self.symbol)

    def read(self, text: str) -> int:
        """An amount in units of the token as its smallest unit."""
        return parse_amount(text, self.decimals, self.symbol)

    def show(self, amount: int) -> str:
        """An amount of smallest units with the token's symbol."""
        return format_amount(amount, self.decimals, self.symbol)

    def named(self, amount: int) -> str:
        """The same with the token's address: any contract may carry any symbol."""
        from gen_ip.work import ETH

        return self.show(amount) + ("" if self.token == ETH else f" (token {self.token})")

    def to_json(self, amount: int) -> dict[str, str | int]:
        """An amount as machines want it, and as people do."""
        return {
            "amount": str(amount),
            "token": self.token,
            "symbol": self.symbol,
            "decimals": self.decimals,
            "text": self.show(amount),
        }


def known_money(client: GenIP, token: str) -> Money | None:
    """A token that a work was paid in; None for what is no token any more, or never was."""
    from gen_ip.chain.errors import NodeError
    from gen_ip.tokens import NotAToken

    try:
        return Money(client, token)
    except (NotAToken, NodeError):
        return None
