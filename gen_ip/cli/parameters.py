"""Commands given options besides those that they were written with."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints


def options_of(kind: type[Any]) -> list[inspect.Parameter]:
    """The options that a dataclass of options stands for, a field each."""
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if each.default is MISSING else each.default,
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]


def gathered(signature: inspect.Signature) -> dict[str, type[Any]]:
    """A command's parameters that are dataclasses of options, by their names."""
    return {
        name: each.annotation
        for name, each in signature.parameters.items()
        if isinstance(each.annotation, type) and is_dataclass(each.annotation)
    }


def spread(signature: inspect.Signature) -> inspect.Signature:
    """The signature with the options themselves in place of dataclasses of them."""
    groups = gathered(signature)
    parameters: list[inspect.Parameter] = []
    for name, each in signature.parameters.items():
        # All by keyword, for those with defaults stand before others.
        alone = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
        parameters += options_of(groups[name]) if name in groups else alone
    return signature.replace(parameters=parameters)


def with_parameters(
    run: Callable[..., None], signature: inspect.Signature, added: list[inspect.Parameter]
) -> Callable[..., None]:
    """`run` as if it had been written with the signature's parameters and those added."""
    parameters = [*signature.parameters.values(), *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": None}
    # Else typer looks through to the function within.
    del run.__wrapped__  # type: ignore[attr-defined]
    return run
