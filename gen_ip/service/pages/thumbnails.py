"""Small pictures of works, made once for each content and kept in memory."""

from __future__ import annotations

import io
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

from gen_ip.content.copying import fetch
from gen_ip.content.store import Store
from gen_ip.errors import FileProblem, StoreError
from gen_ip.fingerprint.confined import Confined, ConfinementFailed, Limits
from gen_ip.fingerprint.picture import Picture

_SIDE = 512
_SECONDS = 5.0


class Thumbnails:
    """PNG pictures by the CID of what they show. May be used from several threads.

    Args:
        store: the operator's; strangers' files are decoded in a limited process.
        most_file: bytes of a work's file.
        most_kept: bytes of all pictures together.
    """

    def __init__(
        self, store: Store, most_file: int = 50 * 2**20, most_kept: int = 64 * 2**20
    ) -> None:
        self._store = store.within(_SECONDS)
        self._most_file, self._most_kept = most_file, most_kept
        self._decoders = Confined(limits=Limits(seconds=20, file_bytes=most_file))
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, cid: str) -> bytes | None:
        """The picture; None where the store does not have it, or it is no picture that can be
        shown."""
        with self._lock:
            if cid in self._kept:
                self._kept.move_to_end(cid)
                return self._kept[cid] or None
        try:
            made = self._made(cid)
        except (StoreError, ConfinementFailed):
            return None
        except FileProblem:
            # The same bytes will be no better.
            made = b""
        with self._lock:
            if cid not in self._kept:
                self._kept[cid] = made
                self._size += len(made) + 128
                while self._size > self._most_kept:
                    _, old = self._kept.popitem(last=False)
                    self._size -= len(old) + 128
        return made or None

    def close(self) -> None:
        """Ends the process that decodes."""
        self._decoders.close()

    def _made(self, cid: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="gen-ip-") as folder:
            file = Path(folder) / "work"
            fetch(self._store, cid, file, max_bytes=self._most_file)
            _, picture = self._decoders.picture(file)
        return drawn(picture)


def drawn(picture: Picture) -> bytes:
    """A small PNG of a decoded picture."""
    from PIL import Image

    data = io.BytesIO()
    shown = Image.fromarray(picture.copy)
    shown.thumbnail((_SIDE, _SIDE))
    shown.save(data, "PNG", optimize=True)
    return data.getvalue()
