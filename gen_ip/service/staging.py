"""Files on their way to a certificate: kept apart until the chain has it, then put into the store.

Nothing reaches the operator's store that nobody certified. What is not certified within a day goes.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sql

from gen_ip.content.store import Store
from gen_ip.errors import GenIPError
from gen_ip.index.database import Database
from gen_ip.index.errors import NoChainIndex
from gen_ip.index.queries.view import viewing
from gen_ip.index.schema.works import WORKS

_DAY = 86_400
_NAME = re.compile("[0-9a-f]{32}")
_DOCUMENT = re.compile("([0-9a-f]{64})[.]json")
_CONTENT, _ABOUT = "content", "about"
# Of one file: its creator may change their mind about title and terms.
_MOST_DOCUMENTS = 64


class StagingFull(GenIPError):  # noqa: N818 - named like the package's other errors
    """There is no more room for files that are not certified yet; `most` bytes are."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            f"too many files wait for their certificates (more than {most:,} bytes); try again "
            "when some were certified, or a day later"
        )


class UnknownUpload(GenIPError):  # noqa: N818
    """No file waits under this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("the uploaded file is gone: it was not certified in time; upload it again")


@dataclass(frozen=True)
class Upload:
    """A file that waits.

    Attributes:
        name: by which who uploaded it, and nobody else, knows it.
        title: what its uploader's file was called.
        path: where it lies.
    """

    name: str
    title: str
    path: Path


class Staging:
    """The files that wait. May be used from several threads.

    Args:
        folder: where they lie.
        most_bytes: all files together.
        seconds: how long one waits.
        now: the time in seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path,
        most_bytes: int = 4 * 2**30,
        seconds: int = _DAY,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._most, self._seconds, self._now = folder, most_bytes, seconds, now

    def add(self, file: Path, title: str) -> Upload:
        """Keeps a copy of a file.

        Raises:
            StagingFull: there is no room.
            OSError: the disk refuses.
        """
        self.sweep()
        size = file.stat().st_size
        if self._size() + size > self._most:
            raise StagingFull(self._most)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        with tempfile.TemporaryDirectory(dir=self._folder, prefix="new-") as new:
            made = Path(new) / name
            made.mkdir()
            shutil.copyfile(file, made / _CONTENT)
            (made / _ABOUT).write_text(json.dumps({"title": title}), "utf-8")
            made.rename(self._folder / name)
        return self.get(name)

    def get(self, name: str) -> Upload:
        """One of them.

        Raises:
            UnknownUpload: there is none.
        """
        if not _NAME.fullmatch(name):
            raise UnknownUpload(name)
        path = self._folder / name
        try:
            title = json.loads((path / _ABOUT).read_text("utf-8"))["title"]
        except FileNotFoundError:
            raise UnknownUpload(name) from None
        return Upload(name, title, path / _CONTENT)

    def describe(self, upload: Upload, digest: bytes, document: bytes) -> None:
        """Keeps what a certificate of it would say, by its sha2-256.

        Raises:
            StagingFull: there are too many already.
            OSError: the disk refuses.
        """
        folder = upload.path.parent
        whole = folder / f"{digest.hex()}.json"
        if whole.exists():
            return
        if sum(1 for _ in folder.glob("*.json")) >= _MOST_DOCUMENTS:
            raise StagingFull(_MOST_DOCUMENTS)
        part = folder / f"{digest.hex()}.{secrets.token_hex(4)}"
        part.write_bytes(document)
        part.replace(whole)

    def waiting(self) -> Iterator[tuple[Upload, bytes, Path]]:
        """Every document that waits for its certificate: its upload, sha2-256 and file."""
        for upload in self._uploads():
            for file in sorted(upload.path.parent.glob("*.json")):
                named = _DOCUMENT.fullmatch(file.name)
                if named is not None:
                    yield upload, bytes.fromhex(named[1]), file

    def sweep(self) -> None:
        """Lets those go whose time is over."""
        for upload in self._uploads():
            if upload.path.stat().st_mtime < self._now() - self._seconds:
                shutil.rmtree(upload.path.parent, ignore_errors=True)

    def _uploads(self) -> Iterator[Upload]:
        try:
            names = sorted(os.listdir(self._folder))
        except FileNotFoundError:
            return
        for name in names:
            try:
                yield self.get(name)
            except (UnknownUpload, OSError):
                continue

    def _size(self) -> int:
        return sum(each.path.stat().st_size for each in self._uploads())


class Keeper:
    """Puts what was certified into the store, round by round.

    Args:
        staging: the files that wait.
        database: the index that tells what was certified.
        store: the operator's.
    """

    def __init__(self, staging: Staging, database: Database, store: Store) -> None:
        self._staging, self._database, self._store = staging, database, store

    def round(self) -> int:
        """How many documents were put into the store.

        Raises:
            StoreError: the store does not take them; they wait.
            ChainIndexUnavailable: the index's database refuses.
        """
        waiting = list(self._staging.waiting())
        certified = self._certified({digest for _, digest, _ in waiting})
        for upload, digest, file in waiting:
            if digest in certified:
                self._store.put_file(os.fspath(upload.path), upload.path.stat().st_size)
                self._store.put_block(file.read_bytes())
                file.unlink()
        self._staging.sweep()
        return len(certified)

    def _certified(self, digests: set[bytes]) -> set[bytes]:
        if not digests:
            return set()
        try:
            with viewing(self._database) as view:
                asked = sql.select(WORKS.c.metadata).where(
                    WORKS.c.metadata.in_(digests), WORKS.c.certified > 0
                )
                return set(view.connection.execute(asked).scalars())
        except NoChainIndex:
            return set()
