"""Strangers' uploads, looked at in limited processes before anything else reads them, and found
again among others' works."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from gen_ip.content.copying import fetch
from gen_ip.content.store import Store
from gen_ip.fingerprint.confined import Caps, Limits
from gen_ip.generation.confined import pool, read_confined
from gen_ip.match.answer import Answer, answered
from gen_ip.match.index.errors import NoIndex
from gen_ip.match.whole import WholeIndex
from gen_ip.match.works.kind import IMAGE, kinds
from gen_ip.platform.web.settings import Settings
from gen_ip.service.errors import NotFoundAgain
from gen_ip.service.matching import Matching
from gen_ip.service.recording import record
from gen_ip.service.settings import Settings as Reading
from gen_ip.works.certificates import PreparedCertificate


class Screen:
    """Looks at uploads. May be used from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Where nothing is found again, files are looked at all the same.
        folder = settings.index or Path("/nonexistent")
        self._matching = Matching(
            Reading(
                folder,
                folder,
                upload_bytes=settings.upload_bytes,
                matchers=settings.readers,
            )
        )
        caps = Caps(settings.readers, file_bytes=settings.upload_bytes)
        self._readings = pool(caps.within(Limits()), settings.readers)
        self._writing = threading.Lock()

    def close(self) -> None:
        """Ends its processes."""
        self._readings.close()
        self._matching.__exit__(None, None, None)

    def look(self, file: Path) -> None:
        """Raises what is wrong with a file.

        Raises:
            FileProblem: it cannot be read, or reading it would do harm.
            ConfinementFailed, MissingLibrary.
        """
        found = self._matching.detect(file)
        if found.kind == IMAGE:
            self._matching.picture(file)
        elif found.kind in kinds():
            self._matching.fingerprint(found.kind, file, found.format)
        read_confined(file, self._readings)

    def matches(self, file: Path) -> Answer:
        """Works that a file is like.

        Raises:
            FileProblem, IndexProblem, ConfinementFailed, MissingLibrary.
        """
        try:
            return self._matching.ask(file).answer
        except (NotFoundAgain, NoIndex):
            return answered("other", [], "", 0.0)

    def record(self, store: Store, key: str, certificate: PreparedCertificate, kind: str) -> None:
        """Has an upload found again from now on, where the site has an index.

        Args:
            store: that has its content.
            key: its work's address.
            kind: as its creator states it; empty for what its bytes say.

        Raises:
            StoreError, FileProblem, IndexProblem, ConfinementFailed, MissingLibrary.
        """
        if self._settings.index is None:
            return
        most = self._settings.upload_bytes
        with (
            tempfile.TemporaryDirectory(prefix="gen-ip-") as folder,
            self._writing,
            WholeIndex(self._settings.index, write=True) as opened,
        ):
            file = Path(folder) / "content"
            fetch(store, certificate.content_cid, file, max_bytes=most)
            record(opened, key, file, kind, most)
