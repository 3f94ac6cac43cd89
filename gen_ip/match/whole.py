"""An index's folder with everything in it: pictures, and works of every other kind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from gen_ip.match.index import copying
from gen_ip.match.index.errors import NoIndex, UnknownKey
from gen_ip.match.index.lock import CATALOGS
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.works import index as others
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.kind import IMAGE


class WholeIndex:
    """Both indexes of a folder, open.

    Attributes:
        pictures, works: None where it is read and there is none.

    Args:
        path: the folder. For writing it is made where it is missing.
        write: whether to change it.

    Raises:
        NoIndex: there is neither, and it was to be read.
        ForeignIndex, NewerIndex, DamagedIndex, IndexInUse, StaleIndex, IndexUnavailable.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self.path = path
        self.pictures: PictureIndex | None = None
        self.works: WorkIndex | None = None
        if not write and not any((path / name).exists() for name in CATALOGS):
            raise NoIndex(path)
        try:
            if write or (path / CATALOGS[0]).exists():
                self.pictures = PictureIndex(path, write=write)
            if write or others.exists(path):
                self.works = WorkIndex(path, write=write)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Lets the files go."""
        for each in (self.pictures, self.works):
            if each is not None:
                each.close()

    def __enter__(self) -> WholeIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def counts(self) -> dict[str, int]:
        """How many works there are of each kind, pictures first."""
        pictures = {} if self.pictures is None else {IMAGE: len(self.pictures)}
        return {**pictures, **({} if self.works is None else self.works.counts())}

    def remove(self, keys: Iterable[str]) -> None:
        """Takes works out, all or none; a crash between pictures and others may leave the others.

        Raises:
            UnknownKey: there is none of a key.
            IndexReadOnly, IndexUnavailable.
        """
        wanted = list(dict.fromkeys(keys))
        opened = [each for each in (self.pictures, self.works) if each is not None]
        for key in wanted:
            if not any(key in each for each in opened):
                raise UnknownKey(self.path, key)
        for each in opened:
            each.remove([key for key in wanted if key in each])

    def check(self) -> list[str]:
        """What is wrong with it; nothing where the list is empty."""
        return [
            problem
            for each in (self.pictures, self.works)
            if each is not None
            for problem in each.check()
        ]

    def snapshot(self, target: Path) -> None:
        """Copies all of it into a new folder, see `PictureIndex.snapshot`; raises as it."""
        copying.copy(self.path, target)
