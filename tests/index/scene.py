"""A chain on which works are paid and settled, and which can be taken back to any block."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmarks._chain import _BLOCK_GAS_LIMIT, Chain
from benchmarks._works import Works
from benchmarks.replay_format import parse, random_case
from gen_ip.work import ETH


@dataclass
class _Mark:
    block: int
    snapshot: str
    nonces: dict[str, int]


class Scene:
    """A few works that derive from each other, and blocks on top. `rng` decides all of it."""

    def __init__(self, chain: Chain, seed: int = 1) -> None:
        self.chain, self.rng = chain, random.Random(seed)
        case = parse(random_case(self.rng.getrandbits(32), 6, 0)).works
        owners = [chain.account() for _ in case]
        self.works = [work.id for work in Works(chain).open(case, owners)]
        self.payer = chain.account()
        chain.mine()
        self._marks: list[_Mark] = []
        self._mark()

    @property
    def head(self) -> int:
        """The newest block."""
        return self.chain.rpc.block().number

    def mine(self, blocks: int = 1) -> None:
        """Blocks with some payments and settlements, or none."""
        for _ in range(blocks):
            for _ in range(self.rng.choice([0, 1, 1, 2, 3])):
                self._something()
            if not self.chain.mine():
                self.chain.rpc.request("evm_mine")
            self._mark()

    def reorganize(self, depth: int, blocks: int) -> None:
        """Takes back `depth` blocks and mines others in their place."""
        target = max(self._marks[0].block, self.head - depth)
        while self._marks[-1].block > target:
            self._marks.pop()
        mark = self._marks.pop()
        rpc = self.chain.rpc
        assert rpc.request("evm_revert", mark.snapshot)
        rpc.request("evm_setBlockGasLimit", hex(_BLOCK_GAS_LIMIT))
        self.chain._nonces = dict(mark.nonces)
        self._mark()
        # Without it the same transactions could make the same blocks.
        rpc.request("evm_increaseTime", hex(self.rng.randint(1, 50)))
        self.mine(blocks)

    def _mark(self) -> None:
        snapshot = self.chain.rpc.request("evm_snapshot")
        self._marks.append(_Mark(self.head, snapshot, dict(self.chain._nonces)))

    def _something(self) -> None:
        work, encode = self.rng.choice(self.works), self.chain.session.encode
        if self.rng.random() < 0.6:
            amount = self.rng.randint(1, 10**12)
            call = encode("RoyaltySplitter", "pay", work, ETH, amount, value=amount)
        else:
            call = encode("RoyaltySplitter", self.rng.choice(["settle", "draw"]), work, ETH)
        self.chain.add(self.payer, call, "something")
