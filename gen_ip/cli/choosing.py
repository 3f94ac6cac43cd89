"""Where an option's value comes from: the option, the environment, the settings, the default."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import typer

from gen_ip.config import LOCAL_RPC, Settings, Target, load

DEFAULT_RPC = Target(LOCAL_RPC)
NETWORK = "gen_ip.network"
CONFIRMATIONS = "gen_ip.confirmations"
REQUIRE = "gen_ip.require"
STORE_VARIABLE = "GENIP_STORE"
_SETTINGS = "gen_ip.settings"
_RANKS = {"COMMANDLINE": 2, "ENVIRONMENT": 1}


def settings(context: typer.Context) -> Settings:
    """The user's settings, read once in a command.

    Raises:
        ConfigError: the file cannot be used.
    """
    if _SETTINGS not in context.meta:
        context.meta[_SETTINGS] = load()
    found: Settings = context.meta[_SETTINGS]
    return found


def as_target(value: str | Target) -> Target:
    """What --rpc takes, before anything else is known of it."""
    return value if isinstance(value, Target) else Target(value)


def from_settings(context: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    """The setting of the option's name, where neither option nor environment gave a value."""
    if context.resilient_parsing or _rank(context, param):
        return value
    return getattr(settings(context), str(param.name))


def keep_network(context: typer.Context, param: typer.CallbackParam, value: str | None) -> None:
    """Keeps --network for `choose_target`."""
    context.meta[NETWORK] = value, _rank(context, param)


def keep_confirmations(context: typer.Context, value: int | None) -> None:
    """Keeps --confirmations for `choose_target`."""
    context.meta[CONFIRMATIONS] = value


def keep_require(context: typer.Context, param: typer.CallbackParam, value: int | None) -> None:
    """Keeps --require for `stores_of`."""
    context.meta[REQUIRE] = value, _rank(context, param)


def choose_stores(
    context: typer.Context, param: typer.CallbackParam, value: Sequence[str] | None
) -> list[str] | None:
    """The stores that --store or the settings name, and how many must succeed.

    Raises:
        ConfigError: the settings cannot be used.
    """
    if context.resilient_parsing:
        return None
    return stores_of(context, value or (), settings(context))


def stores_of(context: typer.Context, given: Sequence[str], known: Settings) -> list[str] | None:
    """What `open_store` takes: the stores given, else those of the settings, with `require=N` where
    not all must succeed; None where nothing is said of either.

    A number of stores that the environment or the settings require is about the stores that they
    name: it is passed over where more is said on the command line, or in the environment.
    """
    asked, asked_rank = context.meta.get(REQUIRE, (None, 0))
    if not asked_rank:
        asked = known.store_require
    if rank(context, "store") == _RANKS["ENVIRONMENT"]:
        # One address, which may have spaces, where the parser takes as many as there are words.
        given = [os.environ[STORE_VARIABLE]]
    chosen = list(given) or ([] if known.store is None else [known.store])
    if asked is None or asked_rank < (rank(context, "store") if given else 0):
        return chosen or None
    from gen_ip.content.choice import LOCAL, required

    return [*(chosen or [LOCAL]), required(asked)]


def choose_target(context: typer.Context, param: typer.CallbackParam, value: Target) -> Target:
    """The node that --rpc, --network or the settings name.

    Raises:
        BadParameter: --rpc and --network are given.
        ConfigError: the settings cannot be used, or do not know the network.
    """
    if context.resilient_parsing:
        return value
    network = context.meta.get(NETWORK, (None, 0))
    given = _rank(context, param)
    found = target_of(settings(context), (value.url if given else None, given), network)
    asked = context.meta.get(CONFIRMATIONS)
    return found if asked is None else replace(found, confirmations=asked)


def target_of(
    known: Settings, rpc: tuple[str | None, int], network: tuple[str | None, int]
) -> Target:
    """The node of a URL, of a network, or of the settings; each with its rank: 2 for an option, 1
    for the environment, 0 for none.

    Raises:
        BadParameter: two of one rank are given.
        ConfigError: the settings do not know the network.
    """
    (url, rpc_rank), (name, network_rank) = rpc, network
    if rpc_rank and rpc_rank == network_rank:
        pair = "--rpc or --network" if rpc_rank == 2 else "GENIP_RPC or GENIP_NETWORK"
        raise typer.BadParameter(f"give {pair}, not both")
    if url is not None and rpc_rank > network_rank:
        return Target.of(known, url)
    if wanted := name or known.network:
        return Target.named(known, wanted)
    return Target.of(known, LOCAL_RPC)


def rank(context: typer.Context, name: str) -> int:
    """Whether an option was given (2), or its variable set (1)."""
    source = context.get_parameter_source(name)
    return 0 if source is None else _RANKS.get(source.name, 0)


def _rank(context: typer.Context, param: typer.CallbackParam) -> int:
    return rank(context, str(param.name))
