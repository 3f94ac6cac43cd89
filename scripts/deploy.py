"""Places the contracts on a chain, with an account of ape's: `ape run deploy --help`.

    ape run deploy --network ethereum:local:foundry
    ape run deploy --network ethereum:sepolia:node --account my-alias

The addresses are the same on every chain; what stands already is left alone.
"""

from __future__ import annotations

import click
from ape import networks
from ape.cli import ConnectedProviderCommand

from gen_ip.chain.deploy import deploy
from gen_ip.signers import SignerError
from scripts._ape import account_option, signer


@click.command(cls=ConnectedProviderCommand)
@account_option
def cli(alias: str | None) -> None:
    """Place the contracts where they are missing, and print their addresses."""
    account = signer(alias)
    try:
        deployment = deploy(networks.provider.web3, account)
    except SignerError as error:
        raise click.ClickException(f"{error}; what was placed before stays") from None
    click.echo(f"chain        {deployment.chain_id}")
    click.echo(f"deployer     {deployment.deployer}")
    for name, address in deployment.addresses().items():
        click.echo(f"{name:<20} {address}")
