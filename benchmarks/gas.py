"""`python -m benchmarks.gas [--json] [--breakdown ROW]`: what the operations cost in gas, measured.

Every number is the gas of whole transactions, from the receipts of signed transactions on a
private anvil. What is measured under which conditions: benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from math import ceil
from typing import Any

from benchmarks import opcodes
from benchmarks._chain import Chain, Mined, token_call
from benchmarks._works import ChainWork, Works
from benchmarks.gas_table import EXTRA, TABLE, Row
from benchmarks.opcodes import Cost
from gen_ip.chain.session import Call
from gen_ip.errors import GenIPError
from gen_ip.ledger import BASIS_POINTS
from gen_ip.signing import (
    NOBODY,
    Approval,
    Certify,
    MerkleTree,
    OfferKind,
    OfferStruct,
    certify_leaf,
)
from gen_ip.work import ETH

INCOME_BP = 1_000
VOLUME_BP = 10
DEPTHS = (1, 10, 200)
HOPS = 8
LEAVES = 1_000
AMOUNTS = {"price": 1_234_567, "payment": 1_234_567_891_237, "payment_eth": 10**18 + 234_567_891}
"""Smallest units. Not round, so that every running total leaves a remainder (a phase)."""
assert all(amount * INCOME_BP % BASIS_POINTS for amount in AMOUNTS.values())


class Measurement:
    """Measures all rows on one chain; cost by key in `costs`, gas by depth in `by_depth`.

    A row is the cost of several operations where it is in `divisors`, by so many. With `steps`,
    the chain keeps them and every cost says where the gas went.
    """

    def __init__(self, chain: Chain, steps: bool = False) -> None:
        self.chain, self._steps = chain, steps
        self.works = Works(chain)
        self.payer = chain.account()
        self.costs: dict[str, Cost] = {}
        self.divisors: dict[str, int] = {}
        self.by_depth: dict[str, dict[str, int]] = {}

    def all(self) -> None:
        """Everything, in an order in which nothing disturbs what follows."""
        self.certificates()
        self.anchors()
        self.sales()
        self.derivatives()
        self.payments()
        self.settlements()
        self.one_ancestor()
        self.all_ancestors()

    @property
    def gas(self) -> dict[str, int]:
        """Gas by key; a row that is divided is rounded up."""
        return {key: ceil(cost.gas / self.divisors.get(key, 1)) for key, cost in self.costs.items()}

    def certificates(self) -> None:
        """An account's first certificate, on a registry that has others."""
        self.works.certify(self.chain.account())
        self.works.certify(self.chain.account())
        self.costs["certify"] = self._cost(self.chain.mine()[-1])

    def sales(self) -> None:
        """An offer of a license that allows use, and its second sale."""
        seller, buyers = self.chain.account(), [self.chain.account() for _ in range(2)]
        token = self._token(*buyers)
        work = self.works.certify(seller)
        terms = self.works.terms(0, 0, derive=False)
        offer = self._ask(seller.address, work.id, terms, token)
        self.chain.mine()
        post = self.chain.session.encode("LicenseMarketplace", "post", offer)
        self.costs["post_offer"] = self._cost(self.chain.do(seller, post, "the offer"))
        for buyer in buyers:
            taking = (work.id, (), 1, buyer.address, 0, NOBODY, bytes(32))
            fill = (offer, Approval(), taking)
            call = self.chain.session.encode("LicenseMarketplace", "fill", fill)
            self.costs["buy"] = self._cost(self.chain.do(buyer, call, "the sale"))
            self.works.sold()

    def anchors(self) -> None:
        """A transaction that claims LEAVES works, divided by them; the certificates wait."""
        owner = self.chain.account()
        registry = self.chain.session.deployment.registry
        chain_id = self.chain.rpc.chain_id
        certify = Certify(owner.address, bytes(32), chain_id, bytes(32))
        leaves = []
        for number in range(LEAVES):
            content = sha256(f"anchored {number}".encode()).digest()
            leaf = certify_leaf(chain_id, registry, certify._replace(content_hash=content), content)
            leaves.append(leaf)
        call = self.chain.session.encode("IPRegistry", "anchor", MerkleTree(leaves).root)
        self.costs["anchor_each"] = self._cost(self.chain.do(owner, call, "the anchor"))
        self.divisors["anchor_each"] = LEAVES

    def derivatives(self) -> None:
        """Certificates under one and two licenses held; the creators' first certificates."""
        terms, others = self.works.terms(INCOME_BP, 0), self.works.terms(INCOME_BP, 0, variant=1)
        line = self.works.line(max(DEPTHS), terms)[::-1]
        self.chain.mine()
        by_depth = {}
        for depth in DEPTHS:
            # A sister of the line's work at this depth.
            by_depth[depth] = self._derive((line[depth - 1], terms))
        self.by_depth["derive_depth"] = {str(depth): cost.gas for depth, cost in by_depth.items()}
        self.costs["derive"] = max(by_depth.values(), key=lambda cost: cost.gas)

        originals = [self.works.certify(self.chain.account()) for _ in range(2)]
        one = self._derive((originals[0], terms))
        two = self._derive((originals[0], terms), (originals[1], terms))
        mixed = self._derive((originals[0], terms), (originals[1], others))
        self.costs["derive_extra_parent"] = two - one
        self.costs["derive_extra_parent_other_terms"] = mixed - one

    def payments(self) -> None:
        """Repeated payments to an original and at every depth; the dearest of them."""
        terms = self.works.terms(INCOME_BP, 0)
        line = self.works.line(max(DEPTHS), terms)[::-1]
        token = self._token(self.payer)
        self.chain.mine()
        for key, by_depth, used in (
            ("pay_erc20", "pay_depth", token),
            ("pay_eth", "pay_depth_eth", ETH),
        ):
            costs = {}
            for depth in (0, *DEPTHS):
                self._pay(line[depth], used)
                costs[depth] = self._pay(line[depth], used)
            self.by_depth[by_depth] = {str(depth): costs[depth].gas for depth in DEPTHS}
            self.costs[key] = max(costs.values(), key=lambda cost: cost.gas)

    def settlements(self) -> None:
        """What each of 8 further hops adds to the settlement of one, in one transaction."""
        for kinds, volume in (("", 0), ("_both", VOLUME_BP)):
            line = self.works.line(HOPS + 1, self.works.terms(INCOME_BP, volume))
            token = self._token(self.payer)
            self.chain.mine()
            for time in ("_first", ""):
                self._pay(line[0], token)
                with self.chain.undone():
                    one = self._settle(line[:1], token)
                key = f"settle_hop{kinds}{time}"
                self.costs[key] = self._settle(line[: HOPS + 1], token) - one
                self.divisors[key] = HOPS

    def one_ancestor(self) -> None:
        """The owner of an original collects, to its own wallet, what its 8th descendant earned."""
        line, token = self._line_and_token()
        owner = line[-1].owner
        ids = [work.id for work in line]
        for key in ("reach8_first", "reach8"):
            self._pay(line[0], token)
            collect = self._splitter("collect", ids, token, owner.address)
            self.costs[key] = self._cost(self.chain.do(owner, collect, key))
            assert self._wallet(owner.address, token) > 0

    def all_ancestors(self) -> None:
        """A payment and its distribution to the wallets of the paid work and of 8 ancestors."""
        line, token = self._line_and_token()
        ids = [work.id for work in line]
        for key in ("reach_all8_first", "reach_all8"):
            before = [self._wallet(work.owner.address, token) for work in line]
            paid = self._pay(line[0], token)
            distribute = self._splitter("distribute", ids, token)
            distributed = self._cost(self.chain.do(self.payer, distribute, key))
            self.costs[f"{key}_distribute"] = distributed
            self.costs[key] = paid + distributed
            after = [self._wallet(work.owner.address, token) for work in line]
            assert all(new > old for new, old in zip(after, before, strict=True))

    def _line_and_token(self) -> tuple[list[ChainWork], str]:
        line = self.works.line(HOPS, self.works.terms(INCOME_BP, 0))
        token = self._token(self.payer)
        self.chain.mine()
        return line, token

    def _ask(self, maker: str, work: int, terms: bytes, token: str) -> OfferStruct:
        return OfferStruct(
            kind=OfferKind.LICENSE_ASK,
            maker=maker,
            taker=NOBODY,
            work=work,
            works_root=bytes(32),
            terms_hash=terms,
            token=token,
            price=AMOUNTS["price"],
            quantity=1_000,
            transfers=0,
            encumbrance=bytes(32),
            valid_from=0,
            deadline=0,
            counter_to=bytes(32),
            uncontested=False,
            deliver_within=0,
            challenge_window=0,
            counter=0,
            salt=1,
        )

    def _token(self, *holders: Any) -> str:
        """A new ERC-20 that nobody else holds, not even the splitter."""
        token = self.chain.token()
        for holder in holders:
            self.chain.endow(holder, token)
        return token

    def _derive(self, *edges: tuple[ChainWork, bytes]) -> Cost:
        self.works.derive(self.chain.account(), edges)
        return self._cost(self.chain.mine()[-1])

    def _pay(self, work: ChainWork, token: str) -> Cost:
        amount = AMOUNTS["payment_eth" if token == ETH else "payment"]
        value = amount if token == ETH else 0
        pay = self._splitter("pay", work.id, token, amount, value=value)
        return self._cost(self.chain.do(self.payer, pay, "a payment"))

    def _settle(self, path: Sequence[ChainWork], token: str) -> Cost:
        settle = self._splitter("settleMany", [work.id for work in path], token)
        return self._cost(self.chain.do(self.payer, settle, "a settlement"))

    def _cost(self, mined: Mined) -> Cost:
        if not self._steps:
            return Cost(mined.gas)
        return opcodes.traced(self.chain.rpc, mined.tx_hash, mined.gas)

    def _splitter(self, function: str, *values: object, value: int = 0) -> Call:
        return self.chain.session.encode("RoyaltySplitter", function, *values, value=value)

    def _wallet(self, account: str, token: str) -> int:
        (held,) = self.chain.read([token_call(token, "balanceOf", account)])
        return int(held)


