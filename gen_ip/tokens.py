"""ERC-20 tokens: what a price is counted in, and approving exactly one payment."""

# ruff: noqa: N818

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gen_ip import arguments
from gen_ip.chain import abi, artifacts
from gen_ip.chain.call import Call
from gen_ip.chain.errors import ChainError, InsufficientFunds
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.session import Session
from gen_ip.work import ETH

# Beside an amount: "000 USDC" would make 5 of them five thousand.
_SYMBOL = re.compile(r"\$?[A-Za-z][A-Za-z0-9.$-]{0,31}")


class NotAToken(ChainError):
    """There is no ERC-20 token at the address."""

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        super().__init__(
            f"{address} is no usable ERC-20 token ({reason}); check the address and the chain"
        )


@dataclass(frozen=True)
class TokenInfo:
    """What an amount is shown in: 10**decimals of the smallest unit make one `symbol`."""

    address: str
    symbol: str
    decimals: int

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {"address": self.address, "symbol": self.symbol, "decimals": self.decimals}


def symbol_or_address(symbol: str, address: str, coin: str = "ETH") -> str:
    """How a token is called beside an amount: by its symbol, if that can be nothing but a name.

    At most 32 ASCII letters, digits, `.`, `$` and `-`, with a letter first (or `$` and a letter),
    and not that of the chain's own `coin`. Otherwise by its shortened address.
    """
    if _SYMBOL.fullmatch(symbol) and symbol.upper() not in ("ETH", coin.upper()):
        return symbol
    return f"{address[:10]}…{address[-6:]}"


class Tokens:
    """Reads and approvals of any ERC-20 token; also of those that return nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def info(self, token: str) -> TokenInfo:
        """Symbol and decimals; those of ETH for `gen_ip.ETH`.

        A symbol is a stranger's text; see `symbol_or_address`.

        Raises:
            NotAToken: there is none at the address.
            InvalidArgument: it is no address.
        """
        address = arguments.address("token", token)
        if address == ETH:
            return TokenInfo(ETH, "ETH", 18)
        decimals = self._read(address, "decimals")
        if decimals is None or decimals > 255:
            raise NotAToken(address, "it has no decimals()")
        return TokenInfo(address, self._symbol(address), decimals)

    def balance(self, token: str, account: str) -> int:
        """What an account holds, in the smallest unit.

        Raises:
            NotAToken: there is none at the address.
        """
        if token == ETH:
            return self._session.rpc.balance(account)
        return self._required(token, "balanceOf", account)

    def allowance(self, token: str, spender: str) -> int:
        """What `spender` may take from the account.

        Raises:
            NotAToken: there is none at the address.
        """
        return self._required(token, "allowance", self._session.account.address, spender)

    def require(self, token: str, amount: int) -> None:
        """Raises `InsufficientFunds` when the account holds less than `amount`."""
        account = self._session.account.address
        has = self.balance(token, account)
        if has < amount:
            unit = f"units (10^-{self.info(token).decimals}) of {self.info(token).symbol}"
            raise InsufficientFunds(account, token, has, amount, unit)

    def approve(self, token: str, spender: str, amount: int, needs: int | None = None) -> None:
        """Lets `spender` take exactly `amount` from the account.

        Raises:
            InsufficientFunds: the account holds less than `needs` (default: `amount`).
            NotAToken: the token does not approve.
        """
        self.require(token, amount if needs is None else needs)
        call = self._approval(token, spender, amount)
        try:
            self._simulate(call)
        except (ContractError, NotAToken):
            # Some tokens change an allowance from and to 0 only.
            reset = self._approval(token, spender, 0)
            self._simulate(reset)
            self._session.send(reset)
            self._simulate(call)
        self._session.send(call)

    def _simulate(self, call: Call) -> None:
        answer = self._session.rpc.call(call.to, call.data, sender=self._session.account.address)
        if answer and not any(answer):
            raise NotAToken(call.to, "it refuses approve()")

    def _approval(self, token: str, spender: str, amount: int) -> Call:
        entry = artifacts.load("DemoToken").functions["approve"]
        return Call(token, abi.encode_call(entry, spender, amount))

    def _symbol(self, token: str) -> str:
        entry = artifacts.load("DemoToken").functions["symbol"]
        try:
            data = self._session.rpc.call(token, abi.encode_call(entry))
        except ContractError:
            data = b""
        found = abi.decode(entry["outputs"], data)
        # Tokens from before the standard was settled answer 32 bytes instead of a string.
        text = found[0] if found else data.rstrip(b"\0").decode("ascii", "replace")
        return symbol_or_address(text, token)

    def _required(self, token: str, function: str, *values: object) -> int:
        found = self._read(token, function, *values)
        if found is None:
            raise NotAToken(token, f"it has no {function}()")
        return found

    def _read(self, token: str, function: str, *values: object) -> int | None:
        entry = artifacts.load("DemoToken").functions[function]
        try:
            data = self._session.rpc.call(token, abi.encode_call(entry, *values))
        except ContractError:
            return None
        # Read as a word: a sloppy token may answer more bits than its type has.
        return int.from_bytes(data[:32], "big") if len(data) >= 32 else None
