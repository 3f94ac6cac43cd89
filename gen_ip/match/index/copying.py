"""Copies of an index: a folder like it, whole or not there."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from gen_ip.match.index import catalog
from gen_ip.match.index.catalog import Catalog
from gen_ip.match.index.engine import BadFile
from gen_ip.match.index.engines import engine_of
from gen_ip.match.index.errors import IndexExists, IndexUnavailable, NoIndex
from gen_ip.match.index.lock import CATALOGS, copying
from gen_ip.match.works import catalog as works

_ATTEMPTS = 5


def copy(source: Path, target: Path) -> None:
    """Copies the index in `source` to `target`: pictures as they are at one moment, and works of
    other kinds as they are at one, right before.

    The catalog is copied first, then the files that it names: rows that it covers never change.

    Raises:
        NoIndex, ForeignIndex, NewerIndex, DamagedIndex: `source` cannot be used.
        IndexExists: something is at `target`.
        IndexUnavailable: it cannot be written; nothing is left.
    """
    # Nothing is left in a folder that holds something else, not even a lock.
    if not any((source / name).exists() for name in CATALOGS):
        raise NoIndex(source)
    if os.path.lexists(target):
        raise IndexExists(target)
    made = target.with_name(f".{target.name}-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(_ATTEMPTS):
            made.mkdir()
            try:
                # A file may be gone as the index was compacted meanwhile. Where it is missing
                # still, the copy is made good as the index would be: when it is opened for writing.
                with copying(source):
                    _fill(source, made, missing_ok=attempt == _ATTEMPTS - 1)
                break
            except FileNotFoundError:
                shutil.rmtree(made)
        _sync(made)
        try:
            os.rename(made, target)
        except OSError:
            if os.path.lexists(target):
                raise IndexExists(target) from None
            raise
        _sync(target.parent)
    except OSError as error:
        raise IndexUnavailable(target, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _fill(source: Path, made: Path, missing_ok: bool) -> None:
    if (source / works.NAME).exists():
        others = works.WorkCatalog(source, write=False)
        try:
            others.copy(made / works.NAME)
        finally:
            others.close()
    if (source / catalog.NAME).exists() or not (made / works.NAME).exists():
        _fill_pictures(source, made, missing_ok)
    for path in made.iterdir():
        _sync(path)


def _fill_pictures(source: Path, made: Path, missing_ok: bool) -> None:
    reading = Catalog(source, write=False)
    try:
        reading.copy(made / catalog.NAME)
    finally:
        reading.close()
    copied = Catalog(made, write=False)
    try:
        marks = copied.state().marks.items()
        paths = [path for name, mark in marks for path in _files(source, name, mark, copied.id)]
    finally:
        copied.close()
    for path in paths:
        try:
            shutil.copyfile(path, made / path.name)
        except FileNotFoundError:
            if not missing_ok:
                raise


def _files(source: Path, name: str, mark: str, index_id: str) -> list[Path]:
    try:
        return engine_of(source, name, index_id).files(mark)
    except BadFile:
        return []


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
