"""Every exception the package raises on purpose, except those decoded from contracts.

`GenIPError` is the root: `except GenIPError` catches all of them, and `str(error)` is one line
that names the thing, the value and what to do. Values from files and strangers are shown escaped
and shortened, so a message is always safe to print.

    GenIPError
    ├── FileProblem            a file the user gave cannot be used
    │   ├── MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge
    │   ├── ImageTooLarge, TooManyFrames, UnreadableImage, UnreadableText
    │   └── WrongKind, RefusedFile
    ├── MalformedCID           not a content identifier this package reads
    ├── MetadataError          not a certificate's metadata
    ├── MalformedFingerprint   not a fingerprint this package reads
    ├── MissingLibrary         an optional part of this package is not installed
    └── StoreError             the content store
        ├── StoreUnavailable, BadStoreAddress
        ├── TooFewStores, WrongRequirement
        ├── ContentNotFound, ContentCorrupted, ContentTooLarge
        └── MalformedBlock, MalformedArchive
"""

# Names say what happened; contract errors, too, keep the contract's own names.
# ruff: noqa: N818

from __future__ import annotations

import os
from typing import Any

_SHOWN_CHARACTERS = 120


def shown(value: object) -> str:
    """`value` for an error message: quoted, control characters escaped, at most 120 characters."""
    text = str(value) if isinstance(value, os.PathLike) else value
    # Cut before quoting too: a hostile value may be megabytes long.
    try:
        quoted = repr(text[: _SHOWN_CHARACTERS * 2] if isinstance(text, str | bytes) else text)
    except (ValueError, RecursionError):
        # Python writes no decimal number of more than 4,300 digits, and nothing nested too deeply.
        return f"<{type(text).__name__} too large to show>"
    if len(quoted) <= _SHOWN_CHARACTERS:
        return quoted
    return f"{quoted[:_SHOWN_CHARACTERS]}…"


class GenIPError(Exception):
    """Root of every exception raised on purpose by this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python's own way hands the message to `__init__`, which takes other things here: an error
        # raised in another process could not be handed over, and its caller would wait for ever.
        return _restored, (type(self), self.args), self.__dict__


def _restored(kind: type[GenIPError], arguments: tuple[Any, ...]) -> GenIPError:
    return kind.__new__(kind, *arguments)


class FileProblem(GenIPError):
    """A file the user named cannot be used; `path` says which one."""

    def __init__(self, path: object, problem: str) -> None:
        self.path = str(path)
        super().__init__(f"{shown(path)} {problem}")

    def naming(self, name: str) -> str:
        """The message with `name` for the path, for who gave a file but no path."""
        return str(self).replace(shown(self.path), name, 1)


class MissingFile(FileProblem):
    """There is nothing at the path."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "does not exist; check the spelling and the folder")


class NotAFile(FileProblem):
    """The path is a directory, device, pipe or socket."""

    def __init__(self, path: object, found: str) -> None:
        self.found = found
        super().__init__(path, f"is {found}; give the path of a regular file")


class UnreadableFile(FileProblem):
    """The operating system refuses to open or read the file."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"cannot be read ({reason}); check its permissions")


class EmptyFile(FileProblem):
    """The file has no bytes, so there is nothing to certify."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "is empty; give a file with content")


class FileTooLarge(FileProblem):
    """The file has more bytes than the cap."""

    def __init__(self, path: object, size: int, limit: int) -> None:
        self.size, self.limit = size, limit
        super().__init__(
            path, f"has {size:,} bytes, the cap for such files is {limit:,}; use a smaller file"
        )


class ImageTooLarge(FileProblem):
    """The picture would decode to more pixels than the cap (told before it is decoded)."""

    def __init__(self, path: object, pixels: str, limit: int) -> None:
        self.pixels, self.limit = pixels, limit
        super().__init__(
            path,
            f"would decode to {pixels} pixels, the cap is {limit:,}; give a smaller picture",
        )


class TooManyFrames(FileProblem):
    """The animation has more frames than the cap."""

    def __init__(self, path: object, limit: int) -> None:
        self.limit = limit
        super().__init__(
            path, f"has more than {limit:,} frames, the cap; give a shorter animation or its parts"
        )


