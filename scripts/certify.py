"""Certifies every file below a folder with one signature, by an account of ape's.

    ape run certify pictures --network ethereum:sepolia:node --account my-alias

Run it again after whatever ended it: it goes on, and pays for nothing twice.
"""

from __future__ import annotations

from pathlib import Path

import click
from ape.cli import ConnectedProviderCommand

from gen_ip import GenIPError
from scripts._ape import account_option, client


@click.command(cls=ConnectedProviderCommand)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--description", default="", help="Of all works.")
@click.option("--plan", is_flag=True, help="Say what it would do and cost, and do nothing.")
@account_option
def cli(folder: Path, description: str, plan: bool, alias: str | None) -> None:
    """Certify every file below FOLDER, and print what became of each."""
    try:
        ip = client(alias)
        certify = ip.plan_folder if plan else ip.certify_folder
        report = certify(folder, description=description)
    except GenIPError as error:
        raise click.ClickException(str(error)) from None
    for file in report.files:
        shown = file.reason if file.work_id is None else file.work_id
        click.echo(f"{file.outcome.value:<10} {file.path}  {shown}")
    click.echo(f"transactions {report.transactions}, gas {report.gas}, wei {report.fee}")
    if not report.ok:
        raise click.exceptions.Exit(1)
