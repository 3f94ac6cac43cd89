"""What the scripts share: an account of ape's, and a client on ape's network."""

from __future__ import annotations

import click
from ape import accounts, networks

from gen_ip import GenIP
from gen_ip.signers import ApeSigner

account_option = click.option(
    "--account", "alias", help="Alias of an ape account; a test account on local chains."
)


def signer(alias: str | None) -> ApeSigner:
    """The account of this alias; without one, on a local chain, ape's first test account."""
    if alias is None and not networks.provider.network.is_local:
        raise click.UsageError("name an ape account with --account; `ape accounts list` shows them")
    return ApeSigner(accounts.test_accounts[0] if alias is None else accounts.load(alias))


def client(alias: str | None) -> GenIP:
    """A client of ape's network that signs with this account."""
    return GenIP(networks.provider.web3, signer(alias))
