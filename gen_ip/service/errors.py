"""What goes wrong in starting and running the service; what callers are told: `problems`."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

from importlib.util import find_spec

from gen_ip.errors import FileProblem, GenIPError, MissingLibrary, shown

_LIBRARIES = (
    "cv2",
    "dns",
    "fastapi",
    "httptools",
    "jinja2",
    "limits",
    "numba",
    "prometheus_client",
    "python_multipart",
    "sqlalchemy",
    "structlog",
    "uvicorn",
)


class ServiceLibraryMissing(MissingLibrary):
    """A library that the service needs is not installed; `library` names it."""

    def __init__(self, library: str) -> None:
        super().__init__(library, "service", "the service")


class PortUnavailable(GenIPError):
    """The service cannot listen at the address."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host, self.port, self.reason = host, port, reason
        super().__init__(
            f"cannot listen at {shown(host)}, port {port} ({reason}); give another --port, "
            "0 for a free one"
        )


class RecordsUnavailable(GenIPError):
    """The operator's database cannot be read or written; `path` says which."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(
            f"the service's records {shown(path)} cannot be used ({reason}); "
            "check the disk and its permissions, or give another --folder"
        )


class NotFoundAgain(FileProblem):
    """The file is of a kind that is not found again; `kinds` are."""

    def __init__(self, path: object, kind: str, kinds: tuple[str, ...]) -> None:
        self.kind, self.kinds = kind, kinds
        super().__init__(
            path,
            f"is of the kind {shown(kind)}, which is not found again; give one of the kinds "
            f"{', '.join(kinds)}",
        )


class NotTaken(GenIPError):
    """Something that was handed in is not kept; `reason` says why."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(f"{what} is not taken in: {reason}")


class UnknownName(GenIPError):
    """There is no key, hidden work, permit or offer of this name."""

    def __init__(self, what: str, name: str) -> None:
        self.what, self.name = what, name
        super().__init__(f"there is no {what} {shown(name)}; list them to see their names")


def check_libraries() -> None:
    """Sees that what the service stands on is installed.

    Raises:
        ServiceLibraryMissing: it is not.
    """
    for name in _LIBRARIES:
        if find_spec(name) is None:
            raise ServiceLibraryMissing(name)
