"""Values a caller hands to the SDK, checked before anything is computed from them."""

# ruff: noqa: N818

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from gen_ip.errors import GenIPError, shown

_DECIMAL = re.compile(r"[0-9]{1,78}")
_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_BYTES32 = re.compile(r"(?:0x)?[0-9a-fA-F]{64}")


class InvalidArgument(GenIPError):
    """A value that no call can take; `name` says which argument."""

    def __init__(self, name: str, value: object, expected: str) -> None:
        self.name, self.value, self.expected = name, value, expected
        super().__init__(f"{name} is {shown(value)}; expected {expected}")


def address(name: str, value: object) -> str:
    """An EIP-55 address. Mixed case with a wrong checksum is a typo, so it is refused.

    Raises:
        InvalidArgument: `value` is no address.
    """
    if isinstance(value, str) and _ADDRESS.fullmatch(value):
        digits = value[2:]
        checksummed = _checksummed(digits.lower())
        if digits in (checksummed[2:], digits.lower(), digits.upper()):
            return checksummed
        raise InvalidArgument(name, value, "an address with the right checksum; it has a typo")
    raise InvalidArgument(name, value, "an address: 0x and 40 hex digits")


@lru_cache(maxsize=65_536)
def _checksummed(digits: str) -> str:
    # Loaded where it is used: it takes longer than the rest of the command line.
    from eth_utils.address import to_checksum_address

    return str(to_checksum_address(f"0x{digits}"))


def unsigned(name: str, value: object, bits: int = 256) -> int:
    """An integer that fits into `bits` bits.

    Raises:
        InvalidArgument: `value` is something else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << bits:
        raise InvalidArgument(name, value, f"an integer from 0 to 2**{bits} - 1")
    return int(value)


def positive(name: str, value: object, bits: int = 256) -> int:
    """Like `unsigned`, but not 0.

    Raises:
        InvalidArgument: `value` is something else.
    """
    if unsigned(name, value, bits) == 0:
        raise InvalidArgument(name, value, "more than 0")
    return unsigned(name, value, bits)


def work_id(name: str, value: object) -> int:
    """A work's id: an integer, its decimal string, or its till's address.

    Raises:
        InvalidArgument: `value` is none of these.
    """
    if isinstance(value, str):
        value = int(value) if _DECIMAL.fullmatch(value) else int(address(name, value), 16)
    return positive(name, value, 160)


def bytes32(name: str, value: object) -> bytes:
    """32 bytes, given as such or as 64 hex digits with or without 0x.

    Raises:
        InvalidArgument: `value` is something else.
    """
    if isinstance(value, bytes) and len(value) == 32:
        return bytes(value)
    if isinstance(value, str) and _BYTES32.fullmatch(value):
        return bytes.fromhex(value[-64:])
    raise InvalidArgument(name, value, "32 bytes, or 64 hex digits")


def work_ids(name: str, values: object) -> list[int]:
    """Ids of several works; a single one is no list, not even of its digits.

    Raises:
        InvalidArgument: `values` is no list or tuple, or holds something else.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise InvalidArgument(name, values, "a list of works, such as [7]")
    return [work_id(name, value) for value in values]


def instance(name: str, value: object, kind: type, expected: str) -> None:
    """Raises `InvalidArgument` when `value` is no `kind`."""
    if not isinstance(value, kind):
        raise InvalidArgument(name, value, expected)


def path(name: str, value: object) -> Path:
    """The path that a text or a `Path` names.

    Raises:
        InvalidArgument: `value` is neither.
    """
    if not isinstance(value, str | os.PathLike) or not value:
        raise InvalidArgument(name, value, "the path of a file")
    return Path(value)


def texts(name: str, values: object, most: int, longest: int) -> tuple[str, ...]:
    """A list of short texts, none of them empty.

    Raises:
        InvalidArgument: `values` is something else, or holds more than `most`, or longer ones.
    """
    expected = f"a list of at most {most} texts of 1 to {longest} characters"
    if isinstance(values, str | bytes) or not isinstance(values, Sequence) or len(values) > most:
        raise InvalidArgument(name, values, expected)
    for each in values:
        if not isinstance(each, str) or not 0 < len(each.strip()) <= longest:
            raise InvalidArgument(name, each, expected)
    return tuple(values)


def boolean(name: str, value: object) -> bool:
    """True or False, and nothing that only counts as one of them.

    Raises:
        InvalidArgument: `value` is something else.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(name, value, "True or False")
    return value


def signer(name: str, value: object) -> None:
    """Raises `InvalidArgument` when `value` has no address or cannot sign a transaction."""
    if not hasattr(value, "address") or not hasattr(value, "sign_transaction"):
        # Whatever it is, it may be a key.
        raise InvalidArgument(name, type(value), "an account of eth_account or gen_ip.signers")
