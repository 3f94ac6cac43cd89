"""The embedded index of works that are no pictures: one writer, any number of readers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gen_ip.match.errors import InvalidQuery
from gen_ip.match.index.errors import (
    BadRecord,
    DamagedIndex,
    DuplicateKey,
    IndexReadOnly,
    NoIndex,
    UnknownKey,
)
from gen_ip.match.index.lock import WORKS, WriterLock, locked
from gen_ip.match.works.catalog import NAME, Candidate, WorkCatalog
from gen_ip.match.works.records import Entry, Record, as_rows, checksum

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A token that so many works have says little of any.
COMMON = 20_000
_MOST_PROBLEMS = 100


class WorkIndex:
    """Works of every kind but pictures: by what they share, their files' hashes and their keys.

    It is one SQLite database that lies beside the pictures in an index's folder. Changes are whole
    or not at all, and last, whatever dies (`kill -9`, a loss of power). Readers, here and in other
    processes, see each change at their next call. May be used from several threads.

    Args:
        path: the folder. For writing it is made where it is missing.
        write: whether to change it; one writer at a time has it open, beside one of pictures.

    Raises:
        NoIndex: there is none, and it was to be read.
        ForeignIndex, NewerIndex, DamagedIndex: what is there cannot be used.
        IndexInUse: another writer has it open.
        IndexUnavailable: the system refuses.
    """

    def __init__(self, path: str | Path, *, write: bool = False) -> None:
        self.path = Path(path)
        self.writable = write
        self._changing = threading.RLock()
        self._lock: WriterLock | None = locked(self.path, WORKS) if write else None
        self._writing: WorkCatalog | None = None
        self._reading: WorkCatalog | None = None
        try:
            if write:
                self._writing = WorkCatalog(self.path, write=True)
            self._reading = WorkCatalog(self.path, write=False)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets the file and the writer's lock go; what was found stays valid."""
        for each in (self._writing, self._reading):
            if each is not None:
                each.close()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> WorkIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Changing.

    def add(self, records: Iterable[Record]) -> list[int]:
        """Adds works, all or none; their handles, rising.

        Raises:
            DuplicateKey: a key is there already, or twice among these.
            IndexReadOnly, IndexUnavailable.
        """
        return self._change(records, replacing=False)

    def replace(self, records: Iterable[Record]) -> list[int]:
        """Adds works, each in place of the one of its key where there is one; all or none.

        Their handles are new.

        Raises:
            DuplicateKey: a key comes twice among these.
            IndexReadOnly, IndexUnavailable.
        """
        return self._change(records, replacing=True)

    def remove(self, keys: Iterable[str]) -> None:
        """Takes works out, all or none.

        Raises:
            UnknownKey: there is none of a key.
            IndexReadOnly, IndexUnavailable.
        """
        writing = self._writable()
        with self._changing, writing.changing():
            handles = []
            for key in dict.fromkeys(keys):
                entry = writing.by_key(key)
                if entry is None:
                    raise UnknownKey(self.path, key)
                handles.append(entry.handle)
            writing.delete(handles)

    # Looking up.

    def __len__(self) -> int:
        return sum(self.counts().values())

    def __iter__(self) -> Iterator[Entry]:
        """All works by rising handle; changes made meanwhile may show."""
        for page in self._open().pages():
            yield from (entry for entry, _ in page)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.by_key(key) is not None

    def counts(self) -> dict[str, int]:
        """How many works there are of each kind that there is one of."""
        return self._open().counts()

    def by_key(self, key: str) -> Entry | None:
        """The work of a key."""
        return self._open().by_key(key)

    def by_handle(self, handle: int) -> Entry | None:
        """The work of a handle, unless it was removed."""
        return self._open().entry(int(handle))

    def by_sha256(self, sha256: bytes) -> list[Entry]:
        """The works of exactly this file, of any kind."""
        return self._open().by_sha256(sha256)

    def by_content(self, kind: str, content: bytes) -> list[Entry]:
        """The works of a kind whose content is the same."""
        return self._open().by_content(kind, content)

    def data(self, handle: int) -> bytes | None:
        """A work's fingerprint as its kind wrote it, unless it was removed."""
        return self._open().data(int(handle))

    # Searching.

    def sharing(
        self, name: str, tokens: Iterable[int] | NDArray[Any], limit: int, *, common: int = COMMON
    ) -> list[Candidate]:
        """The works that share most tokens of a set, most first; of equal ones the older first.

        Args:
            name: of the set, as in `Record.tokens`; one that no work has finds nothing.
            tokens: integers below 2^64, or an array of uint64; repeated ones count once.
            limit: at most so many, at least 1.
            common: tokens that at least so many works have are passed over.

        Raises:
            InvalidQuery: an argument is out of form.
            IndexUnavailable, DamagedIndex.
        """
        for argument, value in (("limit", limit), ("common", common)):
            if type(value) is not int or value < 1:
                raise InvalidQuery(argument, value, "an integer from 1")
        try:
            rows = as_rows(tokens)
        except BadRecord:
            raise InvalidQuery("tokens", tokens, "integers from 0 to 2^64 - 1") from None
        return self._open().sharing(name, rows, common, limit)

    # Keeping.

    def check(self) -> list[str]:
        """What is wrong with the index, at most 100 of it: every work is compared with its checksum
        and its postings. Nothing is wrong where the list is empty.
        """
        catalog = WorkCatalog(self.path, write=False)
        try:
            # All reads see one state; a writer may go on.
            with catalog.reading():
                found = []
                for problem in _problems(catalog):
                    found.append(f"works: {problem}")
                    if len(found) == _MOST_PROBLEMS:
                        break
                return found
        finally:
            catalog.close()

    def _open(self) -> WorkCatalog:
        if self._reading is None:
            raise NoIndex(self.path)
        return self._reading

    def _writable(self) -> WorkCatalog:
        if self._writing is None:
            raise IndexReadOnly(self.path)
        return self._writing

    def _change(self, records: Iterable[Record], replacing: bool) -> list[int]:
        writing = self._writable()
        batch = list(records)
        keys = set()
        for record in batch:
            if record.key in keys:
                raise DuplicateKey(self.path, record.key)
            keys.add(record.key)
        if not batch:
            return []
        with self._changing, writing.changing():
            old = {key: entry.handle for key in keys if (entry := writing.by_key(key))}
            if old and not replacing:
                raise DuplicateKey(self.path, next(each.key for each in batch if each.key in old))
            writing.delete(sorted(old.values()))
            return writing.insert(batch)


def exists(path: Path) -> bool:
    """Whether a folder holds an index of works."""
    return (path / NAME).exists()


def _problems(catalog: WorkCatalog) -> Iterator[str]:
    try:
        found = catalog.problems()
        yield from found
        if found:
            return
        for page in catalog.pages():
            for entry, expected in page:
                if not _right(catalog, entry, expected):
                    yield f"work {entry.handle} ({entry.key}) is not what was written"
                elif lacking := catalog.lacking(entry.handle):
                    yield f"work {entry.handle} ({entry.key}) lacks {lacking:,} postings"
        held, said = catalog.count_postings()
        if held > said:
            yield f"{held - said:,} postings are of no work"
    except DamagedIndex as error:
        yield error.reason


def _right(catalog: WorkCatalog, entry: Entry, expected: int) -> bool:
    import numpy

    data = catalog.data(entry.handle)
    tokens = {name: each.view(numpy.uint64) for name, each in catalog.tokens(entry.handle).items()}
    if data is None:
        return False
    try:
        record = Record(entry.kind, entry.key, entry.sha256, data, entry.content, tokens)
    except BadRecord:
        return False
    return checksum(record) == expected
