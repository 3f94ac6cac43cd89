"""Following without end: what passes is waited out, what does not ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.errors import GenIPError
from gen_ip.index.errors import ChainIndexUnavailable, IncompleteAnswer
from gen_ip.index.writer import Did, Progress, Writer

POLL_SECONDS = 2.0
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
_PATIENCE = len(_PAUSES)
_PASSING = (ConnectionFailed, NodeError, IncompleteAnswer, ChainIndexUnavailable)


def follow(
    writer: Writer,
    *,
    stop: threading.Event,
    told: Callable[[Progress], None],
    troubled: Callable[[GenIPError], None],
    endless: bool = True,
    poll: float = POLL_SECONDS,
) -> None:
    """Steps until `stop` is set, or with `endless` off until nothing is left to do; then lets
    others write.

    Args:
        told: after each step; what it raises counts as what the step raises.
        troubled: what went wrong and is tried again, in 1 to 30 seconds. With `endless` off it is
            raised after five times in a row.
        poll: seconds between two looks at a chain that does not grow.

    Raises:
        LeaseHeld, OtherChain, ReorganizedBelowFinal: what no waiting mends.
        ConnectionFailed, NodeError, IncompleteAnswer, ChainIndexUnavailable: with `endless` off.
    """
    failed = 0
    try:
        while not stop.is_set():
            try:
                done = writer.step()
                # Within: who is told may use the database, too.
                told(done)
            except _PASSING as error:
                if not endless and failed == _PATIENCE:
                    raise
                troubled(error)
                stop.wait(_PAUSES[min(failed, _PATIENCE - 1)])
                failed += 1
                continue
            failed = 0
            if done.did is Did.NOTHING:
                if not endless and not done.behind:
                    return
                stop.wait(poll)
    finally:
        try:
            writer.close()
        except ChainIndexUnavailable as error:
            # The lease ends by itself.
            troubled(error)
