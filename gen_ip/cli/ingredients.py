"""`ingredients`: certified works that a file says it was made with; and the question before such a
file is certified without them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.invocation import Invocation, reads

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.works.ingredients import Proposal

_MOST_LINES = 12


@reads
def ingredients(
    use: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What was made with them.")],
) -> None:
    """Find certified works that a file says it was made with: models, LoRAs, prompts, workflows.

    By hashes, and by ids in content credentials; never by names. They are proposals: what a file
    says proves nothing. A work made from others is certified by `derive`, with licenses on them.
    """
    from gen_ip.cli.reading import check_file

    check_file(file)
    client = use.reader()
    with use.output.working("Looking …"):
        found = client.proposed_parents(file)

    def show(console: Console) -> None:
        if not found:
            console.print("No certified work is named in it by a hash or by content credentials.")
        for line in _lines(found):
            console.print(line, soft_wrap=True, markup=False)
        if found:
            console.print(_HOW, soft_wrap=True, style="dim")

    use.output.result({"proposed_parents": [each.to_json() for each in found]}, show)


_HOW = "As a parent: gen-ip offers WORK, gen-ip buy OFFER, gen-ip derive FILE --license N"
#: How to take a parent of one file among several; of what is only signed; a further one.
FIRST = f"{_HOW}; then this command for the rest"
SIGNED = "As a parent: gen-ip offers WORK, and --offer OFFER, or --license N of one that you hold"
MORE = "As a further parent: gen-ip offers WORK, gen-ip buy OFFER, and --license N here"
_ORIGINAL = "certified as an original it cannot become their derivative"
_WITHOUT = "certified without their licenses it cannot become their derivative"
# Whoever wrote the file chose the id.
_METHODS = {"c2pa": "its content credentials, which anyone can write"}


def propose(use: Invocation, client: GenIP, file: Path, yes: bool) -> list[Proposal]:
    """The certified works that a file says it was made with, told and asked about: once the file is
    certified as an original, its account cannot certify it as their derivative.

    Raises:
        NotConfirmed: it is not to be certified as an original.
    """
    return propose_all(use, client, [file], yes).get(str(file), [])


def propose_all(
    use: Invocation,
    client: GenIP,
    files: Sequence[Path],
    yes: bool,
    *,
    how: str = _HOW,
    licensed: Callable[[], Collection[int]] = tuple,
) -> dict[str, list[Proposal]]:
    """As `propose`, of several files, by their paths. Nothing is asked about works whose licenses
    are named with the command: `licensed` looks these works up, where files name any.

    Raises:
        NotConfirmed: they are not to be certified like this.
    """
    if not files:
        return {}
    with use.output.working("Looking for works it was made with …"):
        looked = {str(file): client.proposed_parents(file) for file in files}
        found = {name: each for name, each in looked.items() if each}
        works = licensed() if found else ()
    left = {
        name: [each for each in proposals if each.work not in works]
        for name, proposals in found.items()
    }
    ask(use, {name: each for name, each in left.items() if each}, how, yes)
    return found


def works_of(client: GenIP, licenses: Sequence[int]) -> set[int]:
    """The works that licenses are for.

    Raises:
        UnknownLicense: one does not exist.
    """
    return {client.license(number).work for number in licenses}


def ask(use: Invocation, found: Mapping[str, Sequence[Proposal]], how: str, yes: bool) -> None:
    """Tells the proposed parents of files, by their paths, and how to take them, and asks whether
    to go on without them.

    Raises:
        NotConfirmed: the answer is no.
    """
    if not found:
        return
    facts = told(found, how)
    # What is planned is not asked about, for another signs it.
    for fact in facts if use.output.is_planning else ():
        use.output.note(fact)
    use.confirm(facts, yes, always_told=True, why=_WITHOUT if how == MORE else _ORIGINAL)


def told(found: Mapping[str, Sequence[Proposal]], how: str) -> list[str]:
    """Lines about the proposed parents of files, as many as a person reads."""
    from gen_ip.cli.show.text import plain

    several = len(found) > 1 or how == FIRST
    lines = [
        f"{plain(name, 100)}: {line}" if several else line
        for name, proposals in found.items()
        for line in _lines(proposals)
    ]
    left = len(lines) - _MOST_LINES
    more = [f"And {left:,} more; --json lists all."] if left > 0 else []
    begin = "Proposed parents without a license here:" if how == MORE else "Proposed parents:"
    return [begin, *lines[:_MOST_LINES], *more, f"{how}."]


def listed(key: str, found: Mapping[str, Sequence[Proposal]]) -> list[dict[str, Any]]:
    """For JSON: a row for each proposal, its file's path under `key`."""
    return [{key: name, **each.to_json()} for name, all_ in found.items() for each in all_]


def _lines(found: Sequence[Proposal]) -> list[str]:
    from gen_ip.cli.show.text import plain, till

    return [
        f"{till(each.work)} as {plain(each.role, 20)} {plain(each.name, 60)} "
        f"(by {_METHODS.get(each.method, each.method)}"
        f"{', as its creator says' if each.by_metadata else ''})"
        for each in found
    ]
