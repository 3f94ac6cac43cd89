"""docs/security.md names tests that exist, and every attack that is tested."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

from tools import compile as compiling

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")

_NAMED = re.compile(r"`((?:test|invariant|check)(?:Fuzz)?_\w+)`")
_FORGE = re.compile(r"^ *function ((?:test|invariant|check)(?:Fuzz)?_\w+)\(", re.MULTILINE)
_PYTHON = re.compile(r"^ *(?:async )?def (test_\w+)\(", re.MULTILINE)
# What owners, administrators and upgrades of other contracts are called.
_PRIVILEGED = re.compile(
    r"^(?:owner$|admin|transferOwnership|renounce|.*Ownership|pendingOwner|.*[rR]ole|pause|unpause"
    r"|upgrade|initialize|proxiableUUID|implementation|kill|destroy|emergency|migrate"
    r"|set(?=[A-Z])(?!Payout$|ApprovalForAll$))"
)


def _names(folder: Path, suffix: str, pattern: re.Pattern[str]) -> set[str]:
    return {
        name
        for path in folder.rglob(f"*{suffix}")
        for name in pattern.findall(path.read_text("utf-8"))
    }


def _forge() -> set[str]:
    return _names(ROOT / "tests" / "forge", ".sol", _FORGE)


def test_every_test_that_is_named_exists() -> None:
    named = set(_NAMED.findall(PAGE))
    assert len(named) > 200
    missing = named - _forge() - _names(ROOT / "tests", ".py", _PYTHON)
    assert not missing, f"docs/security.md names tests that do not exist: {sorted(missing)}"


def test_every_attack_is_in_the_table() -> None:
    attacks = {name for name in _forge() if re.match(r"test(?:Fuzz)?_attack", name)}
    assert len(attacks) > 150
    missing = attacks - set(_NAMED.findall(PAGE))
    assert not missing, f"name these in a row of docs/security.md: {sorted(missing)}"


def test_versions_are_those_in_use() -> None:
    solady = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]["solady"]
    assert f"| solady {solady} |" in PAGE
    assert f"| solc {compiling.COMPILER['version']} |" in PAGE
    # Of the compiler's known bugs, two need what is switched off here.
    assert compiling.COMPILER["settings"]["viaIR"] is False


def test_no_function_is_for_a_privileged_account() -> None:
    artifacts = files("gen_ip") / "artifacts"
    for contract in compiling.CONTRACTS:
        abi = json.loads((artifacts / f"{contract}.json").read_text("utf-8"))["abi"]
        functions = [item["name"] for item in abi if item["type"] == "function"]
        assert [name for name in functions if _PRIVILEGED.match(name)] == [], contract
        assert "fallback" not in {item["type"] for item in abi}, contract


def test_privileged_names_are_recognized() -> None:
    for name in ("owner", "transferOwnership", "grantRoles", "pause", "upgradeToAndCall", "setFee"):
        assert _PRIVILEGED.match(name), name
    for name in ("ownerOf", "ownership", "setPayout", "setApprovalForAll", "settle", "suspend"):
        assert not _PRIVILEGED.match(name), name


def test_links_lead_to_files_and_headings() -> None:
    for page in (ROOT / "docs" / "security.md", ROOT / "SECURITY.md"):
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text("utf-8")):
            path, _, heading = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            assert file.is_file(), f"{page.name}: {target}"
            titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert not heading or heading in anchors, f"{page.name}: {target}"
