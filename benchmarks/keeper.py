"""`python -m benchmarks.keeper [--json]`: gas of bringing many works' income to their owners.

One family of works on a private anvil, each made from another and each paid. What all have earned
is brought to their owners three times, each time from the same state: by every owner with
`collect`, by settling and paying out one work after the other, and by a keeper's round.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from gen_ip import GenIP
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.content.local import LocalStore
from gen_ip.keeping import Keeper, Policy, Whose
from gen_ip.terms import COMMERCIAL_REMIX

_ETHER = 10**18
_SEED = 20_261_124


class _Family:
    """Works of several creators, each but the first made from one before it, each paid."""

    def __init__(self, url: str, folder: Path, works: int, creators: int, children: int) -> None:
        self.web3 = Web3(HTTPProvider(url))
        keeper = Account.create()
        self._fund(keeper.address)
        deployment = deploy(self.web3, keeper)
        self.keeper = GenIP(self.web3, keeper, deployment=deployment, store=LocalStore(folder))
        self.clients = []
        for _ in range(creators):
            account = Account.create()
            self._fund(account.address)
            self.clients.append(self.keeper.using(account))
        self.works: list[tuple[int, GenIP]] = []
        rng = random.Random(_SEED)  # noqa: S311 - the same every time
        for number in range(works):
            client, content = self.clients[number % creators], f"work {number}".encode()
            if number == 0:
                made = client.certify(content).work_id
            else:
                parent, owner = self.works[(number - 1) // children]
                offer = owner.offer(parent, COMMERCIAL_REMIX, price=0)
                licenses = client.buy(offer, max_price=0)
                made = client.derive(content, licenses=[each.id for each in licenses]).work_id
            self.works.append((made, client))
        self.paid = 0
        for work, _ in self.works:
            amount = rng.randrange(_ETHER // 10, _ETHER)
            self.keeper.pay(work, amount)
            self.paid += amount

    def _fund(self, address: str) -> None:
        self._request("anvil_setBalance", address, hex(10_000 * _ETHER))

    def _request(self, method: str, *params: Any) -> Any:
        return self.web3.provider.make_request(RPCEndpoint(method), list(params))["result"]

    def measured(self, bring: Callable[[], int]) -> int:
        """The gas of a way to bring all income, which must leave nothing; and back."""
        before = self._request("evm_snapshot")
        try:
            used = bring()
            left = sum(self.keeper.earnings(work, min_gain=1).credit for work, _ in self.works)
            assert left < len(self.works) ** 2, left
            return used
        finally:
            self._request("evm_revert", before)

    def by_owners(self) -> int:
        """Every owner collects each work, derivatives last; one that came along is not asked."""
        used = 0
        for work, client in self.works:
            if client.earnings(work, min_gain=1).credit:
                used += client.collect(work, min_gain=1).receipt.gas_used
        return used

    def one_by_one(self) -> int:
        """Settles one work after the other, derivatives first, then pays each out."""
        used = 0
        for work, _ in reversed(self.works):
            used += self.keeper.settle([work]).gas_used
        for work, _ in self.works:
            used += self.keeper.distribute([work]).gas_used
        return used

    def kept(self) -> tuple[int, int, int]:
        """By a keeper: gas used, gas planned, transactions."""
        keeper = Keeper(self.keeper, Whose([work for work, _ in self.works]), Policy(factor=1))
        planned = keeper.plan()
        made = keeper.round()
        assert sum(made.paid.values()) <= self.paid
        return made.gas, planned.gas, made.sent


def measure(works: int = 60, creators: int = 6, children: int = 3) -> dict[str, Any]:
    """Gas of each way, exactly, and per work."""
    with Anvil() as node, tempfile.TemporaryDirectory() as folder:
        family = _Family(node.start(), Path(folder), works, creators, children)
        planned, sent = [0], [0]

        def kept() -> int:
            used, planned[0], sent[0] = family.kept()
            return used

        gas = {
            "by_owners": family.measured(family.by_owners),
            "one_by_one": family.measured(family.one_by_one),
            "keeper": family.measured(kept),
        }
    return {
        "works": works,
        "creators": creators,
        "gas": gas,
        "gas_per_work": {name: used // works for name, used in gas.items()},
        "keeper_ratio": {
            name: round(gas["keeper"] / gas[name], 3) for name in ("by_owners", "one_by_one")
        },
        "keeper_transactions": sent[0],
        "estimate_ratio": round(planned[0] / gas["keeper"], 3),
    }


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.keeper", description=__doc__)
    parser.add_argument("--works", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.works)
    if given.json:
        print(json.dumps(found))
        return
    for name, used in found["gas"].items():
        print(f"{name:<12}{used:>12,} gas {found['gas_per_work'][name]:>9,} a work")
    print(f"the keeper plans {found['estimate_ratio']} of what it uses")


if __name__ == "__main__":
    main()
