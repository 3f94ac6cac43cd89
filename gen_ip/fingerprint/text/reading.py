"""Texts' files read: what may harm a reader in a limited process, plain characters here."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from gen_ip.content.files import StrPath, detect_file
from gen_ip.errors import MissingLibrary, UnreadableText
from gen_ip.fingerprint.confined import Confined, Limits
from gen_ip.fingerprint.confined_worker import UNNAMED, Task
from gen_ip.fingerprint.picture import read
from gen_ip.fingerprint.text.extracting import FORMATS, MAX_CHARACTERS, PLAIN, extracted
from gen_ip.fingerprint.text.record import TextRecord, text_record
from gen_ip.fingerprint.text.samples import samples
from gen_ip.fingerprint.text.sentences import encoder

_TASK = "gen_ip.fingerprint.text.reading:characters"
#: UTF-8 takes up to 4 bytes a character; formats are read by pure Python and C of little need.
LIMITS = Limits(memory=2 * 2**30, answer_bytes=4 * MAX_CHARACTERS + 1)


class ReadingFailed(UnreadableText):
    """Reading the text crashed, hung, or wanted too much memory; its process was ended."""


def characters(_: Mapping[str, Any]) -> Task:
    """From the number of a format and a file's bytes to its characters in UTF-8: the task.

    Raises:
        MissingLibrary: a library that reads a format is not installed.
    """

    def run(request: bytes) -> bytes:
        text = extracted(UNNAMED, request[1:], FORMATS[request[0]])
        return text.encode("utf-8", "surrogatepass")

    # With everything loaded: afterwards no file can be opened, no library's either.
    for form, content in samples().items():
        try:
            run(bytes([FORMATS.index(form)]) + content)
        except ModuleNotFoundError as error:
            raise MissingLibrary(str(error.name), "text", "reading texts in formats") from None
    return run


class Texts:
    """Reads texts. May be used from several threads; left by its `with` block, which ends its
    processes.

    Args:
        learned: whether what sentences say is wanted.
        limits: of each file.
        processes: at most so many at a time.

    Raises:
        MissingLibrary: the learned encoder is wanted and not installed.
    """

    def __init__(
        self, *, learned: bool = False, limits: Limits = LIMITS, processes: int = 1
    ) -> None:
        self._limits = limits
        self._encoder = encoder() if learned else None
        self._confined = Confined(_TASK, limits=limits, processes=processes, failed=ReadingFailed)

    def __enter__(self) -> Texts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._confined.close()

    def fingerprint(self, path: StrPath, form: str | None = None) -> TextRecord:
        """A text's record; `form` is its format, by default what its bytes say.

        Raises:
            FileProblem: the file is not usable, is no text, or has no words.
            ReadingFailed: reading crashed, hung, or wanted too much memory.
            ConfinementFailed: no limited process starts; it says why.
        """
        sha256, form, text = self.characters(path, form)
        record = text_record(
            sha256, form, text, None if self._encoder is None else self._encoder.sentences(text)
        )
        if not len(record.words):
            raise UnreadableText(path, "it has no words", "give a text")
        return record

    def characters(self, path: StrPath, form: str | None = None) -> tuple[bytes, str, str]:
        """A file's sha2-256, 32 bytes, its format and its characters; `form` and what is raised as
        in `fingerprint`."""
        form = form or detect_file(path, self._limits.file_bytes).format
        content, sha256 = read(path, self._limits.file_bytes)
        return sha256, form, self.read(path, content, form)

    def read(self, path: StrPath, content: bytes, form: str) -> str:
        """The characters of a file that was read before; `path` only names it.

        Raises:
            FileProblem, ReadingFailed, ConfinementFailed: as in `fingerprint`.
        """
        if form in PLAIN or form not in FORMATS:
            return extracted(path, content, form)
        data = self._confined.run(path, bytes([FORMATS.index(form)]), content)
        try:
            return data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise ReadingFailed(
                path, "its reader gave a wrong answer", "give an intact copy"
            ) from None
