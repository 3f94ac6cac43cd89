"""Looking after a transaction that was sent, until it is mined as deep as asked.

It is replaced when it is stuck, handed over again when nodes have forgotten it, and looked for
again when a reorganization of the chain took it back. All its variants share one nonce, so nothing
of this can do a thing twice.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from gen_ip.chain import fees, history, receipts
from gen_ip.chain.errors import (
    ConnectionFailed,
    NodeError,
    NonceTaken,
    TransactionPending,
)
from gen_ip.chain.policy import Policy
from gen_ip.chain.receipts import Mined
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent
from gen_ip.signers.protocol import Signer, SignerError, sign_transaction

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 1.0
_CHECK_SECONDS = 3.0


def settled(rpc: Rpc, account: Signer | None, sent: Sent, policy: Policy) -> tuple[Sent, Mined]:
    """Waits until one variant is mined, `policy.confirmations` blocks deep, in a block that is
    still part of the chain then. Without `account` it is not replaced.

    Raises:
        TransactionPending: it is not mined in time, or no block came in time on top of it.
        NonceTaken: another transaction took its nonce.
        NodeError: it is mined, but what the node says of it cannot be read.
    """
    while True:
        sent, found = _included(rpc, account, sent, policy)
        if policy.confirmations == 1 or _deep(rpc, sent, found, policy):
            return sent, found


def confirmed(rpc: Rpc, tx_hash: str, policy: Policy) -> Mined | None:
    """A transaction of which only the hash is known, once it is `policy.confirmations` blocks deep;
    None when the chain does not hold it.

    Raises:
        TransactionPending: no block came in time on top of it.
    """
    while (raw := rpc.receipt(tx_hash)) is not None:
        found = receipts.mined(tx_hash, raw)
        if _deep(rpc, None, found, policy):
            return found
    return None


def _included(rpc: Rpc, account: Signer | None, sent: Sent, policy: Policy) -> tuple[Sent, Mined]:
    now = time.monotonic()
    deadline, replace_at = now + policy.timeout, now + policy.replace_after
    check_at, trouble, started = now + _CHECK_SECONDS, "", now
    # Where blocks come slowly, or many wait, asking often is of no use.
    pause = min(max(_FIRST_PAUSE, rpc.usual_wait / 4), _LONGEST_PAUSE)
    while True:
        raw: Mapping[str, Any] | None = None
        # From here on a broken connection is no reason to give up: the transaction is out.
        try:
            for tx_hash in reversed(sent.hashes):
                if (raw := rpc.receipt(tx_hash)) is not None:
                    break
            else:
                trouble, now = "", time.monotonic()
                if now >= check_at:
                    check_at = now + _CHECK_SECONDS
                    _hand_over_if_forgotten(rpc, sent, policy)
                if now >= replace_at and account is not None:
                    replace_at = now + policy.replace_after
                    sent = _replaced(rpc, account, sent, policy)
        except (ConnectionFailed, NodeError) as error:
            trouble = f" ({error.reason})"
        if raw is not None:
            rpc.usual_wait += (time.monotonic() - started - rpc.usual_wait) / 4
            return sent, receipts.mined(tx_hash, raw)
        if time.monotonic() > deadline:
            reason = f"not mined within {policy.timeout:g} seconds{trouble}"
            raise TransactionPending(sent.tx_hash, reason, sent)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _hand_over_if_forgotten(rpc: Rpc, sent: Sent, policy: Policy) -> None:
    """Hands the same bytes to the node again when it has none of the variants and the nonce is
    free."""
    if rpc.nonce(sent.sender, "latest") > sent.nonce:
        taken = history.spender(rpc, sent.sender, sent.nonce)
        if taken is None or taken.tx_hash in sent.hashes:
            return
        if rpc.block().number - taken.block + 1 >= policy.confirmations:
            raise NonceTaken(sent.tx_hash, sent.nonce, taken.tx_hash)
    elif not any(rpc.knows(tx_hash) for tx_hash in sent.hashes):
        _offer(rpc, sent)


def _replaced(rpc: Rpc, account: Signer, sent: Sent, policy: Policy) -> Sent:
    """With a variant of higher fees, where the fees are what holds it up and may be raised."""
    transaction = sent.transaction
    if rpc.nonce(sent.sender, "latest") != sent.nonce:
        return sent
    higher = fees.raised(rpc, transaction, transaction["gas"], policy.max_fee)
    if higher is None:
        return sent
    changed = {**transaction, **higher}
    try:
        sent = sent.plus(changed, sign_transaction(account, changed))
    except SignerError:
        # Its user may decline a second time; the first variant stands.
        return sent
    _offer(rpc, sent)
    return sent


def _offer(rpc: Rpc, sent: Sent) -> None:
    """Hands over the newest variant; whatever the node says of it, receipts tell the outcome."""
    try:
        rpc.send_raw(sent.raw)
    except (ConnectionFailed, NodeError, ContractError):
        return


def _deep(rpc: Rpc, sent: Sent | None, found: Mined, policy: Policy) -> bool:
    """Waits for blocks on top of `found`; False when its block left the chain meanwhile.

    Raises:
        TransactionPending: no new block within `policy.timeout` seconds.
    """
    head, pause = -1, 0.05
    deadline = time.monotonic() + policy.timeout
    depth, trouble = 0, ""
    while True:
        try:
            now = rpc.block().number
            if now != head:
                head, deadline, pause = now, time.monotonic() + policy.timeout, 0.05
                depth = head - found.block + 1
                if not _stands(rpc, found):
                    return False
                if depth >= policy.confirmations:
                    return True
            trouble = ""
        except (ConnectionFailed, NodeError) as error:
            trouble = f" ({error.reason})"
        if time.monotonic() > deadline:
            short = f"{depth} of {policy.confirmations} blocks deep, without a new block for "
            reason = f"{short}{policy.timeout:g} seconds{trouble}"
            raise TransactionPending(found.tx_hash, reason, sent)
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _stands(rpc: Rpc, found: Mined) -> bool:
    """Whether the node still has the receipt, in the same block, and that block in its chain."""
    raw: Mapping[str, Any] | None = rpc.receipt(found.tx_hash)
    if raw is None or receipts.mined(found.tx_hash, raw).block_hash != found.block_hash:
        return False
    try:
        return rpc.block(found.block).hash == found.block_hash
    except NodeError:
        # There is no block of this number any more.
        return False
