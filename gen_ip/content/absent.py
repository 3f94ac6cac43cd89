"""A store that could not be opened, in its place among several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

from gen_ip.content.cid import CID
from gen_ip.content.dag_pb import Link
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath
from gen_ip.errors import StoreUnavailable


class AbsentStore:
    """Says of everything why it cannot be done. See `gen_ip.content.store.Store`.

    Args:
        problem: what opening it raised; every method raises it.
    """

    def __init__(self, problem: StoreUnavailable) -> None:
        self._problem = problem

    @property
    def address(self) -> str:
        """The address it would have."""
        return self._problem.address

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def put_block(self, data: bytes) -> str:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """Raises `StoreUnavailable`; takes none of the pieces."""
        self._refuse()

    def put_node(self, block: bytes) -> str:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def read(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> Iterator[bytes]:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def directory(self, cid: str) -> tuple[Link, ...] | None:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def blocks(self, cid: str) -> Iterator[tuple[CID, bytes | bytearray | memoryview]]:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def pin(self, cid: str) -> None:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def unpin(self, cid: str) -> None:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def pins(self) -> Iterator[str]:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def has(self, cid: str) -> bool:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def remove(self, cid: str) -> None:
        """Raises `StoreUnavailable`."""
        self._refuse()

    def within(self, seconds: float) -> AbsentStore:
        """See `Store.within`. It fails at once."""
        return self

    def _refuse(self) -> NoReturn:
        # Without the places it was raised at before.
        raise self._problem.with_traceback(None)
