"""Commands given options besides those that they were written with."""

from __future__ import annotations

import inspect
from collections.abc import Callable


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
