"""Options that every command with --rpc has, given to it rather than written into each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from gen_ip.cli.choosing import keep_confirmations, keep_network, keep_require
from gen_ip.cli.completing import network_names


def _options(
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            envvar="GENIP_NETWORK",
            metavar="NAME",
            help="A network from `network list`, instead of --rpc.",
            callback=keep_network,
            autocompletion=network_names,
            expose_value=False,
            # Before --rpc, whose callback chooses between the two.
            is_eager=True,
        ),
    ] = None,
    confirmations: Annotated[
        int | None,
        typer.Option(
            "--confirmations",
            envvar="GENIP_CONFIRMATIONS",
            min=1,
            max=10_000,
            help="Blocks that must hold a transaction, its own included.  [default: 1]",
            callback=keep_confirmations,
            expose_value=False,
            is_eager=True,
        ),
    ] = None,
    require: Annotated[
        int | None,
        typer.Option(
            "--require",
            envvar="GENIP_STORE_REQUIRE",
            metavar="N",
            min=1,
            max=999,
            help="How many of several stores must succeed.  [default: all]",
            callback=keep_require,
            expose_value=False,
            # Before --store, whose callback hands it on.
            is_eager=True,
        ),
    ] = None,
) -> None:
    """Only its options are used."""


def share_options(commands: Iterable[Any]) -> None:
    """Adds --network to all commands that have --rpc, --confirmations to those that send, and
    --require to those that have --store."""
    options = typer.Typer(add_completion=False)
    options.command()(_options)
    ours = {param.name: param for param in typer.main.get_command(options).params}
    for command in commands:
        names = [param.name for param in command.params]
        # That of `network add` is what it keeps, not where it asks.
        asks = any(param.name == "rpc" and param.envvar for param in command.params)
        if asks and "network" not in names:
            place = names.index("rpc") + 1
            added = [ours["network"]] + ([ours["confirmations"]] if "max_fee" in names else [])
            command.params[place:place] = added
        stores = [param for param in command.params if param.name == "store" and param.multiple]
        if stores and "require" not in names:
            place = command.params.index(stores[0]) + 1
            command.params[place:place] = [ours["require"]]
