"""The client's methods without sending: what a browser wallet or a Safe signs elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from gen_ip.chain.plan import NotSent, Recorder, UnsignedTransaction
from gen_ip.errors import GenIPError

__all__ = ["Plan", "Unsigned", "UnsignedTransaction"]


@dataclass(frozen=True)
class Plan:
    """What a method would send.

    Attributes:
        transactions: in the order to send them, each after the one before is mined; a Safe makes
            them all in one.
        complete: whether these are all. Otherwise what follows depends on what they do: ask again
            once they are mined.
        result: what the method returned, where it did without knowing what its transactions do,
            with empty receipts in it; of `anchor`, for example, the proofs to keep. Otherwise None.
    """

    transactions: tuple[UnsignedTransaction, ...]
    complete: bool
    result: Any = field(default=None, repr=False)

    def to_json(self) -> list[dict[str, str]]:
        """Each as `eth_sendTransaction` takes it."""
        return [transaction.to_json() for transaction in self.transactions]


class Recordable(Protocol):
    """A client whose transactions can be kept rather than sent."""

    def _recording(self) -> tuple[Self, Recorder]: ...


class Unsigned:
    """A client's methods by the same names and arguments; each returns a `Plan` and sends nothing.

    They raise what they would raise before sending. Content and metadata are put into the store all
    the same.
    """

    def __init__(self, client: Recordable) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Plan]:
        require_method(type(self._client), name)

        def planned(*arguments: Any, **options: Any) -> Plan:
            client, recorder = self._client._recording()
            return _plan(recorder, lambda: getattr(client, name)(*arguments, **options))

        return planned


def require_method(client: type, name: str) -> None:
    """Raises `AttributeError` where a client has no public method of this name."""
    if name.startswith("_") or not callable(getattr(client, name, None)):
        raise AttributeError(f"a client has no method {name!r}")


def _plan(recorder: Recorder, run: Callable[[], Any]) -> Plan:
    complete, result = True, None
    try:
        result = run()
    except NotSent:
        # Methods look at receipts of their last transaction only.
        pass
    except GenIPError:
        # It needed what the transactions before do; without any, the method itself fails.
        if not recorder.transactions:
            raise
        complete = False
    return Plan(tuple(recorder.transactions), complete, result)
