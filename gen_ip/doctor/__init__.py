"""Is everything there that working with the contracts takes? `diagnose` asks, and says what to do.

Nothing is sent to the chain, no password is asked for, and no text holds a key or more of an RPC
address than its host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gen_ip.chain.deployment import BadDeploymentFile, Deployment, predicted, read
from gen_ip.chain.errors import ChainError
from gen_ip.chain.rpc import Rpc
from gen_ip.config import Settings, Target, config_path
from gen_ip.config.errors import ConfigError
from gen_ip.doctor import contracts, keys, machine, node, storage
from gen_ip.doctor.finding import Finding, Status, failed

__all__ = ["Finding", "Status", "diagnose"]


def diagnose(
    target: Target | ConfigError,
    *,
    account: str | None = None,
    store: str | Sequence[str] | None = None,
    settings: Settings | ConfigError | None = None,
) -> Iterator[Finding]:
    """Findings as they come up, of this machine first, then of the chain and the store.

    `target` is the node, or why none could be named; `account` a name as commands take it;
    `store` a content store's address, or several, by default the user's folder; `settings` those
    in force, or what is wrong with them.
    """
    path = config_path()
    yield from machine.packages()
    yield from machine.config(path, settings or Settings(path))
    yield from machine.folders(keys.address_of(account))
    yield from keys.account(account)
    if isinstance(target, ConfigError):
        yield failed("network", target)
    else:
        yield from _chain(target, account)
    yield from storage.store(store)


def _chain(target: Target, account: str | None) -> Iterator[Finding]:
    step = "node"
    try:
        rpc = Rpc(target.url)
        yield from node.node(rpc, target)
        deployment = _deployment(target)
        step = "node"
        yield from node.abilities(rpc, deployment.registry)
        step = "contracts"
        yield from contracts.contracts(rpc, deployment)
        step = "balance"
        if account is not None and (address := keys.address_of(account)) is not None:
            yield from keys.funds(rpc, account, address, target)
    except (ChainError, BadDeploymentFile) as error:
        yield failed(step, error)


def _deployment(target: Target) -> Deployment:
    found = predicted() if target.deployment is None else read(target.deployment)
    return replace(found, chain_id=target.chain_id)
