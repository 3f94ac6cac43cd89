"""The tokens that a replay can be paid in, and how much of a payment arrives."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

from benchmarks._chain import Chain
from gen_ip.errors import GenIPError
from gen_ip.work import ETH
from tools.compile import COMPILER, ROOT, SOLC

KINDS = ("eth", "erc20", "fee")
"""ETH, an ERC-20, and an ERC-20 that burns a hundredth of every transfer."""

_FEE_SOURCE = "tests/forge/mocks/FeeToken.sol"
_CACHE = ROOT / ".build" / "benchmarks"


class TokenUnavailable(GenIPError):  # noqa: N818
    """The test token cannot be compiled."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{_FEE_SOURCE} cannot be compiled ({reason}); run `make setup`")


def place(chain: Chain, kind: str) -> str:
    """Puts a new token of this kind, one of `KINDS`, on the chain; its address.

    Raises:
        TokenUnavailable: there is no compiler for the test token.
    """
    if kind == "eth":
        return ETH
    return chain.token(fee_token_code() if kind == "fee" else None)


def arriving(kind: str, amount: int) -> int:
    """What arrives of a transfer of `amount`, in the smallest unit."""
    return amount - amount // 100 if kind == "fee" else amount


def fee_token_code() -> bytes:
    """Creation code of the token with a fee: a test's contract, so no part of the package.

    Compiled once; the result lies under .build/ by the hash of what was compiled.
    """
    units = (_FEE_SOURCE, "contracts/periphery/DemoToken.sol")
    try:
        sources = {name: {"content": (ROOT / name).read_text("utf-8")} for name in units}
    except OSError as error:
        raise TokenUnavailable(error.strerror or str(error)) from error
    output = {_FEE_SOURCE: {"FeeToken": ["evm.bytecode.object"]}}
    settings = {**COMPILER["settings"], "outputSelection": output}
    request = json.dumps({"language": "Solidity", "sources": sources, "settings": settings})
    digest = hashlib.sha256(f"{COMPILER['longVersion']}{request}".encode()).hexdigest()
    cached = _CACHE / f"FeeToken-{digest[:16]}.hex"
    try:
        code = bytes.fromhex(cached.read_text("ascii"))
    except (OSError, ValueError):
        code = _compile(request)
        _write(cached, code.hex())
    return code


def _compile(request: str) -> bytes:
    try:
        run = subprocess.run(
            [str(SOLC), "--base-path", ".", "--standard-json"],
            cwd=ROOT,
            input=request,
            capture_output=True,
            text=True,
            check=True,
        )
    except OSError as error:
        raise TokenUnavailable(error.strerror or str(error)) from error
    except subprocess.CalledProcessError as error:
        raise TokenUnavailable(f"solc ended with {error.returncode}") from error
    output = json.loads(run.stdout)
    try:
        contract = output["contracts"][_FEE_SOURCE]["FeeToken"]
        return bytes.fromhex(contract["evm"]["bytecode"]["object"])
    except KeyError:
        errors = [item.get("message", "") for item in output.get("errors", [])]
        raise TokenUnavailable("; ".join(errors) or "no bytecode") from None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(temporary, path)
