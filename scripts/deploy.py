"""Places the contracts on a chain, with an account of ape's: `ape run deploy --help`.

    ape run deploy --network ethereum:local:foundry
    ape run deploy --network ethereum:sepolia:node --account my-alias

The addresses are the same on every chain; what stands already is left alone.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import click
from ape import accounts, networks
from ape.api import AccountAPI
from ape.cli import ConnectedProviderCommand

from gen_ip.chain.deploy import deploy


class Signer:
    """An ape account with the two things that `deploy` asks of an eth-account one."""

    def __init__(self, account: AccountAPI) -> None:
        self.address: str = account.address
        self._account = account

    def sign_transaction(self, transaction: dict[str, Any]) -> SimpleNamespace:
        """Signs through ape, which asks for the keystore's passphrase."""
        ecosystem = networks.provider.network.ecosystem
        signed = self._account.sign_transaction(ecosystem.create_transaction(**transaction))
        if signed is None:
            raise click.ClickException(f"{self.address} did not sign; nothing more was sent")
        return SimpleNamespace(raw_transaction=signed.serialize_transaction())


@click.command(cls=ConnectedProviderCommand)
@click.option("--account", "alias", help="Alias of an ape account; a test account on local chains.")
def cli(alias: str | None) -> None:
    """Place the contracts where they are missing, and print their addresses."""
    local = networks.provider.network.is_local
    if alias is None and not local:
        raise click.UsageError("name an ape account with --account; `ape accounts list` shows them")
    account = accounts.test_accounts[0] if alias is None else accounts.load(alias)
    deployment = deploy(networks.provider.web3, Signer(account))  # type: ignore[arg-type]
    click.echo(f"chain        {deployment.chain_id}")
    click.echo(f"deployer     {deployment.deployer}")
    for name, address in deployment.addresses().items():
        click.echo(f"{name:<20} {address}")