class UnreadableImage(FileProblem):
    """The file is no picture of a supported format, or it is truncated or damaged."""

    def __init__(self, path: object, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(path, f"cannot be read as a picture ({reason}); {remedy}")


class UnreadableText(FileProblem):
    """The file is no text of a supported format, is damaged, or holds more than the caps allow."""

    def __init__(self, path: object, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(path, f"cannot be read as a text ({reason}); {remedy}")


class WrongKind(FileProblem):
    """The file's bytes contradict the kind of work it is said to be; `fitting` are those that do
    not."""

    def __init__(self, path: object, stated: str, found: str, fitting: tuple[str, ...]) -> None:
        self.stated, self.found, self.fitting = stated, found, fitting
        super().__init__(
            path,
            f"is said to be of the kind {shown(stated)}, but its bytes are {found}; "
            f"say one of {', '.join(fitting)}, or nothing",
        )


class RefusedFile(FileProblem):
    """The file is of a format that is not certified as what it is; `reason` says why."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(path, reason)


class MalformedCID(GenIPError):
    """The text is not a content identifier (CID) of the kind this package uses."""

    def __init__(self, value: object, reason: str) -> None:
        self.value, self.reason = value, reason
        super().__init__(
            f"malformed CID {shown(value)}: {reason}; expected a CIDv1 in lower-case base32, "
            "raw or dag-pb with sha2-256, such as bafkrei… or bafybei…"
        )


class MetadataError(GenIPError):
    """A certificate's metadata breaks the schema; `field` names the place, "" the whole."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        where = f"metadata field {shown(field)}" if field else "metadata"
        super().__init__(f"{where} {problem}")


class MalformedFingerprint(GenIPError):
    """The text is not a fingerprint of the named kind."""

    def __init__(self, kind: str, value: object, expected: str) -> None:
        self.kind, self.value = kind, value
        super().__init__(f"malformed {kind} {shown(value)}; expected {expected}")


class MissingLibrary(GenIPError):
    """A library of an optional part of this package is not installed; `library` names it."""

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        self.library, self.extra = library, extra
        super().__init__(
            f'{purpose} needs {library}, which is not installed; pip install "gen-ip[{extra}]"'
        )


class StoreError(GenIPError):
    """Root of what can go wrong with a content store."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or refuses to work; `address` says which."""

    def __init__(self, address: object, reason: str, remedy: str) -> None:
        self.address, self.reason = str(address), reason
        super().__init__(f"content store {shown(address)} is unavailable ({reason}); {remedy}")


class BadStoreAddress(StoreError):
    """The address is not one a content store can have."""

    def __init__(self, address: object, reason: str) -> None:
        self.address = address
        super().__init__(
            f"bad content store address {shown(address)}: {reason}; give a folder, a multiaddr "
            "such as /ip4/127.0.0.1/tcp/5001/http, or a URL such as http://127.0.0.1:5001"
        )


class ContentNotFound(StoreError):
    """The store does not hold the content, or answers but cannot give it (`reason`)."""

    def __init__(self, cid: str, address: object, reason: str = "") -> None:
        self.cid, self.address, self.reason = cid, str(address), reason
        problem = "cannot be had from" if reason else "is not in"
        why = f" ({shown(reason)})" if reason else ""
        super().__init__(
            f"content {shown(cid)} {problem} the store {shown(address)}{why}; "
            "put it there, or use the store that holds it"
        )


class ContentCorrupted(StoreError):
    """What the store returned does not hash to the CID asked for."""

    def __init__(self, cid: str, address: object, actual: str) -> None:
        self.cid, self.address, self.actual = cid, str(address), actual
        super().__init__(
            f"content {shown(cid)} in the store {shown(address)} is corrupted (its bytes are "
            f"{actual}); put the original file again"
        )


_TAKE_MORE = (
    "write it to a file with `gen-ip store get CID PATH`, or in Python give a larger max_bytes"
)


class ContentTooLarge(StoreError):
    """The content has more bytes than the call takes, or than a block may have."""

    def __init__(self, what: object, limit: int, remedy: str = _TAKE_MORE) -> None:
        self.limit = limit
        super().__init__(f"content {shown(what)} has more than {limit:,} bytes; {remedy}")


class MalformedBlock(StoreError):
    """A block has the hash its CID says, but is no part of a UnixFS tree this package reads."""

    def __init__(self, cid: str, reason: str) -> None:
        self.cid, self.reason = cid, reason
        super().__init__(
            f"block {shown(cid)} cannot be read: {reason}; give the CID of a file, or of a folder"
        )


class MalformedArchive(StoreError):
    """A file is no CAR (version 1), or lacks blocks of what it says it holds."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"archive {shown(path)} {reason}; export it again")


class WrongRequirement(StoreError):
    """Of so many stores no such number can succeed: `required` of `count`, named by `address`."""

    def __init__(self, address: object, required: int, count: int) -> None:
        self.address, self.required, self.count = str(address), required, count
        super().__init__(
            f"{required:,} of {count} stores are required ({shown(address)}); require 1 to "
            f"{count}, or name more stores"
        )


class TooFewStores(StoreError):
    """Fewer stores than required did what was asked; `problems` are the others', by address."""

    def __init__(self, done: int, required: int, problems: dict[str, str]) -> None:
        self.done, self.required, self.problems = done, required, problems
        said = "; ".join(problems.values())
        super().__init__(
            f"{done} of at least {required} stores took it, do it again when the others work "
            f"(what is there is not sent twice): {said}"
        )
