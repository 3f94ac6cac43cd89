"""A stranger's file comes to the match index, looked at in limited processes."""

from __future__ import annotations

from pathlib import Path

from gen_ip.content.detection.settling import settled
from gen_ip.fingerprint.batch import Recorder, Wanted
from gen_ip.fingerprint.confined import Caps
from gen_ip.fingerprint.detecting import LIMITS, Detector
from gen_ip.match.recording import indexed
from gen_ip.match.whole import WholeIndex
from gen_ip.match.works.kind import IMAGE, kind_of, kinds


def record(opened: WholeIndex, key: str, file: Path, stated: str, most_bytes: int) -> None:
    """Adds a file under a key, in the place of what had it; files of kinds that are not found again
    are left out.

    Args:
        opened: for writing.
        key: a work's address.
        stated: its kind as its creator states it; empty for what its bytes say.
        most_bytes: of the file.

    Raises:
        FileProblem, ConfinementFailed, IndexProblem, MissingLibrary.
    """
    caps = Caps(file_bytes=most_bytes)
    with Detector(limits=caps.within(LIMITS)) as detector:
        found = detector.detect(file)
    name = settled(file, found, stated or None)
    if name == IMAGE:
        assert opened.pictures is not None  # noqa: S101 - it is open for writing
        with Recorder(Wanted(), processes=1) as recorder:
            opened.pictures.replace([indexed(key, recorder.record(file))])
    elif name in kinds():
        assert opened.works is not None  # noqa: S101 - it is open for writing
        kind = kind_of(name)
        with kind.reader(caps=caps) as reader:
            opened.works.replace([kind.record(key, reader.fingerprint(file, found.format))])
