"""Checks a certificate's file against the chain with nothing of the package: EIP-712 by
eth-account, the leaf and its path by hand."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from Crypto.Hash import keccak as hashes
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data

_TYPES = {
    "Edge": [
        {"name": "parent", "type": "uint256"},
        {"name": "termsHash", "type": "bytes32"},
        {"name": "licenseId", "type": "uint256"},
    ],
    "Payee": [{"name": "to", "type": "address"}, {"name": "share", "type": "uint16"}],
    "Certify": [
        {"name": "creator", "type": "address"},
        {"name": "contentHash", "type": "bytes32"},
        {"name": "homeChainId", "type": "uint256"},
        {"name": "metadata", "type": "bytes32"},
        {"name": "resaleRoyalty", "type": "uint16"},
        {"name": "arbiter", "type": "address"},
        {"name": "arbiterPowers", "type": "uint8"},
        {"name": "lienCap", "type": "uint16"},
        {"name": "edges", "type": "Edge[]"},
        {"name": "payees", "type": "Payee[]"},
    ],
}


def keccak(data: bytes) -> bytes:
    """By pycryptodome."""
    return hashes.new(digest_bits=256, data=data).digest()


_LEAF = keccak(b"Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)")


def leaf(document: dict[str, Any]) -> bytes:
    """The leaf of a certificate's file in the tree of its anchor."""
    certify, registry = document["certify"], document["registry"]
    chain = int(certify["homeChainId"])
    message = {
        **certify,
        "homeChainId": chain,
        "edges": [
            {**each, "parent": int(each["parent"]), "licenseId": int(each["licenseId"])}
            for each in certify["edges"]
        ],
    }
    domain = {
        "name": "Gen-IP Registry",
        "version": "1",
        "chainId": chain,
        "verifyingContract": registry,
    }
    struct = encode_typed_data(domain, _TYPES, message).body
    salt = bytes.fromhex(document["anchor"]["salt"][2:])
    values = (_LEAF, chain, registry, struct, salt)
    packed = encode(["bytes32", "uint256", "address", "bytes32", "bytes32"], values)
    return keccak(keccak(packed))


def root(document: dict[str, Any]) -> bytes:
    """Where the path of a certificate's file leads."""
    node = leaf(document)
    for each in document["anchor"]["path"]:
        pair = sorted((node, bytes.fromhex(each[2:])))
        node = keccak(b"".join(pair))
    return node


def anchored_at(url: str, document: dict[str, Any]) -> int:
    """When the chain saw the anchor of a certificate's file, in seconds since the epoch; 0 where
    the file is not under it, or there is none."""
    found = root(document)
    if found != bytes.fromhex(document["anchor"]["root"][2:]):
        return 0
    call = {
        "to": document["registry"],
        "data": "0x" + (keccak(b"anchorTime(bytes32)")[:4] + found).hex(),
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [call, "latest"]}
    asked = Request(  # noqa: S310 - a node of our own
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urlopen(asked) as answer:  # noqa: S310
        return int(json.load(answer)["result"], 16)
