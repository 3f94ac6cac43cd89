"""Brings works what is worth its gas of what is on the way to them; with --pay-out it is paid, too.

    ape run settle WORK WORK --network ethereum:sepolia:node --account my-alias
    ape run settle WORK --token 0x... --min-gain 500000 --pay-out --account my-alias

Anybody may: the income goes to whom it belongs, the gas is paid by the account.
"""

from __future__ import annotations

import click
from ape.cli import ConnectedProviderCommand

from gen_ip import ETH, GenIP, GenIPError
from scripts._ape import account_option, client

AT_ONCE = 200


@click.command(cls=ConnectedProviderCommand)
@click.argument("works", nargs=-1, required=True, metavar="WORK...")
@click.option("--token", default=ETH, show_default="ETH", help="Address of an ERC-20.")
@click.option(
    "--min-gain",
    type=click.IntRange(min=1),
    help="Least that a settlement must bring, in the token's smallest unit; for ETH by default "
    "what it costs.",
)
@click.option("--pay-out", is_flag=True, help="Pay owners and payees, as far as they can be.")
@account_option
def cli(
    works: tuple[str, ...], token: str, min_gain: int | None, pay_out: bool, alias: str | None
) -> None:
    """Settle what lies below each WORK, and print what that brought."""
    if min_gain is None and token != ETH:
        raise click.UsageError("say with --min-gain what a settlement must bring of this token")
    try:
        ip = client(alias)
        for work in works:
            _settle(ip, work, token, min_gain, pay_out)
    except GenIPError as error:
        raise click.ClickException(str(error)) from None


def _settle(ip: GenIP, work: str, token: str, min_gain: int | None, pay_out: bool) -> None:
    found = ip.earnings(work, token=token, min_gain=min_gain)
    path = [step.work for step in found.plan]
    for start in range(0, len(path), AT_ONCE):
        ip.settle(path[start : start + AT_ONCE], token=token)
    credit = ip.earnings(work, token=token).credit
    told = f"{work} settled {len(path)}, brought {credit - found.credit}, left {found.left}"
    if pay_out and credit:
        ip.distribute([work], token=token)
        told += f", paid out {credit - ip.earnings(work, token=token).credit}"
    click.echo(told)
