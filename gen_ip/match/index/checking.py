"""Everything in an index compared with everything else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from gen_ip.fingerprint.pdq import PDQ
from gen_ip.match.codes import BLOCK, as_words
from gen_ip.match.index.catalog import Catalog
from gen_ip.match.index.code_file import CodeView
from gen_ip.match.index.engine import BadFile
from gen_ip.match.index.engines import engine_of
from gen_ip.match.index.errors import BadRecord, DamagedIndex
from gen_ip.match.index.records import WORDS, Record, checksum
from gen_ip.match.index.word_file import WordEngine, WordView

_MOST = 100


def problems(folder: Path) -> list[str]:
    """What is wrong with the index in `folder`, at most 100 of it.

    Raises:
        NoIndex, ForeignIndex, NewerIndex, DamagedIndex: it cannot be opened.
        IndexUnavailable: it cannot be read.
    """
    catalog = Catalog(folder, write=False)
    try:
        # All reads see one state; a writer may go on.
        with catalog.reading():
            return list(islice(_problems(catalog), _MOST))
    finally:
        catalog.close()


def _problems(catalog: Catalog) -> Iterator[str]:
    try:
        found = catalog.problems()
        yield from (f"catalog: {text}" for text in found)
        if not found:
            yield from _works(catalog)
            yield from _files(catalog)
    except DamagedIndex as error:
        yield f"catalog: {error.reason}"


def _works(catalog: Catalog) -> Iterator[str]:
    for page in catalog.pages():
        codes, features = catalog.contents([entry.handle for entry, _ in page])
        for entry, expected in page:
            handle = entry.handle
            try:
                record = Record(
                    entry.key,
                    entry.sha256,
                    entry.pdq,
                    entry.pixels,
                    codes[handle],
                    features.get(handle),
                    catalog.glimpse(handle),
                )
                right = checksum(record) == expected
            except BadRecord:
                right = False
            if not right:
                yield f"catalog: work {handle} ({entry.key}) is not what was written"


def _files(catalog: Catalog) -> Iterator[str]:
    marks = catalog.state().marks
    yield from (f"no file of {name}" for name in (PDQ, WORDS) if name not in marks)
    removed = set(catalog.removed())
    for name, mark in marks.items():
        engine = engine_of(catalog.folder, name, catalog.id)
        try:
            if isinstance(engine, WordEngine):
                found = engine.problems(mark)
                yield from found or _words(catalog, engine.open(mark), removed)
            else:
                yield from _codes(catalog, name, engine.open(mark), removed)
        except BadFile as error:
            yield str(error)


def _codes(catalog: Catalog, name: str, view: CodeView, removed: set[int]) -> Iterator[str]:
    seen = 0
    last = 0
    for block in range(-(-view.rows // BLOCK)):
        handles, codes = view.codes(block)
        expected = catalog.set_codes(name, int(handles[0]), int(handles[-1]))
        words = dict(zip(expected, as_words(list(expected.values())), strict=True))
        for row, handle in enumerate(handles.tolist(), block * BLOCK):
            if handle <= last:
                yield f"{view.path.name}: row {row} has the handle {handle} after {last}"
            last = handle
            if handle in removed:
                continue
            if handle not in words:
                yield f"{view.path.name}: row {row} has the handle {handle}, which no work has"
                continue
            seen += 1
            if (codes[row - block * BLOCK] != words[handle]).any():
                yield f"{view.path.name}: row {row} is not the code of work {handle}"
    wanted = catalog.count_codes(name)
    if seen != wanted:
        yield f"{view.path.name}: {seen:,} works of {wanted:,} have a row"


def _words(catalog: Catalog, view: WordView, removed: set[int]) -> Iterator[str]:
    """Whether the works that have features have a row; the rows' content has checksums."""
    rows = [handle for part in view.index.parts for handle in part.handles.tolist()]
    if rows != sorted(set(rows)):
        yield f"{WORDS}: its handles do not rise"
    held = set(rows) - removed
    for handle in catalog.with_features():
        if handle not in held:
            yield f"{WORDS}: work {handle} has no row"
        held.discard(handle)
    yield from (f"{WORDS}: a row has the handle {handle}, which no work has" for handle in held)
