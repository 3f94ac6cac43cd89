"""Commands whose options are worked out when they are asked for.

Typer works out all options of all commands at the start of each; that took longer than showing
their names does.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import typer
from typer.core import TyperCommand

from gen_ip.cli.shared import share_options


def make_lazy(app: typer.Typer) -> None:
    """Does so for all commands of an app and of the groups in it, once they are registered."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            make_lazy(group.typer_instance)
    for info in app.registered_commands:
        if info.callback is not None and info.cls in (None, TyperCommand):
            info.callback, info.cls = _without_options(info.callback), _lazy(info.callback)


def _without_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What typer is told of a command at the start: its name and its help."""

    def command() -> None:
        """Never called: the command calls its own function."""

    command.__name__, command.__doc__ = function.__name__, function.__doc__
    return command


def _lazy(function: Callable[..., Any]) -> type[TyperCommand]:
    class Lazy(TyperCommand):
        @cached_property
        def _whole(self) -> Any:
            app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            app.command()(function)
            whole = typer.main.get_command(app)
            share_options([whole])
            return whole

        @property
        def params(self) -> Any:
            return self._whole.params

        @params.setter
        def params(self, _: Any) -> None:
            """Typer's, which has none."""

        @property
        def callback(self) -> Any:
            return self._whole.callback

        @callback.setter
        def callback(self, _: Any) -> None:
            """Typer's, which does nothing."""

    return Lazy
