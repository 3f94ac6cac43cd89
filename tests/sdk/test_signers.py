"""Whoever holds the key: the same bytes as eth-account makes, or a refusal that says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from coincurve import PrivateKey
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip import GenIP
from gen_ip.accounts import BadKeystore, WrongPassword
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import transactions
from gen_ip.chain.rpc import Rpc
from gen_ip.signers import (
    AddressOnly,
    ApeSigner,
    CannotSign,
    FunctionSigner,
    Safe,
    SignerError,
    SigningRefused,
    WrongSignature,
    keystore,
    sign_transaction,
    sign_typed_data,
)
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain

KEY = Account.from_key("0x" + "42" * 32)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
TYPED: dict[str, Any] = {
    "types": {
        "EIP712Domain": [{"name": "name", "type": "string"}],
        "Mail": [{"name": "text", "type": "string"}],
    },
    "primaryType": "Mail",
    "domain": {"name": "Post"},
    "message": {"text": "hello"},
}


def _raw(digest: bytes) -> bytes:
    """r, s, and the point's parity."""
    return PrivateKey(bytes(KEY.key)).sign_recoverable(digest, hasher=None)


def _der(digest: bytes) -> bytes:
    return PrivateKey(bytes(KEY.key)).sign(digest, hasher=None)


def _high(digest: bytes) -> bytes:
    signature = _raw(digest)
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big")


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "65 bytes": _raw,
    "v as 27": lambda digest: _raw(digest)[:64] + bytes([27 + _raw(digest)[64]]),
    "64 bytes": lambda digest: _raw(digest)[:64],
    "DER": _der,
    "high s": _high,
    "bytearray": lambda digest: bytearray(_raw(digest)),  # type: ignore[dict-item]
}

TRANSACTIONS = st.fixed_dictionaries(
    {
        "chainId": st.integers(1, 2**40),
        "nonce": st.integers(0, 2**40),
        "gas": st.integers(21_000, 2**40),
        "value": st.integers(0, 2**100),
        "data": st.binary(max_size=200),
    },
    optional={"to": st.just(KEY.address)},
)
FEES = st.one_of(
    st.fixed_dictionaries({"gasPrice": st.integers(0, 2**60)}),
    st.fixed_dictionaries(
        {"maxFeePerGas": st.integers(2**50, 2**60), "maxPriorityFeePerGas": st.integers(0, 2**50)}
    ),
)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=30, deadline=None)
@given(TRANSACTIONS, FEES)
def test_a_function_makes_eth_accounts_bytes(
    form: Callable[[bytes], bytes], transaction: dict[str, Any], fees: dict[str, int]
) -> None:
    signer = FunctionSigner(KEY.address, form)
    transaction = {**transaction, **fees}
    expected = bytes(KEY.sign_transaction(transaction).raw_transaction)
    assert sign_transaction(signer, transaction) == expected
    assert sign_transaction(KEY, transaction) == expected


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_function_signs_typed_data(form: Callable[[bytes], bytes]) -> None:
    expected = bytes(KEY.sign_typed_data(full_message=TYPED).signature)
    assert sign_typed_data(FunctionSigner(KEY.address, form), TYPED) == expected
    assert sign_typed_data(KEY, TYPED) == expected


def test_a_device_is_shown_what_it_signs() -> None:
    seen: list[bytes] = []

    def device(payload: bytes) -> bytes:
        seen.append(payload)
        return _raw(keccak(payload))

    signer = FunctionSigner(KEY.address, device, payload=True)
    fields = {"chainId": 1, "nonce": 0, "gas": 21_000, "value": 1, "data": b"", "to": KEY.address}
    sign_transaction(signer, {**fields, "maxFeePerGas": 2, "maxPriorityFeePerGas": 1})
    assert seen[0][:1] == b"\x02"
    sign_typed_data(signer, TYPED)
    message = encode_typed_data(full_message=TYPED)
    assert seen[1] == b"\x19\x01" + message.header + message.body
    assert len(seen[1]) == 66


@pytest.mark.parametrize(
    "answer",
    [
        b"", None, "0x", 5, bytes(65), bytes(64), b"\xff" * 65, b"\x30\x06\x02\x01\x01\x02\x01\x00",
        b"\x30\x44" + bytes(68), b"\x30\x08\x02\x80\x01\x01\x02\x01\x01\x01",
        b"\x30\x06\x02\x01\x81\x02\x01\x01", _raw(bytes(32)), _der(bytes(32)),
    ],
)  # fmt: skip
def test_what_is_no_signature_of_the_account(answer: Any) -> None:
    signer = FunctionSigner(KEY.address, lambda digest: answer)
    with pytest.raises(WrongSignature) as wrong:
        sign_typed_data(signer, TYPED)
    assert wrong.value.address == KEY.address


