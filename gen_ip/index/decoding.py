"""From a log that is kept to its event.

Most events hold nothing but words of 32 bytes: these are cut out by their places. All others, and
whatever looks odd, go the general way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from gen_ip.chain import events
from gen_ip.chain.abi import checksummed
from gen_ip.chain.events import Event
from gen_ip.chain.events.decode import Kind, by_topics
from gen_ip.index.source import RawLog

_WORD = 32
_Cut = Callable[[bytes], Any]


class _OddWordError(ValueError):
    """A word that is no value of its type."""


def event_of(log: RawLog, time: int, block_hash: bytes = bytes(32)) -> Event | None:
    """The event of a log; None where no ABI has it. The same as `gen_ip.chain.events.decode`."""
    plan = _plan(log.topics[:_WORD], len(log.topics) // _WORD)
    if plan is None or len(log.data) != plan[2] or len(log.topics) != plan[3]:
        return _generally(log, time, block_hash)
    kind, cuts, _, _ = plan
    words = log.topics[_WORD:] + log.data
    try:
        values = {name: cut(words[place : place + _WORD]) for name, place, cut in cuts}
    except _OddWordError:
        return _generally(log, time, block_hash)
    return kind.type(
        **values,
        address=log.address,
        block=log.block,
        block_hash=block_hash,
        tx_hash=f"0x{log.tx_hash.hex()}",
        log_index=log.log_index,
        time=time,
    )


def _generally(log: RawLog, time: int, block_hash: bytes) -> Event | None:
    topics = [log.topics[place : place + _WORD] for place in range(0, len(log.topics), _WORD)]
    return events.decode(
        {
            "address": log.address,
            "topics": topics,
            "data": log.data,
            "blockNumber": log.block,
            "blockHash": block_hash,
            "transactionHash": log.tx_hash,
            "logIndex": log.log_index,
            "blockTimestamp": time,
        }
    )


@cache
def _plan(
    topic: bytes, count: int
) -> tuple[Kind, tuple[tuple[str, int, _Cut], ...], int, int] | None:
    """How an event is cut: its kind; of each argument name, place and type; bytes of data and of
    topics. None where one of its arguments is more than a word, or there is none such."""
    kind = by_topics().get((topic, count))
    if kind is None:
        return None
    inputs = kind.entry["inputs"]
    if any(_cut(field["type"]) is None for field in inputs):
        return None
    indexed, plain = 0, sum(field["indexed"] for field in inputs)
    cuts = []
    for name, field in zip(kind.type.parameters(), inputs, strict=True):
        place, indexed, plain = (
            (indexed, indexed + 1, plain) if field["indexed"] else (plain, indexed, plain + 1)
        )
        cut = _cut(field["type"])
        assert cut is not None  # noqa: S101 - looked at above
        cuts.append((name, place * _WORD, cut))
    topics = count * _WORD
    return kind, tuple(cuts), len(inputs) * _WORD - (topics - _WORD), topics


def _cut(kind: str) -> _Cut | None:
    if kind == "address":
        return _address
    if kind == "bytes32":
        return bytes
    if kind == "bool":
        return _bool
    if kind.startswith("uint") and kind[4:].isdigit():
        return _unsigned(int(kind[4:]) // 8)
    return None


def _address(word: bytes) -> str:
    if any(word[:12]):
        raise _OddWordError
    return checksummed(word[12:])


def _bool(word: bytes) -> bool:
    number = int.from_bytes(word, "big")
    if number > 1:
        raise _OddWordError
    return bool(number)


def _unsigned(size: int) -> _Cut:
    head = _WORD - size

    def cut(word: bytes) -> int:
        if head and any(word[:head]):
            raise _OddWordError
        return int.from_bytes(word, "big")

    return cut
