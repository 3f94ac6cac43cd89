"""What a check found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    """`warn`: it works, but not as it should. `fail`: something will not work."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, in words, and what to do where it is not well."""

    check: str
    status: Status
    text: str
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        """All fields as text."""
        return {key: str(value) for key, value in asdict(self).items()}


def ok(check: str, text: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Status.OK, text)


def warn(check: str, text: str, remedy: str) -> Finding:
    """It works, but not as it should."""
    return Finding(check, Status.WARN, text, remedy)


def fail(check: str, text: str, remedy: str) -> Finding:
    """Something will not work."""
    return Finding(check, Status.FAIL, text, remedy)


def failed(check: str, error: Exception) -> Finding:
    """What an exception of this package says: its message is problem and remedy, apart by `;`."""
    problem, _, remedy = str(error).partition("; ")
    return fail(check, problem, remedy)
