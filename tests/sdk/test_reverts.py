"""Every contract error has its exception, and any revert data becomes one."""

from __future__ import annotations

import inspect
import re

import pytest
from eth_abi import abi as eth_abi
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.chain import abi, artifacts, reverts
from gen_ip.chain.errors import ChainError
from gen_ip.chain.reverts.decode import by_selector
from gen_ip.terms import Rights
from tests.support.require import ROOT

ERRORS = [
    (name, entry)
    for name in artifacts.NAMES
    for entry in artifacts.load(name).abi
    if entry["type"] == "error"
]
# The marketplace names an argument of these otherwise than the contract below it.
RENAMED = {
    ("LicenseMarketplace", name) for name in ("BeyondDelegation", "InvalidSignature", "NotOwner")
}
SAMPLES = {"uint": 12345, "address": "0x" + "Ab" * 20, "bytes32": bytes(range(32))}


def _sample(kind: str) -> object:
    if kind == "uint16":
        return 3
    return next(value for start, value in SAMPLES.items() if kind.startswith(start))


def _own_signatures() -> dict[str, str]:
    """Errors that assembly raises: class name -> signature."""
    return {
        name: kind.signature
        for name, kind in reverts.classes().items()
        if hasattr(kind, "signature") and not kind.fields
    }


def test_the_classes_are_the_errors_of_the_abis_and_of_the_assembly() -> None:
    in_abis = {entry["name"] for _, entry in ERRORS}
    assert set(reverts.classes()) == in_abis | set(_own_signatures()) | {"OwesBeyondDelegation"}


def test_the_assembly_errors_exist_in_the_library() -> None:
    source = (ROOT / "node_modules/solady/src/utils/SafeTransferLib.sol").read_text("utf-8")
    assert _own_signatures()
    for signature in _own_signatures().values():
        assert f"error {signature};" in source


@pytest.mark.parametrize(("contract", "entry"), ERRORS, ids=lambda v: str(v)[:40])
def test_each_error_decodes_to_the_class_of_its_name(contract: str, entry: abi.Entry) -> None:
    values = [_sample(field["type"]) for field in entry["inputs"]]
    error = reverts.decode(abi.selector(entry) + abi.encode(entry["inputs"], values))
    owed = abi.signature(entry) == "BeyondDelegation(uint256,uint256)"
    kind = reverts.OwesBeyondDelegation if owed else getattr(reverts, entry["name"])
    assert type(error) is kind
    assert isinstance(error, reverts.ContractError)
    assert error.name == entry["name"]
    assert len(error.fields) == len(values)
    for field, parameter, value in zip(error.fields, entry["inputs"], values, strict=True):
        got = getattr(error, field)
        assert got == value if not isinstance(value, str) else got.lower() == value.lower()
        if (contract, entry["name"]) not in RENAMED:
            assert field.removesuffix("_") == abi.snake(parameter["name"])
    assert "\n" not in str(error)
    assert re.search(r"[;,] \w+", str(error)), "the message does not say what to do"


def test_every_class_documents_itself() -> None:
    for name, kind in reverts.classes().items():
        assert inspect.getdoc(kind), name
        assert kind.__doc__ != reverts.ContractError.__doc__, name


def test_the_same_name_with_other_arguments_is_told_apart() -> None:
    splitters = keccak(text="TransferFailed(address,uint256)")[:4]
    solady = keccak(text="TransferFailed()")[:4]
    assert by_selector()[splitters][0] is reverts.TransferFailed
    assert by_selector()[solady][0] is reverts.TokenTransferFailed
    assert reverts.decode(solady).name == "TransferFailed"


def test_rights_in_errors_are_rights() -> None:
    error = reverts.NoDeriveRight(7, 0x101)
    assert error.grant is Rights.COMMERCIAL | Rights.ATTRIBUTION
    assert str(error) == (
        "NoDeriveRight: license 7 grants COMMERCIAL|ATTRIBUTION, not DERIVE; "
        "get a license that allows derivatives"
    )


def test_times_in_errors_can_be_read() -> None:
    error = reverts.LicenseNotActive(7, 1_700_000_000, 0, 2**300)
    assert "from 2023-11-14 22:13:20 UTC to never, now it is 2" in str(error)


def test_reason_panic_and_silence() -> None:
    reason = keccak(text="Error(string)")[:4] + eth_abi.encode(["string"], ["no\x1b[31m\nway"])
    error = reverts.decode(reason)
    assert isinstance(error, reverts.RevertedWithReason)
    assert error.reason == "no\x1b[31m\nway"
    assert "\x1b" not in str(error)
    assert "\n" not in str(error)
    panic = reverts.decode(keccak(text="Panic(uint256)")[:4] + eth_abi.encode(["uint256"], [0x11]))
    assert isinstance(panic, reverts.Panicked)
    assert panic.code == 0x11
    assert type(reverts.decode(b"")) is reverts.Reverted


def test_truncated_arguments_are_an_unknown_revert() -> None:
    error = reverts.decode(keccak(text="NotOwner(uint256,address,address)")[:4] + bytes(31))
    assert isinstance(error, reverts.UnknownRevert)
    assert len(error.data) == 35


@given(head=st.sampled_from(sorted(by_selector())) | st.binary(max_size=4), body=st.binary())
def test_any_data_becomes_one_readable_error(head: bytes, body: bytes) -> None:
    error = reverts.decode(head + body)
    assert isinstance(error, reverts.ContractError)
    assert isinstance(error, ChainError)
    assert str(error).isprintable()
    assert len(str(error)) < 500


@given(text=st.text(max_size=300))
def test_any_reason_becomes_one_readable_line(text: str) -> None:
    encoded = eth_abi.encode(["bytes"], [text.encode("utf-8", "surrogatepass")])
    assert str(reverts.decode(keccak(text="Error(string)")[:4] + encoded)).isprintable()
