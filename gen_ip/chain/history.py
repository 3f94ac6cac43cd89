"""Which transaction an account's nonce went to."""

from __future__ import annotations

from typing import NamedTuple

from gen_ip.chain import answers
from gen_ip.chain.answers import reading
from gen_ip.chain.rpc import Rpc


class Spender(NamedTuple):
    """A mined transaction, and the number of its block."""

    tx_hash: str
    block: int


def spender(rpc: Rpc, account: str, nonce: int) -> Spender | None:
    """The mined transaction of `account` with this nonce; None where there is none yet.

    Asks the account's count at some 2 * log2(age in blocks) blocks, so a recent one costs a handful
    of requests. A node that keeps few old states refuses for very old ones.
    """
    high = rpc.block().number
    if rpc.nonce(account, high) <= nonce:
        return None
    step = 1
    low = max(high - step, 0)
    while low > 0 and rpc.nonce(account, low) > nonce:
        high, step = low, step * 2
        low = max(low - step, 0)
    while high - low > 1:
        middle = (low + high) // 2
        if rpc.nonce(account, middle) > nonce:
            high = middle
        else:
            low = middle
    for transaction in rpc.transactions(high):
        with reading("eth_getBlockByNumber"):
            sender = str(transaction["from"]).lower()
            if sender == account.lower() and answers.number(transaction["nonce"]) == nonce:
                return Spender(f"0x{answers.data(transaction['hash']).hex()}", high)
    return None
