"""What a kind of work must be able to do to be known again, and which kinds can."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from gen_ip.content.files import StrPath
    from gen_ip.fingerprint.confined import Caps
    from gen_ip.match.answer import Answer
    from gen_ip.match.works.index import WorkIndex
    from gen_ip.match.works.records import Record

#: Pictures, which have an index of their own and are not among `kinds`.
IMAGE = "image"

#: Where each kind says it; they are imported when they are first needed.
_PLACES: Mapping[str, str] = {
    "text": "gen_ip.match.texts.text_kind:TEXTS",
    "prompt": "gen_ip.match.texts.prompt_kind:PROMPTS",
    "model": "gen_ip.match.models.kind:MODELS",
    "workflow": "gen_ip.match.workflows.kind:WORKFLOWS",
}


class Fingerprint(Protocol):
    """All that an index keeps of a file."""

    @property
    def sha256(self) -> bytes:
        """Of the file, 32 bytes."""

    def to_json(self) -> dict[str, Any]:
        """All of it, for JSON: `format`, `sha256` and what the kind has."""

    def lines(self) -> Mapping[str, str]:
        """What people are shown of it, by name."""


class Reader(Protocol):
    """Makes fingerprints of files, in limited processes but for plain characters. Closed by
    leaving its `with` block. May be used from several threads."""

    def __enter__(self) -> Reader: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def fingerprint(self, path: StrPath, form: str | None = None) -> Fingerprint:
        """A file's fingerprint.

        Args:
            path: of the file.
            form: its format as `gen_ip.content` detects it, where somebody has looked before.

        Raises:
            FileProblem: the file is not usable.
            ConfinementFailed: no limited process starts; it says why.
        """


class Kind(Protocol):
    """A kind of work that is known again by its fingerprint."""

    @property
    def name(self) -> str:
        """As `gen_ip.content` detects it: `text`, `prompt`, `model`, `workflow`."""

    @property
    def thresholds(self) -> str:
        """The version of the table that decides."""

    def reader(self, *, learned: bool = False, caps: Caps | None = None) -> Reader:
        """What reads files of this kind.

        Args:
            learned: with the kind's learned descriptor, where it has one.
            caps: what reading may take, by default one process and what is usual for the kind.

        Raises:
            MissingLibrary: the descriptor is not installed.
        """

    def record(self, key: str, fingerprint: Any) -> Record:
        """What an index is given of a fingerprint from this kind's reader.

        Raises:
            BadRecord: the key is not text, or empty.
        """

    def ask(self, index: WorkIndex, fingerprint: Any) -> Answer:
        """The works of an index that a fingerprint's file was made from."""


def kinds() -> list[str]:
    """The names of the kinds that are known again, pictures not among them."""
    return list(_PLACES)


def kind_of(name: str) -> Kind:
    """The kind of a name among `kinds`."""
    module, _, member = _PLACES[name].partition(":")
    return cast(Kind, getattr(import_module(module), member))
