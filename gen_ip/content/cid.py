"""Content identifiers (CIDs): the raw kind of a single block, and how they are written.

CIDv1 = version 1 | codec | multihash, written in multibase base32 (lower case, prefix "b", no
padding). Standards: https://github.com/multiformats/cid, .../multihash, .../multibase. Codes are
those of the multicodec table.

A contract stores only the 32-byte digest of a certificate's metadata and computes its `tokenURI`
from it, so that digest and the raw CID must convert into each other exactly.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import NamedTuple

from gen_ip.errors import MalformedCID

RAW = 0x55
DAG_PB = 0x70
_SHA2_256 = 0x12
_DIGEST_BYTES = 32
_CID_BYTES = 4 + _DIGEST_BYTES
_CID_CHARACTERS = 1 + -(-_CID_BYTES * 8 // 5)
_URI_SCHEME = "ipfs://"


class CID(NamedTuple):
    """A CIDv1 with a sha2-256 multihash.

    `codec` is `RAW` (the digest is of the bytes themselves) or `DAG_PB` (of the root node of a
    UnixFS tree). `digest` has 32 bytes. `str(cid)` is the text form, `bytes(cid)` the binary one.
    """

    codec: int
    digest: bytes

    def __bytes__(self) -> bytes:
        return bytes((1, self.codec, _SHA2_256, _DIGEST_BYTES)) + self.digest

    def __str__(self) -> str:
        return "b" + base64.b32encode(bytes(self)).decode().rstrip("=").lower()


def raw_cid(digest: bytes) -> str:
    """The CID of the single raw block whose sha2-256 is `digest` (32 bytes).

    Raises:
        MalformedCID: `digest` does not have 32 bytes.
    """
    if len(digest) != _DIGEST_BYTES:
        raise MalformedCID(digest.hex(), f"a sha2-256 digest has 32 bytes, this has {len(digest)}")
    return str(CID(RAW, bytes(digest)))


def raw_cid_of(data: bytes) -> str:
    """The CID of `data` kept as one raw block."""
    return raw_cid(hashlib.sha256(data).digest())


def raw_digest(text: str) -> bytes:
    """The 32-byte sha2-256 digest in a raw CID; the inverse of `raw_cid`.

    Raises:
        MalformedCID: `text` is not a CID, or not a raw one.
    """
    cid = parse_cid(text)
    if cid.codec != RAW:
        raise MalformedCID(text, "it names a UnixFS tree (dag-pb), not one raw block")
    return cid.digest


def parse_cid(text: str) -> CID:
    """Read a CID's text form. Every CID has exactly one text that is accepted.

    Raises:
        MalformedCID: `text` is no CID, or one of another version, base, codec or hash function.
    """
    if not isinstance(text, str):
        raise MalformedCID(text, f"a CID is text, this is a {type(text).__name__}")
    if text.startswith("Qm"):
        raise MalformedCID(text, "it looks like a CIDv0; convert it with `ipfs cid base32`")
    if not text.startswith("b"):
        raise MalformedCID(text, 'it does not start with "b", the sign of lower-case base32')
    if len(text) != _CID_CHARACTERS:
        raise MalformedCID(text, f"it has {len(text)} characters instead of {_CID_CHARACTERS}")
    try:
        body = base64.b32decode(text[1:].upper() + "=" * (-len(text[1:]) % 8))
    except (binascii.Error, ValueError):
        raise MalformedCID(text, "it has characters outside a-z and 2-7") from None
    cid = _parsed(body, text)
    # Rules out upper case and stray bits behind the last byte: two texts for one content.
    if str(cid) != text:
        raise MalformedCID(text, f"its canonical form is {cid}")
    return cid


def is_cid(text: str) -> bool:
    """Whether `parse_cid` reads `text`."""
    try:
        parse_cid(text)
    except MalformedCID:
        return False
    return True


def cid_of_bytes(body: bytes) -> CID:
    """Read a CID's binary form.

    Raises:
        MalformedCID: `body` is no CID, or one of another version, codec or hash function.
    """
    if len(body) != _CID_BYTES:
        raise MalformedCID(body.hex(), f"it has {len(body)} bytes instead of {_CID_BYTES}")
    return _parsed(body, body.hex())


def _parsed(body: bytes, text: str) -> CID:
    version, codec, hash_code, length = body[:4]
    if version != 1:
        raise MalformedCID(text, f"its version is {version}")
    if codec not in (RAW, DAG_PB):
        raise MalformedCID(text, f"its codec is 0x{codec:02x}")
    if (hash_code, length) != (_SHA2_256, _DIGEST_BYTES):
        raise MalformedCID(text, f"its hash function is 0x{hash_code:02x} with {length} bytes")
    return CID(codec, body[4:])


def ipfs_uri(cid: str) -> str:
    """`ipfs://` + `cid`, after checking it.

    Raises:
        MalformedCID: `cid` is not a CID.
    """
    return f"{_URI_SCHEME}{parse_cid(cid)}"


def cid_of_uri(uri: str) -> str:
    """The CID in an `ipfs://` URI; paths below a CID are not accepted.

    Raises:
        MalformedCID: `uri` has another scheme, or what follows is not a CID.
    """
    if not isinstance(uri, str) or not uri.startswith(_URI_SCHEME):
        raise MalformedCID(uri, f"it does not start with {_URI_SCHEME}")
    return str(parse_cid(uri.removeprefix(_URI_SCHEME)))
