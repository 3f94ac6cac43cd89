"""`ingredients`: certified works that a file says it was made with; and the question before such a
file is certified as an original."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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

    By hashes alone, never by names. They are proposals: what a file says proves nothing. A work
    made from others is certified by `derive`, with licenses on them.
    """
    from gen_ip.cli.reading import check_file

    check_file(file)
    client = use.reader()
    with use.output.working("Looking …"):
        found = client.proposed_parents(file)

    def show(console: Console) -> None:
        if not found:
            console.print("No certified work is named in it by a hash.")
        for line in _lines(found):
            console.print(line, soft_wrap=True, markup=False)
        if found:
            console.print(_HOW, soft_wrap=True, style="dim")

    use.output.result({"proposed_parents": [each.to_json() for each in found]}, show)


_HOW = "As a parent: gen-ip offers WORK, gen-ip buy OFFER, gen-ip derive FILE --license N"


def propose(use: Invocation, client: GenIP, file: Path, yes: bool) -> list[Proposal]:
    """The certified works that a file says it was made with, told and asked about: once the file is
    certified as an original, its account cannot certify it as their derivative.

    Raises:
        NotConfirmed: it is not to be certified as an original.
    """
    with use.output.working("Looking for works it was made with …"):
        found = client.proposed_parents(file)
    if found:
        facts = ["Proposed parents:", *_lines(found)[:_MOST_LINES], f"{_HOW}."]
        why = "certified as an original it cannot become their derivative"
        use.confirm(facts, yes, always_told=True, why=why)
    return found


def _lines(found: list[Proposal]) -> list[str]:
    from gen_ip.cli.show.text import plain, till

    return [
        f"{till(each.work)} as {plain(each.role, 20)} {plain(each.name, 60)} "
        f"(by {each.method}{', as its creator says' if each.by_metadata else ''})"
        for each in found
    ]
