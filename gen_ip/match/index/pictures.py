"""The embedded index of pictures: one folder, one writer, any number of readers."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.pdq import PDQ
from gen_ip.match.codes import as_words, check_search, no_hits
from gen_ip.match.index import copying
from gen_ip.match.index.catalog import Catalog, State
from gen_ip.match.index.checking import problems
from gen_ip.match.index.code_file import ENDING as CODES_ENDING
from gen_ip.match.index.code_file import CodeEngine, CodeView
from gen_ip.match.index.engine import BadFile, Found, Progress
from gen_ip.match.index.engines import engine_of
from gen_ip.match.index.errors import (
    DuplicateKey,
    IndexReadOnly,
    StaleIndex,
    UnknownKey,
)
from gen_ip.match.index.lock import PICTURES, WriterLock, locked, uncopied
from gen_ip.match.index.records import WORDS, Entry, Record, Row, row_of
from gen_ip.match.index.word_file import ENDING as WORDS_ENDING
from gen_ip.match.index.word_file import WordEngine, WordView
from gen_ip.match.words.searching import Ranked, check_limit

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    from gen_ip.fingerprint.local import LocalFeatures

# A compaction between reading what counts and opening it takes the files away: look again.
_ATTEMPTS = 5
# Rows that engines are fed with at a time when their files are made anew.
_BATCH = 20_000


@dataclass(frozen=True)
class _Seen:
    """The index as of one change."""

    state: State
    views: dict[str, CodeView] = field(default_factory=dict)
    words: WordView | None = None


class PictureIndex:
    """Pictures by what they look like, by their files' hashes and by their keys.

    All of it lies in one folder: a catalog (SQLite), which is the truth, and files that are made
    from it and searched in place. Changes are whole or not at all, and last, whatever dies
    (`kill -9`, a loss of power). Readers, here and in other processes, see each change at their
    next call. May be used from several threads.

    Args:
        path: the folder. For writing it is made where it is missing.
        write: whether to change it; one writer at a time has it open.
        progress: told while files are made anew from the catalog, which takes long.

    Raises:
        NoIndex: there is none, and it was to be read.
        ForeignIndex, NewerIndex, DamagedIndex: what is there cannot be used.
        IndexInUse: another writer has it open.
        StaleIndex: a file made from the catalog is bad, and reading alone cannot remake it.
        IndexUnavailable: the system refuses.
    """

    def __init__(
        self, path: str | Path, *, write: bool = False, progress: Progress | None = None
    ) -> None:
        self.path = Path(path)
        self.writable = write
        self._progress = progress
        self._lock: WriterLock | None = None
        self._writing: Catalog | None = None
        # One change at a time, and apart from it one look at what was changed.
        self._changing, self._looking = threading.RLock(), threading.Lock()
        if write:
            self._lock = locked(self.path, PICTURES)
        try:
            if write:
                self._writing = Catalog(self.path, write=True)
            self._reading = Catalog(self.path, write=False)
            self._seen = _Seen(State(-1, -1, {}))
            if write:
                self._mend()
            self._look()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets the files and the writer's lock go; what was found stays valid."""
        for each in (self._writing, getattr(self, "_reading", None), self._lock):
            if isinstance(each, Catalog):
                each.close()
            elif each is not None:
                each.release()

    def __enter__(self) -> PictureIndex:
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
        """Adds pictures, all or none; their handles, rising. The larger a batch, the faster.

        Raises:
            DuplicateKey: a key is there already, or twice among these.
            IndexReadOnly, IndexUnavailable, StaleIndex.
        """
        return self._change(records, replacing=False)

    def replace(self, records: Iterable[Record]) -> list[int]:
        """Adds pictures, each in place of the one of its key where there is one; all or none.

        Their handles are new.

        Raises:
            DuplicateKey: a key comes twice among these.
            IndexReadOnly, IndexUnavailable, StaleIndex.
        """
        return self._change(records, replacing=True)

    def remove(self, keys: Iterable[str]) -> None:
        """Takes pictures out, all or none.

        Raises:
            UnknownKey: there is none of a key.
            IndexReadOnly, IndexUnavailable.
        """
        wanted = list(dict.fromkeys(keys))
        writing = self._writable()
        with self._changing, writing.changing():
            handles = []
            for key in wanted:
                entry = writing.by_key(key)
                if entry is None:
                    raise UnknownKey(self.path, key)
                handles.append(entry.handle)
            writing.delete(handles)

    def compact(self, progress: Progress | None = None) -> None:
        """Makes the searched files anew without what was removed, while others go on searching.

        Raises:
            IndexReadOnly, IndexUnavailable.
        """
        writing = self._writable()
        with self._changing:
            self._rebuild(sorted({PDQ, WORDS, *writing.state().marks}), progress)

    # Looking up.

    def __len__(self) -> int:
        return self._reading.count()

    def __iter__(self) -> Iterator[Entry]:
        """All pictures by rising handle; changes made meanwhile may show."""
        for page in self._reading.pages():
            yield from (entry for entry, _ in page)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.by_key(key) is not None

    def by_key(self, key: str) -> Entry | None:
        """The picture of a key."""
        return self._reading.by_key(key)

    def by_handle(self, handle: int) -> Entry | None:
        """The picture of a handle, unless it was removed."""
        return self._reading.entry(int(handle))

    def by_sha256(self, sha256: bytes) -> list[Entry]:
        """The pictures of exactly this file."""
        return self._reading.by_sha256(sha256)

    def by_pixels(self, pixels: bytes) -> list[Entry]:
        """The pictures of exactly these decoded pixels."""
        return self._reading.by_pixels(pixels)

    def features(self, handle: int) -> bytes | None:
        """A picture's local features, where it has any."""
        return self._reading.features(int(handle))

    def glimpse(self, handle: int) -> bytes | None:
        """A work's small picture, where it has one."""
        return self._reading.glimpse(int(handle))

    def codes(self, handle: int) -> dict[str, bytes]:
        """A picture's codes by set, other than its Pdq."""
        return self._reading.codes(int(handle))

    def sets(self) -> list[str]:
        """The names of the sets of codes that can be searched."""
        return sorted(self._look().views)

    # Searching.

    def search(
        self,
        name: str,
        codes: Any,
        radius: int,
        limit: int,
        *,
        threads: int | None = None,
    ) -> Found:
        """The pictures whose code lies within `radius` bits of a query: at most `limit` each.

        Several codes at once cost far less than one by one.

        Args:
            name: the set, such as `pdq-1`; one that no picture has a code of finds nothing.
            codes: what to look for: 32 bytes each, or uint8 (n, 32), or uint64 (n, 4).
            radius: 0 to 256.
            limit: at least 1; of equally near pictures the older come first.
            threads: all processors by default.

        Raises:
            InvalidQuery: an argument is out of form.
            MatchingUnavailable: numba is not installed.
            StaleIndex, IndexUnavailable.
        """
        words = as_words(codes)
        check_search(radius, limit)
        view = self._look().views.get(name)
        if view is None:
            return Found(*no_hits())
        return view.search(words, radius, limit, threads)

    def by_words(self, asked: Sequence[LocalFeatures], limit: int) -> Ranked:
        """The pictures that share most local features with any of `asked`: crops, collages.

        Args:
            asked: features of a picture, and of its mirror image where that is to be found too.
            limit: at least 1.

        Raises:
            InvalidQuery: `limit` is out of form.
            MatchingUnavailable: numba is not installed.
            StaleIndex, IndexUnavailable.
        """
        check_limit(limit)
        view = self._look().words
        return Ranked.none() if view is None else view.search(asked, limit)

    # Keeping.

    def snapshot(self, target: str | Path) -> None:
        """Copies the index, as it is at one moment, into a new folder; it goes on serving.

        The copy is an index itself.

        Raises:
            IndexExists: something is at `target`.
            IndexUnavailable: it cannot be written; nothing is left at `target`.
        """
        copying.copy(self.path, Path(target))

    @staticmethod
    def restore(snapshot: str | Path, path: str | Path) -> None:
        """Puts a snapshot's copy where no index is.

        Raises:
            NoIndex, ForeignIndex, NewerIndex, DamagedIndex: `snapshot` is not one that can be used.
            IndexExists, IndexUnavailable.
        """
        copying.copy(Path(snapshot), Path(path))

    def check(self) -> list[str]:
        """What is wrong with the index: every row of every file is compared with the catalog, and
        the catalog with its checksums. Nothing is wrong where the list is empty.
        """
        return problems(self.path)

    def _writable(self) -> Catalog:
        if self._writing is None:
            raise IndexReadOnly(self.path)
        return self._writing

    def _engine(self, name: str) -> CodeEngine | WordEngine:
        return engine_of(self.path, name, self._reading.id)

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
            old = [entry.handle for key in keys if (entry := writing.by_key(key))]
            if old and not replacing:
                taken = next(record.key for record in batch if writing.by_key(record.key))
                raise DuplicateKey(self.path, taken)
            writing.delete(sorted(old))
            handles = writing.insert(batch)
            rows = [row_of(handle, record) for handle, record in zip(handles, batch, strict=True)]
            marks = writing.state().marks
            names = {name for row in rows for name in row.codes} | {WORDS}
            try:
                writing.set_marks(
                    {name: self._engine(name).append(rows, marks.get(name)) for name in names}
                )
            except BadFile as error:
                raise StaleIndex(self.path, error.file, error.reason) from None
        # Files of words that were merged.
        self._sweep()
        return handles

    def _look(self) -> _Seen:
        """The index as it is now, opened anew only where it changed."""
        with self._looking:
            if self._reading.change() == self._seen.state.change:
                return self._seen
            for attempt in range(_ATTEMPTS):
                with self._reading.reading():
                    state = self._reading.state()
                    same = state.swept == self._seen.state.swept
                    removed = self._reading.removed(self._seen.state.change if same else 0)
                try:
                    self._seen = self._opened(state, removed, same)
                    break
                except BadFile as error:
                    if attempt == _ATTEMPTS - 1:
                        raise StaleIndex(self.path, error.file, error.reason) from None
            return self._seen

    def _opened(self, state: State, removed: Sequence[int], same: bool) -> _Seen:
        import numpy

        handles: NDArray[int64] = numpy.array(removed, numpy.int64)
        before = self._seen if same else _Seen(state)
        views: dict[str, CodeView] = {}
        words: WordView | None = None
        for name, mark in state.marks.items():
            engine = self._engine(name)
            if isinstance(engine, WordEngine):
                words = engine.open(mark, before.words)
                words = words.without(handles) if len(handles) else words
            else:
                view = engine.open(mark, before.views.get(name))
                views[name] = view.without(handles) if len(handles) and view.rows else view
        return _Seen(state, views, words)

    def _mend(self) -> None:
        """Makes anew what is missing or damaged, and removes what no mark names."""
        writing = self._writable()
        marks = writing.state().marks
        bad = [name for name in (PDQ, WORDS) if name not in marks]
        for name, mark in marks.items():
            try:
                self._engine(name).open(mark)
            except BadFile:
                bad.append(name)
        if bad:
            # All of them: what was removed is forgotten for all at once.
            self._rebuild(sorted({PDQ, WORDS, *marks}), self._progress)
        else:
            self._sweep()

    def _rebuild(self, names: Sequence[str], progress: Progress | None) -> None:
        writing = self._writable()
        total = writing.count()
        marks: dict[str, str | None] = dict.fromkeys(names)
        try:
            with writing.changing():
                done = 0
                batch: list[Row] = []
                for page in writing.pages():
                    batch += _rows(writing, [entry for entry, _ in page])
                    if len(batch) >= _BATCH:
                        marks = self._fed(marks, batch)
                        done, batch = done + len(batch), []
                        if progress is not None:
                            progress("making the searched files", done, total)
                marks = self._fed(marks, batch)
                if progress is not None:
                    progress("making the searched files", total, total)
                writing.set_marks({name: mark for name, mark in marks.items() if mark is not None})
                writing.forget_removed()
        except BadFile as error:
            raise StaleIndex(self.path, error.file, error.reason) from None
        finally:
            self._sweep()

    def _fed(self, marks: dict[str, str | None], rows: Sequence[Row]) -> dict[str, str | None]:
        return {name: self._engine(name).append(rows, mark) for name, mark in marks.items()}

    def _sweep(self) -> None:
        """Removes files that nothing names, unless they may be wanted for a copy under way."""
        with uncopied(self.path) as free:
            if not free:
                return
            marks = self._writable().state().marks
            kept = {path for name, mark in marks.items() for path in self._engine(name).files(mark)}
            for ending in (CODES_ENDING, WORDS_ENDING):
                for path in self.path.glob(f"*{ending}"):
                    if path not in kept:
                        path.unlink(missing_ok=True)


def _rows(source: Catalog, entries: Sequence[Entry]) -> list[Row]:
    """What engines get of works whose handles rise."""
    codes, features = source.contents([entry.handle for entry in entries])
    return [
        Row(entry.handle, {PDQ: entry.pdq.hash, **codes[entry.handle]}, features.get(entry.handle))
        for entry in entries
    ]
