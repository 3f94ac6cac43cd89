"""What is wrong with a workflow's file."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import FileProblem


class UnreadableWorkflow(FileProblem):
    """The file is no workflow that this package reads, or one too large or too deep."""

    def __init__(
        self,
        path: object,
        reason: str,
        remedy: str = "give one that ComfyUI saved or exported as JSON",
    ) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(path, f"cannot be read as a workflow ({reason}); {remedy}")


class BadWorkflow(ValueError):
    """A text that is no workflow; its only argument says why, in words safe to print."""
