"""Typed structured data, EIP-712 (https://eips.ethereum.org/EIPS/eip-712): structs, domains,
digests and signatures. Pure: nothing here asks a chain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from eth_utils.crypto import keccak

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.errors import GenIPError, shown
from gen_ip.signers.protocol import Signer, sign_typed_data

_DOMAIN = "string name,string version,uint256 chainId,address verifyingContract"
_DOMAIN_HASH = keccak(text=f"EIP712Domain({_DOMAIN})")
# Integers of up to 48 bits are exact in every JSON reader; larger ones go as decimal strings.
_PLAIN_BITS = 48
MAX_STRING = 2_000
"""Most characters of a member of type `string`."""

T = TypeVar("T", bound=tuple[Any, ...])


class BadStatement(GenIPError):  # noqa: N818 - named like the package's other errors
    """A signed statement from elsewhere is not what it must be; `where` says which member."""

    def __init__(self, where: str, value: object, expected: str) -> None:
        self.where, self.value, self.expected = where, value, expected
        super().__init__(
            f"{where or 'the statement'} is {shown(value)}, expected {expected}; "
            "ask its signer for an unaltered copy"
        )


@dataclass(frozen=True)
class Struct(Generic[T]):
    """A struct as EIP-712 and the contracts define it.

    Attributes:
        name: its name in Solidity.
        text: its members as EIP-712 writes them, `address to,uint16 share`.
        make: the NamedTuple of its values, in the members' order.
        parts: the structs that members are made of.
    """

    name: str
    text: str
    make: Callable[..., T]
    parts: tuple[Struct[Any], ...] = ()

    @cached_property
    def members(self) -> tuple[tuple[str, str], ...]:
        """(type, name) of each member."""
        pairs = (member.rsplit(" ", 1) for member in self.text.split(","))
        return tuple((kind, name) for kind, name in pairs)

    @cached_property
    def type_string(self) -> str:
        """EIP-712 `encodeType`: itself, then every struct it uses, by name."""
        used = sorted(self._used().values(), key=lambda part: part.name)
        others = (f"{part.name}({part.text})" for part in used if part.name != self.name)
        return f"{self.name}({self.text}){''.join(others)}"

    @cached_property
    def type_hash(self) -> bytes:
        """EIP-712 `typeHash`."""
        return keccak(text=self.type_string)

    def hash(self, value: T) -> bytes:
        """EIP-712 `hashStruct`, 32 bytes.

        Raises:
            BadStatement: a value does not fit its member.
        """
        words = [
            self._word(kind, member, part)
            for (kind, member), part in zip(self.members, value, strict=True)
        ]
        return keccak(self.type_hash + b"".join(words))

    def message(self, value: T) -> dict[str, Any]:
        """The value for JSON, members by their Solidity names."""
        pairs = zip(self.members, value, strict=True)
        return {member: self._plain(kind, part) for (kind, member), part in pairs}

    def parse(self, document: object, where: str = "") -> T:
        """The value behind what `message` made; strict, for files come from strangers.

        Raises:
            BadStatement: a member is missing, too much, or not of its type.
        """
        names = {member for _, member in self.members}
        if not isinstance(document, Mapping) or document.keys() != names:
            found = sorted(map(str, document)) if isinstance(document, Mapping) else document
            raise BadStatement(where, found, f"an object with {', '.join(sorted(names))}")
        prefix = f"{where}." if where else ""
        return self.make(
            *(
                self._parsed(kind, document[member], f"{prefix}{member}")
                for kind, member in self.members
            )
        )

    def types(self) -> dict[str, list[dict[str, str]]]:
        """The `types` of a JSON-RPC request `eth_signTypedData_v4`, the domain's not included."""
        return {
            part.name: [{"name": member, "type": kind} for kind, member in part.members]
            for part in self._used().values()
        }

    def _used(self) -> dict[str, Struct[Any]]:
        found: dict[str, Struct[Any]] = {self.name: self}
        for part in self.parts:
            found |= part._used()
        return found

    def _part(self, kind: str) -> Struct[Any] | None:
        return next((part for part in self.parts if part.name == kind.removesuffix("[]")), None)

    def _word(self, kind: str, member: str, value: Any) -> bytes:
        part = self._part(kind)
        if part is not None and kind.endswith("[]"):
            return keccak(b"".join(part.hash(item) for item in value))
        if part is not None:
            return part.hash(value)
        checked = _checked(kind, value, f"{self.name}.{member}")
        if kind == "string":
            return keccak(text=checked)
        return keccak(checked) if kind == "bytes" else _encoded(kind, checked)

    def _plain(self, kind: str, value: Any) -> Any:
        part = self._part(kind)
        if kind.endswith("[]"):
            return [self._plain(kind.removesuffix("[]"), item) for item in value]
        if part is not None:
            return part.message(value)
        if isinstance(value, bytes):
            return f"0x{value.hex()}"
        if kind.startswith("uint") and int(kind[4:]) > _PLAIN_BITS:
            return str(int(value))
        return value

    def _parsed(self, kind: str, value: Any, where: str) -> Any:
        if kind.endswith("[]"):
            if not isinstance(value, list):
                raise BadStatement(where, value, "a list")
            inner = kind.removesuffix("[]")
            return tuple(self._parsed(inner, item, f"{where}[{i}]") for i, item in enumerate(value))
        part = self._part(kind)
        if part is not None:
            return part.parse(value, where)
        if kind.startswith("uint") and isinstance(value, str):
            if not value.isascii() or not value.isdecimal() or len(value) > 78:
                raise BadStatement(where, value, "a decimal number")
            value = int(value)
        if kind.startswith("bytes") and isinstance(value, str):
            try:
                value = bytes.fromhex(value.removeprefix("0x"))
            except ValueError:
                raise BadStatement(where, value, "bytes as 0x and hex digits") from None
        return _checked(kind, value, where)


