"""What the statements about uses have in common: a struct, one signer, one signature."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, Self, TypeVar

from gen_ip import statement_files as files
from gen_ip.signers.protocol import Signer
from gen_ip.signing.eip712 import BadStatement, Domain, Struct, sign
from gen_ip.signing.recovery import recover
from gen_ip.status.accounts import account
from gen_ip.status.errors import BadAccount

T = TypeVar("T", bound=tuple[Any, ...])
_MAX_SIGNATURE = 8_192


@dataclass(frozen=True)
class SignedStatement(files.Statement, Generic[T]):
    """A struct with its signer's signature, for one contract on one chain.

    Attributes:
        message: what is signed.
        chain_id, contract: of the domain.
        signature: 64 or 65 bytes, or a wallet contract's (ERC-1271).
    """

    message: T
    chain_id: int
    contract: str
    signature: bytes = field(repr=False)

    FORMAT: ClassVar[str]
    STRUCT: ClassVar[Struct[Any]]

    @property
    @abstractmethod
    def domain(self) -> Domain:
        """What the signature is for."""

    @property
    @abstractmethod
    def signer(self) -> str:
        """Who should have signed."""

    @classmethod
    def check(cls, message: T) -> None:
        """Whether the values make sense.

        Raises:
            BadStatement: one does not.
        """

    @cached_property
    def hash(self) -> bytes:
        """The struct hash, by which it is known: 32 bytes."""
        return self.STRUCT.hash(self.message)

    @property
    def digest(self) -> bytes:
        """What is signed, 32 bytes."""
        return self.domain.digest(self.hash)

    @property
    def holds(self) -> bool:
        """Whether the signature is made with its signer's key. Of a contract wallet's only a node
        can tell: `gen_ip.chain.wallets.is_signed_by`."""
        return recover(self.digest, self.signature) == self.signer

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        return {
            "format": self.FORMAT,
            "chain_id": self.chain_id,
            "contract": self.contract,
            "message": self.STRUCT.message(self.message),
            "signature": f"0x{self.signature.hex()}",
        }

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote. Whether the signature is its signer's, `holds` says.

        Raises:
            BadStatement: it is something else, or its values make no sense.
        """
        names = ("chain_id", "contract", "message", "signature")
        found = files.members(document, cls.FORMAT, names)
        message: T = cls.STRUCT.parse(found["message"], "message")
        cls.check(message)
        return cls(
            message,
            files.chain_id(found, "chain_id"),
            files.address(found, "contract"),
            _signature(found),
        )

    @classmethod
    def signed(cls, by: Signer, message: T, chain_id: int, contract: str) -> Self:
        """The statement, signed.

        Raises:
            BadStatement: its values make no sense.
            SignerError: the account does not sign.
        """
        cls.check(message)
        bare = cls(message, chain_id, contract, b"")
        signature = sign(by, bare.domain, cls.STRUCT, message)
        return cls(message, chain_id, contract, signature)


def spelled(where: str, value: str) -> None:
    """Raises `BadStatement` where an account is not in its one spelling."""
    try:
        written = account(value)
    except BadAccount as error:
        raise BadStatement(where, value, f"an account or a domain ({error.reason})") from None
    if written != value:
        raise BadStatement(where, value, f"the spelling {written}")


def _signature(found: Mapping[str, Any]) -> bytes:
    value = found["signature"]
    if isinstance(value, str) and value.startswith("0x") and len(value) <= 2 + 2 * _MAX_SIGNATURE:
        try:
            data = bytes.fromhex(value[2:])
        except ValueError:
            data = b""
        # One spelling: no blanks, lower case.
        if f"0x{data.hex()}" == value:
            return data
    raise BadStatement("signature", value, f"0x and hex of at most {_MAX_SIGNATURE:,} bytes")
