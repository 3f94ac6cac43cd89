"""The root of all contract errors, and the reverts that belong to no contract."""

# Contract errors keep the contract's own names.
# ruff: noqa: N818

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from eth_utils.address import is_hex_address

from gen_ip.chain.errors import ChainError
from gen_ip.errors import shown
from gen_ip.terms.rights import Rights
from gen_ip.work import ETH

_TIMES = {"start", "end", "time", "until", "deadline", "expiry", "claim_time", "valid_from"}
_BITS = {"grant", "pass_", "bits", "excess", "missing"}


class ContractError(ChainError):
    """A contract reverted. Every class below has the name of the contract's error, and the error's
    arguments as attributes in snake case.

    `text` is the message, with the arguments' names in braces; `name` the contract's own name for
    the error.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    text: ClassVar[str] = "the contract reverted"
    name: ClassVar[str] = ""
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, abstract: bool = False) -> None:
        cls.abstract = abstract
        cls.name = cls.__dict__.get("name", cls.__name__)
        cls.fields = tuple(inspect.get_annotations(cls))

    def __init__(self, *values: Any) -> None:
        self.values = dict(zip(self.fields, values, strict=True))
        for field, value in self.values.items():
            if field in _BITS:
                value = Rights(value)
            setattr(self, field, value)
        super().__init__(self.told(self.text, {}))

    def told(self, text: str, words: Mapping[str, str]) -> str:
        """The message with `text`, and with the `words` for some of its arguments."""
        parts = {field: _shown(field, value) for field, value in self.values.items()}
        return f"{self.name}: {text.format(**parts | dict(words))}"


class Reverted(ContractError, abstract=True):
    """A contract reverted and said nothing."""

    text = "a contract reverted without a reason; check the addresses and the amounts"


class RevertedWithReason(ContractError, abstract=True):
    """A contract reverted with a text, `Error(string)`."""

    reason: str
    text = "a contract reverted with {reason}"


class Panicked(ContractError, abstract=True):
    """A contract met a bug or an overflow, `Panic(uint256)`."""

    code: int
    text = "a contract stopped with panic code {code}; the amounts are out of any range, or report"


class UnknownRevert(ContractError, abstract=True):
    """A contract reverted with data that no known contract's error explains."""

    data: bytes
    text = "a contract reverted with {data}, which is no error of Gen-IP; check the token's address"


def _shown(field: str, value: object) -> str:
    if field in _TIMES and isinstance(value, int):
        return moment(value)
    if field in _BITS and isinstance(value, int):
        return str(Rights(value))
    if field == "token" and value == ETH:
        return "ETH"
    if isinstance(value, bytes):
        text = f"0x{value[:36].hex()}"
        return text if len(value) <= 36 else f"{text}…"
    # A text is a stranger's, an address is not.
    return shown(value) if isinstance(value, str) and not is_hex_address(value) else str(value)


def moment(seconds: int) -> str:
    """A time as messages show it."""
    # A start or a present is never 0; the others are 0 where there is no such time.
    if seconds == 0:
        return "never"
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)
