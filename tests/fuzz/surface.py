"""The client's public methods with their parameters, found by their signatures, and values that
none of them takes."""

from __future__ import annotations

import inspect
import math
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from gen_ip import GenIP


class Parameter(NamedTuple):
    """One argument of a method: what may be given for it."""

    name: str
    hint: Any
    required: bool
    positional: bool
    several: bool = False


def methods() -> dict[str, tuple[Parameter, ...]]:
    """Every public method of the client, with its parameters."""
    found = {}
    for name, function in inspect.getmembers(GenIP, inspect.isfunction):
        if not name.startswith("_"):
            found[name] = tuple(_parameters(function))
    return found


def _parameters(function: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(function)
    for name, each in list(inspect.signature(function).parameters.items())[1:]:
        if each.kind is inspect.Parameter.VAR_KEYWORD:
            fields = get_args(hints[name])[0]
            for field, hint in get_type_hints(fields).items():
                yield Parameter(field, hint, False, False)
        else:
            several = each.kind is inspect.Parameter.VAR_POSITIONAL
            positional = each.kind is not inspect.Parameter.KEYWORD_ONLY
            required = each.default is inspect.Parameter.empty and not several
            yield Parameter(name, hints[name], required, positional, several)


WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**256,
    1.5,
    math.nan,
    "",
    "abc",
    "0x" + "11" * 19,
    "0x" + "11" * 33,
    "nul\0",
    "\x1b[31m",
    "\ud800",
    b"",
    b"abc" * 7,
    [],
    [None],
    ["abc"],
    [[]],
    {},
    {"a": 1},
    object(),
)
# Any text is one, if not a welcome one.
CONTENTS = {"content", "evidence", "works"}
TEXTS = {"name", "description", "reason", "proofs", "folder", "journal", "copy"}
LISTS = {"tags"}


def fits(parameter: Parameter, value: object) -> bool:
    """Whether a value is of a kind that the parameter takes, and may be refused or not."""
    return _fits(parameter.hint, parameter.name, value)


def _fits(hint: Any, name: str, value: object) -> bool:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(each, name, value) for each in get_args(hint))
    if hint is type(None) or value is None:
        return hint is type(None) and value is None
    if hint is Any:
        return True
    if hint is bool:
        return isinstance(value, bool)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return value == [] or (name in LISTS and value == ["abc"])
    if hint is bytes:
        # Of the lengths above none is a hash; as a content, all but nothing are.
        return (
            name in ("content", "evidence", "works") and isinstance(value, bytes) and value != b""
        )
    if hint is str:
        return name in TEXTS and isinstance(value, str)
    if hint is float:
        return isinstance(value, float) and not math.isnan(value)
    if hint in (int, Path):
        return False
    protocol = getattr(hint, "_is_protocol", False)
    return isinstance(hint, type) and not protocol and isinstance(value, hint)
