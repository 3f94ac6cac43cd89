"""Following the logs of a chain as it grows and reorganizes: a cursor and a window of blocks.

A reorganization is told by block hashes alone: each step first compares the newest block it has
seen with the node's, and goes back, block by block, to the last one they have in common. Nothing
depends on what a node pushes or remembers.
"""

# ruff: noqa: N818

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from gen_ip.chain import answers, logs
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import ChainError
from gen_ip.chain.logs import Log, Query
from gen_ip.chain.rpc import Rpc

WINDOW = 256
"""Blocks behind the newest one seen of which the hashes and logs are kept: so deep may a
reorganization be. Ethereum finalizes after 64."""

# Near the head every block's hash is kept, not only those of blocks with logs.
_DENSE = 32


class ReorganizedTooDeep(ChainError):
    """The chain was reorganized below all blocks that are kept, or it is another chain."""

    def __init__(self, block: int) -> None:
        self.block = block
        super().__init__(
            f"the chain was reorganized at or below block {block}, deeper than the {WINDOW} blocks "
            "that are kept; start anew without a cursor, from an earlier from_block"
        )


class Change(NamedTuple):
    """A log that is new, or (`retracted`) one told before that a reorganization took back."""

    log: Log
    retracted: bool


@dataclass(frozen=True)
class Mark:
    """A block that was seen, and the logs it had."""

    block: int
    hash: bytes
    logs: tuple[Log, ...] = ()


