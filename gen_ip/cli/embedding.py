"""`embed` and `embedded`: what a file says inside of whose work it is."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, local, reads
from gen_ip.cli.options import WorkId
from gen_ip.cli.show.text import plain
from gen_ip.work import WorkAddress, till_of

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.embedding.copying import Copy, Inside

# What C2PA's reader calls valid says who signed it as little as whose work it is.
_STATES = {
    "Valid": "whole since they were signed; by whom, nobody vouches for (Valid)",
    "Trusted": "whole since they were signed by a signer on a list of trusted ones (Trusted)",
    "Invalid": "broken: the file was changed, or they are not its own (Invalid)",
}
_SOURCES = {"generated": "GENERATED", "composite": "COMPOSITE", "made": "MADE"}


@reads
def embed(
    use: Invocation,
    work: WorkId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The certified file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="COPY", help="Where to write the copy.")
    ],
    source: Annotated[
        str,
        typer.Option(
            "--source", help="How it came about: generated, composite (partly), or made by hand."
        ),
    ] = "generated",
    credentials: Annotated[
        bool,
        typer.Option(
            "--credentials/--no-credentials", help="Content credentials (C2PA) besides XMP."
        ),
    ] = True,
    chain: Annotated[
        Path | None,
        typer.Option("--signing-chain", help="PEM: your X.509 certificate and those above it."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--signing-key", help="PEM: the certificate's private key.")
    ] = None,
) -> None:
    """Write a copy that says inside whose work it is, and what models may learn from it.

    The content stays as it is, so the copy is recognized as the certified work. Content credentials
    go into PNG, JPEG and WebP; without a signing chain they are signed by one made for this copy,
    which readers call untrusted: what counts is the certificate they name.
    """
    from gen_ip.cli.reading import check_file
    from gen_ip.embedding.identity import SigningIdentity
    from gen_ip.embedding.saying import Source

    if source not in _SOURCES:
        raise typer.BadParameter(f"--source is one of {', '.join(_SOURCES)}")
    if (chain is None) != (key is None):
        raise typer.BadParameter("--signing-chain and --signing-key go together")
    if chain is not None and not credentials:
        raise typer.BadParameter("--signing-chain is for content credentials")
    check_file(file)
    number = work_of(work)
    given = SigningIdentity.load(chain, key) if chain is not None and key is not None else None
    client = use.reader()
    with use.output.working(f"Writing {output.name} …"):
        found = client.work(number)
        identity = (given or SigningIdentity.made(found.creator)) if credentials else None
        copy = client.embed(
            number, file, output, identity=identity, source=Source[_SOURCES[source]]
        )

    def draw(console: Console) -> None:
        console.print(f"{plain(str(copy.path))} says that it is work {number}", soft_wrap=True)
        console.print(f"sha2-256 {copy.sha256.hex()}", soft_wrap=True)
        said = f"{copy.place} and content credentials" if copy.signed else copy.place
        console.print(f"{said}; {copy.keeps[0]} is that of the original", style="dim")
        record = f"gen-ip revise {till_of(number)} --copy {shlex.quote(str(copy.path))}"
        console.print(f"Name it in the certificate: {plain(record, 1000)}", soft_wrap=True)
        console.print(f"See what it says: gen-ip embedded {plain(str(copy.path))}", soft_wrap=True)

    use.output.result({"work": str(number), **copy.to_json()}, draw)


@local
def embedded(
    use: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file in question.")],
) -> None:
    """Show what a file says inside of whose work it is. Exit code 1: it says nothing.

    Anyone can write anything into a file: look the work up with `show`, and compare with `verify`.
    """
    from gen_ip.cli.reading import check_file
    from gen_ip.embedding.copying import inside

    check_file(file)
    with use.output.working(f"Looking into {file.name} …"):
        found = inside(file)
    use.output.result(found.to_json(), lambda console: _show(console, found))
    if found.said is None and found.c2pa is None:
        raise typer.Exit(1)


@contextmanager
def copied(client: GenIP, file: Path, copy: Path | None, name: str | None) -> Iterator[Copy | None]:
    """A copy of a file that is about to be certified within the block; taken away again where that
    fails."""
    if copy is None:
        yield None
        return
    from gen_ip.chain.errors import NoAccount
    from gen_ip.embedding.identity import SigningIdentity

    if client.account is None:
        raise NoAccount
    identity = SigningIdentity.made(client.account.address)
    made = client.embed_ahead(file, copy, name=name, identity=identity)
    try:
        yield made
    except BaseException:
        made.path.unlink(missing_ok=True)
        raise


def named_inside(file: Path) -> WorkAddress | None:
    """The work that a file says it is; None where it says none that can be read."""
    from gen_ip.embedding.copying import inside
    from gen_ip.errors import FileProblem, MetadataError

    try:
        return inside(file, signed=False).named
    except (FileProblem, MetadataError):
        return None


def _show(console: Console, found: Inside) -> None:
    if found.said is None and found.c2pa is None:
        console.print("It says nothing of a work that can be read here.")
        return
    console.print("What the file says of itself. Anyone can write this: nothing of it is verified.")
    if found.said is not None:
        console.print(f"{str(found.place)[:1].upper()}{str(found.place)[1:]}:")
        for name, value in found.said.items():
            console.print(f"  {plain(name)}  {plain(value, 300)}", soft_wrap=True)
    if found.c2pa is not None:
        state = str(found.c2pa.get("validation_state", "unknown"))
        console.print(f"Content credentials: {plain(_STATES.get(state, state))}")
        active = found.c2pa.get("manifests", {}).get(found.c2pa.get("active_manifest"), {})
        console.print(f"  title  {plain(str(active.get('title')), 300)}", soft_wrap=True)
        for each in active.get("assertions", []):
            console.print(f"  {plain(str(each.get('label')))}  {plain(str(each.get('data')), 300)}")
        for each in active.get("ingredients", []):
            name, made = each.get("title"), each.get("relationship")
            console.print(f"  made from  {plain(str(name))} ({plain(str(made))})", soft_wrap=True)
    console.print("What the chain says of these bytes and their content: gen-ip verify FILE")
