"""`gen-ip config`: the file of settings, seen and changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.show.text import plain
from gen_ip.config import Settings, config_path, load
from gen_ip.config.editing import set_values, unset
from gen_ip.config.errors import SettingNotSet
from gen_ip.config.networks import public_address
from gen_ip.config.settings import KEYS, NETWORK_KEYS, check_value, known_keys

if TYPE_CHECKING:
    from rich.console import Console

config_app = typer.Typer(name="config", help="See and change your settings.")

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY",
        help=f"One of {', '.join(KEYS)}, or networks.NAME. and {', '.join(NETWORK_KEYS)}.",
        autocompletion=known_keys,
    ),
]
# What goes before the file; --rpc has no key of its own, a network has.
_VARIABLES = {
    "rpc": "GENIP_RPC",
    "network": "GENIP_NETWORK",
    "account": "GENIP_ACCOUNT",
    "store": "GENIP_STORE",
    "store_require": "GENIP_STORE_REQUIRE",
    "max_fee": "GENIP_MAX_FEE",
    "confirmations": "GENIP_CONFIRMATIONS",
}


@config_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@config_app.command("show")
@local
def show(use: Invocation) -> None:
    """Show all settings that hold, and where each comes from."""
    settings = load()
    rows = _rows(settings)

    def draw(console: Console) -> None:
        missing = "" if settings.path.exists() else " (there is none yet)"
        console.print(f"{plain(str(settings.path))}{missing}", style="dim", soft_wrap=True)
        for key, row in rows.items():
            console.print(f"{key} = {plain(str(row['value']))}  ({row['source']})", soft_wrap=True)
        if not rows:
            console.print("Nothing is set. Set one with: gen-ip config set KEY VALUE")

    use.output.result({"path": str(settings.path), "settings": rows}, draw)


@config_app.command("get")
@local
def get(use: Invocation, key: Key) -> None:
    """Print one setting of the file; of an RPC address, its host only."""
    settings = load()
    value = _values(settings).get(key)
    if value is None:
        if key not in known_keys():
            # Tells what is wrong with the key itself.
            check_value(settings.path, key, "")
        raise SettingNotSet(settings.path, key)
    use.output.result(
        {"key": key, "value": value},
        lambda console: console.print(plain(str(value), 4096), soft_wrap=True),
    )


@config_app.command("set")
@local
def set_(
    use: Invocation,
    key: Key,
    values: Annotated[
        list[str],
        typer.Argument(metavar="VALUE...", help="What it is to be; of `store` also several."),
    ],
) -> None:
    """Change one setting; comments and everything else in the file stay."""
    value = values[0] if len(values) == 1 else values
    settings = set_values(config_path(), {key: value})
    _say(use, settings, key)


@config_app.command("unset")
@local
def unset_(use: Invocation, key: Key) -> None:
    """Remove one setting."""
    path = config_path()
    if key not in known_keys():
        check_value(path, key, "")
    _say(use, unset(path, key), key)


@config_app.command("path")
@local
def path_(use: Invocation) -> None:
    """Print where the file of settings is."""
    path = config_path()
    document = {"path": str(path), "exists": path.exists()}
    use.output.result(
        document, lambda console: console.print(plain(str(path), 4096), soft_wrap=True)
    )


def _say(use: Invocation, settings: Settings, key: str) -> None:
    value = _values(settings).get(key)

    def draw(console: Console) -> None:
        text = f"{key} is not set any more." if value is None else f"{key} = {plain(str(value))}"
        console.print(text, soft_wrap=True)

    use.output.result({"key": key, "value": value, "path": str(settings.path)}, draw)


def _values(settings: Settings) -> dict[str, Any]:
    """What the file sets, by key; of an RPC address only what may be shown."""
    found = {key: getattr(settings, key) for key in KEYS}
    for name, network in settings.networks.items():
        shown = network.to_json()
        found |= {f"networks.{name}.{key}": shown[key] for key in NETWORK_KEYS}
    return {key: value for key, value in found.items() if value is not None}


def _rows(settings: Settings) -> dict[str, dict[str, Any]]:
    """All that holds, by key, with its source."""
    rows = {
        key: {"value": value, "source": "config file"} for key, value in _values(settings).items()
    }
    for key, variable in _VARIABLES.items():
        if value := os.environ.get(variable):
            secret = key == "rpc" or (key == "store" and "://" in value)
            shown = public_address(value) if secret else value
            rows[key] = {"value": shown, "source": variable}
    return rows
