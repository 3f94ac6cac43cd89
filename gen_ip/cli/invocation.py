"""The options that commands share, given to them in one place: who signs, where, how it prints.

    @sends
    def draw(use: Invocation, work: WorkId, token: Token = None) -> None: ...

`use` is no option; it opens the client that the shared options ask for. A parameter that is a
dataclass of options stands for these, so that several commands can have them.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from gen_ip.cli.addresses import begin
from gen_ip.cli.options import (
    DEFAULT_RPC,
    AccountName,
    AsJson,
    MaxFee,
    PasswordFile,
    Rpc,
    StoreAddress,
)
from gen_ip.cli.output import Output
from gen_ip.cli.parameters import gathered, spread, with_parameters
from gen_ip.cli.planning import planning
from gen_ip.cli.session import reader, signer
from gen_ip.cli.show.text import plain
from gen_ip.config import Target
from gen_ip.errors import GenIPError

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.chain.receipts import Receipt
    from gen_ip.client import GenIP

Rest = ParamSpec("Rest")


class NotConfirmed(GenIPError):  # noqa: N818 - named like the package's other errors
    """What cannot be undone was not agreed to; nothing was done."""


@dataclass(frozen=True)
class Invocation:
    """One run of a command: its output, and the options about connection and account."""

    output: Output
    rpc: Target = DEFAULT_RPC
    store: Sequence[str] | None = None
    account: str | None = None
    password_file: Path | None = None
    max_fee: str | None = None

    def reader(self) -> GenIP:
        """A client that signs nothing.

        Raises:
            GenIPError: see `gen_ip.cli.session.reader`.
        """
        return reader(self.rpc, self.store)

    def signer(self) -> GenIP:
        """A client that signs for the account.

        Raises:
            GenIPError: see `gen_ip.cli.session.signer`.
        """
        return signer(self.rpc, self.account, self.password_file, self.store, self.max_fee)

    def sent(self, text: str, receipt: Receipt, /, **document: Any) -> None:
        """Prints what a transaction did, in words or, with its receipt, as JSON."""

        def show(console: Console) -> None:
            console.print(plain(text, 1000), style="green", soft_wrap=True)
            console.print(f"{receipt.gas_used:,} gas", style="dim")

        self.output.result({**document, "receipt": receipt.to_json()}, show)

    def confirm(
        self,
        facts: Sequence[str],
        yes: bool,
        *,
        always_told: bool = False,
        why: str = "this cannot be undone",
    ) -> None:
        """Shows what is about to happen, and asks, unless `yes` or nothing is sent; `why` says what
        for. `always_told` shows it with `yes` too, but not beside JSON.

        Raises:
            NotConfirmed: the answer is no, or there is no terminal to ask on.
        """
        if planning() is not None:
            return
        shown = [plain(fact, 1000) for fact in facts]
        if yes:
            for fact in shown if always_told and not self.output.as_json else ():
                self.output.note(fact)
            return
        if not sys.stdin.isatty():
            raise NotConfirmed(
                f"{why}, and there is no terminal to ask on: {' '.join(shown)} Give --yes to agree"
            )
        for fact in shown:
            self.output.note(fact)
        if not typer.confirm(f"{why[0].upper()}{why[1:]}. Go on?", err=True):
            raise NotConfirmed("not confirmed; nothing was done")


Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

_PARAMETERS: dict[str, tuple[Any, Any]] = {
    "rpc": (Rpc, DEFAULT_RPC),
    "account": (AccountName, None),
    "password_file": (PasswordFile, None),
    "max_fee": (MaxFee, None),
    "store": (StoreAddress, None),
    "as_json": (AsJson, False),
}


def _taking(command: Callable[..., None], names: Sequence[str]) -> Callable[..., None]:
    """The command with the named options in place of its first parameter."""
    whole = inspect.signature(command, eval_str=True)
    own = whole.replace(parameters=list(whole.parameters.values())[1:])
    groups = gathered(own)
    added = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_PARAMETERS[name][1],
            annotation=_PARAMETERS[name][0],
        )
        for name in (*names, "as_json")
    ]

    @wraps(command)
    def run(**options: Any) -> None:
        begin()
        shared = {name: options.pop(name) for name in names}
        use = Invocation(Output(options.pop("as_json")), **shared)
        for name, kind in groups.items():
            options[name] = kind(**{each.name: options.pop(each.name) for each in fields(kind)})
        command(use, **options)

    return with_parameters(run, spread(own), added)


def local(command: Callable[Concatenate[Invocation, Rest], None]) -> Callable[..., None]:
    """A command that asks no node."""
    return _taking(command, ())


def reads(command: Callable[Concatenate[Invocation, Rest], None]) -> Callable[..., None]:
    """A command that only reads the chain."""
    return _taking(command, ("rpc", "store"))


def signs(command: Callable[Concatenate[Invocation, Rest], None]) -> Callable[..., None]:
    """A command that signs, and sends nothing."""
    return _taking(command, ("rpc", "account", "password_file", "store"))


def sends(command: Callable[Concatenate[Invocation, Rest], None]) -> Callable[..., None]:
    """A command that sends transactions."""
    return _taking(command, ("rpc", "account", "password_file", "max_fee", "store"))
