"""`revise`, `relate`, `works`, `till`: what owners say of their works, and which there are."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, reads, sends
from gen_ip.cli.options import WorkId
from gen_ip.cli.reading import check_file, content_hash_of
from gen_ip.cli.session import address_of
from gen_ip.cli.show.text import moment, plain, till

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.content.metadata import PublishedCopy


@sends
def revise(
    use: Invocation,
    work: WorkId,
    name: Annotated[str | None, typer.Option("--name", help="Its new name.")] = None,
    description: Annotated[
        str | None, typer.Option("--description", help="Its new description.")
    ] = None,
    copy: Annotated[
        list[Path] | None,
        typer.Option("--copy", help="A file that you publish as this work, from `embed`."),
    ] = None,
) -> None:
    """Publish a new version of a work's metadata: another name or description, or more copies."""
    if name is None and description is None and not copy:
        raise typer.BadParameter("give --name, --description, or --copy")
    from gen_ip.content.files import summarize_file

    number = work_of(work)
    copies: list[PublishedCopy] = []
    for path in copy or ():
        check_file(path)
        found = summarize_file(path)
        copies.append({"sha256": found.sha256, "mediaType": found.media_type})
    client = use.signer()
    with use.output.working("Revising …"):
        receipt = client.revise_metadata(number, name=name, description=description, copies=copies)
    version = int(receipt.find("MetadataRevised").args["version"])
    text = f"Work {till(number)} has version {version} of its metadata."
    use.sent(text, receipt, work=str(number), version=version)


@sends
def relate(
    use: Invocation,
    earlier: Annotated[str, typer.Argument(metavar="EARLIER", help="Your work.")],
    later: Annotated[str, typer.Argument(metavar="LATER", help="The work that is like it.")],
    evidence: Annotated[
        Path, typer.Argument(metavar="EVIDENCE", help="A document that says how; its hash is kept.")
    ],
) -> None:
    """State that a later work is related to an earlier one of yours. Without effect on either."""
    first, second = work_of(earlier), work_of(later)
    check_file(evidence)
    client = use.signer()
    with use.output.working("Stating …"):
        receipt = client.relate(first, second, evidence)
    digest = receipt.find("Related").args["evidence"]
    text = f"Stated that work {till(second)} is related to {till(first)}."
    use.sent(text, receipt, earlier=str(first), later=str(second), evidence=f"0x{digest.hex()}")


@reads
def works(
    use: Invocation,
    creator: Annotated[
        str | None, typer.Option("--creator", help="Only works that this account certified.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
) -> None:
    """List certified works, oldest first."""
    by = None if creator is None else address_of(creator)
    client = use.reader()
    with use.output.working("Looking …"):
        claims = (claim for claim in client.works() if by in (None, claim.creator))
        found = list(islice(claims, limit + 1))
        more, found = len(found) > limit, found[:limit]
        briefs = {
            each.work: each
            for each in (client.briefs([claim.work for claim in found]) if found else [])
        }

    def show(console: Console) -> None:
        if not found:
            console.print("No works found.")
        for claim in found:
            brief = briefs[claim.work]
            console.print(plain(brief.name or "no name at hand", 60), style="bold")
            console.print(f"  {till(claim.work)}", soft_wrap=True)
            claimed = f"  claimed {moment(brief.claim_time)} by {claim.creator}"
            console.print(claimed, style="dim", soft_wrap=True)
        if more:
            console.print("There are more; raise --limit.", style="dim")

    listed = [
        {
            "work": str(claim.work),
            "till": till(claim.work),
            "creator": claim.creator,
            "content_hash": f"0x{claim.content_hash.hex()}",
            "name": briefs[claim.work].name,
            "claim_time": briefs[claim.work].claim_time,
            "block": claim.block,
        }
        for claim in found
    ]
    use.output.result({"works": listed, "more": more}, show)


@reads
def till_command(
    use: Invocation,
    content: Annotated[
        str, typer.Argument(metavar="FILE|HASH", help="The work's file, or its sha-256.")
    ],
    creator: Annotated[
        str, typer.Option("--creator", help="Who certifies it: a name, dev0 to dev9, or address.")
    ],
) -> None:
    """Tell the till that a creator's work has here, certified or not: anyone can pay it already."""
    digest, address = content_hash_of(content), address_of(creator)
    number = use.reader().work_id_of(address, digest)

    def show(console: Console) -> None:
        console.print(till(number), soft_wrap=True)

    document = {
        "work": str(number),
        "till": till(number),
        "creator": address,
        "content_hash": f"0x{digest.hex()}",
    }
    use.output.result(document, show)
