"""Column types whose bytes sort alike in SQLite and PostgreSQL: numbers are big-endian."""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from gen_ip.chain.abi import checksummed


class Address(TypeDecorator[str]):
    """An account or a contract: 20 bytes, `0x` with checksum in Python."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To 20 bytes."""
        return None if value is None else bytes.fromhex(value[2:])

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        """From 20 bytes."""
        return None if value is None else checksummed(bytes(value))


class Hash(TypeDecorator[bytes]):
    """32 bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bytes | None:
        """As bytes, whatever the driver gives."""
        return None if value is None else bytes(value)


class Unsigned(TypeDecorator[int]):
    """A number of at most so many bytes, big-endian, so that its bytes sort as it does."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:
        """To bytes."""
        return None if value is None else value.to_bytes(self.width, "big")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:
        """From bytes."""
        return None if value is None else int.from_bytes(bytes(value), "big")


class Work(Unsigned):
    """A work's id: 160 bits."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(20)


class Amount(Unsigned):
    """Any uint256, amounts in a token's smallest unit above all."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__(32)
