"""`gen-ip network`: chains by name, and where their nodes are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.completing import network_names
from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.passwords import read_secret
from gen_ip.cli.session import WrongNetwork
from gen_ip.cli.show.text import WIDE_COLUMNS, plain
from gen_ip.config import BadSetting, Network, UnknownNetwork, config_path, load
from gen_ip.config.editing import set_values, unset
from gen_ip.config.networks import BUILT_IN, NAME, public_address
from gen_ip.config.settings import check_value

if TYPE_CHECKING:
    from rich.console import Console

network_app = typer.Typer(name="network", help="Name chains, and say where their nodes are.")

Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="The network's name.", autocompletion=network_names),
]


@network_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@network_app.command("list")
@local
def list_(use: Invocation) -> None:
    """List networks: yours, then well-known chains, whose nodes you name yourself."""
    settings = load()
    known = list(settings.all_networks().values())
    chosen = settings.network or "local"

    def draw(console: Console) -> None:
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="dim")
        narrow = console.width < WIDE_COLUMNS
        for column in ("", "name", "chain", *(() if narrow else ("coin",)), "node"):
            table.add_column(column, overflow="fold")
        for network in known:
            coin = () if narrow else (plain(network.symbol or ""),)
            table.add_row(
                "*" if network.name == chosen else "",
                network.name,
                str(network.chain_id or ""),
                *coin,
                network.address or "none named yet",
            )
        console.print(table)

    document = [{**each.to_json(), "used": each.name == chosen} for each in known]
    use.output.result({"networks": document}, draw)


@network_app.command("add")
@local
def add(
    use: Invocation,
    name: Name,
    rpc: Annotated[
        str, typer.Option("--rpc", metavar="URL", help="Of a node; - to type or pipe it unseen.")
    ],
    chain_id: Annotated[
        int | None, typer.Option("--chain-id", help="By default what the node says.")
    ] = None,
    max_fee: Annotated[
        str | None, typer.Option("--max-fee", help="Most that a transaction's gas may cost there.")
    ] = None,
    confirmations: Annotated[
        int | None, typer.Option("--confirmations", help="Blocks that must hold a transaction.")
    ] = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", help="Of the chain's coin, such as ETH.")
    ] = None,
    deployment: Annotated[
        Path | None,
        typer.Option("--deployment", help="JSON file of other contracts than the shipped ones."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Ask the node for its chain's id.")
    ] = True,
) -> None:
    """Add a network, or change one; the node's chain id is asked for and kept."""
    path = config_path()
    if not NAME.fullmatch(name):
        raise BadSetting(
            path, f"networks.{name}", "names no network: use letters, digits, - and _, up to 40"
        )
    url = read_secret("RPC address (hidden)") if rpc == "-" else rpc
    check_value(path, f"networks.{name}.rpc", url)
    expected = chain_id
    if expected is None:
        # Of a name of the user's own, the node's word; of a well-known one, the chain's id.
        expected = BUILT_IN[name].chain_id if name in BUILT_IN else None
    if check:
        with use.output.working("Asking the node …"):
            actual = _chain_id(url)
        if expected not in (None, actual):
            raise WrongNetwork(name, public_address(url), expected or 0, actual)
        expected = actual
    values = {
        "rpc": url,
        "chain_id": expected,
        "max_fee": max_fee,
        "confirmations": confirmations,
        "symbol": symbol,
        "deployment": None if deployment is None else str(deployment.resolve()),
    }
    given = {f"networks.{name}.{key}": value for key, value in values.items() if value is not None}
    _say(use, set_values(path, given).all_networks()[name], "kept")


@network_app.command("use")
@local
def use_(use: Invocation, name: Name) -> None:
    """Make a network the one that commands use unless told otherwise."""
    load().find(name)
    _say(use, set_values(config_path(), {"network": name}).find(name), "used from now on")


@network_app.command("remove")
@local
def remove(use: Invocation, name: Name) -> None:
    """Forget a network of yours; with it, that it is used by default."""
    settings = load()
    if name not in settings.networks:
        raise UnknownNetwork(name, settings.networks)
    gone = settings.networks[name]
    path = config_path()
    if settings.network == name:
        unset(path, "network")
        use.output.note(f"note: {name} was used by default; that is local again")
    unset(path, f"networks.{name}")
    _say(use, gone, "forgotten")


def _say(use: Invocation, network: Network, what: str) -> None:
    def draw(console: Console) -> None:
        chain = f", chain {network.chain_id}" if network.chain_id else ""
        console.print(f"{network.name}{chain} at {network.address}: {what}.", soft_wrap=True)

    use.output.result(network.to_json(), draw)


def _chain_id(url: str) -> int:
    from gen_ip.chain.rpc import Rpc

    return Rpc(url).chain_id
