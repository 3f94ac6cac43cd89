"""`gen-ip dev`: a local chain to build on, which remembers."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.accounts import DEV_ACCOUNTS, dev_account
from gen_ip.chain.errors import ChainError
from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output
from gen_ip.cli.show.text import plain
from gen_ip.cli.values import format_amount

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.chain.rpc import Rpc

DEMO_DOLLARS = 1_000_000 * 10**6
_PULSE_SECONDS = 5.0
_PROBE_SECONDS = 2.0


class PortTaken(ChainError):  # noqa: N818
    """Another process listens on the port; `ours` tells whether it is a Gen-IP chain."""

    def __init__(self, port: int, ours: bool) -> None:
        self.port, self.ours = port, ours
        by = f" by a Gen-IP chain; use it (--rpc http://127.0.0.1:{port})," if ours else ";"
        super().__init__(f"port {port} is taken{by} {'or ' * ours}give --port 0 for a free one")


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
    from gen_ip.chain.anvil import Anvil
    from gen_ip.chain.rpc import Rpc
    from gen_ip.chain.state_file import StateFile

    output = Output(as_json)
    with _ending() as ended:
        with StateFile(state or _default_state()) as file:
            _check_port(port)
            if reset:
                file.forget()
            kept = file.exists()
            with Anvil() as node:
                with output.working("Starting anvil …"):
                    rpc = Rpc(node.start(port, file))
                with output.working("Deploying the contracts …"):
                    report = {"rpc": node.url, "state": str(file.path), "continued": kept}
                    report |= _prepare(rpc)
                output.result(report, lambda console: _show(console, report))
                while not ended.wait(_PULSE_SECONDS):
                    rpc.request("eth_chainId")
        output.note("Stopped; the chain's state is kept.")


def _default_state() -> Path:
    from platformdirs import user_data_dir

    return Path(user_data_dir("gen-ip")) / "dev" / "anvil.json"


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a polite kill set, so that anvil can write its state."""
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # `nohup` has a closed terminal ignored.
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_port(port: int) -> None:
    """Raises `PortTaken` if somebody listens there, and says whether it is a chain of ours."""
    with socket.socket() as probe:
        probe.settimeout(_PROBE_SECONDS)
        if port == 0 or probe.connect_ex(("127.0.0.1", port)) != 0:
            return
    from web3 import HTTPProvider, Web3

    from gen_ip.chain.deployment import predicted
    from gen_ip.chain.rpc import Rpc

    options = {"timeout": _PROBE_SECONDS}
    node = HTTPProvider(
        f"http://127.0.0.1:{port}", request_kwargs=options, exception_retry_configuration=None
    )
    try:
        ours = bool(Rpc(Web3(node)).code(predicted().registry))
    except ChainError:
        ours = False
    raise PortTaken(port, ours)


def _prepare(rpc: Rpc) -> dict[str, Any]:
    """Deploys what is not there yet; what there is to tell of the chain."""
    from gen_ip.chain.deploy import deploy

    deployment = deploy(rpc.web3, _dev(0))
    token = _demo_token(rpc)
    return {
        "chain_id": rpc.chain_id,
        "contracts": dict(deployment.addresses()),
        "token": token,
        "accounts": _accounts(rpc, token),
    }


def _dev(index: int) -> Any:
    account = dev_account(f"dev{index}")
    assert account is not None  # noqa: S101 - the name is one of theirs
    return account


def _demo_token(rpc: Rpc) -> str:
    """The demo token, at the address its code has under the CREATE2 factory; the rich get some."""
    from gen_ip.chain import abi, artifacts, faucet, transactions
    from gen_ip.chain.deployment import FACTORY, SALT

    artifact = artifacts.load("DemoToken")
    token = faucet.demo_token()
    banker = _dev(0)
    if not rpc.code(token):
        transactions.send(rpc, banker, FACTORY, SALT + artifact.bytecode)
        for index in range(DEV_ACCOUNTS):
            mint = abi.encode_call(artifact.functions["mint"], _dev(index).address, DEMO_DOLLARS)
            transactions.send(rpc, banker, token, mint)
    return token


def _accounts(rpc: Rpc, token: str) -> list[dict[str, str]]:
    from gen_ip.chain import abi, artifacts

    balance_of = artifacts.load("DemoToken").functions["balanceOf"]
    rows = []
    for index in range(DEV_ACCOUNTS):
        account = _dev(index)
        address = account.address
        held = rpc.call(token, abi.encode_call(balance_of, address))
        rows.append(
            {
                "name": f"dev{index}",
                "address": address,
                "eth": str(rpc.balance(address)),
                "token": str(int.from_bytes(held, "big")),
                # Public knowledge, as anvil prints them too; no account of the user's is shown.
                "key": f"0x{account.key.hex().removeprefix('0x')}",
            }
        )
    return rows


def _show(console: Console, report: dict[str, Any]) -> None:
    def line(text: str = "", style: str | None = None) -> None:
        # Longer than the terminal is wide, it goes on below: nothing is cut, all can be copied.
        console.print(text, style=style, soft_wrap=True)

    went_on = "continued from" if report["continued"] else "new, kept in"
    line(f"Local chain {report['chain_id']} at {report['rpc']}", "bold")
    line(f"{went_on} {plain(report['state'])}", "dim")
    line()
    for name, address in (*report["contracts"].items(), ("DemoToken (DUSD)", report["token"])):
        line(f"{name:<18}  {address}")
    line()
    accounts = report["accounts"]
    for row in accounts:
        eth = format_amount(int(row["eth"]) // 10**12, 6, "ETH")
        line(f"{row['name']}  {row['address']}  {eth}, {format_amount(int(row['token']), 6)} DUSD")
    line()
    line("Their private keys, which everyone knows; never use them on a public chain:", "dim")
    for row in accounts:
        line(f"{row['name']}  {row['key']}")
    line()
    line("In another terminal:", "dim")
    line(f"export GENIP_RPC={report['rpc']}")
    line("gen-ip certify picture.png --account dev0")
    line("and for the examples in Python:", "dim")
    for name, row in zip(("ARTIST_KEY", "BRAND_KEY"), accounts[1:], strict=False):
        line(f"export {name}={row['key']}")
    line(f"export VISITOR={accounts[3]['address']}")
    line(f"export TOKEN={report['token']}")
    line("Ctrl-C ends it.", "dim")
