"""Sending a transaction: simulate, sign here, send, wait, check the receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, TypeAlias

from gen_ip.chain import broadcasting, fees, nonces, receipts, stopping, waiting
from gen_ip.chain.errors import (
    ConnectionFailed,
    InsufficientFunds,
    NodeError,
    TransactionFailed,
    TransactionUncertain,
    TransactionVanished,
)
from gen_ip.chain.policy import MAX_FEE, Policy
from gen_ip.chain.receipts import Mined, Receipt
from gen_ip.chain.rpc import Rpc, before_sending
from gen_ip.chain.sent import Sent
from gen_ip.signers.protocol import Signer, sign_transaction
from gen_ip.work import ETH

__all__ = [
    "MAX_FEE",
    "OnSigned",
    "Policy",
    "prepare",
    "resume",
    "send",
    "simulate",
    "wait",
    "wait_for",
]

OnSigned: TypeAlias = Callable[[Sent], None]
WAIT_SECONDS = 180
# No transaction takes less.
_LEAST_GAS = 21_000
_LONGEST_PAUSE = 1.0
_NONCES_TRIED = 8


def send(
    rpc: Rpc,
    account: Signer,
    to: str | None,
    data: bytes,
    value: int = 0,
    *,
    policy: Policy | None = None,
    on_signed: OnSigned | None = None,
) -> Receipt:
    """Sends `data` to `to` (None: creates a contract) and waits until it is mined.

    Prices come from the node, which may lie and share in the tips. So what is signed never lets
    the gas cost more than the policy's `max_fee` wei. (Some chains charge for their parent chain
    besides.)

    `on_signed` is called with the signed transaction before any node has it: what it keeps can be
    handed to `resume` after a crash. (A replacement shares the nonce; of one that was not kept,
    `resume` raises `NonceTaken` once it is mined.)

    Any number of threads may send from one account at once. What another process sends from it is
    respected once the node knows it; two that send in the same instant compete for a nonce, and one
    of them raises `NonceTaken`.

    Raises:
        ContractError: it would revert, told before anything is sent; or it did.
        GasTooExpensive: the gas would cost more than `max_fee`.
        InsufficientFunds: the account cannot pay the value and the gas.
        SignerError: the account did not sign.
        ConnectionFailed, NodeError: the node does not answer, or refuses it; nothing was sent.
            Only a `NodeError` of eth_getTransactionReceipt is about a transaction that is mined.
        TransactionPending, TransactionUncertain, NonceTaken: it was sent, or may have been; they
            say which, and what to do.
        TransactionFailed: it was mined without success.
    """
    policy = policy or Policy()
    fields = prepare(rpc, account.address, to, data, value, policy.max_fee)
    with ExitStack() as under_way:
        sent = _hand_over(rpc, account, fields, under_way, on_signed)
        return _look_after(rpc, account, sent, policy)


def resume(rpc: Rpc, account: Signer | None, sent: Sent, policy: Policy) -> Receipt:
    """Goes on with a transaction that an error gave back: hands its very bytes to the node again,
    and waits as `send` does. Without `account` it is not replaced when it is stuck.

    Raises:
        As `send`, but nothing about funds or fees: it is signed already.
    """
    lane = nonces.lane(rpc, sent.sender)
    with stopping.sending():
        with lane.lock:
            try:
                broadcasting.broadcast(rpc, sent)
            except broadcasting.Occupied:
                # Whose transaction took the nonce is found out below.
                pass
            except (broadcasting.Lost, broadcasting.Refused) as error:
                raise TransactionUncertain(sent, str(error)) from None
            lane.lost.pop(sent.nonce, None)
            lane.waiting.add(sent.nonce)
        return _look_after(rpc, account, sent, policy)


def wait_for(rpc: Rpc, account: Signer | None, receipt: Receipt, policy: Policy) -> Receipt:
    """The receipt once its transaction is `policy.confirmations` blocks deep: another one where a
    reorganization moved it to another block. Where one took it back, the very same bytes are handed
    to the node again, if the account's nonce is free.

    Raises:
        TransactionPending: no block came in time, or it is not mined again in time.
        TransactionVanished: a reorganization took it back, and its signed bytes are unknown.
        NonceTaken: another transaction was mined in its place.
        ContractError, TransactionFailed: moved to another block, it failed there.
    """
    if receipt.sent is not None:
        return _finished(rpc, *waiting.settled(rpc, account, receipt.sent, policy))
    found = waiting.confirmed(rpc, receipt.tx_hash, policy)
    if found is None:
        raise TransactionVanished(receipt.tx_hash, receipt.block)
    if not found.ok:
        raise TransactionFailed(receipt.tx_hash, "was mined again, and failed there")
    return receipts.receipt(found)


def prepare(
    rpc: Rpc,
    sender: str,
    to: str | None,
    data: bytes,
    value: int,
    max_fee: int,
    *,
    pays: bool = True,
) -> dict[str, Any]:
    """The fields of a transaction that would succeed now, all but its nonce. Without `pays`,
    another account pays for the gas, as for a Safe.

    Raises:
        ContractError, GasTooExpensive, InsufficientFunds: as in `send`.
    """
    with rpc.together(before_sending(to, data, sender, value, pays=pays)):
        # Simulated, too: a node may estimate gas on an older state than it calls on.
        simulate(rpc, sender, to, data, value)
        estimate = rpc.estimate_gas(to, data, sender, value)
        # What others do in between may make it costlier; unused gas costs nothing.
        gas = max(estimate + estimate // 4, _LEAST_GAS)
        prices = fees.today(rpc, gas, max_fee)
        if pays:
            _check_funds(rpc, sender, value + estimate * fees.most(prices))
    fields: dict[str, Any] = {
        "chainId": rpc.chain_id,
        "gas": gas,
        "value": value,
        "data": data,
        **prices,
    }
    return fields if to is None else {**fields, "to": to}


def simulate(rpc: Rpc, sender: str, to: str | None, data: bytes, value: int = 0) -> bytes:
    """What the transaction would return now.

    Raises:
        ContractError: it would revert.
        InsufficientFunds: the sender has less than `value`.
    """
    if value:
        _check_funds(rpc, sender, value)
    return rpc.call(to, data, sender=sender, value=value)


def wait(rpc: Rpc, tx_hash: str, seconds: float = WAIT_SECONDS) -> Mapping[str, Any]:
    """The raw receipt of a transaction that somebody else signed, once it is mined.

    Raises:
        TransactionFailed: it is not mined within `seconds`.
    """
    deadline, pause = time.monotonic() + seconds, 0.005
    while (found := rpc.receipt(tx_hash)) is None:
        if time.monotonic() > deadline:
            raise TransactionFailed(
                tx_hash,
                f"was sent but not mined within {seconds:g} seconds; look it up before a retry",
            )
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return found


def _hand_over(
    rpc: Rpc,
    account: Signer,
    fields: Mapping[str, Any],
    under_way: ExitStack,
    on_signed: OnSigned | None = None,
) -> Sent:
    """Signs with the account's next nonce, and hands it to the node. One thread at a time, so that
    transactions arrive in the order of their nonces, and none is left out. `under_way` is entered
    where nobody can take it back any more."""
    lane, taken = nonces.lane(rpc, account.address), set[int]()
    with lane.lock:
        _recover(rpc, lane)
        while True:
            nonce = lane.next(rpc, account.address, taken)
            transaction = {**fields, "nonce": nonce}
            raw = sign_transaction(account, transaction)
            sent = Sent(account.address, nonce, transaction, (raw,))
            if not taken:
                under_way.enter_context(stopping.sending())
            if on_signed is not None:
                on_signed(sent)
            try:
                broadcasting.broadcast(rpc, sent)
            except broadcasting.Occupied as error:
                # Nobody has these bytes, so that the next nonce cannot do a thing twice.
                taken.add(nonce)
                if len(taken) == _NONCES_TRIED:
                    raise NodeError("eth_sendRawTransaction", str(error)) from None
            except broadcasting.Refused as refusal:
                if "insufficient funds" in refusal.error.reason.lower():
                    needs = fields["value"] + fields["gas"] * fees.most(fields)
                    _check_funds(rpc, account.address, needs)
                raise refusal.error from None
            except broadcasting.Lost as error:
                lane.lost[nonce] = sent
                raise TransactionUncertain(sent, str(error)) from None
            else:
                lane.last = sent
                lane.waiting.add(nonce)
                return sent


def _recover(rpc: Rpc, lane: nonces.Lane) -> None:
    """Settles first what happened to earlier transactions whose sending was uncertain: one that
    never arrived would hold up every later one."""
    for nonce, sent in sorted(lane.lost.items()):
        try:
            broadcasting.broadcast(rpc, sent)
        except (broadcasting.Occupied, broadcasting.Refused):
            # It is not in the pool; a new transaction may take its nonce and end the doubt.
            pass
        except broadcasting.Lost as error:
            reason = f"whether transaction {sent.tx_hash} arrived is not known yet: {error}"
            raise ConnectionFailed(rpc.address, reason) from None
        del lane.lost[nonce]


def _look_after(rpc: Rpc, account: Signer | None, sent: Sent, policy: Policy) -> Receipt:
    lane = nonces.lane(rpc, sent.sender)
    try:
        sent, found = waiting.settled(rpc, account, sent, policy)
    finally:
        with lane.lock:
            lane.waiting.discard(sent.nonce)
    return _finished(rpc, sent, found)


def _finished(rpc: Rpc, sent: Sent, found: Mined) -> Receipt:
    if found.ok:
        return receipts.receipt(found, sent)
    fields = sent.transaction
    if (to := fields.get("to")) is not None:
        # Raises the contract's error if the call reverts in the state it was mined in.
        rpc.call_at(to, fields["data"], sent.sender, fields["value"], found.block)
    raise TransactionFailed(found.tx_hash, "was mined but failed; try again")


def _check_funds(rpc: Rpc, account: str, needs: int) -> None:
    has = rpc.balance(account)
    if has < needs:
        raise InsufficientFunds(account, ETH, has, needs)
