"""Writes status.json: `python -m tests.vectors.status`. As generate.py, of what is signed about
uses and never shown to a contract: permits, their revocations, verdicts, profiles.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from tests.vectors.generate import (
    ACCOUNT,
    CHAIN_ID,
    DOMAIN_TYPE,
    KEY,
    MAX,
    ONES,
    ONES_32,
    REGISTRY,
    ZERO,
    ZERO_32,
)

PATH = Path(__file__).with_name("status.json")
LICENSE = "0x3333333333333333333333333333333333333333"

TYPES = {
    "UsePermit": "address licensee,uint256 licenseId,uint256 workId,string account,string agency,"
    "uint16 use,uint256 validFrom,uint256 expiry,uint256 nonce",
    "RevokeUsePermit": "bytes32 permit",
    "Verdict": "bytes32 contentHash,address licensee,string account,string agency,string uses,"
    "uint256 firstSeen,uint256 at,string verdict,string reason,uint256 workId,string method,"
    "uint256 licenseId,bytes32 permit,bool automatic,uint256 blockNumber,bytes32 blockHash,"
    "string finality,uint256 time,string service,address signer",
    "Link": "string name,string url",
    "Profile": "address account,string name,string domain,Link[] links,uint256 time",
}


def _domain(name: str, contract: str) -> dict[str, Any]:
    return {"name": name, "version": "1", "chainId": CHAIN_ID, "verifyingContract": contract}


DOMAINS = {
    "permits": _domain("Gen-IP Permits", LICENSE),
    "status": _domain("Gen-IP Status", REGISTRY),
    "profile": _domain("Gen-IP Profile", REGISTRY),
}

PERMIT = {
    "licensee": ACCOUNT,
    "licenseId": "7",
    "workId": str(int(REGISTRY, 16)),
    "account": "@buyer@xn--bcher-kva.example",
    "agency": "agency.example",
    "use": 1,
    "validFrom": "1800000000",
    "expiry": "1900000000",
    "nonce": "42",
}
VERDICT = {
    "contentHash": ONES_32,
    "licensee": ACCOUNT,
    "account": "@buyer@example.com",
    "agency": "",
    "uses": "show,commercial",
    "firstSeen": "1800000000",
    "at": "1800000100",
    "verdict": "license-required",
    "reason": "license-required",
    "workId": str(2**160 - 1),
    "method": "exact-bytes",
    "licenseId": "0",
    "permit": ZERO_32,
    "automatic": True,
    "blockNumber": "123",
    "blockHash": ONES_32,
    "finality": "final",
    "time": "1800000101",
    "service": "Bücher — status",
    "signer": ACCOUNT,
}
LINKS = [
    {"name": "site", "url": "https://example.com/"},
    {"name": "élan 🎨", "url": "https://xn--bcher-kva.example/a?b=c"},
]

#: name, domain, struct, message
SIGNED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("permit", "permits", "UsePermit", PERMIT),
    (
        "permit of an owner, maxima",
        "permits",
        "UsePermit",
        PERMIT
        | {"licensee": ONES, "licenseId": "0", "agency": "", "use": 1279, "expiry": MAX}
        | {"nonce": MAX, "account": "example.com"},
    ),
    ("revocation of a permit", "permits", "RevokeUsePermit", {"permit": ONES_32}),
    ("verdict", "status", "Verdict", VERDICT),
    (
        "verdict on nothing",
        "status",
        "Verdict",
        VERDICT
        | {"licensee": ZERO, "account": "", "uses": "show", "firstSeen": "0", "workId": "0"}
        | {"verdict": "unknown", "reason": "unknown", "method": "unknown", "automatic": False},
    ),
    (
        "profile",
        "profile",
        "Profile",
        {"account": ACCOUNT, "name": "Ada", "domain": "example.com", "links": LINKS, "time": "9"},
    ),
    (
        "profile, empty",
        "profile",
        "Profile",
        {"account": ACCOUNT, "name": "", "domain": "", "links": [], "time": "0"},
    ),
]


def document() -> dict[str, Any]:
    """Everything in the file."""
    return {
        "account": ACCOUNT,
        "key": f"0x{KEY.hex()}",
        "types": {name: _type_string(name) for name in TYPES},
        "domains": {
            name: {
                "domain": domain,
                "separator": _hex(_encoded(domain, "RevokeUsePermit", {"permit": ZERO_32}).header),
            }
            for name, domain in DOMAINS.items()
        },
        "signed": [_signed(*item) for item in SIGNED],
        "hashed": [],
        "trees": [],
    }


def _members(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), each.split(" "), strict=True)) for each in text.split(",")]


def _type_string(name: str) -> str:
    inner = f"Link({TYPES['Link']})" if name == "Profile" else ""
    return f"{name}({TYPES[name]}){inner}"


def _encoded(domain: dict[str, Any], struct: str, message: dict[str, Any]) -> Any:
    used = (struct, "Link") if struct == "Profile" else (struct,)
    types = {"EIP712Domain": _members(DOMAIN_TYPE)} | {each: _members(TYPES[each]) for each in used}
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
        "structHash": _hex(encoded.body),
        "digest": _hex(made.message_hash),
        "signature": _hex(made.signature),
    }


def _hex(data: bytes) -> str:
    return f"0x{bytes(data).hex()}"


if __name__ == "__main__":
    PATH.write_text(json.dumps(document(), indent=2) + "\n", "utf-8")
