"""What an index asks of whatever searches for it.

The embedded index feeds every `Engine` the same rows in the same order, and keeps in its catalog,
with each batch of rows, the *mark* the engine answered: what of its files counts. Whatever an
engine wrote after its last committed mark is not there, so that a crash at any moment leaves an
index as it was committed.

An engine of another kind (FAISS, Milvus, PostgreSQL) takes the place of the embedded search of
codes as a `CodeSearch`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from gen_ip.match.index.records import Row

if TYPE_CHECKING:
    from numpy import int16, int32, int64
    from numpy.typing import NDArray

#: Told what is being made, how many rows are done, and of how many.
Progress = Callable[[str, int, int], None]

V = TypeVar("V")


class BadFile(Exception):  # noqa: N818  (says what happened)
    """A file of an engine is missing or not what its mark says; its index makes it anew."""

    def __init__(self, file: str, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(f"{file}: {reason}")


class Engine(Protocol[V]):
    """A part of an embedded index: files in its folder, made from the catalog's rows.

    `name` is its own in an index, and its files' names start with it. One process writes at a time;
    any number read.
    """

    name: str

    def append(self, rows: Sequence[Row], mark: str | None) -> str:
        """Adds rows after those that `mark` covers and returns the mark that covers them too.

        Handles rise from call to call. `None` begins anew, in files of other names. What is covered
        is on the disk when this returns, and what `mark` covers is as it was.

        Raises:
            OSError: it cannot be written; `mark` remains good.
            BadFile: what `mark` covers is not there.
        """

    def open(self, mark: str, before: V | None = None) -> V:
        """What `mark` covers, to be searched; `before` may be carried on.

        Raises:
            BadFile: it is missing or damaged.
            OSError: it cannot be read.
        """

    def files(self, mark: str) -> list[Path]:
        """The files that `mark` covers."""


class Found(NamedTuple):
    """What a search of codes found: by query, each query's nearest first, then by handle.

    All of the same length; `queries` numbers the codes asked with.
    """

    queries: NDArray[int32]
    handles: NDArray[int64]
    distances: NDArray[int16]


class CodeSearch(Protocol):
    """A set of 256-bit codes that can be searched: what another engine has to offer."""

    def add(self, handles: Sequence[int], codes: Any) -> None:
        """Adds codes, uint8 of shape (n, 32), under rising handles that are not in it."""

    def remove(self, handles: Iterable[int]) -> None:
        """Takes codes out; a handle that is not in it is passed over."""

    def search(self, codes: Any, radius: int, limit: int) -> Found:
        """The codes within `radius` of 256 bits of each, at most `limit` of the nearest."""
