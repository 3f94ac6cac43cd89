"""Signed transactions in files by whomever: read as they were signed, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.chain import signed_bytes
from gen_ip.chain.sent import Sent
from gen_ip.signers.protocol import sign_transaction

from .profile import examples

ACCOUNT = Account.from_key(b"\x07" * 32)
NUMBERS = st.integers(0, 2**63)


@st.composite
def transactions(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {
        "chainId": draw(st.integers(1, 2**31)),
        "nonce": draw(NUMBERS),
        "gas": draw(st.integers(21_000, 2**31)),
        "value": draw(NUMBERS),
        "data": draw(st.binary(max_size=100)),
    }
    if draw(st.booleans()):
        made["to"] = ACCOUNT.address
    if draw(st.booleans()):
        return {**made, "gasPrice": draw(NUMBERS)}
    return {**made, "maxFeePerGas": draw(NUMBERS), "maxPriorityFeePerGas": draw(NUMBERS)}


@given(transactions())
@examples(40)
def test_what_was_signed_is_read_back(transaction: dict[str, Any]) -> None:
    raw = sign_transaction(ACCOUNT, transaction)
    assert signed_bytes.fields(raw) == transaction
    assert signed_bytes.signer(raw) == ACCOUNT.address
    sent = Sent(ACCOUNT.address, transaction["nonce"], transaction, (raw,))
    assert Sent.from_json(sent.to_json()) == sent


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"\x02" + tail))
@examples(40)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for read in (signed_bytes.fields, signed_bytes.signer):
        try:
            read(raw)
        except ValueError:
            continue


@given(transactions(), st.data())
@examples(40)
def test_an_altered_one_is_not_its_senders(
    transaction: dict[str, Any], data: st.DataObject
) -> None:
    raw = bytearray(sign_transaction(ACCOUNT, transaction))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    document = {"sender": ACCOUNT.address, "signed": [f"0x{raw.hex()}"]}
    with pytest.raises(ValueError, match=r"sign|transaction|address|rlp"):
        Sent.from_json(document)
