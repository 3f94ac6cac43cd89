"""One place where errors become a line on stderr (or JSON) and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from gen_ip.cli.completing import VARIABLE
from gen_ip.cli.explain import for_people
from gen_ip.cli.output import print_error
from gen_ip.errors import GenIPError, shown

# Older typer takes it from click, newer from its own copy: the base of a public class is both.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]

# Characters; the first sentence of a command's help is shorter.
_SENTENCE = 300

FAILED, USAGE, INTERRUPTED = 1, 2, 130


class Commands(TyperGroup):
    """The top of the command line: runs a command and reports how it ended."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # The list of commands is plain text: what draws frames takes longer to load than all else.
        self.rich_markup_mode = None

    def format_commands(self, context: Any, formatter: Any) -> None:
        """The commands, under the headings they are registered with."""
        width = max(map(len, self.list_commands(context)))
        headings: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(context):
            command: Any = self.get_command(context, name)
            if not command.hidden:
                text = command.get_short_help_str(_SENTENCE)
                headings.setdefault(command.rich_help_panel, []).append((name.ljust(width), text))
        for heading, rows in headings.items():
            with formatter.section(heading):
                formatter.write_dl(rows)

    def make_context(self, *values: Any, **options: Any) -> Any:
        """As the base does; see `_stopped`."""
        with _stopped():
            return super().make_context(*values, **options)

    def invoke(self, ctx: Any) -> Any:
        """As the base does; see `_stopped`."""
        with _stopped():
            return super().invoke(ctx)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Exits with 0, with 1 and one line after an error, with 2 after a usage error."""
        if VARIABLE in os.environ:
            # The shell asks: typer knows how each shell wants to be answered only after this.
            from typer._completion_classes import completion_init

            completion_init()
        arguments = list(sys.argv[1:] if args is None else args)
        as_json = "--json" in arguments
        try:
            code = super().main(
                arguments,
                prog_name=prog_name or "gen-ip",
                complete_var=complete_var or VARIABLE,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **extra,
            )
            sys.stdout.flush()
        except GenIPError as error:
            for_people(error)
            print_error(type(error).__name__, str(error), as_json)
            sys.exit(FAILED)
        except _UsageError as error:
            hint = "" if as_json else f" (try {_asked(error)} --help)"
            message = error.format_message()  # type: ignore[attr-defined] # click's, untyped here
            print_error("UsageError", f"{message.rstrip('.')}{hint}", as_json)
            sys.exit(USAGE)
        except BrokenPipeError:
            # Whoever read our output has gone, as `gen-ip ... | head` does: no error of ours.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        except OSError as error:
            # A folder that cannot be written, a full disk: the system's word, and the place.
            where = f" for {shown(error.filename)}" if error.filename else ""
            reason = error.strerror or type(error).__name__
            message = f"the system refuses{where}: {reason}; check permissions and free space"
            print_error(type(error).__name__, message, as_json)
            sys.exit(FAILED)
        except (KeyboardInterrupt, typer.Abort):
            interrupted(as_json)
        sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _stopped() -> Iterator[None]:
    """Ctrl-C within the block as an exception that typer lets through: newer ones make of the plain
    one an exit that says nothing."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Abort from None


def interrupted(as_json: bool) -> NoReturn:
    """Says that it was interrupted, and exits."""
    print_error("Interrupted", "interrupted", as_json)
    sys.exit(INTERRUPTED)


def _asked(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "gen-ip"
