"""What callers may hand over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gen_ip import GenIP, arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.reverts import UnknownWork
from tests.support.chain import LocalChain

CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize("form", [CHECKSUMMED, CHECKSUMMED.lower(), "0x" + CHECKSUMMED[2:].upper()])
def test_addresses_come_back_with_checksum(form: str) -> None:
    assert arguments.address("to", form) == CHECKSUMMED


def test_a_typo_in_an_address_is_found_by_its_checksum() -> None:
    with pytest.raises(InvalidArgument, match="typo"):
        arguments.address("to", CHECKSUMMED.replace("aA", "Aa", 1))


@pytest.mark.parametrize("form", [7, "7", CHECKSUMMED[:-40] + "0" * 39 + "7"])
def test_a_work_is_named_by_id_decimal_or_till(form: int | str) -> None:
    assert arguments.work_id("work", form) == 7


def test_bytes32_come_as_bytes_or_hex() -> None:
    digest = bytes(range(32))
    for form in (digest, digest.hex(), f"0x{digest.hex()}", f"0x{digest.hex().upper()}"):
        assert arguments.bytes32("hash", form) == digest


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (arguments.address, "0x12"),
        (arguments.address, CHECKSUMMED[2:]),
        (arguments.address, None),
        (arguments.address, b"\x00" * 20),
        (arguments.work_id, 0),
        (arguments.work_id, -1),
        (arguments.work_id, 2**160),
        (arguments.work_id, "12x"),
        (arguments.work_id, ""),
        (arguments.work_id, True),
        (arguments.work_id, 1.5),
        (arguments.unsigned, -1),
        (arguments.unsigned, 2**256),
        (arguments.unsigned, True),
        (arguments.unsigned, "1"),
        (arguments.positive, 0),
        (arguments.bytes32, b"\x00" * 31),
        (arguments.bytes32, "0x" + "0" * 63),
        (arguments.bytes32, "0x" + "g" * 64),
        (arguments.bytes32, 5),
    ],
)
def test_everything_else_is_refused_by_name(check: Callable[..., Any], value: object) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check("thing", value)
    assert refused.value.name == "thing"
    assert str(refused.value).startswith("thing is ")
    assert "expected" in str(refused.value)


@pytest.mark.parametrize("works", ["123", b"7", 7, None, {7: 1}, [0], ["x"]])
def test_works_come_as_a_list(works: object) -> None:
    with pytest.raises(InvalidArgument, match="works"):
        arguments.work_ids("works", works)
    assert arguments.work_ids("works", (7, "8")) == [7, 8]


def test_the_client_names_what_it_was_given(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    calls: list[tuple[str, Callable[[], object]]] = [
        ("terms is 'commercial'", lambda: alice.offer(work, "commercial", price=1)),  # type: ignore[arg-type] # the point
        ("works is .*expected a list", lambda: alice.distribute(work)),  # type: ignore[arg-type]
        ("works is .*expected a list", lambda: alice.settle("123")),
        ("account is", lambda: alice.using(chain.alice.address)),  # type: ignore[arg-type]
        ("account is", lambda: GenIP(chain.web3, "0x" + "11" * 32)),  # type: ignore[arg-type]
    ]
    for words, call in calls:
        with pytest.raises(InvalidArgument, match=words) as refused:
            call()
        # A key given in the account's place is not shown.
        assert "11" * 32 not in str(refused.value)
    with pytest.raises(UnknownWork):
        alice.licenses(work=5)
