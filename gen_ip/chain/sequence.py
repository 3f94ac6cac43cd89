"""What a contract would answer after other calls, found by one `eth_call` without sending anything.

The calls run inside a contract's constructor that exists for this request only, so each sees what
those before it changed. No node needs to support anything beyond plain `eth_call`.
"""

from __future__ import annotations

from collections.abc import Sequence

from gen_ip.chain.call import Call
from gen_ip.chain.rpc import Rpc

# EVM: copy what the last call returned to memory, and put its size and offset on the stack.
_RETURNED = bytes.fromhex("3d5f5f3e3d5f")
_REVERT, _RETURN, _JUMPDEST = b"\xfd", b"\xf3", b"\x5b"
_STEP_BYTES = 54


def last_answer(rpc: Rpc, calls: Sequence[Call]) -> bytes:
    """What the last of `calls` returns after the others, from an account of no importance.

    Raises:
        ContractError: one of them reverts.
    """
    return rpc.call(None, program(calls))


def program(calls: Sequence[Call]) -> bytes:
    """Creation code that makes `calls` in order and returns (or reverts) with the last answer."""
    code = bytearray()
    offset = len(calls) * _STEP_BYTES + len(_RETURNED) + 1
    for call in calls:
        size = b"\x62" + len(call.data).to_bytes(3, "big")
        code += size + b"\x62" + offset.to_bytes(3, "big") + b"\x5f\x39"  # CODECOPY to 0
        code += b"\x5f\x5f" + size + b"\x5f\x5f"  # no room for the answer, all of memory, no value
        code += b"\x73" + bytes.fromhex(call.to[2:]) + b"\x5a\xf1"  # CALL with all gas
        after = len(code) + 4 + 1 + len(_RETURNED) + 1
        code += b"\x62" + after.to_bytes(3, "big") + b"\x57" + _RETURNED + _REVERT + _JUMPDEST
        offset += len(call.data)
    code += _RETURNED + _RETURN
    return bytes(code) + b"".join(call.data for call in calls)