def measure() -> dict[str, Any]:
    """All rows by key, gas by depth, and under which conditions.

    Raises `GenIPError` where there is no anvil or the chain refuses a step.
    """
    with Chain(b"gas") as chain:
        measurement = Measurement(chain)
        measurement.all()
        node = chain.node
    rows = {row.key: row.measured(measurement.gas[row.key]) for row in (*TABLE, *EXTRA)}
    assert rows.keys() == measurement.gas.keys()
    conditions = {
        "amounts": {name: str(amount) for name, amount in AMOUNTS.items()},
        "income_bp": INCOME_BP,
        "volume_bp": VOLUME_BP,
        "node": node,
    }
    return {**rows, **measurement.by_depth, **conditions}


def broken_down(keys: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of these keys by class of opcode; see `benchmarks.opcodes.breakdown`.

    Raises `GenIPError` as `measure` does.
    """
    with Chain(b"gas", steps=True) as chain:
        measurement = Measurement(chain, steps=True)
        measurement.all()
        addresses = chain.session.deployment.addresses()
        names = {address.lower(): name for name, address in addresses.items()}
        names.update((address.lower(), "token") for address in chain.tokens)
    return [
        opcodes.breakdown(key, measurement.costs[key], measurement.divisors.get(key, 1), names)
        for key in keys
    ]


def table(measured: dict[str, Any]) -> str:
    """The measurement for people, a row a line."""
    lines = [f"{'operation':<62}{'gas':>9}{'at most':>10}{'':>7}{'peer':>11}{'ours/peer':>11}"]
    for row in (*TABLE, *EXTRA):
        lines.append(_line(row, measured[row.key]["gas"]))
    over = [row.key for row in TABLE if not row.measured(measured[row.key]["gas"])["within"]]
    if over:
        lines.append(f"over the limit: {', '.join(over)}; benchmarks/README.md says why")
    for key in ("pay_depth", "pay_depth_eth", "derive_depth"):
        gas = ", ".join(f"{depth}: {used:,}" for depth, used in measured[key].items())
        lines.append(f"{key} (by depth of the work): {gas}")
    amounts = ", ".join(f"{name} {amount}" for name, amount in measured["amounts"].items())
    lines.append(f"amounts, not round so that no phase is zero: {amounts}")
    lines.append(f"on {measured['node']['client']}, {measured['node']['hardfork']}")
    return "\n".join(lines)


def _line(row: Row, gas: int) -> str:
    verdict = "" if row.limit is None else "ok" if gas <= row.limit else "OVER"
    limit = "-" if row.limit is None else f"{row.limit:,}"
    peer = "-" if row.peer is None else f"{row.peer:,}"
    ratio = "-" if row.peer is None else f"{gas / row.peer:.0%}"
    return f"{row.operation:<62}{gas:>9,}{limit:>10}{verdict:>7}{peer:>11}{ratio:>11}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gas", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON, rows by their key")
    keys = [row.key for row in (*TABLE, *EXTRA)]
    parser.add_argument(
        "--breakdown",
        metavar="ROW",
        action="append",
        choices=keys,
        help="print this row's gas by class of opcode instead; may be repeated",
    )
    options = parser.parse_args(arguments)
    try:
        if options.breakdown:
            found = broken_down(options.breakdown)
            texts = "\n\n".join(opcodes.text(each) for each in found)
            print(json.dumps(found, indent=2) if options.json else texts)
            return 0
        measured = measure()
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(measured, indent=2) if options.json else table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
