"""Options that several commands share, as annotated types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from gen_ip.cli.choosing import (
    DEFAULT_RPC,
    STORE_VARIABLE,
    as_target,
    choose_stores,
    choose_target,
    from_settings,
)
from gen_ip.cli.completing import account_names
from gen_ip.config import Target

__all__ = [
    "DEFAULT_RPC",
    "AccountName",
    "AsJson",
    "MaxFee",
    "PasswordFile",
    "Rpc",
    "StoreAddress",
    "Token",
    "WorkId",
]

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on stdout.")
]
# Every command that has it is given --network and --confirmations too: see `shared.py`.
Rpc: TypeAlias = Annotated[
    Target,
    typer.Option(
        "--rpc",
        envvar="GENIP_RPC",
        metavar="URL",
        parser=as_target,
        callback=choose_target,
        help="The chain's RPC address.",
    ),
]
AccountName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--account",
        envvar="GENIP_ACCOUNT",
        callback=from_settings,
        autocompletion=account_names,
        help="Who signs: a name from `account list`, an address, or dev0 to dev9 locally.",
    ),
]
# Every command that has it is given --require too: see `shared.py`.
StoreAddress: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--store",
        envvar=STORE_VARIABLE,
        metavar="STORE",
        callback=choose_stores,
        help="Content store: a folder, a Kubo node's RPC address …; docs/stores.md. Repeatable.",
    ),
]
PasswordFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password-file", help="File with the account's password (or set GENIP_PASSWORD)."
    ),
]
MaxFee: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--max-fee",
        envvar="GENIP_MAX_FEE",
        help="Most that a transaction's gas may cost, in ETH.  [default: 0.05]",
    ),
]
Token: TypeAlias = Annotated[
    str | None, typer.Option("--token", help="ERC-20 address, or DUSD locally; by default ETH.")
]
WorkId: TypeAlias = Annotated[
    str, typer.Argument(metavar="WORK", help="Number, till address, or gen-ip:CHAIN:NUMBER.")
]
