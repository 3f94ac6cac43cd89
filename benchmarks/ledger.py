"""`python -m benchmarks.ledger --replay FILE.json`: a royalty history on the real contracts.

Reads the format of `benchmarks.replay_format`, opens its works on a private anvil (derivatives
under real licenses), does its steps in order, and prints every work's credit and its owner's
balance, and every payee's balance, as JSON. Payments of 0 are left out: the chain refuses them.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import _tokens
from benchmarks._chain import Chain
from benchmarks._works import Works
from benchmarks.replay_format import (
    Case,
    Draw,
    Pay,
    ReplayError,
    Result,
    Settle,
    load,
    model_result,
    parse,
    random_case,
    result,
)
from gen_ip.errors import GenIPError
from gen_ip.work import ETH


def replay(case: Case, kind: str = "eth") -> Result:
    """Run a case on a private chain, in a token of this kind (`_tokens.KINDS`).

    Raises:
        AnvilNotFound, AnvilFailed: there is no anvil, or it does not start.
        Refused: the chain refuses a work or a step, for example an amount that would overflow.
        TokenUnavailable: the test token cannot be compiled.
    """
    # Random accounts, so that no file can name an owner as payee.
    with Chain(secrets.token_bytes(32)) as chain:
        works = Works(chain).open(case.works)
        token, payer = _tokens.place(chain, kind), chain.account()
        chain.endow(payer, token)
        encode = chain.session.encode
        for position, step in enumerate(case.steps):
            work = works[step.work].id
            match step:
                case Pay(_, amount):
                    if amount == 0:
                        continue
                    value = amount if token == ETH else 0
                    call = encode("RoyaltySplitter", "pay", work, token, amount, value=value)
                case Settle():
                    call = encode("RoyaltySplitter", "settle", work, token)
                case Draw():
                    call = encode("RoyaltySplitter", "draw", work, token)
            chain.add(payer, call, f"steps[{position}]")
        chain.mine()

        credit = [encode("RoyaltySplitter", "credit", work.id, token) for work in works]
        accounts = [work.owner.address for work in works] + [to.lower() for to in case.payees]
        held = [encode("RoyaltySplitter", "balances", account, token) for account in accounts]
        found = chain.read(credit + held)
    count = len(works)
    payees = dict(zip(case.payees, found[2 * count :], strict=True))
    return result(found[:count], found[count : 2 * count], payees)


def expected(case: Case, kind: str = "eth") -> Result:
    """What the model says that `replay` prints."""
    steps = (
        replace(step, amount=_tokens.arriving(kind, step.amount)) if isinstance(step, Pay) else step
        for step in case.steps
    )
    return model_result(replace(case, steps=tuple(steps)))


def differences(chain: Result, model: Result) -> Iterator[str]:
    """Every number in which the two differ, a line each."""
    for number, (ours, theirs) in enumerate(zip(chain["works"], model["works"], strict=True)):
        for name in ("credit", "owner_balance"):
            if ours[name] != theirs[name]:
                yield f"works[{number}].{name}: chain {ours[name]}, model {theirs[name]}"
    for account, balance in chain["balances"].items():
        if balance != model["balances"][account]:
            yield f"balances[{account}]: chain {balance}, model {model['balances'][account]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code: 0, or 1 with a line on stderr that says why."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.write and not options.random:
        parser.error("--write goes with --random")
    try:
        return _run(options)
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    printed: dict[str, Any] = {}
    if options.random:
        data = random_case(*options.random)
        case = parse(data)
        if options.write:
            _write(options.write, data)
        else:
            printed["case"] = data
    else:
        case = load(options.replay)
    found = replay(case, options.token)
    print(json.dumps({**printed, **found}, indent=None if options.json else 2))
    if not options.check:
        return 0
    wrong = list(differences(found, expected(case, options.token)))
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    return 1 if wrong else 0


def _write(path: Path, data: Any) -> None:
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(data, file, indent=1)
        os.replace(temporary, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReplayError(str(path), f"cannot be written ({reason}); name another file") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--replay", type=Path, metavar="FILE.json", help="the history to run")
    source.add_argument(
        "--random",
        type=int,
        nargs=3,
        metavar=("SEED", "WORKS", "STEPS"),
        help="run a random history, the same for the same seed; it is printed as `case`",
    )
    parser.add_argument(
        "--write", type=Path, metavar="FILE.json", help="with --random: write the history here"
    )
    parser.add_argument(
        "--token", choices=_tokens.KINDS, default="eth", help="what is paid in; default eth"
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the model; exit 1 on any difference"
    )
    parser.add_argument("--json", action="store_true", help="print the JSON on one line")
    return parser


if __name__ == "__main__":
    sys.exit(main())
