"""The account: is it there, is its file private, and can it pay?"""

from __future__ import annotations

from collections.abc import Iterator

from gen_ip import accounts
from gen_ip.accounts import DEV_CHAIN_IDS, AccountError
from gen_ip.chain import fees
from gen_ip.chain.rpc import Rpc
from gen_ip.config import Target
from gen_ip.doctor.finding import Finding, fail, failed, ok, warn
from gen_ip.doctor.machine import private

CERTIFICATE_GAS = 140_000
"""What a creator's first certificate takes at most; docs/gas.md has it measured."""
_NO_LIMIT = 2**256


def account(name: str | None) -> Iterator[Finding]:
    """The account by its name, as far as it is known without a chain."""
    if name is None:
        text = "none named, so nothing can be signed"
        yield warn("account", text, "name one by --account, or gen-ip config set account NAME")
        return
    if accounts.dev_account(name) is not None:
        yield ok("account", f"{name}, whose key everyone knows")
        return
    try:
        stored = accounts.find(name)
    except AccountError as error:
        yield failed("account", error)
        return
    yield private("account", stored.path, f"{stored.alias} {stored.address}")


def address_of(name: str | None) -> str | None:
    """The account's address; None where there is no such account."""
    if name is None:
        return None
    if (dev := accounts.dev_account(name)) is not None:
        return dev.address
    try:
        return accounts.find(name).address
    except AccountError:
        return None


def funds(rpc: Rpc, name: str, address: str, target: Target) -> Iterator[Finding]:
    """Whether the account can pay for a certificate today, and whether it has something open.

    Raises:
        ChainError: the node does not tell.
    """
    if accounts.dev_account(name) is not None and rpc.chain_id not in DEV_CHAIN_IDS:
        text = f"{name} on chain {rpc.chain_id}, and everyone knows its key"
        yield fail("account", text, "make one of your own with gen-ip account new NAME")
    balance = rpc.balance(address)
    cost = _certificate(rpc)
    has, needs = (f"{wei / 10**18:.6f} {target.symbol}" for wei in (balance, cost))
    text = f"has {has}; a certificate costs up to {needs} today"
    if balance < cost:
        yield fail("balance", text, f"send some {target.symbol} to {address}")
    else:
        yield ok("balance", text)
    waiting = rpc.nonce(address) - rpc.nonce(address, "latest")
    if waiting > 0:
        yield warn(
            "pending",
            f"{waiting} sent but not mined",
            "wait for them; send nothing twice",
        )
    else:
        yield ok("pending", "nothing is waiting to be mined")


def _certificate(rpc: Rpc) -> int:
    """Wei that a certificate costs at most by what the node says of fees."""
    return CERTIFICATE_GAS * fees.most(fees.today(rpc, CERTIFICATE_GAS, _NO_LIMIT))
