"""The list of commands in docs/commands.md, from the commands themselves.

python -m tools.commands            # writes it
python -m tools.commands --check    # exits with 1 when it is not as the commands are
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
START, END = "<!-- commands -->\n", "<!-- /commands -->\n"


def listed() -> str:
    """Every command by the panels of `gen-ip --help`, one line each."""
    from typer.main import get_command

    from gen_ip.cli.app import app

    top: Any = get_command(app)
    panels: dict[str, list[str]] = {}
    for name, found in top.commands.items():
        lines = panels.setdefault(str(found.rich_help_panel), [])
        lines += [
            f"| `{words}` | {_sentence(command.help)} |" for words, command in _walk(name, found)
        ]
    parts = [
        "\n".join([f"### {panel}", "", "| `gen-ip` … | |", "| --- | --- |", *lines, ""])
        for panel, lines in panels.items()
    ]
    return "\n".join(parts)


def page(text: str) -> str:
    """The page with the list as the commands are."""
    head, _, rest = text.partition(START)
    _, _, tail = rest.partition(END)
    return f"{head}{START}\n{listed()}\n{END}{tail}"


def _walk(words: str, found: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(found, "commands"):
        yield words, found
        return
    for name, inner in found.commands.items():
        yield from _walk(f"{words} {name}", inner)


def _sentence(text: str) -> str:
    """The first paragraph of a help text, on one line."""
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def main() -> None:
    """Writes or checks the page."""
    before = PAGE.read_text("utf-8")
    after = page(before)
    if "--check" in sys.argv[1:]:
        sys.exit(before != after)
    PAGE.write_text(after, "utf-8")


if __name__ == "__main__":
    main()
