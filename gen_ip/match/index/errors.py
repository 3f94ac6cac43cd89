"""What goes wrong with an index.

IndexProblem               `path` names the index
├── NoIndex                there is none
├── IndexExists            there is one where a new one was to be made
├── ForeignIndex           the files are something else's
├── NewerIndex             a newer Gen-IP made it
├── DamagedIndex           its catalog cannot be read
├── StaleIndex             files made from the catalog are missing or damaged
├── IndexInUse             another writer has it open
├── IndexReadOnly          it was opened for reading
├── IndexClosed            it was closed
├── IndexUnavailable       the disk is full or the system refuses
└── DuplicateKey, UnknownKey
BadRecord                  what was to be added is out of form
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class IndexProblem(GenIPError):
    """Root of what is wrong with an index; `path` says which one."""

    def __init__(self, path: object, problem: str) -> None:
        self.path = str(path)
        super().__init__(f"index {shown(path)} {problem}")


class NoIndex(IndexProblem):
    """There is no index at the path."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "does not exist; check the path, or open it for writing to make it")


class IndexExists(IndexProblem):
    """Something is at the path where a new folder was to be made."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "exists; give a path where nothing is")


class ForeignIndex(IndexProblem):
    """The folder holds something else than an index."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(path, f"is not one ({reason}); give another folder")


class NewerIndex(IndexProblem):
    """A newer version of this package made the index."""

    def __init__(self, path: object, found: int, known: int) -> None:
        self.found, self.known = found, known
        super().__init__(
            path,
            f"has format {found}, this version reads up to {known}; pip install --upgrade gen-ip",
        )


class DamagedIndex(IndexProblem):
    """The catalog, which everything else is made from, cannot be read."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(
            path, f"is damaged ({reason}); restore a snapshot of it, or fill a new one"
        )


class StaleIndex(IndexProblem):
    """A file made from the catalog is missing or damaged, and this reader may not make it anew."""

    def __init__(self, path: object, file: str, reason: str) -> None:
        self.file, self.reason = file, reason
        super().__init__(
            path, f"has a bad file {shown(file)} ({reason}); open it for writing, which remakes it"
        )


class IndexInUse(IndexProblem):
    """Another writer has the index open: one at a time may."""

    def __init__(self, path: object, pid: int | None) -> None:
        self.pid = pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            path, f"is being written by {who}; wait for it, or open the index for reading"
        )


class IndexReadOnly(IndexProblem):
    """A change was asked of an index opened for reading."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "is open for reading; open it with write=True to change it")


class IndexClosed(IndexProblem):
    """The index was closed before."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "is closed; open it again")


class IndexUnavailable(IndexProblem):
    """The disk is full, or the system refuses; nothing of the call was kept."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(
            path,
            f"cannot be used ({reason}) and is as it was before; see to the disk's room and the "
            "folder's rights, then repeat the call",
        )


class DuplicateKey(IndexProblem):
    """A record's key is in the index, or twice in the call."""

    def __init__(self, path: object, key: str) -> None:
        self.key = key
        super().__init__(path, f"has the key {shown(key)}; use replace, or give another key")


class UnknownKey(IndexProblem):
    """No record has the key."""

    def __init__(self, path: object, key: str) -> None:
        self.key = key
        super().__init__(path, f"has no key {shown(key)}; nothing was removed")


class BadRecord(GenIPError):
    """A record is out of form; `field` names the place."""

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field, self.value = field, value
        super().__init__(f"record's {field} is {shown(value)}; expected {expected}")
