"""Groups of commands, the top one included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from gen_ip.cli.sendable import sendable


class Verbs(typer.Typer):
    """A group of commands; those that send can also be asked to build only."""

    def command(self, *names: Any, **options: Any) -> Callable[[Any], Any]:
        """As typer's, and returns the function as it was."""
        register = super().command(*names, **options)

        def add(function: Any) -> Any:
            register(sendable(function))
            return function

        return add


def group(name: str, about: str) -> Verbs:
    """A group that tells what is in it when it is called without a command."""
    made = Verbs(name=name, help=about)

    @made.callback(invoke_without_command=True)
    def _top(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return made
