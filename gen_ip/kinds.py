"""Whether what a caller hands over is of the kinds that a method's hints say.

A value of another kind would end in an AttributeError somewhere below, or pass for something it
is not: True for 1, a text for a list of letters. What a value of the right kind may be is said
where it is used, by `gen_ip.arguments`.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterator, Sequence
from typing import (
    Any,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from gen_ip.arguments import InvalidArgument

P = ParamSpec("P")
R = TypeVar("R")

_WORDS = {
    int: "an integer",
    str: "a text",
    bytes: "bytes",
    bool: "True or False",
    float: "a number",
    type(None): "None",
}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The method, but its arguments are looked at first. Hints that are no classes, unions or
    sequences of them take anything.

    Raises, when called:
        InvalidArgument: one is of another kind; says which, and what is expected.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            # Python's own words for a wrong count of arguments.
            return function(*args, **kwargs)
        hints = _hints(function)
        for name, value in given.items():
            if name in hints:
                _check(name, hints[name], signature.parameters[name].kind, value)
        return function(*args, **kwargs)

    return call


@functools.cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(function)


def _check(name: str, hint: Any, kind: Any, value: Any) -> None:
    if kind is inspect.Parameter.VAR_KEYWORD:
        # The names that a TypedDict has; others are the function's to refuse.
        known = get_type_hints(get_args(hint)[0])
        named = [(key, known[key], each) for key, each in value.items() if key in known]
    elif kind is inspect.Parameter.VAR_POSITIONAL:
        named = [(name, hint, each) for each in value]
    else:
        named = [(name, hint, value)]
    for label, wanted, each in named:
        for place, inner, found in _misfits(label, wanted, each):
            raise InvalidArgument(place, found, _expected(inner))


def _misfits(name: str, hint: Any, value: Any) -> Iterator[tuple[str, Any, Any]]:
    """What in a value is not of its kind: where, what it should be, and what it is."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        found = [list(_misfits(name, each, value)) for each in get_args(hint)]
        if all(found):
            # Of a list with something wrong in it, what is wrong.
            inner = [misfits[0] for misfits in found if misfits[0][0] != name]
            yield inner[0] if inner else (name, hint, value)
    elif origin is Sequence:
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            yield name, hint, value
            return
        (inner_hint,) = get_args(hint)
        for index, item in enumerate(value):
            yield from _misfits(f"{name}[{index}]", inner_hint, item)
    elif origin is Callable:
        if not callable(value):
            yield name, hint, value
    elif hint is int:
        if isinstance(value, bool) or not isinstance(value, int):
            yield name, hint, value
    elif hint is float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield name, hint, value
    elif is_typeddict(hint):
        # What is in it, its own reader checks.
        if not isinstance(value, dict):
            yield name, hint, value
    elif isinstance(hint, type) and hasattr(hint, "_fields"):
        # A plain tuple is as good as a named one.
        members = get_type_hints(hint)
        if not isinstance(value, tuple) or len(value) != len(members):
            yield name, hint, value
            return
        for (member, inner_hint), item in zip(members.items(), value, strict=True):
            yield from _misfits(f"{name}.{member}", inner_hint, item)
    elif _is_class(hint) and not isinstance(value, hint):
        yield name, hint, value


def _is_class(hint: Any) -> bool:
    return isinstance(hint, type) and not getattr(hint, "_is_protocol", False)


def _expected(hint: Any) -> str:
    if get_origin(hint) in (Union, types.UnionType):
        words = list(dict.fromkeys(map(_expected, get_args(hint))))
        return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    if get_origin(hint) is Sequence:
        return f"a list, each {_expected(get_args(hint)[0])}"
    if get_origin(hint) is Callable:
        return "a function"
    if hint in _WORDS:
        return _WORDS[hint]
    name = hint.__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"
