"""Building what a command would send, for a browser wallet or a Safe, in place of sending it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.unsigned import Plan


class Planning:
    """What a command would have sent so far; `complete` unless what follows depends on it."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.sender = ""

    @property
    def complete(self) -> bool:
        """Whether the plans hold all that would be sent."""
        return all(plan.complete for plan in self.plans)

    def client(self, client: GenIP, sender: str) -> GenIP:
        """A client for `sender`, whose key is not needed, that keeps what it would send.

        Raises:
            InvalidArgument: `sender` is no address.
        """
        from gen_ip.signers import AddressOnly

        account = AddressOnly(sender)
        self.sender = account.address
        return cast("GenIP", _PlanningClient(client.using(account), self))


class _Ended(Exception):  # noqa: N818 - not an error: the command needs what was not sent
    """A command cannot go on without what its transactions do."""


class _PlanningClient:
    def __init__(self, client: GenIP, planning: Planning) -> None:
        self._client, self._planning = client, planning

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(getattr(type(self._client), name, None)):
            return found

        def planned(*values: Any, **options: Any) -> Any:
            plan = getattr(self._client.unsigned, name)(*values, **options)
            if plan.transactions:
                self._planning.plans.append(plan)
                if plan.result is None:
                    raise _Ended
            return plan.result

        return planned


_CURRENT: ContextVar[Planning | None] = ContextVar("planning", default=None)


def planning() -> Planning | None:
    """What gathers transactions while a command runs that shall send none."""
    return _CURRENT.get()


@contextmanager
def gathering() -> Iterator[Planning]:
    """What the command within the block would send is kept; it ends where that is not enough."""
    found = Planning()
    token = _CURRENT.set(found)
    try:
        yield found
    except _Ended:
        pass
    finally:
        _CURRENT.reset(token)
