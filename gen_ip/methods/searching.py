"""Which events a caller wants, as searches of a node and as a last look at each event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from operator import attrgetter
from typing import Any

from gen_ip.arguments import InvalidArgument
from gen_ip.chain import logs
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.events import Event, Kind, Named, kinds, word
from gen_ip.chain.logs import Query
from gen_ip.chain.rpc import Rpc

_OF_WORKS = (Named.WORK, Named.TILL)
# What belongs to a work without naming it, by the event that says to which one.
_OPENED_BY = {Named.OFFER: "OfferPosted", Named.DEAL: "DealOpened", Named.LICENSE: "LicenseIssued"}
_OPENERS = {name: role for role, name in _OPENED_BY.items()}


class Search:
    """Events of some kinds about a work, an account, or both.

    Raises:
        InvalidArgument: there is no such event, or none of these can be about it.
    """

    def __init__(
        self,
        deployment: Deployment,
        wanted: Sequence[str | type[Event]],
        work: int | None,
        account: str | None,
    ) -> None:
        self._deployment, self._work, self._account = deployment, work, account
        self._known: dict[Named, set[Any]] = {role: set() for role in _OPENED_BY}
        chosen = {kind.type: kind for kind in _chosen(wanted)}
        if work is not None:
            _keep(chosen, wanted, "work", (*_OF_WORKS, Named.TOKEN_ID, *_OPENED_BY))
        if account is not None:
            _keep(chosen, wanted, "account", (Named.ACCOUNT,))
        self._kinds = chosen

    def queries(self) -> list[Query]:
        """What to ask the node for: all that is wanted, and some more."""
        by_topics: dict[tuple[str | None, ...], set[str]] = {}
        for kind in (*self._kinds.values(), *self._openers()):
            for places in self._places(kind):
                by_topics.setdefault(places, set()).add(f"0x{kind.topic.hex()}")
        addresses = list(self._deployment.addresses().values())
        return [
            Query(addresses, [sorted(topics), *places])
            for places, topics in sorted(by_topics.items(), key=str)
        ]

    def prepare(self, rpc: Rpc, start: int, last: int) -> None:
        """Looks up what belongs to the work without naming it: licenses, posted offers, deals."""
        openers = self._openers()
        if openers:
            topics = [f"0x{kind.topic.hex()}" for kind in openers]
            query = Query(
                list(self._deployment.addresses().values()), [topics, None, word(self._work or 0)]
            )
            for _, found in logs.steps(rpc, [query], start, last):
                self._learn(list(logs.decoded(found)))

    def of(self, events: Sequence[Event | None]) -> list[Event | None]:
        """The events with None for each that is not wanted."""
        self._learn(events)
        return [each if each is not None and self._wants(each) else None for each in events]

    def _wants(self, event: Event) -> bool:
        kind = self._kinds.get(type(event))
        if kind is None:
            return False
        pairs = [(role, attrgetter(name)(event)) for name, role in kind.named.items()]
        if self._account is not None and (Named.ACCOUNT, self._account) not in pairs:
            return False
        return self._work is None or any(self._is_of_work(event, *pair) for pair in pairs)

    def _is_of_work(self, event: Event, role: Named, value: Any) -> bool:
        if role is Named.TOKEN_ID:
            role = Named.WORK if event.address == self._deployment.registry else Named.LICENSE
        if role is Named.TILL:
            role, value = Named.WORK, int(value, 16)
        return (
            bool(value == self._work) if role is Named.WORK else value in self._known.get(role, ())
        )

    def _learn(self, events: Sequence[Event | None]) -> None:
        for event in events:
            role = None if event is None else _OPENERS.get(event.name)
            if event is None or role is None or event.args["work_id"] != self._work:
                continue
            for name, named in kinds()[event.name].named.items():
                if named is role:
                    self._known[role].add(getattr(event, name))

    def _openers(self) -> list[Kind]:
        """The events that tell what belongs to the work, where kinds wanted do not name it."""
        if self._work is None:
            return []
        needed = set()
        for kind in self._kinds.values():
            roles = set(kind.named.values())
            if Named.WORK not in roles:
                needed |= roles
        if Named.TOKEN_ID in needed:
            needed.add(Named.LICENSE)
        return [kinds()[name] for role, name in _OPENED_BY.items() if role in needed]

    def _places(self, kind: Kind) -> Iterator[tuple[str | None, ...]]:
        """The topics behind the first, each way in which such an event can be wanted."""
        work = None if self._work is None else word(self._work)
        account = None if self._account is None else word(self._account)
        if kind.type not in self._kinds:
            account = None
        for pins in product(
            _pinned(kind, _OF_WORKS, (Named.TOKEN_ID, *_OPENED_BY), work),
            _pinned(kind, (Named.ACCOUNT,), (), account),
        ):
            topics: list[str | None] = [None, None, None]
            for place, value in pins:
                if place:
                    topics[place - 1] = value
            while topics and topics[-1] is None:
                topics.pop()
            yield tuple(topics)


def _chosen(wanted: Sequence[str | type[Event]]) -> Iterator[Kind]:
    known = kinds()
    if not wanted:
        yield from known.values()
    for each in wanted:
        name = each.__name__ if isinstance(each, type) else each
        if not isinstance(name, str) or name not in known:
            raise InvalidArgument("kind of event", each, f"one of {', '.join(known)}")
        yield known[name]


def _keep(
    chosen: dict[type[Event], Kind],
    wanted: Sequence[object],
    argument: str,
    roles: Sequence[Named],
) -> None:
    """Drops the kinds that name nothing of these roles; refuses one that was asked for."""
    for kind in list(chosen.values()):
        if set(roles).isdisjoint(kind.named.values()):
            if wanted:
                expected = f"an event that names {'a work' if argument == 'work' else 'an account'}"
                raise InvalidArgument(f"kind with {argument}=", kind.type.__name__, expected)
            del chosen[kind.type]


def _pinned(
    kind: Kind, roles: Sequence[Named], besides: Sequence[Named], value: str | None
) -> list[tuple[int, str | None]]:
    """(topic, value) for each argument of these roles, where the node can search by all of them;
    else one that says nothing."""
    names = [name for name, role in kind.named.items() if role in roles]
    # What may belong to the work without naming it, the node cannot search for.
    unnamed = not names and not set(besides).isdisjoint(kind.named.values())
    if value is None or unnamed or any(name not in kind.indexed for name in names):
        return [(0, None)]
    return [(kind.indexed[name], value) for name in names]
