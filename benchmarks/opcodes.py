"""Where a transaction's gas goes: by class of opcode and by the contract whose code runs.

The steps come from the node's `debug_traceTransaction`. What a step costs is the gas that is gone
at the next step of the same frame, less what the frame that it called used; so a call's own cost
is told from what it passes on. Costs: EIP-2929 and EIP-2200 (cold and warm, first and later
writes), EIP-2028 (calldata), EIP-3529 (refunds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Rpc

TRANSACTION, CALLDATA = "transaction", "calldata"
NEW, CHANGED, AGAIN = "SSTORE zero to nonzero", "SSTORE other change", "SSTORE again or same"
COLD, WARM, TRANSIENT = "SLOAD cold", "SLOAD warm", "TLOAD, TSTORE"
COLD_ACCOUNT, WARM_ACCOUNT = "CALL, account: cold", "CALL, account: warm"
PRECOMPILE, CREATE = "CALL of a precompile", "CREATE, CREATE2"
LOG, KECCAK, MEMORY = "LOG", "KECCAK256", "memory, copies"
STACK, JUMPS, ENVIRONMENT = "PUSH, DUP, SWAP, POP", "jumps, return", "calldata, environment"
ARITHMETIC, REFUND = "arithmetic, comparison, bits", "refund"

CLASSES = (
    *(TRANSACTION, CALLDATA, NEW, CHANGED, AGAIN, COLD, WARM, TRANSIENT, LOG, COLD_ACCOUNT),
    *(WARM_ACCOUNT, PRECOMPILE, CREATE, KECCAK, MEMORY, ENVIRONMENT, ARITHMETIC, STACK, JUMPS),
    REFUND,
)
"""In the order of a breakdown. Memory that a RETURN, a LOG or a call expands counts there."""

_CALLS = {"CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"}
_FIXED = {
    **dict.fromkeys(("TLOAD", "TSTORE"), TRANSIENT),
    **dict.fromkeys(("CREATE", "CREATE2"), CREATE),
    **dict.fromkeys(("KECCAK256", "SHA3"), KECCAK),
    **dict.fromkeys(("MLOAD", "MSTORE", "MSTORE8", "MCOPY", "MSIZE"), MEMORY),
    **dict.fromkeys(("CALLDATACOPY", "CODECOPY", "RETURNDATACOPY"), MEMORY),
    **dict.fromkeys(("JUMP", "JUMPI", "JUMPDEST", "PC", "GAS", "STOP", "RETURN", "REVERT"), JUMPS),
    **dict.fromkeys(
        ("CALLDATALOAD", "CALLDATASIZE", "CALLER", "CALLVALUE", "ADDRESS"), ENVIRONMENT
    ),
    **dict.fromkeys(("ORIGIN", "GASPRICE", "CODESIZE", "RETURNDATASIZE", "CHAINID"), ENVIRONMENT),
    **dict.fromkeys(("TIMESTAMP", "NUMBER", "BASEFEE", "COINBASE", "SELFBALANCE"), ENVIRONMENT),
}
_ACCOUNTS = {"BALANCE", "EXTCODESIZE", "EXTCODECOPY", "EXTCODEHASH"}
_COLD_SLOT = 2_100
_SET, _RESET = 20_000, 2_900
_HIGHEST_PRECOMPILE = 0x100
_BASE, _BYTE, _ZERO_BYTE = 21_000, 16, 4

Part = tuple[str, str]
"""A contract's address in lower case ("" for what no code uses), and a class."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Gas of a transaction, or of a sum of them; `parts` says where it went, if it was traced."""

    gas: int
    parts: Mapping[Part, int] = field(default_factory=dict)

    def __add__(self, other: Cost) -> Cost:
        return self._with(other, 1)

    def __sub__(self, other: Cost) -> Cost:
        return self._with(other, -1)

    def _with(self, other: Cost, sign: int) -> Cost:
        keys = {**self.parts, **other.parts}
        parts = {key: self.parts.get(key, 0) + sign * other.parts.get(key, 0) for key in keys}
        return Cost(self.gas + sign * other.gas, parts)


@dataclass(slots=True)
class _Frame:
    contract: str
    step: Mapping[str, Any] | None = None
    children: int = 0
    used: int = 0


def traced(rpc: Rpc, tx_hash: str, gas: int) -> Cost:
    """The gas of a mined transaction by contract and class; `gas` is what its receipt says.

    Raises:
        NodeError: the node keeps no steps (anvil: start it with --steps-tracing), or they do not
            add up to the receipt.
    """
    transaction = rpc.request("eth_getTransactionByHash", tx_hash)
    options = {"disableStorage": True, "enableMemory": False, "enableReturnData": False}
    steps = rpc.request("debug_traceTransaction", tx_hash, options)["structLogs"]
    data = bytes.fromhex(transaction["input"][2:])
    sender, to = str(transaction["from"]).lower(), str(transaction["to"]).lower()
    return cost(sender, to, data, int(transaction["gas"], 16), steps, gas)


