"""Which version of a function made a file: a digest of everything its code says.

Two functions have one version if their source, what they closed over, and the functions and values
of this package that they use are the same. What other packages do is not looked into.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import inspect
from collections.abc import Mapping
from pathlib import PurePath
from types import CodeType, FunctionType, ModuleType
from typing import Any

_OWN = "benchmarks."
_DIGITS = 10


def version(value: Any) -> str:
    """Ten hexadecimal digits that change when the code or the parameters do.

    Args:
        value: functions, numbers, strings, or tuples, lists and mappings of these.

    Raises:
        TypeError: the code uses an object of another kind, which may look the same when it is not.
    """
    lines: list[str] = []
    _describe(value, lines, set())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_DIGITS]


def _describe(value: Any, lines: list[str], seen: set[int]) -> None:
    """Adds what distinguishes a value; a function's once, however often it is used."""
    if hasattr(value, "__wrapped__"):
        value = inspect.unwrap(value)
    if isinstance(value, functools.partial):
        lines.append("partial")
        for part in (value.func, value.args, value.keywords):
            _describe(part, lines, seen)
    elif isinstance(value, FunctionType) and value.__module__.startswith(_OWN):
        if id(value) not in seen:
            seen.add(id(value))
            _describe_function(value, lines, seen)
    elif isinstance(value, enum.Enum):
        lines.append(str(value))
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            lines.append(f"{key}:")
            _describe(value[key], lines, seen)
    elif isinstance(value, list | tuple):
        lines.append(f"{len(value)} values")
        for part in value:
            _describe(part, lines, seen)
    elif callable(value):
        lines.append(f"{value.__module__}.{getattr(value, '__qualname__', type(value).__name__)}")
    elif value is None or isinstance(value, bool | int | float | str | bytes):
        lines.append(repr(value))
    elif not isinstance(value, ModuleType | PurePath):
        raise TypeError(f"it is not known how to tell versions of {value!r} apart")


def _describe_function(function: FunctionType, lines: list[str], seen: set[int]) -> None:
    lines += [function.__qualname__, inspect.getsource(function)]
    _describe([function.__defaults__, function.__kwdefaults__], lines, seen)
    for cell in function.__closure__ or ():
        _describe(cell.cell_contents, lines, seen)
    names = _names(function.__code__)
    spaces = [function.__globals__]
    for name in names:
        used = function.__globals__.get(name)
        if isinstance(used, ModuleType) and used.__name__.startswith(_OWN):
            spaces.append(vars(used))
    for space in spaces:
        for name in names:
            if name in space:
                _describe(space[name], lines, seen)


def _names(code: CodeType) -> list[str]:
    """The names that a function and those written within it look up, in order."""
    found = dict.fromkeys(code.co_names)
    for each in code.co_consts:
        if isinstance(each, CodeType):
            found |= dict.fromkeys(_names(each))
    return list(found)
