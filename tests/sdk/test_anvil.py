"""Starting and stopping anvil."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3

from gen_ip import GenIP
from gen_ip.chain import anvil as anvil_module
from gen_ip.chain.anvil import Anvil, AnvilFailed, AnvilNotFound, find
from gen_ip.content.local import LocalStore
from tests.support.chain import prepare


def test_it_starts_on_a_free_port_and_says_nothing(
    anvil_binary: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Anvil() as first, Anvil() as second:
        urls = {first.start(), second.start()}
        assert len(urls) == 2
        for url in urls:
            assert Web3(HTTPProvider(url)).eth.chain_id == 31337
    assert (first.url, second.url) == ("", "")
    assert capfd.readouterr() == ("", "")
    for url in urls:
        assert not Web3(HTTPProvider(url)).is_connected()


def test_its_state_outlives_it_logs_included(anvil_binary: Path, tmp_path: Path) -> None:
    state, store = tmp_path / "dev" / "state.json", LocalStore(tmp_path / "store")
    with Anvil() as anvil:
        url = anvil.start(state=state)
        chain = prepare(Web3(HTTPProvider(url)), url)
        client = GenIP(url, chain.alice, store=store)
        work = client.certify(b"kept").work_id
        client.pay(work, 5)
    assert state.is_file()
    with Anvil() as anvil:
        again = GenIP(anvil.start(state=state), chain.alice, store=store)
        assert [claim.work for claim in again.works()] == [work]
        assert again.work(work).name == "Untitled"
        assert again.earnings(work).credit == 5
        assert again.collect(work).amount == 5


def test_a_port_that_is_taken(anvil_binary: Path) -> None:
    with socket.socket() as taken, Anvil() as anvil:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AnvilFailed, match="check the port") as failed:
            anvil.start(port=taken.getsockname()[1])
        assert str(failed.value).isprintable()


def test_a_binary_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "anvil"
    fake.write_text("#!/bin/sh\necho out of order\nexit 3\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GENIP_ANVIL", str(fake))
    with pytest.raises(AnvilFailed, match="out of order"):
        Anvil().start()
    fake.write_bytes(b"\x7fELF broken")
    with pytest.raises(AnvilFailed):
        Anvil().start()


def test_where_the_binary_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENIP_ANVIL", raising=False)
    monkeypatch.setattr(anvil_module, "_CHECKOUT", tmp_path / "checkout")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnvilNotFound, match="GENIP_ANVIL"):
        find()
    places = [
        "checkout/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil",
        "checkout/.toolchain/bin/anvil",
        "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil",
        ".toolchain/bin/anvil",
        "bin/anvil",
        "named",
    ]
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
        if place == "named":
            monkeypatch.setenv("GENIP_ANVIL", str(path))
        # Each place goes before those above it.
        assert find() == path
    monkeypatch.setenv("GENIP_ANVIL", os.devnull)
    with pytest.raises(AnvilNotFound):
        find()
