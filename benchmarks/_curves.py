"""What `benchmarks.growth` measures: gas against depth, against parents, against batch size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import linear_regression

from benchmarks._chain import Chain, Refused
from benchmarks._operations import Operations
from benchmarks._works import ChainWork
from gen_ip.signing import NOBODY, Approval

TRANSACTION_LIMIT = 2**24
"""Gas that one transaction may use on Ethereum (EIP-7825)."""
GAS_LIMIT = 60_000_000
"""What transactions may use here, so that a curve can be seen to pass the limit."""
LINE_BP = 9_900
"""Income share along a line: something is left to move even after a thousand generations."""
PARENT_BP = 300
"""Income share of each parent: 32 of them are owed 96 %."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Gas by size of one operation; `step` names what one more of the size is."""

    key: str
    label: str
    step: str
    gas: dict[int, int] = field(default_factory=dict)

    @property
    def flat(self) -> bool:
        """Whether the dearest point costs less than 2 % more than the cheapest."""
        return max(self.gas.values()) < 1.02 * min(self.gas.values())

    @property
    def slope(self) -> float:
        """Gas a step, by least squares; 0 for a single point."""
        if len(self.gas) < 2:
            return 0.0
        return linear_regression(list(self.gas), list(self.gas.values())).slope

    def largest(self, limit: int) -> int:
        """The size that `limit` gas is enough for, going on from the largest point of a curve that
        rises."""
        size = max(self.gas)
        return size + int((limit - self.gas[size]) // self.slope)


class _Panel(Operations):
    """Curves over one size. Sizes ascend and works are made as they are needed, so that the first
    points are the same whatever comes after them."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.curves: dict[str, Curve] = {}
        self.line: list[ChainWork] = []
        self._terms = self.works.terms(LINE_BP, 0)

    def _add(self, key: str, label: str, step: str) -> Callable[[int, int], None]:
        curve = self.curves[key] = Curve(key, label, step)
        return curve.gas.__setitem__

    def _grow(self, works: int) -> None:
        """Makes `line`, the original first, so many works long."""
        if not self.line:
            self.line.append(self.works.certify(self.chain.account()))
        while len(self.line) < works:
            parent = self.line[-1]
            self.line.append(self.works.derive(self.chain.account(), [(parent, self._terms)]))
        self.chain.mine()

    def _path(self, works: int) -> list[ChainWork]:
        """The oldest works of the line, youngest first."""
        return self.line[:works][::-1]

    def _collect(self, path: Sequence[ChainWork], token: str) -> int:
        owner = path[-1].owner
        before = self._wallet(owner.address, token)
        collect = self._splitter("collect", [work.id for work in path], token, owner.address)
        mined = self.chain.do(owner, collect, f"collect over {len(path)} works")
        assert self._wallet(owner.address, token) > before
        return mined.gas

    def _distribute(self, path: Sequence[ChainWork], token: str) -> int:
        before = [self._wallet(work.owner.address, token) for work in path]
        distribute = self._splitter("distribute", [work.id for work in path], 0, token)
        mined = self.chain.do(self.payer, distribute, f"distribute over {len(path)} works")
        after = [self._wallet(work.owner.address, token) for work in path]
        assert all(new > old for new, old in zip(after, before, strict=True))
        return mined.gas

    def _fills(self, work: ChainWork, counts: Sequence[int]) -> list[int]:
        """Sales of so many licenses of one posted offer, each to a buyer of its own."""
        buyers = [self.chain.account() for _ in counts]
        token = self._token(*buyers)
        offer = self._ask(work.owner.address, work.id, self.works.terms(0, 0, derive=False), token)
        post = self.chain.session.encode("LicenseMarketplace", "post", offer)
        self.chain.add(work.owner, post, "the offer")
        self.chain.mine()
        gas = []
        for buyer, count in zip(buyers, counts, strict=True):
            taking = (work.id, (), count, buyer.address, 0, NOBODY, bytes(32))
            call = self.chain.session.encode(
                "LicenseMarketplace", "fill", (offer, Approval(), taking)
            )
            gas.append(self.chain.do(buyer, call, f"a sale of {count}").gas)
            for _ in range(count):
                self.works.sold()
        return gas


class Depth(_Panel):
    """Against the generations above a work."""

    def measure(self, depths: Sequence[int]) -> None:
        """Fills `curves`; the first time of each operation is left out unless it is named."""
        step = "generation"
        pay = self._add("pay", "pay a work, ERC-20, repeat", step)
        settle = self._add("settle", "settle a work, repeat", step)
        certify = self._add("certify", "certify an original, creator's first", step)
        derive = self._add("derive", "certify a derivative, one parent", step)
        fill = self._add("fill", "buy a license, ERC-20, later sale", step)
        first = self._add("collect_first", "collect from so far below, first ever", step)
        repeat = self._add("collect", "collect from so far below, repeat", step)
        token = self._token(self.payer)
        for depth in depths:
            self._grow(depth + 1)
            work = self.line[depth]
            self.works.certify(self.chain.account())
            certify(depth, self.chain.mine()[-1].gas)
            self.works.derive(self.chain.account(), [(self.line[depth - 1], self._terms)])
            derive(depth, self.chain.mine()[-1].gas)
            for _ in range(2):
                # Of each pair the second stays.
                pay(depth, self._pay(work, token).gas)
                settle(depth, self._settle([work], token).gas)
            fill(depth, self._fills(work, (1, 1))[-1])
            fresh = self._token(self.payer)
            self.chain.mine()
            for note in (first, repeat):
                self._pay(work, fresh)
                note(depth, self._collect(self._path(depth + 1), fresh))

    def farthest(self, limit: int) -> tuple[int, int]:
        """From how many generations below the original's owner can collect, first ever, in one
        transaction of `limit` gas, and what that uses: found with real transactions, one that
        passes and one, a generation farther, that runs out of gas."""
        depth = max(1, self.curves["collect_first"].largest(limit))
        tried: dict[int, int | None] = {}
        while True:
            for near in (depth, depth + 1):
                if near not in tried:
                    tried[near] = self._collected(near, limit)
            if tried[depth] is None:
                depth -= 1
            elif tried[depth + 1] is not None:
                depth += 1
            else:
                return depth, tried[depth] or 0

    def _collected(self, depth: int, limit: int) -> int | None:
        self._grow(depth + 1)
        with self.chain.undone():
            token = self._token(self.payer)
            self.chain.mine()
            self._pay(self.line[depth], token)
            before, self.chain.gas_limit = self.chain.gas_limit, limit
            try:
                return self._collect(self._path(depth + 1), token)
            except Refused:
                return None
            finally:
                self.chain.gas_limit = before


class Parents(_Panel):
    """Against the parents of a work."""

    def measure(self, counts: Sequence[int]) -> None:
        """Fills `curves`."""
        step = "parent"
        derive = self._add("derive", "certify a derivative under licenses held", step)
        first = self._add("settle_first", "settle a work, first ever", step)
        repeat = self._add("settle", "settle a work, repeat", step)
        pay = self._add("pay", "pay a work, ERC-20, repeat", step)
        terms = self.works.terms(PARENT_BP, 0)
        originals: list[ChainWork] = []
        for count in counts:
            while len(originals) < count:
                originals.append(self.works.certify(self.chain.account()))
            edges = [(work, terms) for work in originals[:count]]
            child = self.works.derive(self.chain.account(), edges)
            derive(count, self.chain.mine()[-1].gas)
            token = self._token(self.payer)
            self.chain.mine()
            for note in (first, repeat):
                pay(count, self._pay(child, token).gas)
                note(count, self._settle([child], token).gas)


class Batch(_Panel):
    """Against what one transaction does at once."""

    def measure(self, sizes: Sequence[int]) -> None:
        """Fills `curves`."""
        certify = self._add(
            "certify_many", "certifyMany, each signed by its creator", "certificate"
        )
        fill = self._add("fill", "buy licenses of one offer, ERC-20", "license")
        settle = self._add("settle_many", "settleMany up a line, repeat", "work")
        first = self._add("distribute_first", "distribute up a line, first ever", "work")
        repeat = self._add("distribute", "distribute up a line, repeat", "work")
        seller = self.works.certify(self.chain.account())
        # The first sale of an offer opens its slot.
        for size, gas in zip(sizes, self._fills(seller, (1, *sizes))[1:], strict=True):
            fill(size, gas)
        for size in sizes:
            entries = [self.works.signed(self.chain.account())[1] for _ in range(size)]
            call = self.chain.session.encode("IPRegistry", "certifyMany", entries, False)
            certify(size, self.chain.do(self.payer, call, f"{size} certificates").gas)
            # One work more: the last of a path owes a parent, too.
            self._grow(size + 1)
            path = self._path(size + 1)[:size]
            for operation, notes in (
                (self._distribute, (first, repeat)),
                (lambda path, token: self._settle(path, token).gas, (None, settle)),
            ):
                token = self._token(self.payer)
                self.chain.mine()
                for note in notes:
                    self._pay(path[0], token)
                    gas = operation(path, token)
                    if note is not None:
                        note(size, gas)
