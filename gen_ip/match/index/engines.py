"""Which engine a name in an index's catalog means."""

from __future__ import annotations

from pathlib import Path

from gen_ip.match.index.code_file import CodeEngine


def engine_of(folder: Path, name: str, index_id: str) -> CodeEngine:
    """The engine of that name for the index in `folder`."""
    return CodeEngine(folder, name, index_id)
