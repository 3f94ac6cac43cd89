"""License terms as the contracts keep them: immutable, known by their hash."""

# ruff: noqa: N818

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from eth_abi import abi
from eth_utils.crypto import keccak

from gen_ip.errors import GenIPError, shown
from gen_ip.terms.rights import NOTHING, Rights

UNLIMITED = 2**32 - 1
"""`Terms.units` of a license that allows any number of derivatives."""

_TYPES = ("uint16", "uint16", "uint16", "uint16", "uint40", "uint32", "bytes32")
_BITS = {"grant": 16, "pass_": 16, "income": 16, "volume": 16, "duration": 40, "units": 32}
# EIP-712: the hash of the terms is the struct's hash.
_TYPEHASH = keccak(
    text="Terms(uint16 grant,uint16 pass,uint16 income,uint16 volume,"
    "uint40 duration,uint32 units,bytes32 legal)"
)


class InvalidTerms(GenIPError):
    """A field of the terms has a value that does not fit; `field` says which."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field, self.value = field, value
        super().__init__(f"terms field {field} is {shown(value)}; expected {expected}")


@dataclass(frozen=True)
class Terms:
    """What a license allows and demands.

    Attributes:
        grant: what the licensee may do and must do.
        pass_: permissions a derivative may grant on, a subset of `grant`.
        income: basis points of everything a derivative earns that it owes to the work.
        volume: basis points of every payment to a derivative or to anything downstream of it.
        duration: seconds a license runs; 0 for ever.
        units: derivatives one license allows; `UNLIMITED` for any number, 0 without DERIVE.
        legal: sha2-256 of the legal text that the conditions stand for, 32 bytes.

    Whether the values make sense together is the license contract's to say, when the terms are
    registered.

    Raises:
        InvalidTerms: a value does not fit its field.
    """

    grant: Rights
    pass_: Rights = NOTHING
    income: int = 0
    volume: int = 0
    duration: int = 0
    units: int = 0
    legal: bytes = bytes(32)

    def __post_init__(self) -> None:
        for name, bits in _BITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << bits:
                raise InvalidTerms(name, value, f"an integer from 0 to 2**{bits} - 1")
        if not isinstance(self.legal, bytes) or len(self.legal) != 32:
            raise InvalidTerms("legal", self.legal, "the 32 bytes of a sha2-256")
        object.__setattr__(self, "grant", Rights(self.grant))
        object.__setattr__(self, "pass_", Rights(self.pass_))

    def as_tuple(self) -> tuple[Any, ...]:
        """The fields in the contract's order, for ABI encoding."""
        values = (getattr(self, field.name) for field in fields(self))
        return tuple(int(value) if isinstance(value, Rights) else value for value in values)

    def hash(self) -> bytes:
        """The 32 bytes that offers and licenses refer to (EIP-712 struct hash)."""
        return keccak(_TYPEHASH + abi.encode(_TYPES, self.as_tuple()))

    def to_json(self) -> dict[str, Any]:
        """For JSON: rights as lists of names, hashes as hex."""
        return {
            "hash": f"0x{self.hash().hex()}",
            "grant": self.grant.names,
            "pass": self.pass_.names,
            "income": self.income,
            "volume": self.volume,
            "duration": self.duration,
            "units": None if self.units == UNLIMITED else self.units,
            "legal": f"0x{self.legal.hex()}",
        }
