"""What goes wrong in finding pictures, apart from the index (`gen_ip.match.index.errors`)."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import GenIPError, MissingLibrary, shown


class MatchingUnavailable(MissingLibrary):
    """A library that finding pictures needs is not installed; `library` names it."""

    def __init__(self, library: str) -> None:
        super().__init__(library, "match", "finding pictures")


class InvalidQuery(GenIPError):
    """A search was asked with a value it cannot take; `argument` names it."""

    def __init__(self, argument: str, value: object, expected: str) -> None:
        self.argument, self.value = argument, value
        super().__init__(f"{argument} is {shown(value)}; expected {expected}")
