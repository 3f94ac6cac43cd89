"""What a frozen version says beside ABIs: what is signed, what is hashed, what bits mean.

Everything that gen_ip.signing and gen_ip.work know is taken from there; what only the contracts
know is written here. tests/forge/Frozen.t.sol compares all of it with the contracts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from eth_abi import abi
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from gen_ip import signing
from gen_ip.market.offers import TERMS
from gen_ip.signing import Domain, Struct
from gen_ip.signing.statements import MAY_REVOKE, MAY_SUSPEND
from gen_ip.terms import UNLIMITED, Rights
from gen_ip.work import salt_of

SIGNED: dict[str, tuple[Struct[Any], ...]] = {
    "IPRegistry": (signing.CONSENT, signing.CONSENT_TREE, signing.DELEGATION, signing.REVOKE),
    "LicenseMarketplace": (signing.OFFER, signing.OFFER_TREE),
}
HASHED = (signing.CERTIFY, signing.EDGE, signing.PAYEE, signing.FEE_SHARE, TERMS)

#: ERC-165 ids that each contract says yes to, by the standard that defines them.
INTERFACES = {
    "IPRegistry": {
        "ERC-165": "0x01ffc9a7",
        "ERC-721": "0x80ac58cd",
        "ERC-721 metadata": "0x5b5e139f",
        "ERC-2981": "0x2a55205a",
        "ERC-4906": "0x49064906",
        "ERC-5267": "0x84b0196e",
        "ERC-5646": "0xf5112315",
        "ERC-7572": "0xe8a3d485",
    },
    "IPLicense": {
        "ERC-165": "0x01ffc9a7",
        "ERC-721": "0x80ac58cd",
        "ERC-721 metadata": "0x5b5e139f",
        "ERC-5192": "0xb45a3c0e",
    },
}

# Values of the examples: nothing is zero, nothing twice.
_CHAIN = 31_337
_CONTRACT = to_checksum_address("0x" + "11" * 20)
_PERSON = to_checksum_address("0x" + "22" * 20)
_TOKEN = to_checksum_address("0x" + "33" * 20)
_CERTIFY = signing.Certify(_PERSON, keccak(text="content"), _CHAIN, keccak(text="metadata"))
_OFFER = keccak(text="offer")
_WORK = int("44" * 20, 16)
_LIMITS = signing.AskLimits(keccak(text="terms"), _TOKEN, 1_000_000, 250)
_LEAF = "Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)"
_DEAL = (
    _OFFER,
    1,  # number
    _PERSON,
    to_checksum_address("0x" + "55" * 20),
    _CONTRACT,
    _WORK,
    keccak(text="terms"),
    2,  # count
    _TOKEN,
    3_000_000,
    1_800_000_000,
    86_400,
    4,  # transfers
    keccak(text="encumbrance"),
    [(_PERSON, 250)],
)


class Layout(NamedTuple):
    """A hash of ABI-encoded fields: `type name` of each, times it is hashed, values, and what the
    package makes of them, where it knows."""

    fields: str
    rounds: int
    values: tuple[Any, ...]
    built: bytes | None = None


def layouts() -> dict[str, Layout]:
    """Leaves of trees, and keys that are hashes of what is not signed."""
    salt = keccak(text="salt")
    return {
        "certifyLeaf": Layout(
            "bytes32 typeHash,uint256 chainId,address registry,bytes32 certifyHash,bytes32 salt",
            2,
            (keccak(text=_LEAF), _CHAIN, _CONTRACT, signing.CERTIFY.hash(_CERTIFY), salt),
            signing.certify_leaf(_CHAIN, _CONTRACT, _CERTIFY, salt),
        ),
        "offerLeaf": Layout("bytes32 offerHash", 2, (_OFFER,), signing.offer_leaf(_OFFER)),
        "workLeaf": Layout("uint256 workId", 2, (_WORK,), signing.work_leaf(_WORK)),
        "limitsLeaf": Layout(
            "bytes32 termsHash,address token,uint256 minPrice,uint16 maxFees",
            2,
            _LIMITS,
            signing.limits_leaf(_LIMITS),
        ),
        "tillSalt": Layout(
            "address creator,bytes32 contentHash,uint256 homeChainId",
            1,
            (_PERSON, keccak(text="content"), _CHAIN),
            salt_of(_PERSON, keccak(text="content"), _CHAIN),
        ),
        "authorizationNonce": Layout(
            "bytes32 offerHash,address from,uint256 validBefore,uint256 workId,uint256 count,"
            "address recipient,uint256 renewId",
            1,
            (_OFFER, _PERSON, 1_800_000_000, _WORK, 2, _CONTRACT, 3),
        ),
        "dealKey": Layout(
            "(bytes32,uint256,address,address,address,uint256,bytes32,uint256,address,uint256,"
            "uint256,uint256,uint256,bytes32,(address,uint16)[]) deal",
            1,
            (_DEAL,),
        ),
        "encumbrance": Layout("bytes32 before,bytes32 item", 1, (bytes(32), keccak(text="item"))),
    }


def document() -> dict[str, Any]:
    """types.json."""
    return {
        "domains": {
            "IPRegistry": _domain(signing.registry_domain(_CHAIN, _CONTRACT)),
            "LicenseMarketplace": _domain(signing.marketplace_domain(_CHAIN, _CONTRACT)),
        },
        "signed": {
            contract: {struct.name: _type(struct) for struct in structs}
            for contract, structs in SIGNED.items()
        },
        "hashed": {struct.name: _type(struct) for struct in HASHED},
        "leafType": {"type": _LEAF, "typeHash": _hex(keccak(text=_LEAF))},
        "layouts": {name: _layout(layout) for name, layout in layouts().items()},
        "merkleNode": "keccak256 of the two children, the smaller first",
        "rights": {right.name: right.value for right in Rights},
        "offerKinds": {kind.name: kind.value for kind in signing.OfferKind},
        "arbiterPowers": {"SUSPEND": MAY_SUSPEND, "REVOKE": MAY_REVOKE},
        "unlimitedUnits": UNLIMITED,
        "nodeTag": _tag(Rights.DERIVE, Rights.ATTRIBUTION, 1_800_000_000),
        "interfaces": INTERFACES,
    }


def _domain(domain: Domain) -> dict[str, Any]:
    data = signing.typed_data(domain, signing.REVOKE, signing.Revoke(bytes(32)))
    members = ",".join(f"{each['type']} {each['name']}" for each in data["types"]["EIP712Domain"])
    text = f"EIP712Domain({members})"
    return {
        "name": domain.name,
        "version": domain.version,
        "type": text,
        "typeHash": _hex(keccak(text=text)),
    }


def _type(struct: Struct[Any]) -> dict[str, str]:
    return {"type": struct.type_string, "typeHash": _hex(struct.type_hash)}


def _layout(layout: Layout) -> dict[str, Any]:
    kinds = [kind for kind, _ in (field.rsplit(" ", 1) for field in _fields(layout.fields))]
    preimage = abi.encode(kinds, layout.values)
    result = preimage
    for _ in range(layout.rounds):
        result = keccak(result)
    return {
        "fields": layout.fields,
        "hash": "keccak256(" * layout.rounds + "abi.encode(fields)" + ")" * layout.rounds,
        "example": {"encoded": _hex(preimage), "hash": _hex(layout.built or result)},
    }


def _tag(ceiling: int, obligations: int, until: int) -> dict[str, Any]:
    """What `RoyaltySplitter.node` returns as the tag of a derivative."""
    return {
        "bits": "ceiling 16 | obligations 16 | until 40, lowest first",
        "example": {
            "ceiling": int(ceiling),
            "obligations": int(obligations),
            "until": until,
            "tag": str(int(ceiling) | int(obligations) << 16 | until << 32),
        },
    }


def _fields(text: str) -> list[str]:
    """The fields of a list, commas within a tuple left alone."""
    fields, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            fields.append("")
        else:
            fields[-1] += letter
    return fields


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
