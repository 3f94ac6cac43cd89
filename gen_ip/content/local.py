"""A content store in a folder: the embedded default, with the same CIDs as Kubo.

One file per CID, its name the CID. A file appears under its name only when it is complete and on
the disk (write, fsync, rename), so a crash leaves at most a temporary file, which is removed a
day later.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gen_ip.content.cid import CID, parse_cid, raw_cid_of
from gen_ip.content.files import MAX_FILE_BYTES, StrPath, read_chunks
from gen_ip.content.store import check_block, check_bytes, verified
from gen_ip.content.unixfs import UnixFSHasher
from gen_ip.errors import BadStoreAddress, ContentNotFound, ContentTooLarge, StoreUnavailable

_TEMPORARY = ".incoming-"
_STALE_SECONDS = 24 * 3600


class LocalStore:
    """Keeps content below `root`, which is made when absent. See `gen_ip.content.store.Store`.

    Any number of processes may use one folder at once.

    Raises:
        StoreUnavailable: the folder cannot be made.
        BadStoreAddress: no folder can have the name.
    """

    def __init__(self, root: StrPath) -> None:
        try:
            self._root = Path(root).expanduser().absolute()
            with self._io():
                self._root.mkdir(parents=True, exist_ok=True)
                self._remove_stale()
        # A NUL or half a surrogate pair; `~` of nobody.
        except (ValueError, RuntimeError):
            raise BadStoreAddress(root, "no folder has such a name") from None

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._root)

    def put_file(self, source: StrPath | bytes, max_bytes: int = MAX_FILE_BYTES) -> str:
        """See `Store.put_file`."""
        if isinstance(source, bytes):
            check_bytes(source, max_bytes)
            return self._write((source,))
        return self._write(read_chunks(source, max_bytes))

    def put_block(self, data: bytes) -> str:
        """See `Store.put_block`."""
        check_block(data)
        return self._write((data,), cid=raw_cid_of(data))

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """See `Store.get`."""
        wanted = parse_cid(cid)
        with self._io():
            try:
                with self._path(wanted).open("rb") as file:
                    data = file.read(max_bytes + 1)
            except FileNotFoundError:
                raise ContentNotFound(cid, self.address) from None
        if len(data) > max_bytes:
            raise ContentTooLarge(cid, max_bytes)
        return verified(wanted, data, self.address)

    def has(self, cid: str) -> bool:
        """See `Store.has`."""
        with self._io():
            return self._path(parse_cid(cid)).is_file()

    def remove(self, cid: str) -> None:
        """Forgets the content of `cid`, if it is here.

        Raises:
            MalformedCID, StoreUnavailable: as in `has`.
        """
        with self._io():
            self._path(parse_cid(cid)).unlink(missing_ok=True)

    def within(self, seconds: float) -> LocalStore:
        """See `Store.within`. A disk answers at once or never."""
        return self

    def _path(self, cid: CID) -> Path:
        return self._root / str(cid)

    def _write(self, chunks: Iterable[bytes], cid: str | None = None) -> str:
        hasher = UnixFSHasher()
        with self._io():
            descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=self._root)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    for chunk in chunks:
                        hasher.update(chunk)
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                name = cid or hasher.cid()
                # Replacing what is there already also mends a damaged copy.
                os.replace(temporary, self._root / name)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
            self._sync_folder()
        return name

    def _sync_folder(self) -> None:
        if not hasattr(os, "O_DIRECTORY"):
            return
        descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remove_stale(self) -> None:
        for path in self._root.glob(f"{_TEMPORARY}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _STALE_SECONDS:
                    path.unlink()

    @contextmanager
    def _io(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            remedy = "check the folder's permissions and the free disk space, or name another"
            raise StoreUnavailable(self.address, reason, remedy) from error
