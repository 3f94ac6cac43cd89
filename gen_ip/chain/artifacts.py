"""The compiled contracts that ship inside the package: ABIs and creation code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

CONTRACTS = ("IPRegistry", "RoyaltySplitter", "IPLicense", "LicenseMarketplace")
"""The protocol, in the order in which the Deployer places it."""

NAMES = (*CONTRACTS, "Deployer", "Till", "DemoToken")


@dataclass(frozen=True)
class Artifact:
    """One contract: its ABI entries and its creation code without constructor arguments."""

    name: str
    abi: tuple[Mapping[str, Any], ...]
    bytecode: bytes

    @cached_property
    def functions(self) -> Mapping[str, Mapping[str, Any]]:
        """ABI entries of the functions by name; of overloads the last."""
        return {entry["name"]: entry for entry in self.abi if entry["type"] == "function"}


@cache
def load(name: str) -> Artifact:
    """The artifact of the contract `name`, one of `NAMES`."""
    text = (files("gen_ip") / "artifacts" / f"{name}.json").read_text("utf-8")
    document = json.loads(text)
    return Artifact(name, tuple(document["abi"]), bytes.fromhex(document["bytecode"][2:]))
