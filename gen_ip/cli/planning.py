"""Building what a command would send, for a browser wallet or a Safe, in place of sending it.

`sendable` gives the options `--unsigned` and `--safe` to every command that can pay gas: it is the
one place for all of them. While such a command runs, `signer` hands it a client that keeps
transactions, and its output stays silent.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.unsigned import Plan

UnsignedOption = Annotated[
    bool,
    typer.Option(
        "--unsigned",
        help="Send nothing: print the transactions as a wallet's eth_sendTransaction takes them.",
    ),
]
SafeOption = Annotated[
    Path | None,
    typer.Option(
        "--safe",
        metavar="FILE",
        help="Send nothing: write the file that the Transaction Builder of --account, a Safe, "
        "takes.",
    ),
]


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


def sendable(command: Callable[..., None]) -> Callable[..., None]:
    """The command with `--unsigned` and `--safe`, if it is one that can send."""
    signature = inspect.signature(command, eval_str=True)
    if not {"account", "max_fee"} <= signature.parameters.keys():
        return command

    @wraps(command)
    def run(*, unsigned: bool = False, safe: Path | None = None, **options: Any) -> None:
        if not unsigned and safe is None:
            command(**options)
            return
        if unsigned and safe is not None:
            raise typer.BadParameter("give --unsigned or --safe, not both")
        found = Planning()
        token = _CURRENT.set(found)
        try:
            command(**options)
        except _Ended:
            pass
        finally:
            _CURRENT.reset(token)
        _print(found, safe, bool(options.get("as_json")))

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, default, kind in (
            ("unsigned", False, UnsignedOption),
            ("safe", None, SafeOption),
        )
    ]
    return with_parameters(run, signature, added)


def with_parameters(
    run: Callable[..., None], signature: inspect.Signature, added: list[inspect.Parameter]
) -> Callable[..., None]:
    """`run` as if it had been written with the signature's parameters and those added."""
    parameters = [*signature.parameters.values(), *added]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": None}
    # Else typer looks through to the function within.
    del run.__wrapped__  # type: ignore[attr-defined]
    return run


def _print(found: Planning, safe: Path | None, as_json: bool) -> None:
    from gen_ip.cli.output import Output, print_json
    from gen_ip.cli.show.text import counted, plain

    transactions = [each for plan in found.plans for each in plan.to_json()]
    output = Output(as_json)
    if safe is None:
        print_json({"transactions": transactions, "complete": found.complete})
    else:
        from gen_ip.signers import Safe

        written = Safe(found.sender).write(safe, found.plans)
        text = f"{counted(len(transactions), 'call')} for the Safe {found.sender}: {written}"
        document = {
            "safe": found.sender,
            "file": str(written),
            "calls": len(transactions),
            "complete": found.complete,
        }
        output.result(document, lambda console: console.print(plain(text), soft_wrap=True))
    if not found.complete:
        output.note("note: not all yet; once these are mined, run the same command again")
