"""Logs are decoded as in general, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import abi
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.chain import artifacts, events
from gen_ip.chain.events.decode import Kind
from gen_ip.index.decoding import event_of
from gen_ip.index.source import RawLog

_ADDRESS = "0x" + "11" * 20
KINDS = list(events.kinds(artifacts.NAMES).values())


def in_general(log: RawLog, block_hash: bytes) -> Any:
    topics = [log.topics[place : place + 32] for place in range(0, len(log.topics), 32)]
    return events.decode(
        {
            "address": log.address,
            "topics": topics,
            "data": log.data,
            "blockNumber": log.block,
            "blockHash": block_hash,
            "transactionHash": log.tx_hash,
            "logIndex": log.log_index,
            "blockTimestamp": 7,
        }
    )


def same(log: RawLog) -> Any:
    found = event_of(log, 7, b"\2" * 32)
    assert found == in_general(log, b"\2" * 32)
    assert type(found) is type(in_general(log, b"\2" * 32))
    return found


def words(kind: Kind) -> st.SearchStrategy[list[bytes]]:
    """Each argument as a word, most of them fitting."""
    fitting = {
        "address": st.binary(min_size=20, max_size=20).map(lambda each: bytes(12) + each),
        "bool": st.integers(0, 1).map(lambda each: each.to_bytes(32, "big")),
    }
    anything = st.binary(min_size=32, max_size=32)
    return st.tuples(
        *(
            fitting.get(field["type"], anything) | anything
            if field["type"] in fitting
            else anything | st.integers(0, 2**16 - 1).map(lambda each: each.to_bytes(32, "big"))
            for field in kind.entry["inputs"]
        )
    ).map(list)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.type.__name__)
def test_as_in_general(kind: Kind) -> None:
    count = sum(field["indexed"] for field in kind.entry["inputs"])

    @settings(max_examples=25, deadline=None)
    @given(values=words(kind), cut=st.sampled_from([0, 0, 0, 1, 32, 33]))
    def check(values: list[bytes], cut: int) -> None:
        data = b"".join(values[count:])
        log = RawLog(5, 3, b"\1" * 32, _ADDRESS, kind.topic + b"".join(values[:count]), data)
        same(log)
        same(log._replace(data=data[: len(data) - cut] if cut else data + b"\1"))

    check()


def test_events_with_structs() -> None:
    kind = events.kinds()["TermsRegistered"]
    terms = (1, 0, 5, 0, 0, 0, bytes(32))
    data = abi.encode(["(uint16,uint16,uint16,uint16,uint40,uint32,bytes32)"], [terms])
    found = same(RawLog(5, 3, b"\1" * 32, _ADDRESS, kind.topic + b"\3" * 32, data))
    assert found.terms.income == 5


def test_logs_of_others() -> None:
    assert same(RawLog(5, 3, b"\1" * 32, _ADDRESS, b"\4" * 32, b"")) is None
    assert same(RawLog(5, 3, b"\1" * 32, _ADDRESS, b"", b"")) is None
