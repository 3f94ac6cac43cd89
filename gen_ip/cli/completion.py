"""`gen-ip completion`: the script by which a shell completes commands, options and values."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.completing import VARIABLE
from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

PROGRAM = "gen-ip"


class Shell(StrEnum):
    """Shells that are completed for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(help="Which shell.")],
    install: Annotated[
        bool, typer.Option("--install", help="Put it where the shell reads it at its start.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a shell's completion script, or install it: commands, options, names of yours."""
    # Typer's, as its own --install-completion calls them.
    from typer._completion_shared import get_completion_script
    from typer._completion_shared import install as put

    if not install:
        script = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value)
        document = {"shell": shell.value, "script": script}
        Output(as_json).result(document, lambda _: typer.echo(script))
        return
    _, path = put(shell=shell.value, prog_name=PROGRAM, complete_var=VARIABLE)

    def show(console: Console) -> None:
        console.print(f"Installed in {path}; it holds in new shells.", soft_wrap=True)

    Output(as_json).result({"shell": shell.value, "path": str(path)}, show)
