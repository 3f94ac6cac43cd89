"""`gen-ip dev`: a local chain to build on, which remembers."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.accounts import DEV_ACCOUNTS, dev_account
from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output
from gen_ip.cli.show.text import plain
from gen_ip.cli.values import format_amount

if TYPE_CHECKING:
    from rich.console import Console

DEMO_DOLLARS = 1_000_000 * 10**6
_PULSE_SECONDS = 5.0


def dev(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: a free one.")] = 8545,
    state: Annotated[
        Path | None, typer.Option("--state", help="File that keeps the chain between runs.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget the kept chain and start anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a local chain with the contracts and a demo token, until Ctrl-C. Its state is kept."""
    from web3 import HTTPProvider, Web3

    from gen_ip.chain.anvil import Anvil
    from gen_ip.chain.deploy import deploy
    from gen_ip.chain.rpc import Rpc

    output = Output(as_json)
    file = state or _default_state()
    if reset:
        file.unlink(missing_ok=True)
    kept = file.exists()
    with _ending() as ended, Anvil() as node:
        with output.working("Starting anvil …"):
            url = node.start(port, state=file)
            web3 = Web3(HTTPProvider(url))
        with output.working("Deploying the contracts …"):
            banker = _dev(0)
            deployment = deploy(web3, banker)
            token = _demo_token(Rpc(web3))
        report: dict[str, Any] = {
            "rpc": url,
            "chain_id": web3.eth.chain_id,
            "state": str(file),
            "continued": kept,
            "contracts": dict(deployment.addresses()),
            "token": token,
            "accounts": _accounts(Rpc(web3), token),
        }
        output.result(report, lambda console: _show(console, report))
        rpc = Rpc(web3)
        while not ended.wait(_PULSE_SECONDS):
            rpc.request("eth_chainId")
        output.note("Stopping; the chain's state is kept.")


def _default_state() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("gen-ip")) / "dev" / "anvil.json"


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a polite kill set, so that anvil can write its state."""
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _dev(index: int) -> Any:
    account = dev_account(f"dev{index}")
    assert account is not None  # noqa: S101 - the name is one of theirs
    return account


def _demo_token(rpc: Any) -> str:
    """The demo token, at the address its code has under the CREATE2 factory; the rich get some."""
    from eth_utils.address import to_checksum_address
    from eth_utils.crypto import keccak

    from gen_ip.chain import abi, artifacts, transactions
    from gen_ip.chain.deployment import FACTORY, SALT
    from gen_ip.work import create2

    artifact = artifacts.load("DemoToken")
    code_hash = keccak(artifact.bytecode)
    token = to_checksum_address(create2(FACTORY, SALT, code_hash))
    banker = _dev(0)
    if not rpc.code(token):
        transactions.send(rpc, banker, FACTORY, SALT + artifact.bytecode)
        for index in range(DEV_ACCOUNTS):
            mint = abi.encode_call(artifact.functions["mint"], _dev(index).address, DEMO_DOLLARS)
            transactions.send(rpc, banker, token, mint)
    return token


def _accounts(rpc: Any, token: str) -> list[dict[str, str]]:
    from gen_ip.chain import abi, artifacts

    balance_of = artifacts.load("DemoToken").functions["balanceOf"]
    rows = []
    for index in range(DEV_ACCOUNTS):
        address = _dev(index).address
        held = rpc.call(token, abi.encode_call(balance_of, address))
        rows.append(
            {
                "name": f"dev{index}",
                "address": address,
                "eth": str(rpc.balance(address)),
                "token": str(int.from_bytes(held, "big")),
            }
        )
    return rows


def _show(console: Console, report: dict[str, Any]) -> None:
    from rich.table import Table

    went_on = "continued from" if report["continued"] else "new, kept in"
    console.print(f"Local chain {report['chain_id']} at {report['rpc']}", style="bold")
    console.print(f"{went_on} {plain(report['state'])}", style="dim", soft_wrap=True)
    console.print()
    places = Table.grid(padding=(0, 2))
    for name, address in (*report["contracts"].items(), ("DemoToken (DUSD)", report["token"])):
        places.add_row(name, address)
    console.print(places)
    console.print()
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("account")
    table.add_column("address", no_wrap=True)
    table.add_column("ETH", justify="right")
    table.add_column("DUSD", justify="right")
    for row in report["accounts"]:
        eth = format_amount(int(row["eth"]) // 10**12, 6)
        table.add_row(row["name"], row["address"], eth, format_amount(int(row["token"]), 6))
    console.print(table)
    console.print()
    console.print("Everyone knows these accounts' keys. In another terminal:", style="dim")
    console.print("  gen-ip certify picture.png --account dev0")
    console.print("Ctrl-C ends it.", style="dim")
