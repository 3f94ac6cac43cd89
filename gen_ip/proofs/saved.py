"""A saved proof: what a chain says of a work, with all that leads from there to a block's hash, as
a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from gen_ip import arguments
from gen_ip import statement_files as files
from gen_ip.arguments import InvalidArgument
from gen_ip.proofs.header import Header
from gen_ip.proofs.header import read as read_header
from gen_ip.proofs.trie import BrokenPath
from gen_ip.signing.eip712 import BadStatement
from gen_ip.works.certificates import PreparedCertificate, read_certificate

SAVED_PROOF = "gen-ip/saved-proof/1"

Nodes = tuple[bytes, ...]
"""A path in a trie: RLP of its nodes, from the root down."""

_NAMES = (
    *("chain_id", "registry", "work", "creator", "content_hash"),
    *("metadata", "certificate", "state", "receipt"),
)
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_MAX_NODES = 80
_SLOTS = ("owner", "metadata", "claims", "anchor")

A = TypeVar("A")


@dataclass(frozen=True)
class Slots:
    """Paths in the registry's storage, each to one slot; None for what was not asked for.

    Attributes:
        owner: the owner's slot: owner, claim time and more.
        metadata: the sha2-256 of the metadata.
        claims: the claims on the same bytes.
        anchor: the time of the anchor that the certificate names.
    """

    owner: Nodes | None = None
    metadata: Nodes | None = None
    claims: Nodes | None = None
    anchor: Nodes | None = None


@dataclass(frozen=True)
class SavedReceipt:
    """The receipt of the transaction that certified the work, or anchored it where it is not
    certified: the `index`th of its block, by its path in the block's trie of receipts."""

    header: Header
    index: int
    nodes: Nodes


@dataclass(frozen=True)
class SavedProof(files.Statement):
    """See the module. `metadata` are the document's bytes as text; None where no store had them.

    `account` is the path to the registry in the state after the block of `header`.
    """

    chain_id: int
    registry: str
    work: int
    creator: str
    content_hash: bytes
    header: Header
    account: Nodes = field(repr=False)
    slots: Slots = field(repr=False)
    metadata: str | None = field(default=None, repr=False)
    certificate: PreparedCertificate | None = None
    receipt: SavedReceipt | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        slots = {name: getattr(self.slots, name) for name in _SLOTS}
        return {
            "format": SAVED_PROOF,
            "chain_id": self.chain_id,
            "registry": self.registry,
            "work": str(self.work),
            "creator": self.creator,
            "content_hash": _hex(self.content_hash),
            "metadata": self.metadata,
            "certificate": self.certificate.to_json() if self.certificate else None,
            "state": {
                "block": _block(self.header),
                "account": _path(self.account),
                **{name: None if path is None else _path(path) for name, path in slots.items()},
            },
            "receipt": self.receipt
            and {
                "block": _block(self.receipt.header),
                "index": self.receipt.index,
                "nodes": _path(self.receipt.nodes),
            },
        }

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote. Whether it holds, `gen_ip.proofs.checking.check` says.

        Raises:
            BadStatement: it is something else, or a block's header is not of its hash.
        """
        found = files.members(document, SAVED_PROOF, _NAMES)
        state = _part(found["state"], "state", ("block", "account", *_SLOTS))
        metadata = found["metadata"]
        if not isinstance(metadata, str | None):
            raise BadStatement("metadata", metadata, "a text, or null")
        certificate = found["certificate"]
        return cls(
            chain_id=files.chain_id(found, "chain_id"),
            registry=files.address(found, "registry"),
            work=_read("work", found["work"], _work),
            creator=files.address(found, "creator"),
            content_hash=_read("content_hash", found["content_hash"], arguments.bytes32),
            header=_header(state["block"], "state.block"),
            account=_nodes(state["account"], "state.account"),
            slots=Slots(
                **{
                    name: None if state[name] is None else _nodes(state[name], f"state.{name}")
                    for name in _SLOTS
                }
            ),
            metadata=metadata,
            certificate=None if certificate is None else read_certificate(certificate),
            receipt=None if found["receipt"] is None else _receipt(found["receipt"]),
        )


def _receipt(value: object) -> SavedReceipt:
    part = _part(value, "receipt", ("block", "index", "nodes"))
    return SavedReceipt(
        _header(part["block"], "receipt.block"),
        _read("receipt.index", part["index"], arguments.unsigned),
        _nodes(part["nodes"], "receipt.nodes"),
    )


def _block(header: Header) -> dict[str, Any]:
    return {"number": header.number, "hash": _hex(header.hash), "header": _hex(header.data)}


def _header(value: object, where: str) -> Header:
    part = _part(value, where, ("number", "hash", "header"))
    try:
        header = read_header(_bytes(part["header"], f"{where}.header"))
    except BrokenPath:
        raise BadStatement(f"{where}.header", part["header"], "a block's header") from None
    if header.hash != _bytes(part["hash"], f"{where}.hash"):
        raise BadStatement(f"{where}.hash", part["hash"], "the hash of the header beside it")
    if type(part["number"]) is not int or header.number != part["number"]:
        raise BadStatement(f"{where}.number", part["number"], f"the header's {header.number}")
    return header


def _part(value: object, where: str, names: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or value.keys() != set(names):
        raise BadStatement(where, value, f"an object with {', '.join(names)}")
    return value


def _nodes(value: object, where: str) -> Nodes:
    if not isinstance(value, list) or not 0 < len(value) <= _MAX_NODES:
        raise BadStatement(where, value, f"a list of 1 to {_MAX_NODES} nodes")
    return tuple(_bytes(node, f"{where}[{place}]") for place, node in enumerate(value))


def _bytes(value: object, where: str) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise BadStatement(where, value, "0x and hex digits")
    return bytes.fromhex(value[2:])


def _read(name: str, value: Any, read: Callable[[str, Any], A]) -> A:
    try:
        return read(name, value)
    except InvalidArgument as error:
        raise BadStatement(name, error.value, error.expected) from None


def _work(name: str, value: Any) -> int:
    if not isinstance(value, str):
        raise InvalidArgument(name, value, "a work's id as decimal text")
    return arguments.work_id(name, value)


def _path(nodes: Nodes) -> list[str]:
    return [_hex(node) for node in nodes]


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
