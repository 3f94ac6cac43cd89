"""docs/commands.md lists the commands as they are, and its examples run."""

from __future__ import annotations

from tests.support.reader import Reader, reader
from tools.commands import PAGE, listed, page

__all__ = ["reader"]


def test_the_page_lists_all_commands() -> None:
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "run python -m tools.commands"
    assert listed() in text


def test_the_examples_run(reader: Reader) -> None:
    assert reader.follow(PAGE) >= 6
