"""Titles, descriptions and declarations that strangers put into their works' metadata: whatever
they hold, no command's output steers a terminal, and none grows without end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL_REMIX
from gen_ip.work import till_of
from tests.cli.conftest import Run, home, run
from tests.support.chain import LocalChain

__all__ = ["home", "run"]

HOSTILE = {
    "escapes": "\x1b[31mred\x1b[2J\x1b]0;title\x07",
    "c1": "\x9b31mred",
    "reversed": "\u202egnp.tac\u202c",
    "isolated": "\u2066a\u2069\u200b\ufeff",
    "lines": "one\ntwo\r\nthree\n\n\n",
    "separators": "one\u2028two\u2029three\x85",
    "tabs": "a\t\tb\x08\x08\x08",
    "nul": "a\0b",
    "markup": "[red]x[/red][link=http://127.0.0.1]y[/link][/]",
    "emoji": ":skull: \U0001f469\u200d\U0001f680",
    "marks": "Z" + "\u0301" * 200,
    "wide": "\uff37" * 256,
    "long": "a" * 256,
    "endless": "a" * 100_000,
    "half": "\ud800",
}
MOST_CHARACTERS = 20_000


class Stage(NamedTuple):
    """A chain with works whose titles are hostile, and the store with their metadata."""

    chain: LocalChain
    store: Path
    works: dict[str, int]
    offers: dict[str, str]


def _document(client: GenIP, cid: str, text: str) -> bytes:
    """A work's metadata with hostile words wherever words are allowed."""
    document: dict[str, Any] = json.loads(client.store.get(cid))
    document["name"] = document["description"] = text
    document["attributes"] = [{"trait_type": text[:60], "value": text}]
    tool = {"name": text, "version": text, "plan": text}
    document["gen_ip"] |= {"human_contribution": text, "tools": [tool], "base_models": [tool]}
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


@pytest.fixture(scope="module")
def stage(shared_chain: LocalChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    snapshot, folder = shared_chain.rpc("evm_snapshot"), tmp_path_factory.mktemp("shown")
    alice = GenIP(
        shared_chain.web3,
        shared_chain.alice,
        deployment=shared_chain.deployment,
        store=LocalStore(folder),
    )
    works, offers = {}, {}
    for name, text in HOSTILE.items():
        made = alice.prepare_certificate(name.encode(), name="a work")
        data = _document(alice, made.metadata_cid, text)
        cid, digest = alice.store.put_block(data), hashlib.sha256(data).digest()
        made = replace(made, certify=made.certify._replace(metadata=digest), metadata_cid=cid)
        works[name] = alice.submit(made).work_id
        offers[name] = "0x" + alice.offer(works[name], COMMERCIAL_REMIX, price=5).hash.hex()
        (license_,) = alice.issue(works[name], COMMERCIAL_REMIX, shared_chain.alice.address)
        alice.derive(f"from {name}".encode(), licenses=[license_.id], name="made from it")
    yield Stage(shared_chain, folder, works, offers)
    assert shared_chain.rpc("evm_revert", snapshot)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_titles(
    run: Run, stage: Stage, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIP_RPC", stage.chain.url)
    monkeypatch.setenv("GENIP_STORE", str(stage.store))
    content = tmp_path / "content"
    content.write_bytes(name.encode())
    work, owner = str(stage.works[name]), stage.chain.alice.address
    commands = [
        ("show", work),
        ("lineage", work),
    ]
    # No title is in these as they are; one that can be read at all, and one that cannot, shows it.
    others = [
        ("verify", content),
        ("offers", work),
        ("quote", stage.offers[name]),
        ("earnings", work),
        ("licenses", "--holder", owner, "--work", work),
        ("events", "--work", work),
    ]
    for command in (*commands, *(others if name in ("escapes", "lines") else ())):
        told = run(*command).ok().out
        lines = told.split("\n")
        assert all(line.isprintable() for line in lines), ascii(told)
        assert len(told) < MOST_CHARACTERS, command
        assert till_of(stage.works[name]) in told or command[0] != "show"
    document = run("show", work, "--json").ok().out
    assert document.replace("\n", "").isprintable(), ascii(document)
    assert document.isascii()
    if name == "markup":
        # Words in brackets are words.
        assert "[red]x[/red]" in run("show", work).ok().out
        assert "[red]x[/red]" in run("lineage", work).ok().out


def test_hostile_titles_in_lists(run: Run, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIP_RPC", stage.chain.url)
    monkeypatch.setenv("GENIP_STORE", str(stage.store))
    told = run("works", "--creator", stage.chain.alice.address).ok().out
    assert all(line.isprintable() for line in told.split("\n")), ascii(told)
    assert told.count(till_of(stage.works["markup"])) == 1
