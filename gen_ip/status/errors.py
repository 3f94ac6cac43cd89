"""What can be wrong with a question about a use, or with what was signed about one."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class StatusError(GenIPError):
    """Root of what can go wrong with a question about a use."""


class BadAccount(StatusError):
    """The text names no account and no domain; `reason` says why."""

    def __init__(self, value: object, reason: str) -> None:
        self.value, self.reason = value, reason
        super().__init__(
            f"account {shown(value)}: {reason}; give a domain such as example.com, or "
            "@user@example.com"
        )


class UnknownUse(StatusError):
    """The word names no intended use."""

    def __init__(self, value: object, known: str) -> None:
        self.value = value
        super().__init__(f"no use is called {shown(value)}; known are {known}")
