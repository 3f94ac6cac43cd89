"""What gas costs: EIP-1559 fees (https://eips.ethereum.org/EIPS/eip-1559) under a cap."""

from __future__ import annotations

from collections.abc import Mapping

from gen_ip.chain.errors import GasTooExpensive
from gen_ip.chain.rpc import Rpc


def today(rpc: Rpc, gas: int, max_fee: int) -> dict[str, int]:
    """Fee fields of a transaction of `gas`, by what the node says.

    Raises:
        GasTooExpensive: at today's prices `gas` costs more than `max_fee` wei.
    """
    base, tip = _market(rpc)
    price = tip + (base or 0)
    if price * gas > max_fee:
        raise GasTooExpensive(price * gas, max_fee)
    if base is None:
        return {"gasPrice": price}
    # Twice the base fee outlasts six full blocks (EIP-1559: at most 1/8 more each).
    most = min(2 * base + tip, max_fee // gas)
    return {"maxFeePerGas": most, "maxPriorityFeePerGas": tip}


def price(rpc: Rpc) -> int:
    """Wei that a unit of gas costs now, by what the node says, in one round trip."""
    asked = [("eth_getBlockByNumber", ("latest", False)), ("eth_maxPriorityFeePerGas", ())]
    with rpc.together(asked):
        base, tip = _market(rpc)
    return tip + (base or 0)


def most(fees: Mapping[str, int]) -> int:
    """Wei that a unit of gas costs at most."""
    return fees["gasPrice"] if "gasPrice" in fees else fees["maxFeePerGas"]


def raised(rpc: Rpc, old: Mapping[str, int], gas: int, max_fee: int) -> dict[str, int] | None:
    """Fee fields that nodes take in the place of `old`: today's, and each at least 1/8 higher.
    None where that would cost more than `max_fee` wei.

    Nodes ask for 10 % more (geth, Nethermind, Besu, Reth) or 12.5 % (Erigon's forebears).
    """
    try:
        market = today(rpc, gas, max_fee)
    except GasTooExpensive:
        return None
    names = [name for name in ("gasPrice", "maxFeePerGas", "maxPriorityFeePerGas") if name in old]
    fees = {name: max(old[name] + old[name] // 8 + 1, market.get(name, 0)) for name in names}
    if "gasPrice" not in fees:
        # The tip is part of the whole (EIP-1559).
        fees["maxFeePerGas"] = max(fees["maxFeePerGas"], fees["maxPriorityFeePerGas"])
    return fees if most(fees) * gas <= max_fee else None


def _market(rpc: Rpc) -> tuple[int | None, int]:
    """The base fee, None on chains without one, and what is paid above it, in wei a gas."""
    base = rpc.block().base_fee
    return base, rpc.gas_price() if base is None else rpc.priority_fee()