@dataclass(frozen=True)
class Domain:
    """An EIP-712 domain: the contract, on one chain, that a signature is for."""

    name: str
    version: str
    chain_id: int
    contract: str

    def separator(self) -> bytes:
        """EIP-712 `domainSeparator`, 32 bytes."""
        return _separator(self)

    def digest(self, struct_hash: bytes) -> bytes:
        """What is signed, 32 bytes: keccak256 of 0x1901, the separator and the struct hash."""
        return keccak(b"\x19\x01" + self.separator() + struct_hash)

    def to_json(self) -> dict[str, Any]:
        """As a wallet takes it."""
        return {
            "name": self.name,
            "version": self.version,
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }


@lru_cache(maxsize=1024)
def _separator(domain: Domain) -> bytes:
    name, version = keccak(text=domain.name), keccak(text=domain.version)
    words = _encoded("uint256", domain.chain_id) + _encoded("address", domain.contract)
    return keccak(_DOMAIN_HASH + name + version + words)


def _encoded(kind: str, value: Any) -> bytes:
    """A checked value of an atomic type as the ABI has it, 32 bytes."""
    if kind == "address":
        return bytes(12) + bytes.fromhex(value[2:])
    return value if kind == "bytes32" else int(value).to_bytes(32)


def typed_data(domain: Domain, struct: Struct[T], value: T) -> dict[str, Any]:
    """What `eth_signTypedData_v4` takes, JSON throughout: any wallet can sign it."""
    domain_members = (member.split(" ") for member in _DOMAIN.split(","))
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for kind, name in domain_members],
            **struct.types(),
        },
        "primaryType": struct.name,
        "domain": domain.to_json(),
        "message": struct.message(value),
    }


def sign(account: Signer, domain: Domain, struct: Struct[T], value: T) -> bytes:
    """The account's signature over a value, 65 bytes r, s, v.

    Raises:
        SignerError: it does not sign.
    """
    return sign_typed_data(account, typed_data(domain, struct, value))


def _checked(kind: str, value: Any, where: str) -> Any:
    """The value of an atomic type, of bytes or a string; raises `BadStatement` where it is none."""
    try:
        if kind == "address":
            return arguments.address(where, value)
        if kind == "bytes32" and isinstance(value, bytes):
            return arguments.bytes32(where, value)
        if kind.startswith("uint"):
            return arguments.unsigned(where, value, int(kind[4:]))
    except InvalidArgument as error:
        raise BadStatement(where, value, error.expected) from None
    if (kind == "bool" and isinstance(value, bool)) or (
        kind == "bytes" and isinstance(value, bytes)
    ):
        return value
    if kind == "string" and isinstance(value, str) and _is_shown(value):
        return value
    expected = {"bool": "true or false", "string": f"at most {MAX_STRING:,} visible characters"}
    raise BadStatement(where, value, expected.get(kind, kind))


def _is_shown(text: str) -> bool:
    """Whether a text is what its reader sees: what is signed hides nothing, and is in UTF-8."""
    return len(text) <= MAX_STRING and text.isprintable()
