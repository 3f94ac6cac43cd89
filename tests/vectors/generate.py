"""Writes eip712.json: `python -m tests.vectors.generate`.

Uses eth-account's own EIP-712 code and plain ABI encoding, nothing of the package: so that the
vectors are a second opinion on its builders. Checked in Python (test_vectors.py), in Solidity
(tests/forge/Vectors.t.sol) and in JavaScript with viem (check.mjs).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_abi import abi
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

PATH = Path(__file__).with_name("eip712.json")

KEY = keccak(text="gen-ip test vectors")
ACCOUNT = Account.from_key(KEY).address
CHAIN_ID = 31_337
REGISTRY = "0x1111111111111111111111111111111111111111"
MARKETPLACE = "0x2222222222222222222222222222222222222222"
ZERO = "0x" + "00" * 20
ONES = to_checksum_address("0x" + "ff" * 20)
ZERO_32, ONES_32 = "0x" + "00" * 32, "0x" + "ff" * 32
MAX = str(2**256 - 1)

TYPES = {
    "Edge": "uint256 parent,bytes32 termsHash,uint256 licenseId",
    "Payee": "address to,uint16 share",
    "Certify": "address creator,bytes32 contentHash,uint256 homeChainId,bytes32 metadata,"
    "uint16 resaleRoyalty,address arbiter,uint8 arbiterPowers,uint16 lienCap,Edge[] edges,"
    "Payee[] payees",
    "Consent": "Certify certify,uint256 deadline",
    "ConsentTree": "bytes32 root,uint256 deadline",
    "Delegation": "address creator,address delegate,uint256 expiry,uint256 works,bytes32 payees,"
    "uint16 resaleRoyalty,uint16 maxOwed,bytes32 termsRoot,uint256 salt",
    "Revoke": "bytes32 structHash",
    "FeeShare": "address to,uint16 share",
    "Offer": "uint8 kind,address maker,address taker,uint256 workId,bytes32 worksRoot,"
    "bytes32 termsHash,address token,uint256 price,uint256 quantity,uint256 transfers,"
    "bytes32 encumbrance,uint256 validFrom,uint256 deadline,bytes32 counterTo,bool uncontested,"
    "uint256 deliverWithin,uint256 challengeWindow,uint256 counter,uint256 salt,FeeShare[] fees",
    "OfferTree": "bytes32 root",
    "Terms": "uint16 grant,uint16 pass,uint16 income,uint16 volume,uint40 duration,uint32 units,"
    "bytes32 legal",
    "AskLimits": "bytes32 termsHash,address token,uint256 minPrice,uint16 maxFees",
}
DOMAIN_TYPE = "string name,string version,uint256 chainId,address verifyingContract"


def _digits(text: str) -> str:
    return f"0x{keccak(text=text).hex()}"


def _certify(**changes: Any) -> dict[str, Any]:
    return {
        "creator": ACCOUNT,
        "contentHash": _digits("content"),
        "homeChainId": str(CHAIN_ID),
        "metadata": _digits("metadata"),
        "resaleRoyalty": 500,
        "arbiter": ZERO,
        "arbiterPowers": 0,
        "lienCap": 0,
        "edges": [],
        "payees": [],
        **changes,
    }


def _offer(**changes: Any) -> dict[str, Any]:
    return {
        "kind": 0,
        "maker": ACCOUNT,
        "taker": ZERO,
        "workId": str(int(ACCOUNT, 16)),
        "worksRoot": ZERO_32,
        "termsHash": _digits("terms"),
        "token": ZERO,
        "price": "1000000000000000000",
        "quantity": "1",
        "transfers": "0",
        "encumbrance": ZERO_32,
        "validFrom": "0",
        "deadline": "0",
        "counterTo": ZERO_32,
        "uncontested": False,
        "deliverWithin": "0",
        "challengeWindow": "0",
        "counter": "0",
        "salt": "0",
        "fees": [],
        **changes,
    }


EDGES = [
    {"parent": "1", "termsHash": ZERO_32, "licenseId": "0"},
    {"parent": str(2**160 - 1), "termsHash": ONES_32, "licenseId": MAX},
    {"parent": str(int(REGISTRY, 16)), "termsHash": _digits("terms"), "licenseId": "7"},
]
PAYEES = [{"to": ZERO, "share": 0}, {"to": ONES, "share": 65_535}, {"to": ACCOUNT, "share": 2_500}]
FULL_CERTIFY = _certify(
    creator=ONES,
    contentHash=ONES_32,
    homeChainId=MAX,
    metadata=ONES_32,
    resaleRoyalty=65_535,
    arbiter=ONES,
    arbiterPowers=255,
    lienCap=65_535,
    edges=EDGES,
    payees=PAYEES,
)
EMPTY_CERTIFY = _certify(
    creator=ZERO, contentHash=ZERO_32, homeChainId="0", metadata=ZERO_32, resaleRoyalty=0
)
DELEGATION = {
    "creator": ACCOUNT,
    "delegate": ONES,
    "expiry": "1800000000",
    "works": "100",
    "payees": _digits("payees"),
    "resaleRoyalty": 250,
    "maxOwed": 3_000,
    "termsRoot": _digits("root"),
    "salt": "12345678901234567890",
}
TERMS = {
    "grant": 259,
    "pass": 3,
    "income": 1_000,
    "volume": 25,
    "duration": 31_536_000,
    "units": 1,
    "legal": _digits("legal"),
}
FULL_TERMS = {
    "grant": 65_535,
    "pass": 65_535,
    "income": 65_535,
    "volume": 65_535,
    "duration": 2**40 - 1,
    "units": 2**32 - 1,
    "legal": ONES_32,
}
LIMITS = [
    {"termsHash": ZERO_32, "token": ZERO, "minPrice": "0", "maxFees": 0},
    {"termsHash": _digits("terms"), "token": REGISTRY, "minPrice": "1000000", "maxFees": 1_000},
    {"termsHash": ONES_32, "token": ONES, "minPrice": MAX, "maxFees": 65_535},
]

#: name, domain, struct, message
SIGNED = [
    ("consent to an original", "registry", "Consent", {"certify": _certify(), "deadline": "1"}),
    (
        "consent, one parent and one payee",
        "registry",
        "Consent",
        {"certify": _certify(edges=EDGES[2:], payees=PAYEES[2:]), "deadline": "1800000000"},
    ),
    (
        "consent, nested lists, maxima",
        "registry",
        "Consent",
        {"certify": FULL_CERTIFY, "deadline": MAX},
    ),
    ("consent, all zero", "registry", "Consent", {"certify": EMPTY_CERTIFY, "deadline": "0"}),
    (
        "consent on another chain",
        "elsewhere",
        "Consent",
        {"certify": _certify(homeChainId="1"), "deadline": "1"},
    ),
    ("consent to a tree", "registry", "ConsentTree", {"root": _digits("root"), "deadline": MAX}),
    ("delegation", "registry", "Delegation", DELEGATION),
    (
        "delegation, all zero",
        "registry",
        "Delegation",
        {
            "creator": ZERO,
            "delegate": ZERO,
            "expiry": "0",
            "works": "0",
            "payees": ZERO_32,
            "resaleRoyalty": 0,
            "maxOwed": 0,
            "termsRoot": ZERO_32,
            "salt": "0",
        },
    ),
    (
        "delegation, maxima",
        "registry",
        "Delegation",
        {
            "creator": ONES,
            "delegate": ONES,
            "expiry": MAX,
            "works": MAX,
            "payees": ONES_32,
            "resaleRoyalty": 65_535,
            "maxOwed": 65_535,
            "termsRoot": ONES_32,
            "salt": MAX,
        },
    ),
    ("revocation", "registry", "Revoke", {"structHash": _digits("statement")}),
    ("ask", "marketplace", "Offer", _offer()),
    (
        "bid with a fee, countering",
        "marketplace",
        "Offer",
        _offer(
            kind=1,
            taker=ONES,
            token=REGISTRY,
            price="2500000",
            quantity="3",
            validFrom="1700000000",
            deadline="1800000000",
            counterTo=_digits("offer"),
            salt="42",
            fees=[{"to": ACCOUNT, "share": 250}],
        ),
    ),
    (
        "ask with delivery, a set of works, several fees",
        "marketplace",
        "Offer",
        _offer(
            workId="0",
            worksRoot=_digits("works"),
            uncontested=True,
            deliverWithin="86400",
            challengeWindow="3600",
            fees=PAYEES,
        ),
    ),
    (
        "offer, maxima",
        "marketplace",
        "Offer",
        _offer(
            kind=255,
            maker=ONES,
            taker=ONES,
            workId=MAX,
            worksRoot=ONES_32,
            termsHash=ONES_32,
            token=ONES,
            price=MAX,
            quantity=MAX,
            transfers=MAX,
            encumbrance=ONES_32,
            validFrom=MAX,
            deadline=MAX,
            counterTo=ONES_32,
            uncontested=True,
            deliverWithin=MAX,
            challengeWindow=MAX,
            counter=MAX,
            salt=MAX,
            fees=[{"to": ONES, "share": 65_535}],
        ),
    ),
    ("offers in a tree", "marketplace", "OfferTree", {"root": _digits("root")}),
]

DOMAINS = {
    "registry": {
        "name": "Gen-IP Registry",
        "version": "1",
        "chainId": CHAIN_ID,
        "verifyingContract": REGISTRY,
    },
    "marketplace": {
        "name": "Gen-IP Marketplace",
        "version": "1",
        "chainId": CHAIN_ID,
        "verifyingContract": MARKETPLACE,
    },
    "elsewhere": {
        "name": "Gen-IP Registry",
        "version": "1",
        "chainId": 1,
        "verifyingContract": REGISTRY,
    },
}


def document() -> dict[str, Any]:
    """Everything in the file."""
    certifies = [EMPTY_CERTIFY, _certify(), FULL_CERTIFY, _certify(payees=PAYEES[:1])]
    offers = [message for _, _, struct, message in SIGNED if struct == "Offer"]
    return {
        "account": ACCOUNT,
        "key": f"0x{KEY.hex()}",
        "types": {name: _type_string(name) for name in TYPES},
        "domains": {
            name: {"domain": domain, "separator": _hex(_encoded(domain, "Revoke", REVOKED).header)}
            for name, domain in DOMAINS.items()
        },
        "signed": [_signed(*item) for item in SIGNED],
        "hashed": [_hashed("Terms", terms) for terms in (TERMS, FULL_TERMS)]
        + [_hashed("Certify", certify) for certify in certifies],
        "trees": [
            _tree("certify", "Certify", certifies, count, _certify_leaf) for count in (1, 2, 3, 4)
        ]
        + [_tree("offers", "Offer", offers, count, _offer_leaf) for count in (1, 3)]
        + [_tree("limits", "AskLimits", LIMITS, count, _limits_leaf) for count in (1, 3)]
        + [
            _tree("works", None, ["1", str(2**160 - 1), str(int(ACCOUNT, 16))], 3, _work_leaf),
            _tree("works", None, [str(number) for number in range(1, 8)], 7, _work_leaf),
        ],
    }


REVOKED = {"structHash": ZERO_32}


def _members(text: str) -> list[dict[str, str]]:
    pairs = (member.split(" ") for member in text.split(","))
    return [{"name": name, "type": kind} for kind, name in pairs]


def _types(name: str) -> dict[str, list[dict[str, str]]]:
    """The struct and all that it uses."""
    found = {name: _members(TYPES[name])}
    for member in found[name]:
        inner = member["type"].removesuffix("[]")
        if inner in TYPES:
            found |= _types(inner)
    return found


def _type_string(name: str) -> str:
    others = sorted(set(_types(name)) - {name})
    return "".join(f"{each}({TYPES[each]})" for each in (name, *others))


def _encoded(domain: dict[str, Any], struct: str, message: dict[str, Any]) -> Any:
    types = {"EIP712Domain": _members(DOMAIN_TYPE), **_types(struct)}
    full = {"types": types, "primaryType": struct, "domain": domain, "message": message}
    return encode_typed_data(full_message=full)


def _signed(name: str, domain: str, struct: str, message: dict[str, Any]) -> dict[str, Any]:
    encoded = _encoded(DOMAINS[domain], struct, message)
    made = Account.sign_message(encoded, KEY)
    return {
        "name": name,
        "domain": domain,
        "struct": struct,
        "message": message,
        "abi": _abi(struct, message),
        "structHash": _hex(encoded.body),
        "digest": _hex(made.message_hash),
        "signature": _hex(made.signature),
    }


def _hashed(struct: str, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "struct": struct,
        "message": message,
        "abi": _abi(struct, message),
        "structHash": _hex(_struct_hash(struct, message)),
    }


def _struct_hash(struct: str, message: dict[str, Any]) -> bytes:
    return bytes(_encoded(DOMAINS["registry"], struct, message).body)


def _tree(kind: str, struct: str | None, items: list[Any], count: int, leaf_of: Any) -> Any:
    salts = [keccak(text=f"salt {number}") for number in range(count)]
    leaves = [leaf_of(item, salt) for item, salt in zip(items[:count], salts, strict=True)]
    root, paths = _climb(leaves)
    return {
        "kind": kind,
        "root": _hex(root),
        "leaves": [
            {
                "value": item,
                **({"abi": _abi(struct, item)} if struct else {}),
                **({"salt": _hex(salt)} if kind == "certify" else {}),
                "leaf": _hex(leaf),
                "path": [_hex(sibling) for sibling in path],
            }
            for item, salt, leaf, path in zip(items[:count], salts, leaves, paths, strict=True)
        ],
    }


def _climb(leaves: list[bytes]) -> tuple[bytes, list[list[bytes]]]:
    """Root and paths, by recursion over halves of the smallest power of two that is enough."""
    if len(leaves) == 1:
        return leaves[0], [[]]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, left_paths = _climb(leaves[:half])
    right, right_paths = _climb(leaves[half:])
    paths = [[*path, right] for path in left_paths] + [[*path, left] for path in right_paths]
    return keccak(b"".join(sorted((left, right)))), paths


def _twice(data: bytes) -> bytes:
    return keccak(keccak(data))


def _certify_leaf(certify: dict[str, Any], salt: bytes) -> bytes:
    kind = keccak(text="Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)")
    values = (kind, CHAIN_ID, REGISTRY, _struct_hash("Certify", certify), salt)
    return _twice(abi.encode(["bytes32", "uint256", "address", "bytes32", "bytes32"], values))


def _offer_leaf(offer: dict[str, Any], _: bytes) -> bytes:
    return _twice(_struct_hash("Offer", offer))


def _work_leaf(work: str, _: bytes) -> bytes:
    return _twice(abi.encode(["uint256"], [int(work)]))


def _limits_leaf(limits: dict[str, Any], _: bytes) -> bytes:
    return _twice(bytes.fromhex(_abi("AskLimits", limits)[2:]))


def _abi(struct: str, message: dict[str, Any]) -> str:
    """What Solidity's `abi.encode` makes of the struct."""
    return _hex(abi.encode([_abi_type(struct)], [_abi_value(struct, message)]))


def _abi_type(struct: str) -> str:
    kinds = []
    for member in _members(TYPES[struct]):
        inner = member["type"].removesuffix("[]")
        suffix = member["type"][len(inner) :]
        kinds.append((_abi_type(inner) if inner in TYPES else inner) + suffix)
    return f"({','.join(kinds)})"


def _abi_value(struct: str, message: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        _abi_member(member["type"], message[member["name"]]) for member in _members(TYPES[struct])
    )


def _abi_member(kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_abi_member(kind[:-2], item) for item in value]
    if kind in TYPES:
        return _abi_value(kind, value)
    if kind.startswith("uint"):
        return int(value)
    return bytes.fromhex(value[2:]) if kind == "bytes32" else value


def _hex(data: bytes) -> str:
    return f"0x{bytes(data).hex()}"


if __name__ == "__main__":
    PATH.write_text(json.dumps(document(), indent=1) + "\n", "utf-8")
