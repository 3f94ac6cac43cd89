"""From a raw log to an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from eth_utils.crypto import keccak

from gen_ip.chain import abi, answers, artifacts
from gen_ip.chain.answers import reading
from gen_ip.chain.events import licensing, marketplace, registry, splitter, tokens
from gen_ip.chain.events.base import Event, Named

_MODULES = (registry, splitter, licensing, marketplace, tokens)


@dataclass(frozen=True)
class Kind:
    """One event of the ABIs: its class, and how a log holds it.

    Attributes:
        topic: the first topic, keccak256 of the signature.
        contracts: whose ABIs have it.
        indexed: attribute -> number of its topic, where it has one.
        named: attribute (`deal.seller` within a struct) -> what it names, where it names something.
        hints: attribute -> its type.
    """

    type: type[Event]
    entry: Mapping[str, Any]
    topic: bytes
    contracts: tuple[str, ...]
    indexed: Mapping[str, int]
    named: Mapping[str, Named]
    hints: Mapping[str, Any]


def decode(log: Mapping[str, Any]) -> Event | None:
    """The event behind a raw log; None when none of our ABIs has it.

    Raises:
        NodeError: it is no log.
    """
    known = by_topics()
    with reading("eth_getLogs"):
        return _decode(log, known)


def topic_of(name: str) -> str:
    """The first topic of the event `name` of the four contracts, as hex."""
    return f"0x{kinds()[name].topic.hex()}"


def word(value: int | str | bytes) -> str:
    """An integer, an address or 32 bytes as a topic."""
    if isinstance(value, str):
        value = int(value, 16)
    number = value if isinstance(value, int) else int.from_bytes(value, "big")
    return f"0x{number:064x}"


@cache
def kinds(contracts: tuple[str, ...] = artifacts.CONTRACTS) -> dict[str, Kind]:
    """The events of these contracts by their classes' names, sorted."""
    found = {
        kind.type.__name__: kind
        for kind in by_topics().values()
        if not set(contracts).isdisjoint(kind.contracts)
    }
    return dict(sorted(found.items()))


def classes() -> dict[str, type[Event]]:
    """Every class of an event, by its name."""
    return {
        name: kind
        for module in _MODULES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }


@cache
def by_topics() -> dict[tuple[bytes, int], Kind]:
    """(first topic, number of topics) -> event: ERC-20 and ERC-721 share `Transfer`'s topic."""
    entries: dict[tuple[bytes, int], Mapping[str, Any]] = {}
    contracts: dict[tuple[bytes, int], list[str]] = {}
    for name in artifacts.NAMES:
        for entry in artifacts.load(name).abi:
            if entry["type"] == "event":
                count = 1 + sum(field["indexed"] for field in entry["inputs"])
                key = (keccak(text=abi.signature(entry)), count)
                entries.setdefault(key, entry)
                contracts.setdefault(key, []).append(name)
    by_entry = {(kind.name, _bare(kind.parameters())): kind for kind in classes().values()}
    table = {}
    for key, entry in entries.items():
        names = _bare(abi.snake(each["name"]) for each in entry["inputs"])
        kind = by_entry[entry["name"], names]
        attributes = kind.parameters()
        indexed = [
            name for name, each in zip(attributes, entry["inputs"], strict=True) if each["indexed"]
        ]
        table[key] = Kind(
            kind,
            entry,
            key[0],
            tuple(contracts[key]),
            {name: place for place, name in enumerate(indexed, 1)},
            dict(_named(kind, attributes)),
            get_type_hints(kind),
        )
    return table


def _decode(log: Mapping[str, Any], known: Mapping[tuple[bytes, int], Kind]) -> Event | None:
    topics = [answers.data(topic) for topic in log["topics"]]
    if not topics or (kind := known.get((topics[0], len(topics)))) is None:
        return None
    inputs = kind.entry["inputs"]
    indexed = [field for field in inputs if field["indexed"]]
    plain = [field for field in inputs if not field["indexed"]]
    first = abi.decode(indexed, b"".join(topics[1:]))
    rest = abi.decode(plain, answers.data(log["data"]))
    if first is None or rest is None:
        return None
    both = iter(first), iter(rest)
    time = log.get("blockTimestamp")
    return kind.type(
        **{
            name: _typed(kind.hints[name], next(both[not field["indexed"]]))
            for name, field in zip(kind.type.parameters(), inputs, strict=True)
        },
        address=abi.checksummed(log["address"]),
        block=answers.number(log["blockNumber"]),
        block_hash=answers.data(log["blockHash"]),
        tx_hash=f"0x{answers.data(log['transactionHash']).hex()}",
        log_index=answers.number(log["logIndex"]),
        time=None if time is None else answers.number(time),
    )


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(hint: Any, value: Any) -> Any:
    """A struct's values as the class that stands for it, those within it included."""
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_typed(inner, each) for each in value)
    if not isinstance(value, tuple):
        return value
    hints, names = _hints(hint), _members(hint)
    return hint(*(_typed(hints[name], each) for name, each in zip(names, value, strict=True)))


def _members(hint: Any) -> tuple[str, ...]:
    """The members of a struct's class, none of another's."""
    if is_dataclass(hint):
        return tuple(each.name for each in fields(hint))
    return getattr(hint, "_fields", ())


def _named(kind: Any, attributes: Iterable[str]) -> Iterator[tuple[str, Named]]:
    hints = get_type_hints(kind, include_extras=True)
    for name in attributes:
        for each in get_args(hints[name]):
            if isinstance(each, Named):
                yield name, each
        if members := _members(hints[name]):
            for member, role in _named(hints[name], members):
                yield f"{name}.{member}", role


def _bare(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.rstrip("_") for name in names)