def cost(
    sender: str, to: str, data: bytes, limit: int, steps: Sequence[Mapping[str, Any]], gas: int
) -> Cost:
    """The gas of a call by `sender` of the contract `to` with `data` and a gas limit.

    Raises:
        NodeError: the steps do not add up to `gas`.
    """
    if not steps:
        raise NodeError("debug_traceTransaction", "no steps; start anvil with --steps-tracing")
    zeros = data.count(0)
    calldata = _BYTE * (len(data) - zeros) + _ZERO_BYTE * zeros
    books = _Books(to, {sender, to})
    for step in steps:
        books.add(step)
    used = books.end()
    refund = _BASE + calldata + used - gas
    if limit - int(steps[0]["gas"]) != _BASE + calldata or not 0 <= refund <= (gas + refund) // 5:
        raise NodeError("debug_traceTransaction", f"steps of {used} gas, a receipt of {gas}")
    whole = {("", TRANSACTION): _BASE, ("", CALLDATA): calldata, ("", REFUND): -refund}
    return Cost(gas, {**whole, **books.parts})


class _Books:
    """Books every step once the next one of its frame tells its cost."""

    def __init__(self, to: str, warm: set[str]) -> None:
        self.parts: dict[Part, int] = {}
        self._frames = [_Frame(to)]
        self._warm = warm

    def add(self, step: Mapping[str, Any]) -> None:
        depth = int(step["depth"])
        if depth == len(self._frames) + 1:
            self._frames.append(_Frame(_target(self._frames[-1].step)))
        while depth < len(self._frames):
            self._leave()
        self._book(self._frames[-1], step)

    def end(self) -> int:
        """The gas of all steps."""
        while len(self._frames) > 1:
            self._leave()
        self._book(self._frames[0], None)
        return self._frames[0].used

    def _leave(self) -> None:
        ended = self._frames.pop()
        self._book(ended, None)
        self._frames[-1].children += ended.used

    def _book(self, frame: _Frame, following: Mapping[str, Any] | None) -> None:
        step = frame.step
        if step is not None:
            # The last step of a frame calls nobody, so its cost is its own.
            whole = int(step["gasCost"])
            if following is not None:
                whole = int(step["gas"]) - int(following["gas"])
            own = whole - frame.children
            frame.used += whole
            key = (frame.contract, self._class(step, own))
            self.parts[key] = self.parts.get(key, 0) + own
        frame.step, frame.children = following, 0

    def _class(self, step: Mapping[str, Any], own: int) -> str:
        name = str(step["op"])
        if name in _ACCOUNTS or name in _CALLS:
            return self._access(_address(step["stack"][-2 if name in _CALLS else -1]))
        if name == "SSTORE":
            without = own - _COLD_SLOT
            return NEW if _SET in (own, without) else CHANGED if _RESET in (own, without) else AGAIN
        if name == "SLOAD":
            return COLD if own == _COLD_SLOT else WARM
        if name.startswith("LOG"):
            return LOG
        if name.startswith(("PUSH", "DUP", "SWAP", "POP")):
            return STACK
        return _FIXED.get(name, ARITHMETIC)

    def _access(self, account: str) -> str:
        if 0 < int(account, 16) <= _HIGHEST_PRECOMPILE:
            return PRECOMPILE
        kind = WARM_ACCOUNT if account in self._warm else COLD_ACCOUNT
        self._warm.add(account)
        return kind


def _target(step: Mapping[str, Any] | None) -> str:
    """Whose code the frame calls; a contract that is being made runs under no address yet."""
    if step is None or step["op"] not in _CALLS:
        return "created"
    return _address(step["stack"][-2])


def _address(word: str) -> str:
    return f"0x{int(word, 16) % 2**160:040x}"


def breakdown(key: str, found: Cost, divisor: int, names: Mapping[str, str]) -> dict[str, Any]:
    """A row's gas by class, and by class within each contract, largest contract first.

    `names` are contract names by address in lower case; `divisor` is among how many the row
    divides its gas. Gas is that of all of them, so that every number is whole.
    """
    by_class: dict[str, int] = {}
    contracts: dict[str, dict[str, int]] = {}
    for (address, kind), gas in found.parts.items():
        name = names.get(address, "other contract") if address else "transaction"
        by_class[kind] = by_class.get(kind, 0) + gas
        inner = contracts.setdefault(name, {})
        inner[kind] = inner.get(kind, 0) + gas
    ranked = sorted(contracts.items(), key=lambda item: -sum(item[1].values()))
    return {
        "key": key,
        "gas": found.gas,
        "divided_by": divisor,
        "classes": _ordered(by_class),
        "contracts": {name: _ordered(inner) for name, inner in ranked},
    }


def _ordered(gas: Mapping[str, int]) -> dict[str, int]:
    return {kind: gas[kind] for kind in CLASSES if gas.get(kind)}


def text(document: Mapping[str, Any]) -> str:
    """A breakdown for people: a class a line, a contract a column."""
    divisor, contracts = document["divided_by"], document["contracts"]
    each = "" if divisor == 1 else f", divided by {divisor}"
    lines = [f"{document['key']}: {document['gas'] / divisor:,.10g} gas{each}"]
    widths = [max(len(name), 9) for name in contracts]
    heads = "  ".join(name.rjust(width) for name, width in zip(contracts, widths, strict=True))
    lines.append(f"{'':<30}{'gas':>9}{'share':>8}  {heads}".rstrip())
    for kind, gas in (*document["classes"].items(), ("all", document["gas"])):
        cells = []
        for inner, width in zip(contracts.values(), widths, strict=True):
            part = sum(inner.values()) if kind == "all" else inner.get(kind, 0)
            cells.append((f"{part / divisor:,.0f}" if part else "").rjust(width))
        share = f"{gas / document['gas']:.1%}"
        lines.append(f"{kind:<30}{gas / divisor:>9,.0f}{share:>8}  {'  '.join(cells)}".rstrip())
    return "\n".join(lines)
