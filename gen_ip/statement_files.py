"""Signed statements as files: JSON that survives, is passed on, and is read back with suspicion."""

# ruff: noqa: N818

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from gen_ip import arguments, atomic_file
from gen_ip.arguments import InvalidArgument
from gen_ip.content.cid import parse_cid
from gen_ip.errors import GenIPError, MalformedCID, shown
from gen_ip.nesting import nested_deeper_than
from gen_ip.signing.eip712 import BadStatement, Struct

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 32

A = TypeVar("A")
T = TypeVar("T", bound=tuple[Any, ...])


class StatementFileProblem(GenIPError):
    """The file of a signed statement cannot be read or written."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"{shown(path)} cannot be used ({reason}); check the file and its folder")


def save(path: str | Path, document: Mapping[str, Any]) -> None:
    """Writes a statement in one step; an older file of this name is replaced.

    Raises:
        StatementFileProblem: the file cannot be written.
    """
    try:
        atomic_file.write_text(Path(path), json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise StatementFileProblem(path, error.strerror or str(error)) from None


def load(path: str | Path) -> Any:
    """The JSON of a file.

    Raises:
        StatementFileProblem: there is none, it is too large, or it is no JSON.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise StatementFileProblem(path, error.strerror or str(error)) from None
    # A NUL, or half a surrogate pair.
    except ValueError:
        raise StatementFileProblem(path, "no file has such a name") from None
    if len(data) > MAX_BYTES:
        raise StatementFileProblem(path, f"it has more than {MAX_BYTES:,} bytes")
    try:
        text = data.decode()
        if nested_deeper_than(MAX_DEPTH, text):
            raise StatementFileProblem(path, f"it is nested deeper than {MAX_DEPTH}")
        return json.loads(text)
    except ValueError:
        raise StatementFileProblem(path, "it is not JSON") from None


class Statement(ABC):
    """A statement that is kept in a file: whatever has `to_json` and `from_json`."""

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""

    @classmethod
    @abstractmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote."""

    def save(self, path: str | Path) -> None:
        """Writes it to a file.

        Raises:
            StatementFileProblem: the file cannot be written.
        """
        save(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """What `save` wrote.

        Raises:
            StatementFileProblem: the file cannot be read.
            BadStatement: it holds something else.
        """
        return cls.from_json(load(path))


def members(document: object, kind: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    """The document, once it says that it is of `kind` and has just these members.

    Raises:
        BadStatement: it does not.
    """
    if not isinstance(document, Mapping):
        raise BadStatement("", document, "a JSON object")
    if document.get("format") != kind:
        raise BadStatement("format", document.get("format"), kind)
    if document.keys() != {"format", *names}:
        raise BadStatement(
            "", sorted(map(str, document)), f"the members format, {', '.join(names)}"
        )
    return document


def text(document: Mapping[str, Any], name: str) -> str:
    """A short text of a document.

    Raises:
        BadStatement: it is none.
    """
    value = document[name]
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise BadStatement(name, value, "a short text")
    return value


def address(document: Mapping[str, Any], name: str) -> str:
    """The address of a contract, with checksum.

    Raises:
        BadStatement: it is none.
    """
    return _argument(document, name, arguments.address)


def chain_id(document: Mapping[str, Any], name: str) -> int:
    """The id of a chain (EIP-155).

    Raises:
        BadStatement: it is none.
    """
    return _argument(document, name, arguments.positive, "a chain id")


def _argument(
    document: Mapping[str, Any], name: str, read: Callable[[str, Any], A], expected: str = ""
) -> A:
    try:
        return read(name, document[name])
    except InvalidArgument as error:
        raise BadStatement(name, error.value, expected or error.expected) from None


def cid(document: Mapping[str, Any], name: str) -> str:
    """A content identifier.

    Raises:
        BadStatement: it is none.
    """
    try:
        return str(parse_cid(document[name]))
    except MalformedCID as error:
        raise BadStatement(name, error.value, f"a CID ({error.reason})") from None


def items(document: Mapping[str, Any], name: str, struct: Struct[T]) -> tuple[T, ...]:
    """A list of structs of a document.

    Raises:
        BadStatement: it is none.
    """
    value = document[name]
    if not isinstance(value, list):
        raise BadStatement(name, value, "a list")
    return tuple(struct.parse(item, f"{name}[{i}]") for i, item in enumerate(value))
