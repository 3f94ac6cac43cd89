"""Handing signed bytes to a node, as often as it takes to know whether it has them.

The same bytes can be handed over any number of times: a nonce is mined once.
"""

# Names say what happened, as in gen_ip.errors.
# ruff: noqa: N818

from __future__ import annotations

import time
from enum import Enum, auto

from gen_ip.chain import history
from gen_ip.chain.errors import ChainError, ConnectionFailed, NodeError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent

_PAUSES = (0.1, 0.3, 0.9, 2.0, 0.0)


class Refused(ChainError):
    """The node refused a transaction, and nobody has it."""

    def __init__(self, error: NodeError) -> None:
        self.error = error
        super().__init__(str(error))


class Occupied(ChainError):
    """Another transaction of the account has the nonce, waiting or mined, and nobody has ours."""


class Lost(ChainError):
    """The node may have the transaction, or may not."""


class _Saying(Enum):
    KNOWN = auto()
    SPENT = auto()
    OCCUPIED = auto()
    OTHER = auto()


# What geth, Nethermind, Besu, Erigon, Reth, anvil and eth-tester say, in lower case.
_SAYINGS = (
    ("already known", _Saying.KNOWN),
    ("alreadyknown", _Saying.KNOWN),
    ("already imported", _Saying.KNOWN),
    ("known transaction", _Saying.KNOWN),
    ("nonce too low", _Saying.SPENT),
    ("nonce is too low", _Saying.SPENT),
    ("nonce_too_low", _Saying.SPENT),
    ("oldnonce", _Saying.SPENT),
    ("invalid transaction nonce", _Saying.SPENT),
    ("replacement", _Saying.OCCUPIED),
)


def broadcast(rpc: Rpc, sent: Sent) -> None:
    """Hands the newest variant to the node, until the node is known to have one of the variants.

    Raises:
        Occupied: the nonce went to another transaction.
        Refused: the node does not take it, and never had it.
        Lost: nothing of this can be found out; it may have it.
    """
    # Once an answer was lost, a later refusal does not say that the first request came to nothing.
    doubt: ChainError | None = None
    busy: NodeError | None = None
    for pause in _PAUSES:
        try:
            answer = rpc.send_raw(sent.raw)
            if answer == sent.tx_hash:
                return
            doubt = NodeError("eth_sendRawTransaction", f"it answers the hash {answer}")
        except ConnectionFailed as error:
            doubt = error
        except NodeError as error:
            if error.passing:
                busy = error
            else:
                try:
                    _judge(rpc, sent, error, doubt)
                except (ConnectionFailed, NodeError) as unknown:
                    doubt = unknown
                else:
                    return
        time.sleep(pause)
    if doubt is None and busy is not None:
        raise Refused(busy)
    raise Lost(str(doubt))


def _judge(rpc: Rpc, sent: Sent, error: NodeError, doubt: ChainError | None) -> None:
    """Returns when the node has the transaction in spite of its error."""
    saying = _saying(error)
    if saying is _Saying.KNOWN or any(rpc.knows(tx_hash) for tx_hash in sent.hashes):
        return
    if saying is _Saying.SPENT:
        found = history.spender(rpc, sent.sender, sent.nonce)
        if found is not None and found.tx_hash in sent.hashes:
            return
        if found is not None:
            raise Occupied(found.tx_hash)
    if doubt is not None:
        raise Lost(error.reason)
    if saying is not _Saying.OTHER:
        raise Occupied(error.reason)
    raise Refused(error)


def _saying(error: NodeError) -> _Saying:
    text = error.reason.lower()
    return next((saying for words, saying in _SAYINGS if words in text), _Saying.OTHER)
