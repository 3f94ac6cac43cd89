"""Events as typed objects: none is missing, each says what the ABI says."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from eth_abi import abi as eth_abi
from eth_utils.crypto import keccak

from gen_ip import GenIP
from gen_ip.chain import abi, artifacts, events
from gen_ip.chain.errors import NodeError
from gen_ip.signing.offers import FeeShare, OfferStruct
from gen_ip.terms import COMMERCIAL, Rights, Terms
from tests.support.chain import LocalChain

ENTRIES = [
    pytest.param(name, entry, id=f"{name}.{entry['name']}")
    for name in artifacts.NAMES
    for entry in artifacts.load(name).abi
    if entry["type"] == "event"
]
FILLED = {"address": "0x" + "11" * 20, "bool": True, "bytes": b"\x01\x02"}


def value_of(entry: Mapping[str, Any]) -> Any:
    """Some value of the parameter's type, valid as a member of terms too."""
    kind = entry["type"]
    if kind.endswith("[]"):
        return [value_of({**entry, "type": kind[:-2]})] * 2
    if kind == "tuple":
        return tuple(value_of(each) for each in entry["components"])
    if kind.startswith("bytes") and kind != "bytes":
        return b"\x07" * int(kind[5:])
    return 3 if "int" in kind else FILLED[kind]


def log_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A log that holds such values, encoded without the package."""
    topics, plain = [keccak(text=abi.signature(entry))], []
    for each in entry["inputs"]:
        if each["indexed"]:
            topics.append(eth_abi.encode([each["type"]], [value_of(each)]))
        else:
            plain.append(each)
    data = eth_abi.encode([abi.type_of(each) for each in plain], [value_of(e) for e in plain])
    return {
        "address": "0x" + "22" * 20,
        "topics": ["0x" + topic.hex() for topic in topics],
        "data": "0x" + data.hex(),
        "blockNumber": "0x10",
        "blockHash": "0x" + "ab" * 32,
        "transactionHash": "0x" + "cd" * 32,
        "logIndex": "0x5",
        "blockTimestamp": "0x64",
    }


def check_type(hint: Any, entry: Mapping[str, Any]) -> None:
    """The annotation says what the ABI's type is, members of structs included."""
    kind = entry["type"]
    if kind.endswith("[]"):
        assert get_origin(hint) is tuple
        check_type(get_args(hint)[0], {**entry, "type": kind[:-2]})
    elif kind == "tuple":
        members = get_type_hints(hint)
        names = getattr(hint, "_fields", None) or [f.name for f in dataclasses.fields(hint)]
        assert len(names) == len(entry["components"])
        for name, each in zip(names, entry["components"], strict=True):
            # Signed structs say `work` for the ABI's `workId`.
            assert name.rstrip("_") in (abi.snake(each["name"]), abi.snake(each["name"])[:-3])
            check_type(members[name], each)
    elif hint is not Rights:
        expected = {"address": str, "bool": bool}.get(kind, int if "int" in kind else bytes)
        assert hint is expected


@pytest.mark.parametrize(("contract", "entry"), ENTRIES)
def test_every_event_of_the_abis_is_a_class(contract: str, entry: Mapping[str, Any]) -> None:
    event = events.decode(log_of(entry))
    assert event is not None
    assert event.name == entry["name"]
    names = [abi.snake(each["name"]) for each in entry["inputs"]]
    assert list(event.args) == names
    hints = get_type_hints(type(event))
    for attribute, each in zip(event.parameters(), entry["inputs"], strict=True):
        check_type(hints[attribute], each)
        if each["type"] != "tuple":
            assert getattr(event, attribute) == value_of(each)
    assert (event.block, event.log_index, event.time) == (16, 5, 100)
    assert event.id == "0x" + "ab" * 32 + "-5"
    shown = json.loads(json.dumps(event.to_json()))
    assert list(shown["args"]) == names
    kind = events.kinds(artifacts.NAMES)[type(event).__name__]
    assert contract in kind.contracts


def test_there_is_no_class_without_an_event() -> None:
    assert set(events.classes()) == set(events.kinds(artifacts.NAMES))


def test_structs_come_as_what_they_are() -> None:
    entries = {entry.values[1]["name"]: entry.values[1] for entry in ENTRIES}
    posted = events.decode(log_of(entries["OfferPosted"]))
    opened = events.decode(log_of(entries["DealOpened"]))
    registered = events.decode(log_of(entries["TermsRegistered"]))
    assert isinstance(posted, events.OfferPosted)
    assert isinstance(posted.offer, OfferStruct)
    assert posted.offer.fees == (FeeShare("0x" + "11" * 20, 3),) * 2
    assert isinstance(posted.offer.fees[0], FeeShare)
    assert isinstance(opened, events.DealOpened)
    assert opened.deal.seller == "0x" + "11" * 20
    assert isinstance(registered, events.TermsRegistered)
    assert isinstance(registered.terms, Terms)
    assert posted.to_json()["args"]["offer"]["price"] == "3"
    assert opened.to_json()["args"]["deal"]["fees"][1] == {"to": "0x" + "11" * 20, "share": "3"}


def test_a_log_without_its_place_is_refused() -> None:
    log = log_of(ENTRIES[0].values[1])
    for missing in ("blockHash", "logIndex", "blockNumber", "transactionHash"):
        with pytest.raises(NodeError, match="cannot be read"):
            events.decode({**log, missing: None})
    del log["blockTimestamp"]
    event = events.decode(log)
    assert event is not None
    assert event.time is None


def test_receipts_hold_the_same_objects(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    certificate = alice.certify(b"work")
    receipt = bob.pay(certificate.work_id, 700)
    paid = receipt.find(events.Paid)
    assert (paid.work_id, paid.payer, paid.amount) == (certificate.work_id, chain.bob.address, 700)
    assert paid is receipt.find("Paid")
    assert (paid.block, paid.block_hash) == (receipt.block, receipt.block_hash)
    (scanned,) = alice._session.events("RoyaltySplitter", "Paid", events.word(paid.work_id))
    assert scanned == paid
    assert scanned.time == chain.now()
    with pytest.raises(NodeError, match="no event Settled"):
        receipt.find(events.Settled)
    alice.offer(certificate.work_id, COMMERCIAL, price=5)
    assert receipt.to_json()["events"][0]["id"] == paid.id
