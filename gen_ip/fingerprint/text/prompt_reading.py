"""Prompts' files read and taken apart in limited processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from gen_ip.content.files import StrPath
from gen_ip.errors import MalformedFingerprint, UnreadableText
from gen_ip.fingerprint.confined import Confined, Limits
from gen_ip.fingerprint.confined_worker import UNNAMED, Task
from gen_ip.fingerprint.text.extracting import FORMATS
from gen_ip.fingerprint.text.prompt_record import PromptRecord
from gen_ip.fingerprint.text.prompts import parsed
from gen_ip.fingerprint.text.reading import LIMITS, ReadingFailed, Texts

_TASK = "gen_ip.fingerprint.text.prompt_reading:parts"
_MOST_BYTES = 2**26
_NO_HASH = bytes(32)


def parts(_: Mapping[str, Any]) -> Task:
    """From the number of a format and characters in UTF-8 to a `PromptRecord` without its file's
    hash: the task. No options."""

    def run(request: bytes) -> bytes:
        form, text = FORMATS[request[0]], request[1:].decode("utf-8", "surrogatepass")
        answer = PromptRecord(_NO_HASH, form, parsed(text, form)).to_bytes()
        if len(answer) > _MOST_BYTES:
            reason = f"its parts have more than {_MOST_BYTES:,} bytes"
            raise UnreadableText(UNNAMED, reason, "give one prompt")
        return answer

    # With everything loaded: afterwards no file can be opened, no library's either.
    for form, sample in (("a1111", b"a\nSteps: 1, Seed: 2, Size: 3"), ("prompt-json", b"{}")):
        run(bytes([FORMATS.index(form)]) + sample)
    return run


class Prompts:
    """Reads prompts, as `Texts` reads texts.

    Args:
        limits: of each file.
        processes: at most so many at a time.
    """

    def __init__(self, *, limits: Limits = LIMITS, processes: int = 1) -> None:
        self._texts = Texts(limits=limits, processes=processes)
        self._confined = Confined(
            _TASK,
            limits=replace(limits, answer_bytes=_MOST_BYTES),
            processes=processes,
            failed=ReadingFailed,
        )

    def __enter__(self) -> Prompts:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._confined.close()
        self._texts.__exit__(kind, error, trace)

    def fingerprint(self, path: StrPath, form: str | None = None) -> PromptRecord:
        """A prompt's record; `form` as in `Texts.fingerprint`.

        Raises:
            FileProblem: the file is not usable, or wishes for nothing.
            ReadingFailed: reading crashed, hung, or wanted too much memory.
            ConfinementFailed: no limited process starts; it says why.
        """
        sha256, form, text = self._texts.characters(path, form)
        number = bytes([FORMATS.index(form)])
        data = self._confined.run(path, number, text.encode("utf-8", "surrogatepass"))
        try:
            found = PromptRecord.from_bytes(data)
        except MalformedFingerprint:
            raise self._confined.wrong(path) from None
        record = PromptRecord(sha256, form, found.prompt)
        if not len(record.positive):
            raise UnreadableText(path, "it wishes for nothing", "give a prompt")
        return record