@dataclass(frozen=True)
class Cursor:
    """How far a follower has come; with it another one goes on, after a restart too.

    Attributes:
        searched: tells what is searched for, and on which chain.
        start: the first block followed.
        block: the last block whose logs were told.
        marks: blocks seen up to it, the oldest first.
        cut: whether older marks were dropped.
        waiting: changes found and not yet handed out.
    """

    searched: str
    start: int
    block: int
    marks: tuple[Mark, ...] = ()
    cut: bool = False
    waiting: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it."""
        return {
            "searched": self.searched,
            "start": self.start,
            "block": self.block,
            "cut": self.cut,
            "marks": [
                {"block": each.block, "hash": f"0x{each.hash.hex()}", "logs": list(each.logs)}
                for each in self.marks
            ],
            "waiting": [{"log": each.log, "retracted": each.retracted} for each in self.waiting],
        }

    @classmethod
    def from_json(cls, document: Any) -> Cursor:
        """The cursor that `to_json` wrote.

        Raises:
            ValueError: the document is none.
        """
        try:
            return cls(
                str(document["searched"]),
                answers.number(document["start"]),
                int(document["block"]),
                tuple(
                    Mark(
                        answers.number(each["block"]),
                        answers.data(each["hash"]),
                        tuple(map(_plain, each["logs"])),
                    )
                    for each in document["marks"]
                ),
                bool(document["cut"]),
                tuple(
                    Change(_plain(each["log"]), bool(each["retracted"]))
                    for each in document["waiting"]
                ),
            )
        except (AttributeError, LookupError, TypeError, ValueError):
            raise ValueError("no cursor") from None


def searched(chain_id: int, queries: Sequence[Query]) -> str:
    """What tells the cursors of different searches apart."""
    wanted = [(sorted(each.addresses), list(each.topics)) for each in queries]
    return keccak(text=json.dumps([chain_id, sorted(wanted, key=json.dumps)])).hex()


class Follower:
    """Finds, step by step, what changed among the logs that any of `queries` asks for.

    Told are the logs of blocks that have `confirmations` blocks from theirs on. The events of all
    steps, those retracted taken away, are at any time those of the chain up to `cursor.block`: none
    is missing, none is there twice.
    """

    def __init__(
        self, rpc: Rpc, queries: Sequence[Query], cursor: Cursor, confirmations: int = 1
    ) -> None:
        self._rpc, self._queries, self._confirmations = rpc, queries, confirmations
        self._size = logs.STEP
        self.cursor = cursor
        self.behind = True

    def step(self) -> list[Change]:
        """The next changes in order; what was taken back comes by itself, newest first. `behind`
        then says whether more can be had at once.

        Raises:
            ConnectionFailed, NodeError: the node does not answer; the cursor stays where it is.
            ReorganizedTooDeep: the logs to take back are no longer known.
        """
        head = self._rpc.block()
        if retracted := self._go_back(head.number, head.hash):
            self.behind = True
            return retracted
        last = head.number - self._confirmations + 1
        if self.cursor.block >= last:
            self.behind = False
            return []
        self.behind = False
        return self._go_on(last)

    def _go_back(self, head: int, head_hash: bytes) -> list[Change]:
        marks = self.cursor.marks
        seen = [mark for mark in marks if mark.block <= head]
        # A node that is behind has only blocks we know: then there is nothing to say yet.
        if not marks or not seen or self._stands(seen[-1], head, head_hash):
            return []
        kept = len(seen) - 1
        while kept and not self._stands(marks[kept - 1], head, head_hash):
            kept -= 1
        if not kept and self.cursor.cut:
            raise ReorganizedTooDeep(marks[0].block)
        block = marks[kept - 1].block if kept else self.cursor.start - 1
        self.cursor = replace(self.cursor, block=block, marks=marks[:kept])
        return [
            Change(log, retracted=True)
            for mark in reversed(marks[kept:])
            for log in reversed(mark.logs)
        ]

    def _go_on(self, last: int) -> list[Change]:
        start = self.cursor.block + 1
        stop, found = next(logs.steps(self._rpc, self._queries, start, last, self._size))
        by_block: dict[int, list[Log]] = {}
        for log in map(_plain, found):
            by_block.setdefault(answers.number(log["blockNumber"]), []).append(log)
        wanted = {stop, *range(max(start, last - _DENSE + 1), stop)}
        if not self.cursor.marks and start:
            wanted.add(start - 1)
        marks = []
        for block in sorted(wanted | set(by_block)):
            inside = by_block.get(block, [])
            hashes = {answers.data(log["blockHash"]) for log in inside}
            if block in wanted:
                hashes.add(self._hash_at(block) or b"")
            if len(hashes) != 1 or not (hash_ := hashes.pop()):
                # The chain changed between two of the questions: ask them again.
                return []
            marks.append(Mark(block, hash_, tuple(inside)))
        # Asked for last: what stands now stood while the others were asked for.
        if self._hash_at(stop) != marks[-1].hash or not self._still_stands():
            return []
        self._size = min(logs.STEP, 2 * (stop - start + 1))
        self.behind = stop < last
        self._keep([*self.cursor.marks, *marks], stop)
        return [Change(log, retracted=False) for mark in marks for log in mark.logs]

    def _keep(self, marks: list[Mark], block: int) -> None:
        kept = [mark for mark in marks[:-1] if mark.block > block - WINDOW] + marks[-1:]
        cut = self.cursor.cut or len(kept) < len(marks)
        self.cursor = replace(self.cursor, block=block, marks=tuple(kept), cut=cut)

    def _still_stands(self) -> bool:
        marks = self.cursor.marks
        return not marks or self._hash_at(marks[-1].block) == marks[-1].hash

    def _stands(self, mark: Mark, head: int, head_hash: bytes) -> bool:
        found = head_hash if mark.block == head and head_hash else self._hash_at(mark.block)
        return found == mark.hash

    def _hash_at(self, block: int) -> bytes | None:
        found = self._rpc.request("eth_getBlockByNumber", hex(block), False)
        if found is None:
            return None
        with reading("eth_getBlockByNumber"):
            return answers.data(found["hash"])


_NUMBERS = ("blockNumber", "logIndex", "blockTimestamp")
_BYTES = ("address", "blockHash", "transactionHash", "data")


def _plain(log: Log) -> Log:
    """What is needed of a log, as JSON has it whatever the node."""
    with reading("eth_getLogs"):
        found: dict[str, Any] = {"topics": [_hex(topic) for topic in _all(log["topics"])]}
        for name in _NUMBERS:
            if log.get(name) is not None:
                found[name] = hex(answers.number(log[name]))
        for name in _BYTES:
            found[name] = _hex(log[name])
        return found


def _hex(value: Any) -> str:
    return f"0x{answers.data(value).hex()}"


def _all(values: Iterable[Any]) -> Iterable[Any]:
    if isinstance(values, str | bytes | Mapping):
        raise TypeError("no list")
    return values
