"""What goes wrong between an upload and its certificate."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from gen_ip.errors import GenIPError, shown


class QueueProblem(GenIPError):
    """Root of what is wrong with a platform's queue."""


class QueueUnavailable(QueueProblem):
    """The queue's database cannot be read or written."""

    def __init__(self, database: object, reason: str) -> None:
        self.database, self.reason = str(database), reason
        super().__init__(
            f"the queue {shown(database)} cannot be used ({reason}); check the database"
        )


class NoQueue(QueueProblem):
    """There is no such file."""

    def __init__(self, path: object) -> None:
        self.path = str(path)
        super().__init__(
            f"there is no queue at {shown(path)}; the site makes it with its first upload, and so "
            "does `gen-ip platform run`; or name another with --queue"
        )


class QueueFull(QueueProblem):
    """As many certificates wait for the chain as may."""

    def __init__(self, waiting: int) -> None:
        self.waiting = waiting
        super().__init__(
            f"{waiting:,} certificates wait for the chain; see whether `gen-ip platform run` runs, "
            "and try again later"
        )


class KeyTaken(QueueProblem):
    """The key names another upload; `key` is that of the platform."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the key {shown(key)} is that of another upload; give each its own")


class UnknownUpload(QueueProblem):
    """The platform has no upload of this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"no upload has the key {shown(key)}; `submit` it first")


class NotSigned(QueueProblem):
    """What was handed in does not carry its creator's consent."""

    def __init__(self, creator: str, reason: str) -> None:
        self.creator, self.reason = creator, reason
        super().__init__(
            f"{creator} has not consented to this certificate ({reason}); have the creator sign "
            "what `prepare` returned, unchanged"
        )


class NotThisFile(QueueProblem):
    """What a site was handed with a key is not what was certified under it."""

    def __init__(self, key: str, what: str) -> None:
        self.key, self.what = key, what
        super().__init__(
            f"the certificate of upload {shown(key)} is of another {what}; have the file prepared "
            "and signed again"
        )
