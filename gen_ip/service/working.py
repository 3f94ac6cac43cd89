"""What goes on beside the answering: the chain followed, documents fetched, the match index fed,
domains asked."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from gen_ip.content.store import Store
from gen_ip.errors import GenIPError
from gen_ip.index.database import Database
from gen_ip.index.documents import fetch_missing
from gen_ip.index.errors import ChainIndexUnavailable, NoChainIndex
from gen_ip.index.running import follow
from gen_ip.index.writer import Progress, Writer
from gen_ip.match.index.errors import IndexInUse, IndexUnavailable
from gen_ip.service.domains import DomainAsker
from gen_ip.service.errors import RecordsUnavailable
from gen_ip.service.feeding import Feeder
from gen_ip.service.observing import Metrics
from gen_ip.service.staging import Keeper
from gen_ip.service.telling import Teller

_ROUND_SECONDS = 5.0
_PASSING = (
    ChainIndexUnavailable,
    NoChainIndex,
    IndexInUse,
    IndexUnavailable,
    RecordsUnavailable,
)


class Working:
    """Threads that work until the block is left; what passes is logged and tried again.

    Args:
        log: of the service.
        metrics: of the service.
    """

    def __init__(self, log: Any, metrics: Metrics) -> None:
        self._log, self._metrics = log, metrics
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def follow(self, writer: Writer) -> None:
        """Follows the chain."""

        def told(done: Progress) -> None:
            self._metrics.lag.set(done.behind)

        def run() -> None:
            follow(
                writer,
                stop=self._stop,
                told=told,
                troubled=lambda error: self._log.warning("chain", problem=str(error)),
            )

        self._add("chain", run)

    def fetch(self, database: Database, store: Store) -> None:
        """Fetches metadata documents."""
        self._rounds(
            "documents", lambda: sum(fetch_missing(database, store, enough=self._stop.is_set))
        )

    def feed(self, feeder: Feeder) -> None:
        """Feeds the match index."""
        self._rounds("match index", lambda: sum(feeder.round()))

    def ask(self, asker: DomainAsker) -> None:
        """Asks the domains of profiles."""
        self._rounds("domains", asker.round)

    def tell(self, teller: Teller) -> None:
        """Sends webhooks."""
        self._rounds("webhooks", teller.round)

    def keep(self, keeper: Keeper) -> None:
        """Puts uploaded files that were certified into the store."""
        self._rounds("certified files", keeper.round)

    def _rounds(self, name: str, work: Callable[[], int]) -> None:
        def run() -> None:
            while not self._stop.is_set():
                try:
                    done = work()
                except _PASSING as error:
                    self._log.warning(name, problem=str(error))
                    done = 0
                if not done:
                    self._stop.wait(_ROUND_SECONDS)

        self._add(name, run)

    def _add(self, name: str, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except GenIPError as error:
                # What no waiting mends, such as a chain reorganized below what was final: the
                # service goes on with what it knows, and says as of which block.
                self._log.error(name, problem=str(error))
                self._metrics.ended.labels(name).set(1)

        self._threads.append(threading.Thread(target=run, name=name))

    @property
    def alive(self) -> bool:
        """Whether all of it goes on."""
        return all(each.is_alive() for each in self._threads)

    def __enter__(self) -> Self:
        for each in self._threads:
            each.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for each in self._threads:
            each.join()


def catch_up(writer: Writer, database: Database, store: Store, feeder: Feeder) -> None:
    """Does at once what there is to do: the chain, its documents, the match index.

    Raises:
        GenIPError: a part cannot go on.
    """

    def troubled(error: GenIPError) -> None:
        pass

    follow(writer, stop=threading.Event(), told=lambda done: None, troubled=troubled, endless=False)
    while sum(fetch_missing(database, store)):
        pass
    while sum(feeder.round()):
        pass


def until_told(working: Working) -> None:
    """Works until SIGINT or SIGTERM, and answers nothing."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with working:
            # A wait without end would not see the signal.
            while not ended.wait(1.0) and working.alive:
                pass
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
