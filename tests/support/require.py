"""Parts of the environment that a test needs: skip without them, or fail when CI demands them."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from gen_ip.fingerprint.weights import fetched

ROOT = Path(__file__).resolve().parent.parent.parent


def _tool(name: str) -> Path | None:
    placed = ROOT / ".toolchain" / "bin" / name
    found = str(placed) if placed.exists() else shutil.which(name)
    return Path(found) if found else None


def _built(name: str, module: str, binary: str) -> Path | None:
    """What tools/NAME/build has built of the version that its go.mod pins."""
    text = (ROOT / "tools" / name / "go.mod").read_text("utf-8")
    pinned = re.search(rf"{module} v(\S+)", text)
    assert pinned is not None
    cache = Path(os.environ.get("GENIP_CACHE") or Path.home() / ".cache" / "gen-ip")
    path = cache / f"{name}-{pinned[1]}" / binary
    return path if path.exists() else None


def _solc() -> Path | None:
    return next((ROOT / ".toolchain" / "solcx").glob("solc-v*"), None)


# Told before a test gives itself another home.
_WEIGHTS = fetched()


def _sscd() -> Path | None:
    return _WEIGHTS if _WEIGHTS.exists() else None


def _ape() -> Path | None:
    binary = Path(sys.executable).parent / "ape"
    return binary if binary.exists() else None


def _initdb() -> Path | None:
    """Of the newest version; Debian keeps it off PATH."""
    placed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    return placed[-1] if placed else _shell("initdb")


def _shell(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


def _node() -> Path | None:
    found = shutil.which("node")
    return Path(found) if found else None


_PARTS: dict[str, tuple[Callable[[], Path | None], str]] = {
    "anvil": (lambda: _tool("anvil"), "anvil not found; run make setup"),
    "ape": (_ape, "ape not found; run make setup"),
    "chromium": (
        lambda: _shell("chromium") or _shell("google-chrome"),
        "Chromium not found; install it with your system's packages (chromium)",
    ),
    "exiftool": (
        lambda: _shell("exiftool"),
        "exiftool not found; install it with your system's packages (libimage-exiftool-perl)",
    ),
    "fish": (lambda: _shell("fish"), "fish not found; install it with your system's packages"),
    "forge": (lambda: _tool("forge"), "forge not found; run make setup"),
    "geth": (
        lambda: _built("geth", "ethereum/go-ethereum", "geth"),
        "no geth; run make geth (needs Go)",
    ),
    "kubo": (
        lambda: _built("kubo", "ipfs/kubo", "ipfs"),
        "no Kubo daemon; run make kubo (needs Go)",
    ),
    "node": (_node, "node not found; install Node.js 20 or newer"),
    "postgres": (
        _initdb,
        "PostgreSQL not found; install it with your system's packages (postgresql)",
    ),
    "solc": (_solc, "solc not found; run make setup"),
    "sscd": (_sscd, "no weights of the descriptor; run make sscd"),
    "zsh": (lambda: _shell("zsh"), "zsh not found; install it with your system's packages"),
}

#: Every name that GENIP_REQUIRE may list.
PARTS = frozenset(_PARTS)


def required() -> frozenset[str]:
    """The parts whose absence is a failure: the comma-separated names in ``GENIP_REQUIRE``.

    Raises:
        pytest.UsageError: when a name is not one of ``PARTS``.
    """
    names = os.environ.get("GENIP_REQUIRE", "").split(",")
    wanted = frozenset(name.strip() for name in names if name.strip())
    if unknown := sorted(wanted - PARTS):
        raise pytest.UsageError(
            f"GENIP_REQUIRE names {', '.join(unknown)}; known are {', '.join(sorted(PARTS))}"
        )
    return wanted


def missing(part: str, reason: str) -> NoReturn:
    """Skips the running test for want of ``part``, or fails it when ``part`` is required."""
    if part in required():
        pytest.fail(f"{part} is required by GENIP_REQUIRE: {reason}", pytrace=False)
    pytest.skip(reason)


def require(part: str, reason: str = "") -> Path:
    """Path of the executable of ``part``; without it the test is skipped, or fails if required.

    Args:
        part: one of ``PARTS``.
        reason: what to say instead of the usual hint.
    """
    find, hint = _PARTS[part]
    return find() or missing(part, reason or hint)
