"""What is wrong with a model's file."""

from __future__ import annotations

from gen_ip.errors import FileProblem


class UnreadableModel(FileProblem):
    """The file is no safetensors file, or its header says what is not true of it."""

    def __init__(
        self, path: object, reason: str, remedy: str = "give an intact .safetensors file"
    ) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(path, f"cannot be read as a safetensors model ({reason}); {remedy}")
