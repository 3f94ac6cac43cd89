"""The options `--unsigned` and `--safe`, for every command that can pay gas: the one place for all.

While such a command runs, `signer` hands it a client that keeps transactions, and its output stays
silent; see `gen_ip.cli.planning`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from gen_ip.cli.output import Output, print_json
from gen_ip.cli.parameters import with_parameters
from gen_ip.cli.planning import Planning, gathering
from gen_ip.cli.show.text import counted, plain

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
        code = 0
        with gathering() as found:
            try:
                command(**options)
            except typer.Exit as ended:
                # Part of it failed and was told; the rest can be sent all the same.
                code = ended.exit_code
        _print(found, safe, bool(options.get("as_json")))
        if code:
            raise typer.Exit(code)

    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, default, kind in (
            ("unsigned", False, UnsignedOption),
            ("safe", None, SafeOption),
        )
    ]
    return with_parameters(run, signature, added)


def _print(found: Planning, safe: Path | None, as_json: bool) -> None:
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
