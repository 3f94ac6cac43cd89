"""The names the package offers, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gen_ip
from tests.support.require import ROOT


def test_public_names_are_one_sorted_list() -> None:
    assert gen_ip.__all__ == [
        "ETH",
        "Anchored",
        "Arbiter",
        "AskLimits",
        "AsyncGenIP",
        "Conditions",
        "ContractError",
        "Deployment",
        "FeeShare",
        "GenIP",
        "GenIPError",
        "Offer",
        "Payee",
        "Rights",
        "SignedCertificate",
        "SignedDelegation",
        "SignedOffer",
        "SignedPurchase",
        "Terms",
    ]


def test_every_public_name_can_be_imported() -> None:
    for name in gen_ip.__all__:
        assert getattr(gen_ip, name) is not None
        assert name in dir(gen_ip)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="'gen_ip' has no attribute 'Nothing'"):
        _ = gen_ip.Nothing


def _modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = {"web3", "eth_account", "eth_tester", "PIL", "imagehash", "numpy", "ipfshttpclient"}
    assert not heavy & _modules_after("import gen_ip")


def test_the_client_loads_neither_py_evm_nor_ape() -> None:
    loaded = _modules_after("from gen_ip import GenIP")
    assert "web3" in loaded
    assert not {"eth_tester", "eth", "ape", "imagehash", "ipfshttpclient"} & loaded


def test_the_list_of_commands_loads_hardly_anything() -> None:
    """Not by time: what takes it is loading these."""
    shown = (
        "import sys\nfrom gen_ip.cli import main\nsys.argv = ['gen-ip', '--help']\n"
        "sys.stdout, out = sys.stderr, sys.stdout\n"
        "try: main()\nexcept SystemExit as end: assert not end.code\nsys.stdout = out"
    )
    heavy = {"web3", "eth_account", "eth_utils", "eth_abi", "pydantic", "PIL", "numpy", "imagehash"}
    heavy |= {"requests", "rich.console", "markdown_it", "pygments", "anyio", "gen_ip.client"}
    loaded = _modules_after(shown)
    assert "typer" in loaded
    assert not heavy & loaded


def test_the_client_loads_what_it_needs() -> None:
    loaded = _modules_after("from gen_ip import GenIP")
    assert not {"PIL", "numpy", "typer", "rich", "anyio", "trio", "websockets.sync"} & loaded
