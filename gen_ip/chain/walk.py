"""The shares of works and of all above them, found by one `eth_call` however many generations.

A program that exists for this request only, as in `gen_ip.chain.sequence`, asks the splitter for
the shares of a work, then for those of each parent it has not met before. Opcodes up to Cancun,
which the contracts need themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gen_ip.chain import abi, artifacts
from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Rpc

# What creation code returns is limited to 24,576 bytes (EIP-170); one work adds at most 4,224.
_FULL = 20_000
# Creation code itself may have 49,152 bytes (EIP-3860).
_STARTS = 1_000

# Memory: the call's data; where the next work to ask for lies, where the queue ends, where the next
# answer goes; then the answers, and behind them the queue.
_HEAD, _TAIL, _OUT = b"\x60\x40", b"\x60\x60", b"\x60\x80"  # PUSH1 of each place
_ANSWERS, _QUEUE = 0x100, 0x8000
_LOAD, _STORE, _ADD = b"\x51", b"\x52", b"\x01"
_SIZE = b"\x3d"  # RETURNDATASIZE


def shares_above(rpc: Rpc, splitter: str, works: Sequence[int]) -> dict[int, Any]:
    """What `sharesOf` says of the first of `works`, and of those behind it and their ancestors, a
    generation after the other, as many as one answer has room for: 78 with a parent each. A work
    that is not certified has none.

    Raises:
        ContractError: the contract there refuses.
    """
    starts = works[:_STARTS]
    data = rpc.call(None, program(splitter, starts))
    outputs = artifacts.load("RoyaltySplitter").functions["sharesOf"]["outputs"]
    found, place = {}, 0
    while place < len(data):
        work, size = (int.from_bytes(data[at : at + 32], "big") for at in (place, place + 32))
        place += 64 + size
        values = abi.decode(outputs, data[place - size : place])
        if values is None:
            break
        found[work] = values[0]
    if starts[0] not in found:
        raise NodeError("eth_call", f"an answer of {len(data)} bytes that cannot be read")
    return found


def program(splitter: str, works: Sequence[int]) -> bytes:
    """Creation code that returns, of each work it asks for, the id, the size of the answer, and the
    answer, all behind each other."""
    shares_of = abi.selector(artifacts.load("RoyaltySplitter").functions["sharesOf"])
    end = _QUEUE + 32 * len(works)
    code = _assembled(
        # The call's data; the queue as it starts.
        b"\x63" + shares_of + b"\x60\xe0\x1b\x5f" + _STORE,
        _push(32 * len(works)) + b"\x61", "works", _push(_QUEUE) + b"\x39",
        _push(_QUEUE) + _HEAD + _STORE + _push(end) + _TAIL + _STORE,
        _push(_ANSWERS) + _OUT + _STORE,
        ":loop",
        # Done when the queue is empty, or the answers fill what can be returned.
        _TAIL + _LOAD + _HEAD + _LOAD + b"\x14\x61", "done", b"\x57",
        _push(_ANSWERS + _FULL) + _OUT + _LOAD + b"\x11\x61", "done", b"\x57",
        # The next work: into the call's data and into the answers.
        _HEAD + _LOAD + _LOAD + b"\x80\x60\x04" + _STORE + _OUT + _LOAD + _STORE,
        _HEAD + _LOAD + b"\x60\x20" + _ADD + _HEAD + _STORE,
        # STATICCALL with all gas; a revert is passed on.
        b"\x5f\x5f\x60\x24\x5f\x73" + bytes.fromhex(splitter[2:]) + b"\x5a\xfa",
        b"\x61", "told", b"\x57",
        _SIZE + b"\x5f\x5f\x3e" + _SIZE + b"\x5f\xfd",
        ":told",
        _SIZE + _OUT + _LOAD + b"\x60\x20" + _ADD + _STORE,
        _SIZE + b"\x5f" + _OUT + _LOAD + b"\x60\x40" + _ADD + b"\x3e",
        # On the stack: the first parent's place, and the end of the last, 128 bytes each.
        _OUT + _LOAD + b"\x60\x80" + _ADD,
        _OUT + _LOAD + b"\x60\x60" + _ADD + _LOAD + b"\x60\x07\x1b\x81" + _ADD,
        _SIZE + _OUT + _LOAD + _ADD + b"\x60\x40" + _ADD + _OUT + _STORE,
        ":parents",
        b"\x81\x81\x14\x61", "next", b"\x57",
        # A parent is queued the first time only: its transient slot says so (TLOAD, TSTORE).
        b"\x81" + _LOAD + b"\x80\x5c\x61", "known", b"\x57",
        b"\x60\x01\x81\x5d\x80" + _TAIL + _LOAD + _STORE,
        _TAIL + _LOAD + b"\x60\x20" + _ADD + _TAIL + _STORE,
        ":known",
        b"\x50\x90\x60\x80" + _ADD + b"\x90\x61", "parents", b"\x56",
        ":next",
        b"\x50\x50\x61", "loop", b"\x56",
        ":done",
        _push(_ANSWERS) + _OUT + _LOAD + b"\x03" + _push(_ANSWERS) + b"\xf3",
    )  # fmt: skip
    return code + b"".join(work.to_bytes(32, "big") for work in works)


def _push(number: int) -> bytes:
    return b"\x62" + number.to_bytes(3, "big")  # PUSH3


def _assembled(*parts: bytes | str) -> bytes:
    """Code from bytes, labels (":here", a JUMPDEST) and references to them ("here", two bytes);
    "works" is the end of the code."""
    places, size = {}, 0
    for part in parts:
        if isinstance(part, str) and part.startswith(":"):
            places[part[1:]], size = size, size + 1
        else:
            size += 2 if isinstance(part, str) else len(part)
    places["works"] = size
    code = bytearray()
    for part in parts:
        if isinstance(part, bytes):
            code += part
        elif part.startswith(":"):
            code += b"\x5b"
        else:
            code += places[part].to_bytes(2, "big")
    return bytes(code)
