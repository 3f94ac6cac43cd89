"""`gen-ip doctor`: is everything there, and what to do where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.choosing import STORE_VARIABLE, rank, stores_of, target_of
from gen_ip.cli.completing import account_names, network_names
from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output
from gen_ip.cli.show.text import counted, plain
from gen_ip.config import Settings, Target, config_path, load
from gen_ip.config.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.doctor import Finding

_STYLES = {"ok": "green", "warn": "yellow", "fail": "red"}


# Its options read no settings by themselves: what is wrong with those is for it to tell.
def doctor(
    context: typer.Context,
    rpc: Annotated[
        str | None,
        typer.Option("--rpc", envvar="GENIP_RPC", metavar="URL", help="The chain's RPC address."),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(
            "--network",
            envvar="GENIP_NETWORK",
            metavar="NAME",
            autocompletion=network_names,
            help="A network from `network list`, instead of --rpc.",
        ),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            envvar="GENIP_ACCOUNT",
            autocompletion=account_names,
            help="Who would sign; no key is used.",
        ),
    ] = None,
    store: Annotated[
        list[str] | None,
        typer.Option(
            "--store",
            envvar=STORE_VARIABLE,
            metavar="STORE",
            help="Content store: a folder, a Kubo node's RPC address …; docs/stores.md. "
            "Repeatable.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check node, contracts, account and store, and say what to do; sends nothing."""
    from gen_ip.doctor import Status, diagnose

    output = Output(as_json)
    settings = _settings()
    known = Settings(config_path()) if isinstance(settings, ConfigError) else settings
    target = _target(known, (rpc, rank(context, "rpc")), (network, rank(context, "network")))
    with output.working("Looking …") as spinner:
        findings = []
        for finding in diagnose(
            target,
            account=account or known.account,
            store=stores_of(context, store or (), known),
            settings=settings,
        ):
            findings.append(finding)
            spinner.say(f"{finding.check} …")
    failures = sum(finding.status is Status.FAIL for finding in findings)
    document = {"ok": not failures, "checks": [finding.to_json() for finding in findings]}
    output.result(document, lambda console: _show(console, findings, failures))
    if failures:
        raise typer.Exit(1)


def _settings() -> Settings | ConfigError:
    try:
        return load()
    except ConfigError as error:
        return error


def _target(
    known: Settings, rpc: tuple[str | None, int], network: tuple[str | None, int]
) -> Target | ConfigError:
    try:
        return target_of(known, rpc, network)
    except ConfigError as error:
        return error


def _show(console: Console, findings: list[Finding], failures: int) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        words = Text(plain(finding.text, 400))
        if finding.remedy:
            words.append(f"\n→ {plain(finding.remedy, 400)}", style="bold")
        status = Text(finding.status.value, style=_STYLES[finding.status.value])
        table.add_row(status, finding.check, words)
    console.print(table)
    if failures:
        console.print(f"{counted(failures, 'check')} failed.", style="red")
