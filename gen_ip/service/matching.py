"""The match index behind the service: opened once, and seen as it is at each question."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.settling import settled
from gen_ip.fingerprint.confined import Caps, Confined, Limits
from gen_ip.fingerprint.detecting import LIMITS, Detector
from gen_ip.fingerprint.picture import Picture
from gen_ip.match.answer import Answer, answered
from gen_ip.match.index.lock import CATALOGS
from gen_ip.match.matcher import Matcher
from gen_ip.match.shown import drawn
from gen_ip.match.thresholds import thresholds
from gen_ip.match.verdict import Verdict
from gen_ip.match.whole import WholeIndex
from gen_ip.match.works.kind import IMAGE, Fingerprint, Reader, kind_of, kinds
from gen_ip.service.errors import NotFoundAgain

if TYPE_CHECKING:
    from gen_ip.service.settings import Settings

_WARM_SIDE = 256


@dataclass(frozen=True)
class Matched:
    """What the index says of a file: its sha2-256, the answer, and what draws the evidence for
    each work, as PNG by name."""

    sha256: bytes
    answer: Answer
    evidence: Callable[[], Iterator[tuple[str, Mapping[str, bytes]]]]


def without(answer: Answer, hidden: set[str]) -> Answer:
    """The answer as if there were no hidden works."""
    findings = [each for each in answer.findings if each.key not in hidden]
    verdict = findings[0].verdict if findings else Verdict.UNKNOWN
    return replace(answer, findings=tuple(findings), verdict=verdict)


class Matching:
    """Looks at files. May be used from several threads; closed by leaving its `with` block.

    Another process may change the index meanwhile (`gen-ip index add`): each question sees it as
    it is.

    Args:
        settings: where the index lies, and the caps of decoding.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._opened: WholeIndex | None = None
        self._catalogs: tuple[bool, ...] = ()
        self._readers: dict[str, Reader] = {}
        self._closing = ExitStack()
        limits = Limits(
            seconds=settings.decode_seconds,
            pixels=settings.decode_pixels,
            file_bytes=settings.upload_bytes,
        )
        self._caps = Caps(settings.matchers, settings.decode_seconds, settings.upload_bytes)
        self._detector = self._closing.enter_context(
            Detector(limits=self._caps.within(LIMITS), processes=settings.matchers)
        )
        self._decoders = self._closing.enter_context(
            Confined(options={"fine": True}, processes=settings.matchers, limits=limits)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closing.close()

    def index(self) -> WholeIndex:
        """The index, opened anew where pictures or other works came to it.

        Raises:
            NoIndex: there is none yet.
            IndexProblem: it cannot be used.
        """
        path = self._settings.index
        with self._lock:
            catalogs = tuple((path / name).exists() for name in CATALOGS)
            if self._opened is None or catalogs != self._catalogs:
                # The one before stays open until the end: others may be asking it.
                self._opened = self._closing.enter_context(WholeIndex(path))
                self._catalogs = catalogs
            return self._opened

    def warm(self) -> None:
        """Loads and compiles what the first question would wait for.

        Raises:
            NoIndex, IndexProblem, MissingLibrary.
        """
        import numpy

        opened = self.index()
        if opened.pictures is not None:
            rows = numpy.arange(_WARM_SIDE**2 * 3, dtype=numpy.uint32) * 2_654_435_761 >> 24
            copy = rows.astype(numpy.uint8).reshape(_WARM_SIDE, _WARM_SIDE, 3)
            self._matcher(opened).ask(copy)

    def ask(self, file: Path, stated: str | None = None) -> Matched:
        """What the index says of a file; `stated` is its kind, by default what its bytes say.

        Raises:
            FileProblem: the file is not usable, or of no kind that can be found again.
            NoIndex, IndexProblem, ConfinementFailed, MissingLibrary.
        """
        found = self.detect(file)
        name = settled(file, found, stated)
        opened = self.index()
        if name == IMAGE:
            return self._picture(opened, file)
        if name in kinds():
            return self._work(opened, name, file, found.format)
        raise NotFoundAgain(file, name, (IMAGE, *kinds()))

    def detect(self, file: Path) -> Detected:
        """What a file is by its bytes.

        Raises:
            FileProblem, ConfinementFailed.
        """
        return self._detector.detect(file)

    def picture(self, file: Path) -> tuple[bytes, Picture]:
        """The sha2-256 of a picture's file, and the picture.

        Raises:
            FileProblem, ConfinementFailed.
        """
        return self._decoders.picture(file)

    def fingerprint(self, kind: str, file: Path, form: str) -> Fingerprint:
        """That of a file of any other kind that is found again.

        Raises:
            FileProblem, ConfinementFailed, MissingLibrary.
        """
        return self._reader(kind).fingerprint(file, form)

    def _picture(self, opened: WholeIndex, file: Path) -> Matched:
        sha256, picture = self.picture(file)
        if opened.pictures is None:
            return Matched(sha256, answered(IMAGE, [], thresholds().version, 0.0), lambda: iter(()))
        matcher = self._matcher(opened)
        answer = matcher.ask(picture.copy, fine=picture.fine, sha256=sha256, pixels=picture.pixels)
        return Matched(sha256, answer, lambda: drawn(matcher, picture, answer))

    def _work(self, opened: WholeIndex, name: str, file: Path, form: str) -> Matched:
        kind = kind_of(name)
        fingerprint = self.fingerprint(name, file, form)
        if opened.works is None:
            answer = answered(name, [], kind.thresholds, 0.0)
        else:
            answer = kind.ask(opened.works, fingerprint)

        def evidence() -> Iterator[tuple[str, Mapping[str, bytes]]]:
            return ((each.key, each.evidence()) for each in answer.findings)

        return Matched(fingerprint.sha256, answer, evidence)

    def _matcher(self, opened: WholeIndex) -> Matcher:
        assert opened.pictures is not None  # noqa: S101 - asked by both callers
        # Several questions run at once, so each has one thread.
        return Matcher(opened.pictures, threads=1)

    def _reader(self, name: str) -> Reader:
        """Kept open: its limited processes take a while to start."""
        with self._lock:
            if name not in self._readers:
                reader = kind_of(name).reader(caps=self._caps)
                self._readers[name] = self._closing.enter_context(reader)
            return self._readers[name]


def timed(matching: Matching, file: Path, stated: str | None) -> tuple[Matched, float]:
    """What `Matching.ask` says, and how many seconds it took."""
    began = time.perf_counter()
    return matching.ask(file, stated), time.perf_counter() - began
