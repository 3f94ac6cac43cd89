"""Events of the contracts: those that were, and those that come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import events, logs
from gen_ip.chain.errors import ChainError
from gen_ip.chain.events import Event
from gen_ip.chain.follower import Change, Cursor, Follower, Mark, searched
from gen_ip.chain.following import Following, Ticks
from gen_ip.chain.http import TIMEOUT_SECONDS
from gen_ip.methods.connection import Connection
from gen_ip.methods.searching import Search
from gen_ip.urls import public_url, scheme_of

POLL_SECONDS = 2.0
"""Between two looks for new blocks over HTTP."""
SOCKET_SECONDS = 15.0
"""The same where a websocket tells of new blocks, in case it does not."""


@dataclass(frozen=True)
class Retracted:
    """An event told before that is no longer part of the chain."""

    event: Event

    def to_json(self) -> dict[str, Any]:
        """For JSON: the event, with `retracted`."""
        return {**self.event.to_json(), "retracted": True}


class Watching(Connection):
    """See `gen_ip.client.GenIP`."""

    def events(
        self,
        *kinds: str | type[Event],
        work: int | str | None = None,
        account: str | None = None,
        from_block: int | None = None,
        to_block: int | None = None,
    ) -> Iterator[Event]:
        """What the contracts logged, oldest first: all, or events of these kinds (classes of
        `gen_ip.chain.events`, or their names).

        Args:
            work: only what names this work, or one of its licenses, posted offers or deals.
            account: only what names this account, whatever as.
            from_block: by default the first block of the contracts.
            to_block: by default the newest; its own events included.

        Raises:
            InvalidArgument: there is no such event; or it can name no work, or no account.
        """
        search, start = self._search(kinds, work, account), self._session.start
        first = start if from_block is None else arguments.unsigned("from_block", from_block)
        last = None if to_block is None else arguments.unsigned("to_block", to_block)
        return self._found(search, max(first, start), last)

    def follow(
        self,
        *kinds: str | type[Event],
        work: int | str | None = None,
        account: str | None = None,
        from_block: int | None = None,
        cursor: Cursor | None = None,
        confirmations: int = 1,
        url: str | None = None,
        every: float | None = None,
        on_error: Callable[[ChainError], None] | None = None,
    ) -> Following[Event | Retracted]:
        """Events as they come, for as long as it is iterated over; filters as in `events`.

        Nothing is missed and nothing comes twice: through broken connections, and through
        restarts with `cursor`. When the chain is reorganized, a `Retracted` comes for each event
        that was taken back, the newest first, then what took their place.

        Args:
            from_block: events from this block on come first; by default only new ones come.
            cursor: `cursor` of an earlier one with the same filters, which this one goes on from.
            confirmations: how many blocks an event must have from its own on before it comes.
            url: a websocket (ws:// or wss://) that tells of new blocks; by default the client's
                own connection, where it is one. Without one the node is asked every so often.
            every: seconds between two looks; by default 2, and 15 where a websocket tells.
            on_error: told of each failure of the connection, which is then tried again.

        Close it, or leave it as a context manager, to end it; any thread may.

        Raises:
            InvalidArgument: as from `events`; or the cursor is of another search.
            ConnectionFailed: `url` is no websocket's; from `next`, the node never answered.
            NodeError: from `next`: the node goes on refusing.
            ReorganizedTooDeep: from `next`: more blocks were replaced than are remembered (256).
        """
        search, rpc = self._search(kinds, work, account), self._session.rpc
        depth = arguments.positive("confirmations", confirmations)
        queries = search.queries()
        same = searched(rpc.chain_id, queries)
        head = rpc.block()
        if cursor is not None:
            arguments.instance("cursor", cursor, Cursor, "a gen_ip.chain.follower.Cursor")
            if cursor.searched != same:
                expected = "one of the same chain, kinds, work and account"
                raise InvalidArgument("cursor", cursor.searched, expected)
        elif from_block is not None:
            first = max(arguments.unsigned("from_block", from_block), self._session.start)
            cursor = Cursor(same, first, first - 1)
        else:
            told = max(0, head.number - depth + 1)
            known = rpc.block(told) if told < head.number else head
            cursor = Cursor(same, told + 1, told, (Mark(told, known.hash),))
        search.prepare(rpc, self._session.start, head.number)

        def read(changes: Sequence[Change]) -> list[Event | Retracted | None]:
            wanted = search.of([events.decode(change.log) for change in changes])
            return [
                Retracted(event) if event is not None and change.retracted else event
                for change, event in zip(changes, wanted, strict=True)
            ]

        heads = self._heads(url)
        pause = every or (POLL_SECONDS if heads is None else SOCKET_SECONDS)
        follower = Follower(rpc, queries, cursor, depth)
        return Following(follower, read, pause, heads, on_error)

    def _heads(self, url: str | None) -> Ticks | None:
        found = url if url is not None else getattr(self.web3.provider, "endpoint_uri", None)
        if scheme_of(str(found)) in ("ws", "wss"):
            from gen_ip.chain.websocket import Heads

            return Heads(str(found), TIMEOUT_SECONDS)
        if url is not None:
            raise InvalidArgument("url", public_url(url), "a ws:// or wss:// URL")
        return None

    def _search(
        self, kinds: tuple[str | type[Event], ...], work: int | str | None, account: str | None
    ) -> Search:
        return Search(
            self.deployment,
            kinds,
            None if work is None else arguments.work_id("work", work),
            None if account is None else arguments.address("account", account),
        )

    def _found(self, search: Search, first: int, last: int | None) -> Iterator[Event]:
        rpc = self._session.rpc
        head = rpc.block().number
        end = head if last is None else min(last, head)
        search.prepare(rpc, self._session.start, end)
        for _, found in logs.steps(rpc, search.queries(), first, end):
            for event in search.of(list(logs.decoded(found))):
                if event is not None:
                    yield event
