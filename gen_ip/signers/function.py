"""A signer made of one function: for hardware, a KMS, or a key in another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gen_ip import arguments
from gen_ip.signers.protocol import WrongSignature

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_TYPE_2 = b"\x02"


class FunctionSigner:
    """Signs with `function`, which is given the 32-byte digest and returns a signature over it.

    With `payload=True` it is given what the digest is the keccak256 of, so that a device can show
    what it signs: of a transaction 0x02 and its RLP (EIP-1559; plain RLP of EIP-155 where the chain
    has no base fee), of typed data 0x1901, the domain's separator and the struct's hash (EIP-712).

    A signature is 65 bytes r, s, v (v 0, 1, 27 or 28), 64 bytes r, s, or DER (as KMS services
    answer); a high s is turned into the low one (EIP-2). Each is checked against the address before
    it is used. What `function` raises reaches the caller as it is.

    Raises:
        InvalidArgument: `address` is none.
    """

    def __init__(
        self, address: str, function: Callable[[bytes], bytes], *, payload: bool = False
    ) -> None:
        self.address = arguments.address("address", address)
        self._function, self._payload = function, payload

    def __repr__(self) -> str:
        return f"FunctionSigner({self.address!r})"

    def sign_transaction(self, transaction_dict: Any, /) -> bytes:
        """The raw signed transaction.

        Raises:
            WrongSignature: the function returned none of the address.
        """
        import rlp

        prefix, fields, legacy = _fields(transaction_dict)
        tail = [transaction_dict["chainId"], b"", b""] if legacy else []
        parity, r, s = self._sign(prefix + rlp.encode([*fields, *tail]))
        v = 35 + 2 * transaction_dict["chainId"] + parity if legacy else parity
        return prefix + bytes(rlp.encode([*fields, v, r, s]))

    def sign_typed_data(self, *, full_message: Any) -> bytes:
        """The signature over EIP-712 data, 65 bytes r, s, v.

        Raises:
            WrongSignature: the function returned none of the address.
        """
        from eth_account.messages import encode_typed_data

        message = encode_typed_data(full_message=full_message)
        parity, r, s = self._sign(b"\x19" + message.version + message.header + message.body)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([27 + parity])

    def _sign(self, payload: bytes) -> tuple[int, int, int]:
        from eth_utils.crypto import keccak

        digest = keccak(payload)
        answer = self._function(payload if self._payload else digest)
        pair = _pair(answer)
        if pair is None:
            raise WrongSignature(self.address, answer)
        r, s = pair
        s = min(s, _ORDER - s)
        # Which of the two points r stands for is found by trying: most services do not tell.
        for parity in (0, 1):
            if _signer(digest, parity, r, s) == self.address:
                return parity, r, s
        raise WrongSignature(self.address, answer)


def _fields(transaction: Mapping[str, Any]) -> tuple[bytes, list[Any], bool]:
    """Type prefix, RLP fields without signature, and whether it is a legacy transaction."""
    to = transaction.get("to")
    receiver = bytes.fromhex(to[2:]) if to else b""
    body = [transaction["gas"], receiver, transaction["value"], bytes(transaction["data"])]
    if "gasPrice" in transaction:
        return b"", [transaction["nonce"], transaction["gasPrice"], *body], True
    fees = [transaction["maxPriorityFeePerGas"], transaction["maxFeePerGas"]]
    return _TYPE_2, [transaction["chainId"], transaction["nonce"], *fees, *body, []], False


def _pair(answer: object) -> tuple[int, int] | None:
    """(r, s) of a signature in one of the three forms, None for anything else."""
    if not isinstance(answer, bytes | bytearray):
        return None
    data = bytes(answer)
    if len(data) in (64, 65):
        r, s = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:64], "big")
    elif (found := _der(data)) is not None:
        r, s = found
    else:
        return None
    return (r, s) if 0 < r < _ORDER and 0 < s < _ORDER else None


def _der(data: bytes) -> tuple[int, int] | None:
    """The two integers of a DER sequence (X.690), None for anything else."""
    if len(data) < 8 or data[0] != 0x30 or data[1] != len(data) - 2:
        return None
    numbers, rest = [], data[2:]
    for _ in range(2):
        if len(rest) < 2 or rest[0] != 2 or not 0 < rest[1] <= len(rest) - 2:
            return None
        numbers.append(int.from_bytes(rest[2 : 2 + rest[1]], "big", signed=True))
        rest = rest[2 + rest[1] :]
    return None if rest else (numbers[0], numbers[1])


def _signer(digest: bytes, parity: int, r: int, s: int) -> str | None:
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature

    try:
        key = Signature(vrs=(parity, r, s)).recover_public_key_from_msg_hash(digest)
    except BadSignature:
        return None
    return str(key.to_checksum_address())
