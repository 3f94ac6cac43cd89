"""What can go wrong with papers."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class NotTypeset(GenIPError):
    """A paper could not be typeset."""

    def __init__(self, paper: str, reason: str) -> None:
        self.paper, self.reason = paper, reason
        super().__init__(
            f"the {paper} cannot be typeset ({shown(reason)}); shorten its texts, or report it"
        )


class UnknownPaper(GenIPError):
    """A paper was asked for in a form that there is none of."""

    def __init__(self, path: object, forms: tuple[str, ...]) -> None:
        self.path, self.forms = str(path), forms
        names = ", ".join(f".{form}" for form in forms)
        super().__init__(f"{shown(path)} names no form of a paper; end it with {names}")


class ProofFails(GenIPError):
    """A certificate was to be drawn from a saved proof that does not hold."""

    def __init__(self, work: int) -> None:
        self.work = work
        super().__init__(
            f"the proof of work {work} does not hold; `gen-ip verify --proof` says what fails"
        )
