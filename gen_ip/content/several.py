"""Several stores at once: what is put counts as kept when enough of them have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from gen_ip.content.cid import CID
from gen_ip.content.dag_pb import Link
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath
from gen_ip.content.kubo import KuboStore
from gen_ip.content.pinning import PinningService
from gen_ip.content.store import Store
from gen_ip.content.telling import turn_of
from gen_ip.errors import (
    BadStoreAddress,
    ContentNotFound,
    StoreError,
    StoreUnavailable,
    TooFewStores,
    WrongRequirement,
)

T = TypeVar("T")


class SeveralStores:
    """Keeps content in several stores. See `gen_ip.content.store.Store`.

    A pinning service is asked to pin what a Kubo node among them then provides; it counts once it
    has it. What can be read is read from the first store that gives it whole.

    Args:
        stores: that take bytes, at least one.
        services: that pin by CID.
        required: how many stores and services must succeed; by default all.

    Raises:
        BadStoreAddress: no store takes bytes.
        WrongRequirement: more are required than there are, or none.
    """

    def __init__(
        self,
        stores: Sequence[Store],
        services: Sequence[PinningService] = (),
        required: int | None = None,
    ) -> None:
        self._stores, self._services = tuple(stores), tuple(services)
        count = len(self._stores) + len(self._services)
        self._required = count if required is None else required
        if not self._stores:
            names = "; ".join(service.address for service in services)
            raise BadStoreAddress(names, "a pinning service takes no bytes: name a node beside it")
        if not 1 <= self._required <= count:
            raise WrongRequirement(self.address, self._required, count)

    @property
    def address(self) -> str:
        """All their addresses."""
        stores = [store.address for store in self._stores]
        return "; ".join((*stores, *(service.address for service in self._services)))

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """See `Store.put_file`; raises `TooFewStores` as well. `on_bytes` is told of the bytes that
        all the stores take."""
        turns = iter(range(len(self._stores)))

        def put(store: Store) -> str:
            told = turn_of(on_bytes, next(turns), len(self._stores))
            return store.put_file(source, max_bytes, told)

        return self._put(put)

    def put_block(self, data: bytes) -> str:
        """See `Store.put_block`; raises `TooFewStores` as well."""
        return self._put(lambda store: store.put_block(data))

    def put_node(self, block: bytes) -> str:
        """See `Store.put_node`; raises `TooFewStores` as well."""
        return self._put(lambda store: store.put_node(block))

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """See `Store.put_chunks`; raises `TooFewStores` as well. The pieces come once: the first
        store that takes any must take all, the others take them from it."""
        problems: dict[str, str] = {}
        pieces, cid, first, done = _Pieces(chunks), "", self._stores[0], 0
        for store in self._stores:
            try:
                if done:
                    store.put_chunks(first.read(cid, 1 << 62))
                else:
                    cid, first = store.put_chunks(pieces), store
                done += 1
            except StoreError as error:
                if not done and pieces.begun:
                    raise
                problems[store.address] = str(error)
        if not done:
            raise TooFewStores(0, self._required, problems)
        return self._finish(cid, done, problems)

    def pin(self, cid: str) -> None:
        """See `Store.pin`; raises `TooFewStores` as well."""

        def pin(store: Store) -> str:
            store.pin(cid)
            return cid

        self._put(pin)

    def unpin(self, cid: str) -> None:
        """See `Store.unpin`: of all of them, before what one of them raises."""
        unpinning = (service.unpin for service in self._services)
        self._of_all(*unpinning, *(store.unpin for store in self._stores), cid=cid)

    def remove(self, cid: str) -> None:
        """Forgets a block in each store, and its pins, before what one of them raises."""
        unpinning = (service.unpin for service in self._services)
        self._of_all(*unpinning, *(store.remove for store in self._stores), cid=cid)

    def pins(self) -> Iterator[str]:
        """See `Store.pins`: of any of the stores."""
        yield from sorted({cid for store in self._stores for cid in store.pins()})

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """See `Store.get`."""
        return self._first(cid, lambda store: store.get(cid, max_bytes))

    def read(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> Iterator[bytes]:
        """See `Store.read`."""
        return self._holder(cid).read(cid, max_bytes)

    def directory(self, cid: str) -> tuple[Link, ...] | None:
        """See `Store.directory`."""
        return self._first(cid, lambda store: store.directory(cid))

    def blocks(self, cid: str) -> Iterator[tuple[CID, bytes | bytearray | memoryview]]:
        """See `Store.blocks`."""
        return self._holder(cid).blocks(cid)

    def has(self, cid: str) -> bool:
        """See `Store.has`: whether any of the stores does."""
        try:
            self._holder(cid)
        except ContentNotFound:
            return False
        return True

    def within(self, seconds: float) -> SeveralStores:
        """See `Store.within`: for each of them."""
        stores = [store.within(seconds) for store in self._stores]
        return SeveralStores(stores, self._services, self._required)

    def _put(self, put: Callable[[Store], str]) -> str:
        done: list[str] = []
        problems: dict[str, str] = {}
        for store in self._stores:
            try:
                done.append(put(store))
            except StoreError as error:
                problems[store.address] = str(error)
        if not done:
            raise TooFewStores(0, self._required, problems)
        return self._finish(done[0], len(done), problems)

    def _finish(self, cid: str, done: int, problems: dict[str, str]) -> str:
        for service in self._services:
            try:
                service.pin(cid, self._origins())
                done += 1
            except StoreError as error:
                problems[service.address] = str(error)
        if done < self._required:
            raise TooFewStores(done, self._required, problems)
        return cid

    def _of_all(self, *calls: Callable[[str], None], cid: str) -> None:
        problem: StoreError | None = None
        for call in calls:
            try:
                call(cid)
            except StoreError as error:
                problem = problem or error
        if problem is not None:
            raise problem

    def _origins(self) -> list[str]:
        nodes = [store for store in self._stores if isinstance(store, KuboStore)]
        return [address for node in nodes for address in node.addresses()]

    def _holder(self, cid: str) -> Store:
        def holder(store: Store) -> Store:
            if not store.has(cid):
                raise ContentNotFound(cid, store.address)
            return store

        return self._first(cid, holder)

    def _first(self, cid: str, ask: Callable[[Store], T]) -> T:
        """What the first store answers that can."""
        problem: StoreError | None = None
        for store in self._stores:
            try:
                return ask(store)
            except StoreError as error:
                # A store that is down may hold it: that is worse news than one that does not.
                if problem is None or isinstance(error, StoreUnavailable):
                    problem = error
        assert problem is not None  # noqa: S101 - there is a store; for mypy
        raise problem


class _Pieces:
    """The pieces of a file, and whether one of them was taken."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self.begun = iter(chunks), False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.begun = True
        return chunk
