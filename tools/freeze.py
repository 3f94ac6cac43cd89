"""Compares the contracts with the frozen interface in abi/v1/, or writes a new version of it.

Usage: ``python -m tools.freeze [--write [--version vN]]``, from the checkout. Without an option it
prints every function, event, error, signed type and bit that differs from the newest version, and
exits 1 when one does. ``--write`` writes the version named (the first: v1) and never touches one
that exists: contracts that speak otherwise lie at other addresses, so they are another version.

What a version holds, plain JSON for viem, ethers or web3: an ABI for each contract, and types.json
(EIP-712 domains and types, leaves and keys that are hashed, bits of rights). ABIs come from
gen_ip/artifacts, which a test holds equal to the sources; types come from gen_ip.signing, and
tests/forge/Frozen.t.sol holds the contracts to the same file.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gen_ip.chain import abi, artifacts
from tools import frozen_types

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "abi"
CONTRACTS = (*artifacts.CONTRACTS, "Deployer", "Till")
TYPES = "types"

REMEDY = (
    "a deployed interface never changes: undo the change, or make it a version of its own with\n"
    "  python -m tools.freeze --write --version {next}\n"
    "and say in CHANGELOG.md and docs/integrating.md what differs"
)

Entry = Mapping[str, Any]
Documents = dict[str, Any]


class FreezeError(Exception):
    """The frozen interface is missing, malformed, or would be overwritten."""


def current() -> Documents:
    """File name without suffix -> what this checkout's contracts and signing code say."""
    documents: Documents = {name: canonical(artifacts.load(name).abi) for name in CONTRACTS}
    documents[TYPES] = frozen_types.document()
    return documents


def canonical(entries: Iterable[Entry]) -> list[Any]:
    """ABI entries by kind and signature, without what only the compiler means: a constructor
    without parameters is there or not, as the code is written."""
    bare = {"inputs": [], "stateMutability": "nonpayable", "type": "constructor"}
    plain = [_plain(entry) for entry in entries if entry != bare]
    return sorted(plain, key=lambda entry: (entry["type"], _signature(entry)))


def _plain(part: Any) -> Any:
    if isinstance(part, Mapping):
        return {key: _plain(part[key]) for key in sorted(part) if key != "internalType"}
    return [_plain(item) for item in part] if isinstance(part, list) else part


def _signature(entry: Entry) -> str:
    return abi.signature(entry) if "name" in entry else ""


def described(entry: Entry) -> str:
    """An ABI entry as one line of Solidity, structs spelled out."""
    words = [entry["type"]]
    inputs = ", ".join(map(_parameter, entry.get("inputs", [])))
    words.append(f"{entry.get('name', '')}({inputs})".strip())
    if entry.get("anonymous"):
        words.append("anonymous")
    if (mutability := entry.get("stateMutability", "nonpayable")) != "nonpayable":
        words.append(mutability)
    if outputs := entry.get("outputs"):
        words.append(f"returns ({', '.join(map(_parameter, outputs))})")
    return " ".join(words)


def _parameter(entry: Entry) -> str:
    kind = entry["type"]
    if kind.startswith("tuple"):
        members = ", ".join(map(_parameter, entry["components"]))
        kind = f"({members}){kind.removeprefix('tuple')}"
    return " ".join(
        word for word in (kind, entry.get("indexed") and "indexed", entry["name"]) if word
    )


def differences(frozen: Documents, now: Documents) -> list[str]:
    """One line for everything that was added, removed or changed; empty where nothing was."""
    lines = []
    for name in sorted({*frozen, *now}):
        old, new = _facts(name, frozen.get(name)), _facts(name, now.get(name))
        gone = [fact for fact in old if fact not in new]
        come = [fact for fact in new if fact not in old]
        for fact in list(gone):
            # The same name with other parameters reads best as one change.
            match = next((each for each in come if old[fact] == new[each]), None)
            if match is not None:
                lines.append(f"{name}: changed\n  - {fact}\n  + {match}")
                gone.remove(fact)
                come.remove(match)
        lines += [f"{name}: removed {fact}" for fact in gone]
        lines += [f"{name}: added {fact}" for fact in come]
    return lines


def _facts(name: str, document: Any) -> dict[str, str]:
    """Everything a file says, a line each -> what a changed line is recognized by."""
    if document is None:
        return {}
    if name == TYPES:
        return {f"{path} = {value}": path for path, value in _leaves(document)}
    return {described(entry): f"{entry['type']} {entry.get('name', '')}" for entry in document}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key in value:
            yield from _leaves(value[key], f"{path}.{key}" if path else key)
    else:
        yield path, json.dumps(value)


def versions() -> list[str]:
    """The versions that are frozen, oldest first."""
    found = [path.name for path in FOLDER.glob("v*") if re.fullmatch(r"v[1-9]\d*", path.name)]
    return sorted(found, key=lambda name: int(name[1:]))


def read(version: str) -> Documents:
    """The files of a version.

    Raises:
        FreezeError: a file is no JSON.
    """
    documents = {}
    for path in sorted((FOLDER / version).glob("*.json")):
        try:
            documents[path.stem] = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            where = path.relative_to(ROOT)
            raise FreezeError(f"{where} is no JSON ({error}); restore it from git") from error
    return documents


def text_of(document: Any) -> str:
    """A document as it is written."""
    return json.dumps(document, indent=2) + "\n"


def write(version: str) -> Path:
    """Writes a version in one step.

    Raises:
        FreezeError: the version exists, or is not the next.
    """
    following = f"v{len(versions()) + 1}"
    if version in versions():
        raise FreezeError(f"abi/{version} is frozen; " + REMEDY.format(next=following))
    if version != following:
        raise FreezeError(f"the next version is {following}, not {version}")
    FOLDER.mkdir(exist_ok=True)
    temporary = FOLDER / f".{version}.{os.getpid()}"
    temporary.mkdir()
    try:
        for name, document in current().items():
            (temporary / f"{name}.json").write_text(text_of(document), "utf-8")
        os.replace(temporary, FOLDER / version)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return FOLDER / version


def check() -> None:
    """Compares this checkout with the newest version.

    Raises:
        FreezeError: they differ, or a file is not in its canonical form.
    """
    frozen = versions()
    if not frozen:
        raise FreezeError("abi/v1 is missing; restore it from git")
    newest = frozen[-1]
    old, now = read(newest), current()
    if lines := differences(old, now):
        remedy = REMEDY.format(next=f"v{len(frozen) + 1}")
        raise FreezeError("\n".join([f"not what abi/{newest} says:", *lines, remedy]))
    for name, document in now.items():
        path = FOLDER / newest / f"{name}.json"
        if (text := path.read_text("utf-8")) != text_of(document):
            place = next(_changed_lines(text, text_of(document)), "")
            raise FreezeError(f"abi/{newest}/{name}.json is reordered or reformatted: {place}")


def _changed_lines(old: str, new: str) -> Iterator[str]:
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0):
        if not line.startswith(("---", "+++", "@@")):
            yield line


def main() -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compares the contracts with abi/v1.")
    parser.add_argument("--write", action="store_true", help="write a version that is not there")
    parser.add_argument("--version", metavar="vN", help="which; the first, v1, if not named")
    arguments = parser.parse_args()
    if arguments.version and not arguments.write:
        parser.error("--version goes with --write")
    try:
        if arguments.write:
            print(write(arguments.version or "v1").relative_to(ROOT))
        else:
            check()
            print(f"abi/{versions()[-1]}: {len(CONTRACTS)} contracts and their types, unchanged")
    except FreezeError as error:
        print(f"freeze: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