@given(st.binary(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused(answer: bytes) -> None:
    with pytest.raises(WrongSignature):
        sign_typed_data(FunctionSigner(KEY.address, lambda digest: answer), TYPED)


def test_what_the_function_raises_reaches_the_caller() -> None:
    def broken(digest: bytes) -> bytes:
        raise TimeoutError("the device sleeps")

    with pytest.raises(TimeoutError, match="sleeps"):
        sign_typed_data(FunctionSigner(KEY.address, broken), TYPED)


def test_a_function_certifies_and_signs_offers(alice: GenIP, chain: LocalChain) -> None:
    """The whole client with a key that it never sees."""
    transactions.send(Rpc(chain.web3), chain.alice, KEY.address, b"", 10**18)
    service = alice.using(FunctionSigner(KEY.address, _der))
    work = service.certify(b"content").work_id
    offer = service.sign_offer(work, COMMERCIAL, price=1_000)
    (license_,) = alice.using(chain.bob).buy(offer, max_price=1_000)
    assert alice.work(work).owner == KEY.address
    assert license_.holder == chain.bob.address


def test_a_declined_signature_sends_nothing(alice: GenIP, chain: LocalChain) -> None:
    class Declines:
        address = chain.alice.address

        def sign_transaction(self, transaction: Any) -> None:
            return None

        def sign_typed_data(self, *, full_message: Any) -> object:
            return object()

    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    client = alice.using(Declines())
    with pytest.raises(SigningRefused):
        client.certify(b"content")
    with pytest.raises(WrongSignature):
        client.sign_certificate(b"content")
    # No nonce is lost.
    alice.certify(b"content")
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce + 1


# -------------------------------------------------------------------- keystores


def test_a_keystore_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "my key.json"
    path.write_text(json.dumps(KEY.encrypt("secret", iterations=2)), "utf-8")
    opened = keystore(path, "secret")
    assert (opened.address, opened.key) == (KEY.address, KEY.key)
    with pytest.raises(WrongPassword):
        keystore(str(path), "Secret")
    with pytest.raises(BadKeystore):
        keystore(tmp_path / "none.json", "secret")
    document = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**document, "address": "11" * 20}), "utf-8")
    with pytest.raises(BadKeystore, match="belongs to"):
        keystore(path, "secret")


# --------------------------------------------------------------------------- ape


class ApeAccount:
    """As much of ape's `AccountAPI` as a signer asks of it; tests/test_scripts.py deploys with a
    real one."""

    def __init__(self, key: LocalAccount, declines: bool = False) -> None:
        self.address, self._key, self._declines = key.address, key, declines
        create = SimpleNamespace(create_transaction=lambda **fields: fields)
        self.provider = SimpleNamespace(network=SimpleNamespace(ecosystem=create))

    def sign_transaction(self, transaction: dict[str, Any]) -> SimpleNamespace | None:
        if self._declines:
            return None
        raw = self._key.sign_transaction(transaction).raw_transaction
        return SimpleNamespace(serialize_transaction=lambda: raw)

    def sign_message(self, message: Any) -> SimpleNamespace | None:
        if self._declines:
            return None
        signed = self._key.sign_message(message)
        r, s = (part.to_bytes(32, "big").lstrip(b"\0") for part in (signed.r, signed.s))
        return SimpleNamespace(v=signed.v, r=r, s=s)


def test_an_ape_account(alice: GenIP, chain: LocalChain) -> None:
    signer = ApeSigner(ApeAccount(chain.alice))
    expected = bytes(chain.alice.sign_typed_data(full_message=TYPED).signature)
    assert sign_typed_data(signer, TYPED) == expected
    assert alice.using(signer).certify(b"content").creator == chain.alice.address
    for run in (
        lambda client: client.certify(b"other"),
        lambda client: client.sign_certificate(b"other"),
    ):
        with pytest.raises(SigningRefused, match="declined"):
            run(alice.using(ApeSigner(ApeAccount(chain.alice, declines=True))))


# ---------------------------------------------------------------- addresses alone


@pytest.mark.parametrize("kind", [AddressOnly, Safe])
def test_an_address_signs_nothing(alice: GenIP, chain: LocalChain, kind: type[AddressOnly]) -> None:
    client = alice.using(kind(chain.alice.address))
    with pytest.raises(CannotSign, match="`unsigned` view"):
        client.certify(b"content")
    with pytest.raises(CannotSign, match="wallet"):
        client.sign_certificate(b"content")
    assert issubclass(CannotSign, SignerError)
    for wrong in ("0x12", None, chain.alice.address[:-1] + "Z"):
        with pytest.raises(InvalidArgument):
            kind(wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match=r"gen_ip\.signers"):
        alice.using("0x" + "11" * 20)  # type: ignore[arg-type]


def test_no_key_in_any_text(chain: LocalChain) -> None:
    key = bytes(KEY.key).hex()
    for signer in (
        FunctionSigner(KEY.address, _raw),
        ApeSigner(ApeAccount(KEY)),
        Safe(KEY.address),
    ):
        assert KEY.address in repr(signer)
        assert key not in repr(signer)
