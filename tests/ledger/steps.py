"""What can be done in a history, as plain numbers that Python and Solidity read alike.

Works are numbered from 0 in the order they are certified, tokens from 0 (ETH, then two ERC-20s).
Accounts are people 0 to 4, a contract that takes no ETH, two wallets, and from 100 on the till of
each work. tests/forge/histories/HistorySource.sol has the same constants and structs.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from eth_abi import abi
from eth_utils.crypto import keccak

TOKENS = 3
PEOPLE = 5
VAULT, SINK, WALLET, NOBODY = 5, 6, 7, 8
TILL = 100

_TYPE = (
    "(uint8,uint256,uint256,uint256,uint256,uint256[],"
    "(uint256,uint256,uint256)[],(uint256,uint256)[])"
)


class Kind(IntEnum):
    """What a step does, and which fields of it count."""

    CERTIFY = 0
    """Number `work`, by `account`, with `parents` and payees `cuts`."""
    PAY = 1
    SETTLE = 2
    SETTLE_MANY = 3
    DRAW = 4
    WITHDRAW = 5
    COLLECT = 6
    RELEASE = 7
    DISTRIBUTE = 8
    """Settles `path`, then releases its works from position `amount` on."""
    TRANSFER = 9
    SET_PAYOUT = 10
    ADD_PAYEE = 11


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does.

    `parents` are (work, income share, volume share), `cuts` (account, share), in basis points.
    """

    kind: Kind
    work: int = 0
    token: int = 0
    amount: int = 0
    account: int = 0
    path: tuple[int, ...] = ()
    parents: tuple[tuple[int, int, int], ...] = ()
    cuts: tuple[tuple[int, int], ...] = ()

    def encode(self) -> bytes:
        """As `abi.encode` has it."""
        fields = (
            int(self.kind),
            self.work,
            self.token,
            self.amount,
            self.account,
            self.path,
            self.parents,
            self.cuts,
        )
        return abi.encode([_TYPE], [fields])


def decode(data: bytes) -> Step:
    """The step that `Step.encode` wrote."""
    ((kind, *rest),) = abi.decode([_TYPE], data)
    return Step(Kind(kind), *rest)


def digest_of(steps: Iterable[Step]) -> bytes:
    """A chain of hashes over the steps, 32 bytes."""
    found = bytes(32)
    for step in steps:
        found = keccak(found + keccak(step.encode()))
    return found


def save(path: Path, steps: Sequence[Step]) -> None:
    """Writes a history that `load` and tests/forge/Histories.t.sol read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text(steps))
    os.replace(temporary, path)


def text(steps: Sequence[Step]) -> str:
    """A history as JSON: each step as `abi.encode` has it."""
    return json.dumps({"steps": [f"0x{step.encode().hex()}" for step in steps]}, indent=2) + "\n"


def load(path: Path) -> list[Step]:
    """The history that `save` wrote."""
    steps = json.loads(path.read_text("utf-8"))["steps"]
    return [decode(bytes.fromhex(step[2:])) for step in steps]
