"""A call of a contract's function: where to, which data, how much ETH. Needs no node."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.exceptions import EncodingError

from gen_ip.arguments import InvalidArgument
from gen_ip.chain import abi, artifacts
from gen_ip.chain.deployment import Deployment


@dataclass(frozen=True)
class Call:
    """A call of a contract's function, encoded. `value` is in wei; `outputs` are the ABI entries of
    its answer."""

    to: str
    data: bytes
    value: int = 0
    outputs: tuple[Any, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, str]:
        """`to`, `data` and `value` as wallets take them (`eth_sendTransaction`)."""
        return {"to": self.to, "data": f"0x{self.data.hex()}", "value": hex(self.value)}


def encode(
    deployment: Deployment, contract: str, function: str, *values: object, value: int = 0
) -> Call:
    """A call of a function of one of the four contracts; `value` is the ETH sent along, in wei.

    Raises:
        InvalidArgument: a value is not of the parameter's type.
    """
    entry = artifacts.load(contract).functions[function]
    try:
        data = abi.encode_call(entry, *values)
    except (EncodingError, TypeError) as error:
        expected = f"the parameters of {abi.signature(entry)} ({error})"
        raise InvalidArgument(f"what {function} is given", values, expected) from None
    return Call(deployment.addresses()[contract], data, value, tuple(entry["outputs"]))
