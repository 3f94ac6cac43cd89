"""What brings a platform's uploads on chain, round by round.

Whatever ends it, nothing is certified twice and nothing is forgotten: uploads are taken out of the
queue and what is signed is kept before any node has it, and what became of it the chain is asked,
not the memory of a process. Any number may run on the same queue; two with one account compete for
its nonces, so give each its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from gen_ip.chain.errors import (
    ConnectionFailed,
    GasTooExpensive,
    InsufficientFunds,
    NodeError,
    NonceTaken,
    TransactionFailed,
    TransactionPending,
    TransactionUncertain,
    TransactionVanished,
)
from gen_ip.chain.reverts import AlreadyCertified, ContractError, GasTooLow, UnknownAnchor
from gen_ip.client import GenIP
from gen_ip.platform.entries import Entry, State
from gen_ip.platform.policy import Policy
from gen_ip.platform.queue import Queue, Send

_PAUSE_SECONDS = 15
_MOST_TRIES = 10
_MOST_LOOKS = 10
# They pass: the anchor may be in a block that a reorganization took back.
_PASSING = (UnknownAnchor, GasTooLow)
_UNDER_WAY = (TransactionPending, TransactionUncertain)
_NOT_NOW = (ConnectionFailed, NodeError, GasTooExpensive, InsufficientFunds)


@dataclass(frozen=True)
class Round:
    """What a round did.

    Attributes:
        sent: transactions that are in a block.
        done: uploads that the chain holds by them.
        refused: uploads that were left out.
        waits: why nothing could be sent just now, as where gas is too expensive; None for nothing.
    """

    sent: int = 0
    done: int = 0
    refused: int = 0
    waits: str | None = None


class Submitter:
    """Sends what waits in a queue, from the client's account.

    Args:
        client: its account pays the gas, its `max_fee` is the most for a transaction.
        queue: what waits.
        policy: how long for others.
        now: the time in seconds since the epoch.
    """

    def __init__(
        self,
        client: GenIP,
        queue: Queue,
        policy: Policy | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._queue = client, queue
        self._policy, self._now = policy or Policy(), now

    def round(self) -> Round:
        """Looks after what was sent, goes on with what somebody left, and sends what is due.

        Raises:
            QueueUnavailable: what is under way is gone on with in ten minutes, by whoever comes.
        """
        sent = done = refused = 0
        try:
            self._look_back()
            while (left := self._queue.left(self._moment())) is not None:
                done, refused, sent = _plus((done, refused, sent), self._go_on(left))
            while (new := self._begin()) is not None:
                done, refused, sent = _plus((done, refused, sent), self._send(new))
        except _NOT_NOW as error:
            return Round(sent, done, refused, str(error))
        except _UNDER_WAY as error:
            return Round(sent, done, refused, str(error))
        return Round(sent, done, refused)

    # ----------------------------------------------------------------- inside

    def _begin(self) -> Send | None:
        policy = self._policy
        return self._queue.begin(self._moment(), policy.seconds, policy.most)

    def _send(self, send: Send) -> tuple[int, int]:
        """Hands a transaction to the node and waits for it; how many the chain holds, and how many
        it left out."""
        keeping = self._client._keeping(lambda sent: self._queue.keep(send, sent))
        left_out: dict[str, ContractError] = {}
        try:
            if send.root is not None:
                keeping.send(keeping.calls.registry.anchor(send.root))
            else:
                left_out = self._refusals(send)
                sound = [each for each in send.entries if each.key not in left_out]
                batch = keeping.certify_many([each.certificate for each in sound], skip=True)
                left_out |= {sound[place].key: why for place, why in batch.skipped.items()}
        except _UNDER_WAY:
            # Its bytes are in the queue: whoever comes next goes on with them.
            self._queue.later(send, self._moment())
            raise
        except _NOT_NOW:
            self._queue.put_back(send, self._moment() + _PAUSE_SECONDS)
            raise
        except NonceTaken:
            self._queue.put_back(send, self._moment())
            return 0, 0
        except ContractError as error:
            return self._all_refused(send, error)
        return self._settle(send, left_out)

    def _refusals(self, send: Send) -> dict[str, ContractError]:
        """What would be left out, and why, by the uploads' keys: nobody's gas is spent on it."""
        session = self._client._session
        calls = []
        for each in send.entries:
            made = each.certificate
            home = session.calls.home_of(made.certify)
            call = home.certify_for(made.certify, made.anchor, made.consent)
            calls.append((call.to, call.data))
        answers = session.rpc.calls(calls)
        return {
            each.key: answer
            for each, answer in zip(send.entries, answers, strict=True)
            if isinstance(answer, ContractError)
        }

    def _go_on(self, send: Send) -> tuple[int, int]:
        """What a worker left that ended, or could not wait any longer."""
        if send.sent is not None:
            try:
                self._client.resume(send.sent)
            except (*_UNDER_WAY, ConnectionFailed):
                self._queue.later(send, self._moment() + _PAUSE_SECONDS)
                raise
            except (NonceTaken, TransactionVanished, TransactionFailed, ContractError, NodeError):
                # What is on chain is asked below.
                pass
        if send.root is not None and not self._is_anchored(send.root):
            return self._send(send)
        return self._settle(send, {})

    def _settle(self, send: Send, left_out: dict[str, ContractError]) -> tuple[int, int]:
        """Asks the chain which of the uploads it holds."""
        there, block, hash_ = self._seen(send)
        if not there:
            # A transaction that is not needed, or that left out all of it.
            for each in send.entries:
                self._left_out(each, left_out.get(each.key))
            self._queue.put_back(send, self._moment())
            return 0, len(left_out)
        state = State.CERTIFIED if send.root is None else State.ANCHORED
        self._queue.seen(send, state, there, block, hash_)
        refused = 0
        for each in send.entries:
            if each.key not in there:
                self._left_out(each, left_out.get(each.key))
                refused += 1
            elif send.root is None and isinstance(left_out.get(each.key), AlreadyCertified):
                refused += self._others(each)
        return len(there), refused

    def _seen(self, send: Send) -> tuple[set[str], int, bytes]:
        """The keys of the uploads that the chain holds, and a block in which it does."""
        for _ in range(_MOST_LOOKS):
            before = self._client._session.rpc.block()
            if send.root is not None:
                held = [self._is_anchored(send.root)] * len(send.entries)
            else:
                reads = (("IPRegistry", "exists", each.work) for each in send.entries)
                held = self._client._session.read_all(*reads)
            after = self._client._session.rpc.block()
            if before.hash == after.hash:
                break
        there = {each.key for each, holds in zip(send.entries, held, strict=True) if holds}
        return there, after.number, after.hash

    def _all_refused(self, send: Send, error: ContractError) -> tuple[int, int]:
        """All of a transaction would fail: the uploads go one by one, for one may be the cause."""
        if send.root is not None:
            self._queue.put_back(send, self._moment() + _PAUSE_SECONDS)
            return 0, 0
        for each in send.entries:
            alone = len(send.entries) == 1
            self._left_out(each, error if alone else None, tried=True)
        self._queue.put_back(send, self._moment())
        return 0, int(len(send.entries) == 1)

    def _left_out(self, entry: Entry, error: ContractError | None, tried: bool = False) -> None:
        if error is None and not tried:
            return
        passing = error is None or isinstance(error, _PASSING)
        again = None
        if passing and entry.tries + 1 < _MOST_TRIES:
            again = self._moment() + (_PAUSE_SECONDS if error is not None else 0)
        problem = "it was tried together with others" if error is None else str(error)
        self._queue.refused(entry.key, problem, again)

    def _others(self, entry: Entry) -> bool:
        """Whether the certificate is not the one that was handed in here: somebody else submitted
        another of the same creator and bytes, which the creator must have signed, too."""
        found = self._client._session.read("IPRegistry", "metadata", entry.work)
        if found == entry.certificate.certify.metadata:
            return False
        problem = (
            "the creator's work of these bytes is certified with other metadata, as by another "
            "platform"
        )
        self._queue.refused(entry.key, problem, None)
        return True

    def _look_back(self) -> None:
        """Whether what the chain held is final, or was taken back."""
        waiting = self._queue.unsettled()
        if not waiting:
            return
        rpc = self._client._session.rpc
        final = rpc.block("finalized").number
        for send in waiting:
            assert send.block is not None  # noqa: S101 - it was seen
            try:
                still = rpc.block(send.block).hash == send.block_hash
            except NodeError:
                still = False
            if not still:
                self._taken_back(send)
            elif send.block <= final:
                self._queue.settled(send)

    def _taken_back(self, send: Send) -> None:
        """A reorganization replaced the block: the chain is asked anew."""
        there, block, hash_ = self._seen(send)
        if send.root is not None and not self._is_anchored(send.root):
            self._queue.lost(send, self._moment())
        else:
            state = State.CERTIFIED if send.root is None else State.ANCHORED
            self._queue.seen(send, state, there, block, hash_)

    def _is_anchored(self, root: bytes) -> bool:
        return bool(self._client._session.read("IPRegistry", "anchorTime", root))

    def _moment(self) -> int:
        return int(self._now())


def _plus(counts: tuple[int, int, int], more: tuple[int, int]) -> tuple[int, int, int]:
    done, refused, sent = counts
    return done + more[0], refused + more[1], sent + bool(more[0])
