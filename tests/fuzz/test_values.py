"""CIDs, and what is typed on the command line: amounts, shares, durations, units, addresses."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip import arguments
from gen_ip.cli import values
from gen_ip.content.cid import CID, DAG_PB, RAW, cid_of_uri, ipfs_uri, parse_cid, raw_cid
from gen_ip.errors import MalformedCID
from gen_ip.tokens import symbol_or_address

from .profile import examples
from .promise import Refused, attempt, little_memory, returns
from .strategies import MAX_UINT, damaged, json_values, resized, texts

CIDS = st.builds(CID, st.sampled_from([RAW, DAG_PB]), st.binary(min_size=32, max_size=32)).map(str)
NEAR_CIDS = CIDS.flatmap(resized) | st.builds(
    lambda head, tail: str(CID(head[0], head[1:] + tail)), st.binary(min_size=1), st.binary()
)
NUMERALS = st.from_regex(r"[0-9]{0,90}(\.[0-9]{0,90})?", fullmatch=True)
UNITS = st.sampled_from(["%", "bp", "s", "min", "h", "d", "w", "y", "x", "", " %", "%%"])
QUANTITIES = st.builds(str.__add__, NUMERALS, UNITS)
HUGE = ("9" * 10**6, "\x1b" * 10**6, "b" + "a" * 10**6, " " * 10**6, "." * 10**6, "1d" * 10**5)


@given(CIDS)
@examples(30)
def test_every_cid_is_read_and_written(text: str) -> None:
    returns(str, parse_cid, parse_cid(text))
    assert cid_of_uri(ipfs_uri(text)) == text


@given(json_values | texts | CIDS.flatmap(resized) | NEAR_CIDS)
@examples(200)
def test_what_is_no_cid(value: Any) -> None:
    found = attempt(parse_cid, value)
    if isinstance(found, Refused):
        assert isinstance(found.error, MalformedCID)
    else:
        # One text for every content.
        assert str(found) == value


@given(st.binary(max_size=40))
@examples(30)
def test_digests(digest: bytes) -> None:
    found = attempt(raw_cid, digest)
    assert isinstance(found, Refused) == (len(digest) != 32)


@given(json_values | texts)
@examples(100)
def test_what_is_no_uri(value: Any) -> None:
    assert isinstance(attempt(cid_of_uri, value), Refused)
    assert isinstance(attempt(cid_of_uri, f"ipfs://{value}"), Refused)


@given(st.integers(0, MAX_UINT), st.integers(0, 255))
@examples(100)
def test_every_amount_is_written_and_read(amount: int, decimals: int) -> None:
    text = values.format_amount(amount, decimals).replace(",", "")
    if len(text) <= 100:
        assert values.parse_amount(text, decimals, "T") == amount


@given(NUMERALS | texts, st.integers(0, 255), texts)
@examples(160)
def test_amounts(text: str, decimals: int, symbol: str) -> None:
    unit = symbol_or_address(symbol, "0x" + "12" * 20)
    found = attempt(values.parse_amount, text, decimals, unit)
    if not isinstance(found, Refused):
        # Exactly what was typed.
        assert Fraction(text) * 10**decimals == found


READERS: dict[str, tuple[Callable[[str], int], Callable[[int], str], int]] = {
    "share": (values.parse_share, values.format_share, 10_000),
    "duration": (values.parse_duration, values.format_duration, 2**40 - 1),
    "units": (values.parse_units, str, values.UNLIMITED - 1),
}


@pytest.mark.parametrize("name", READERS)
@given(text=QUANTITIES | texts)
@examples(130)
def test_shares_durations_and_units(name: str, text: str) -> None:
    read, write, most = READERS[name]
    found = attempt(read, text)
    if not isinstance(found, Refused) and not (name == "units" and text == "unlimited"):
        assert 0 <= found <= most
        returns(write, read, found)


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
@examples(60)
def test_all_there_are_come_back(name: str, data: st.DataObject) -> None:
    read, write, most = READERS[name]
    number = data.draw(st.integers(0, most))
    assert read(write(number)) == number


ARGUMENTS: dict[str, Callable[[str, Any], Any]] = {
    "address": arguments.address,
    "work": arguments.work_id,
    "hash": arguments.bytes32,
    "number": arguments.unsigned,
    "works": arguments.work_ids,
    "flag": arguments.boolean,
}


@pytest.mark.parametrize("name", ARGUMENTS)
@given(value=json_values | texts | st.binary(max_size=40) | st.sets(st.integers()))
@examples(100)
def test_arguments_are_read_once_and_for_all(name: str, value: Any) -> None:
    read = ARGUMENTS[name]
    found = attempt(read, name, value)
    if not isinstance(found, Refused):
        assert read(name, found) == found
        if name == "works":
            assert all(0 < each < 2**160 for each in found)


@pytest.mark.parametrize("text", HUGE, ids=lambda text: f"{text[0]!r}-{len(text)}")
def test_huge_texts_are_refused_at_once(text: str) -> None:
    readers: list[Callable[[str], Any]] = [
        parse_cid,
        cid_of_uri,
        lambda text: values.parse_amount(text, 18, "ETH"),
        *(read for read, _, _ in READERS.values()),
        *(lambda text, read=read: read("it", text) for read in ARGUMENTS.values()),  # type: ignore[misc]
    ]
    with little_memory():
        for read in readers:
            assert isinstance(attempt(read, text), Refused)


@given(damaged(CIDS.map(str.encode)))
@examples(60)
def test_bytes_are_no_text(data: bytes) -> None:
    assert isinstance(attempt(parse_cid, data), Refused)
