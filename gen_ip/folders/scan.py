"""Which files of a folder are works, and why the others are none.

Nothing is followed that could lead out of the folder, and nothing hidden is read.
"""

# ruff: noqa: N818

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from gen_ip.content.files import Identity
from gen_ip.errors import FileProblem, GenIPError, shown
from gen_ip.folders.report import FileReport, Outcome

MAX_FILES = 10_000
SIDECAR = ".toml"
JOURNAL_ID = 0x47656E49
"""SQLite's `application_id` of journals, at offset 68 (https://sqlite.org/fileformat.html)."""
_HEAD = 256
# Of the Web3 Secret Storage Definition, whatever stands before it.
_KEYSTORE = re.compile(rb'"crypto"\s*:\s*\{\s*"(?:cipher|kdf|mac)')


class NotAFolder(FileProblem):
    """The path is no folder that can be listed."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(path, f"is no folder that can be read ({reason}); give a folder's path")


class TooManyFiles(GenIPError):
    """A folder holds more files than one run takes."""

    def __init__(self, folder: object) -> None:
        super().__init__(
            f"{shown(folder)} holds more than {MAX_FILES:,} files; certify its subfolders singly"
        )


@dataclass(frozen=True)
class Found:
    """A file that may be a work.

    Attributes:
        name: its path from the folder on, with "/".
        size, mtime: bytes, and when it was written, in nanoseconds since the epoch.
        sidecar: the file beside it that says more of it, NAME.toml.
        identity: which file it is, so that no other one is read in its place.
    """

    path: Path
    name: str
    size: int
    mtime: int
    sidecar: Path | None
    identity: Identity


def scan(folder: Path, ignore: Collection[Path] = ()) -> tuple[list[Found], list[FileReport]]:
    """The files that may be works, and what is left out; both by path. `ignore` are files of the
    run itself, resolved.

    Raises:
        NotAFolder: the folder cannot be listed.
        TooManyFiles: it holds more than `MAX_FILES`.
    """
    found: list[Found] = []
    others: list[FileReport] = []
    seen = 0
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=lambda entry: entry.name)
            names = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
        except OSError as error:
            if here == folder:
                raise NotAFolder(folder, error.strerror or str(error)) from None
            others.append(_failed(_name(here, folder), error))
            continue
        for entry in entries:
            path = Path(entry.path)
            name = _name(path, folder)
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                others.append(_failed(name, error))
                continue
            if (reason := _left_out(entry.name, status, names)) is not None:
                others.append(FileReport(name, Outcome.SKIPPED, reason=reason))
            elif stat.S_ISDIR(status.st_mode):
                waiting.append(path)
            elif reason := _secret(path, ignore):
                others.append(FileReport(name, Outcome.SKIPPED, reason=reason))
            else:
                sidecar = path.with_name(entry.name + SIDECAR)
                has = sidecar.name in names
                is_ = Identity(status.st_dev, status.st_ino)
                beside = sidecar if has else None
                found.append(Found(path, name, status.st_size, status.st_mtime_ns, beside, is_))
            seen += 1
            if seen > MAX_FILES:
                raise TooManyFiles(folder)
    return sorted(found, key=lambda each: each.name), others


def _left_out(name: str, status: os.stat_result, names: Collection[str]) -> str | None:
    """Why something is no work, None where it may be one or is a folder."""
    if name.startswith("."):
        return "hidden"
    if stat.S_ISLNK(status.st_mode):
        return "a link; none is followed"
    if stat.S_ISDIR(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size == 0:
        return "empty"
    if name.endswith(SIDECAR) and name.removesuffix(SIDECAR) in names:
        return f"says more of {name.removesuffix(SIDECAR)}"
    return None


def _secret(path: Path, ignore: Collection[Path]) -> str | None:
    """Why a file is not to be published, None where it may be: it is a journal or a signed
    statement, whose salts and signatures are secrets, or an encrypted key."""
    ours = "a file of Gen-IP's own"
    if ignore and path.resolve() in ignore:
        return ours
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        # Whoever reads it next says what is wrong.
        return None
    if head.startswith(b"SQLite format 3\0"):
        return ours if head[68:72] == JOURNAL_ID.to_bytes(4, "big") else None
    if _KEYSTORE.search(head.lower()):
        return "an encrypted key"
    return ours if b'"format": "gen-ip/' in head else None


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _failed(name: str, error: OSError) -> FileReport:
    reason = f"cannot be read ({error.strerror or error}); check its permissions"
    return FileReport(name, Outcome.FAILED, reason=reason)
