"""Which engine a name in an index's catalog means."""

from __future__ import annotations

from pathlib import Path

from gen_ip.match.index.code_file import CodeEngine
from gen_ip.match.index.records import WORDS
from gen_ip.match.index.word_file import WordEngine


def engine_of(folder: Path, name: str, index_id: str) -> CodeEngine | WordEngine:
    """The engine of that name for the index in `folder`."""
    return WordEngine(folder, index_id) if name == WORDS else CodeEngine(folder, name, index_id)
