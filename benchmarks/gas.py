"""`python -m benchmarks.gas [--json]`: what the operations cost in gas, measured.

`--breakdown ROW` says where the gas goes, `--check` compares with the committed snapshot, and
`--write-snapshot` writes it, with the table in docs/gas.md; `--write-breakdown` writes there where
the gas of every row goes.

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

from benchmarks import opcodes, page, snapshot
from benchmarks._chain import Chain
from benchmarks._operations import AMOUNTS, INCOME_BP, Operations
from benchmarks._works import ChainWork
from benchmarks.bytecode import verified
from benchmarks.gas_table import EXTRA, TABLE, Row
from benchmarks.opcodes import Cost
from gen_ip.errors import GenIPError
from gen_ip.signing import (
    NOBODY,
    Approval,
    Certify,
    MerkleTree,
    certify_leaf,
)
from gen_ip.work import ETH

VOLUME_BP = 10
DEPTHS = (1, 10, 200)
HOPS = 8
LEAVES = 1_000


class Measurement(Operations):
    """Measures all rows on one chain; cost by key in `costs`, gas by depth in `by_depth`.

    A row is the cost of several operations where it is in `divisors`, by so many.
    """

    def __init__(self, chain: Chain, steps: bool = False) -> None:
        super().__init__(chain, steps)
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
        """A payment and its distribution to the wallets of 8 ancestors; of the paid work too."""
        for row, released_from in (("reach_all8", 1), ("reach_all9", 0)):
            line, token = self._line_and_token()
            ids = [work.id for work in line]
            for key in (f"{row}_first", row):
                before = [self._wallet(work.owner.address, token) for work in line]
                paid = self._pay(line[0], token)
                distribute = self._splitter("distribute", ids, released_from, token)
                distributed = self._cost(self.chain.do(self.payer, distribute, key))
                self.costs[f"{key}_distribute"] = distributed
                self.costs[key] = paid + distributed
                after = [self._wallet(work.owner.address, token) for work in line]
                got = [new > old for new, old in zip(after, before, strict=True)]
                assert got == [place >= released_from for place in range(len(line))]

    def _line_and_token(self) -> tuple[list[ChainWork], str]:
        line = self.works.line(HOPS, self.works.terms(INCOME_BP, 0))
        token = self._token(self.payer)
        self.chain.mine()
        return line, token


def measure() -> dict[str, Any]:
    """All rows by key, gas by depth, under which conditions, and the hashes of the code.

    Raises:
        WrongBytecode: the chain holds other code than the package.
        GenIPError: there is no anvil, or the chain refuses a step.
    """
    with Chain(b"gas") as chain:
        measurement = Measurement(chain)
        measurement.all()
        node, code = chain.node, verified(chain.rpc, chain.session.deployment)
    rows = {row.key: row.measured(measurement.gas[row.key]) for row in (*TABLE, *EXTRA)}
    assert rows.keys() == measurement.gas.keys()
    conditions = {
        "amounts": {name: str(amount) for name, amount in AMOUNTS.items()},
        "income_bp": INCOME_BP,
        "volume_bp": VOLUME_BP,
        "node": node,
        "bytecode": code,
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
        lines.append(f"over the limit: {', '.join(over)}")
    for key in ("pay_depth", "pay_depth_eth", "derive_depth"):
        gas = ", ".join(f"{depth}: {used:,}" for depth, used in measured[key].items())
        lines.append(f"{key} (by depth of the work): {gas}")
    amounts = ", ".join(f"{name} {amount}" for name, amount in measured["amounts"].items())
    lines.append(f"amounts, not round so that no phase is zero: {amounts}")
    lines.append(f"on {measured['node']['client']}, {measured['node']['hardfork']}")
    for name, code in measured["bytecode"].items():
        lines.append(f"{name}: creation code {code['creation']}, the package's")
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
    snapshots = parser.add_mutually_exclusive_group()
    snapshots.add_argument(
        "--check", action="store_true", help="exit 1 where a row is not as in the snapshot"
    )
    snapshots.add_argument(
        "--write-snapshot", action="store_true", help="write the snapshot and docs/gas.md's table"
    )
    snapshots.add_argument(
        "--write-breakdown",
        action="store_true",
        help="write docs/gas.md's table of where the gas goes",
    )
    options = parser.parse_args(arguments)
    if options.breakdown and (options.check or options.write_snapshot or options.write_breakdown):
        parser.error("--breakdown only prints: leave out --check and --write-...")
    try:
        return _run(options)
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    if options.breakdown:
        found = broken_down(options.breakdown)
        texts = "\n\n".join(opcodes.text(each) for each in found)
        print(json.dumps(found, indent=2) if options.json else texts)
        return 0
    if options.write_breakdown:
        written = page.breakdown_table(broken_down([row.key for row in (*TABLE, *EXTRA)]))
        page.write("breakdown", written)
        print(written)
        return 0
    before = snapshot.read() if options.check else {}
    measured = measure()
    print(json.dumps(measured, indent=2) if options.json else table(measured))
    if options.write_snapshot:
        snapshot.write(measured)
        page.write("gas", page.gas_table(measured))
    if options.check and (changes := snapshot.changes(before, measured)):
        print(snapshot.diff(changes), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
