"""What a command works with: a connected client, unlocked when it signs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.accounts import DEV_CHAIN_IDS, AccountError, dev_account, find, unlock
from gen_ip.cli.passwords import ask_password
from gen_ip.cli.planning import planning
from gen_ip.cli.values import BadValue, format_amount, parse_amount
from gen_ip.errors import shown

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from gen_ip.client import GenIP
    from gen_ip.content.store import Store


class DevAccountElsewhere(AccountError):  # noqa: N818 - named like the package's errors
    """A development account was named on a chain that is no local one."""

    def __init__(self, name: str, chain_id: int) -> None:
        self.name, self.chain_id = name, chain_id
        super().__init__(
            f"account {shown(name)} is for local chains, and this chain's id is {chain_id}: "
            "everyone knows its key; use an account of your own"
        )


def open_store_option(address: str | None) -> Store | None:
    """The store at `address`; None for the client's default.

    Raises:
        BadStoreAddress, StoreUnavailable: see `gen_ip.content.store`.
    """
    if address is None:
        return None
    from gen_ip.content.choice import open_store

    return open_store(address)


def reader(rpc: str, store: str | None = None) -> GenIP:
    """A client that signs nothing.

    Raises:
        ConnectionFailed, NoContracts: see `gen_ip.client`.
    """
    from gen_ip.client import GenIP

    return GenIP(rpc, store=open_store_option(store))


def signer(
    rpc: str,
    account: str | None,
    password_file: Path | None,
    store: str | None = None,
    max_fee: str | None = None,
) -> GenIP:
    """A client that signs for `account`. The chain is tried before a password is asked for.

    For a command that shall send nothing it needs no key: `account` may be any address.

    Raises:
        NoAccount, UnknownAccount, DevAccountElsewhere, WrongPassword: about the account.
        BadValue: `max_fee` is no amount of ETH.
        ConnectionFailed, NoContracts: see `gen_ip.client`.
    """
    if not account:
        from gen_ip.chain.errors import NoAccount

        raise NoAccount
    from gen_ip.chain.transactions import MAX_FEE
    from gen_ip.client import GenIP

    most = MAX_FEE if max_fee is None else parse_amount(max_fee, 18, "ETH")
    if (plan := planning()) is not None:
        address = address_of(account)
        return plan.client(GenIP(rpc, store=open_store_option(store), max_fee=most), address)
    dev = dev_account(account)
    stored = None if dev is not None else find(account)
    client = GenIP(rpc, store=open_store_option(store), max_fee=most)
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


def work_of(text: str) -> int:
    """A work's id from its decimal form, or from its till's address.

    Raises:
        BadValue: neither.
    """
    from gen_ip import arguments

    try:
        return arguments.work_id("work", text)
    except arguments.InvalidArgument:
        raise BadValue("work", text, "give its number, or its till's address") from None


def now(client: GenIP) -> int:
    """The chain's own time: of its latest block, in seconds since the epoch."""
    from gen_ip.chain.rpc import Rpc

    return Rpc(client.web3).block().timestamp


class Money:
    """One token, for reading and writing amounts in its units."""

    def __init__(self, client: GenIP, token: str | None) -> None:
        """`token` is an ERC-20's address, or None for ETH.

        Raises:
            InvalidArgument: it is no address.
            GenIPError: there is no token at it, from `GenIP.token`.
        """
        from gen_ip import arguments
        from gen_ip.work import ETH

        self.token = arguments.address("token", token) if token else ETH
        info = client.token(self.token)
        self.symbol, self.decimals = info.symbol, info.decimals

    def read(self, text: str) -> int:
        """An amount in units of the token as its smallest unit."""
        return parse_amount(text, self.decimals, self.symbol)

    def show(self, amount: int) -> str:
        """An amount of smallest units with the token's symbol."""
        return format_amount(amount, self.decimals, self.symbol)

    def to_json(self, amount: int) -> dict[str, str | int]:
        """An amount as machines want it, and as people do."""
        return {
            "amount": str(amount),
            "token": self.token,
            "symbol": self.symbol,
            "decimals": self.decimals,
            "text": self.show(amount),
        }
