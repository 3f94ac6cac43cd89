"""`gen-ip store`: content kept, read, moved and let go of, by CID."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.options import StoreAddress
from gen_ip.cli.progress import byte_progress
from gen_ip.cli.show.text import counted, plain
from gen_ip.errors import GenIPError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from gen_ip.content.files import OnBytes, StrPath
    from gen_ip.content.store import Store

store_app = typer.Typer(name="store", help="Keep content by CID; read, move, back up, collect it.")

# A hundred years: longer is no number that was meant.
_MOST_HOURS = 876_000

CidText = Annotated[str, typer.Argument(metavar="CID", help="Of a file or a folder.")]
CidTexts = Annotated[list[str], typer.Argument(metavar="CID...", help="Of files or folders.")]


class OnlyLocal(GenIPError):  # noqa: N818 - named like the package's other errors
    """What is asked for is done by the store's own program."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"garbage of {address} is not collected from here: all that was put there is pinned, "
            "and its own collection, such as `ipfs repo gc`, keeps it; name a folder with --store"
        )


@store_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@store_app.command("add")
@local
def add(
    use: Invocation,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder.")],
    store: StoreAddress = None,
    pin: Annotated[bool, typer.Option("--pin/--no-pin", help="Keep it until unpinned.")] = True,
) -> None:
    """Keep a file, or a folder with all that is in it, and print its CID."""
    from gen_ip.content.copying import NO_CAP
    from gen_ip.content.folders import put_folder

    kept = _opened(store)
    with byte_progress(use.output, f"Adding {path.name}") as on_bytes:
        if path.is_dir():
            cid = put_folder(_Adding(kept, _bytes_in(path), on_bytes), path, NO_CAP)
        else:
            cid = kept.put_file(path, NO_CAP, on_bytes)
        if pin:
            kept.pin(cid)
    use.output.result({"cid": cid}, lambda console: console.print(cid, soft_wrap=True))


@store_app.command("get")
@local
def get(
    use: Invocation,
    cid: CidText,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Where to; must not exist.")],
    store: StoreAddress = None,
) -> None:
    """Write content to a path, verified; interrupted, run it again to go on."""
    from gen_ip.content.copying import fetch

    with use.output.working(f"Reading {cid}") as spinner:
        fetch(_opened(store), cid, path, on_bytes=lambda done: spinner.say(f"{done:,} bytes"))
    _said(use, {"cid": cid, "path": str(path)}, f"{cid} is in {plain(str(path))}")


@store_app.command("export")
@local
def export(
    use: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE.car", help="Must not exist.")],
    cids: CidTexts,
    store: StoreAddress = None,
) -> None:
    """Write files and folders with all their blocks into an archive (CAR, version 1)."""
    from gen_ip.content.copying import export as write

    with use.output.working(f"Writing {file.name}"):
        size = write(_opened(store), cids, file)
    document = {"path": str(file), "roots": cids, "bytes": str(size)}
    _said(use, document, f"{plain(str(file))} has {counted(len(cids), 'root')}, {size:,} bytes")


@store_app.command("import")
@local
def import_(
    use: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE.car", help="A CAR of version 1.")],
    store: StoreAddress = None,
) -> None:
    """Keep what an archive has, verified and pinned."""
    from gen_ip.content.copying import import_ as read

    with use.output.working(f"Reading {file.name}"):
        cids = read(_opened(store), file)
    _said(use, {"cids": cids}, *cids)


@store_app.command("copy")
@local
def copy(
    use: Invocation,
    cids: CidTexts,
    targets: Annotated[
        list[str], typer.Option("--to", metavar="STORE", help="The store to copy to. Repeatable.")
    ],
    store: StoreAddress = None,
    require: Annotated[
        int | None,
        typer.Option(
            "--require",
            metavar="N",
            min=1,
            max=999,
            help="How many of several stores of --to must succeed.  [default: all]",
        ),
    ] = None,
) -> None:
    """Have other stores keep content of this one, pinned."""
    from gen_ip.content.choice import required
    from gen_ip.content.copying import copy as put

    source = _opened(store)
    other = _opened(targets if require is None else [*targets, required(require)])
    with use.output.working("Copying") as spinner:
        for cid in cids:
            put(source, other, cid, lambda done: spinner.say(f"Copied {done:,} bytes"))
    _said(use, {"cids": cids, "to": other.address}, *cids)


@store_app.command("ls")
@local
def ls(
    use: Invocation,
    cid: Annotated[str | None, typer.Argument(metavar="[CID]", help="A folder's.")] = None,
    store: StoreAddress = None,
) -> None:
    """List the CIDs that are pinned, or a folder's entries."""
    kept = _opened(store)
    if cid is None:
        pins = list(kept.pins())
        _said(use, {"pins": pins}, *pins)
        return
    links = kept.directory(cid) or ()
    rows = [{"cid": str(link.cid), "name": link.name} for link in links]
    _said(use, {"cid": cid, "entries": rows}, *(f"{row['cid']} {row['name']}" for row in rows))


@store_app.command("pin")
@local
def pin(use: Invocation, cids: CidTexts, store: StoreAddress = None) -> None:
    """Keep content and all below it until it is unpinned."""
    kept = _opened(store)
    for cid in cids:
        kept.pin(cid)
    _said(use, {"pinned": cids}, *cids)


@store_app.command("unpin")
@local
def unpin(use: Invocation, cids: CidTexts, store: StoreAddress = None) -> None:
    """Let go of pins; what a certificate in the store names is kept all the same."""
    kept = _opened(store)
    for cid in cids:
        kept.unpin(cid)
    _said(use, {"unpinned": cids}, *cids)


@store_app.command("gc")
@local
def gc(
    use: Invocation,
    store: StoreAddress = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    younger: Annotated[
        float, typer.Option("--keep-hours", help="Keep all that is younger.")
    ] = 24.0,
) -> None:
    """Remove what is neither pinned, nor a certificate's metadata, nor named by such, nor young."""
    from gen_ip.content.collecting import collect
    from gen_ip.content.local import LocalStore

    if not 0 <= younger <= _MOST_HOURS:
        raise typer.BadParameter(f"--keep-hours is {younger}; give 0 to {_MOST_HOURS:,}")
    kept = _opened(store)
    if not isinstance(kept, LocalStore):
        raise OnlyLocal(kept.address)
    with use.output.working("Looking"):
        found = collect(kept, younger * 3600, dry_run)
    document = {
        "removed": list(found.removed),
        "bytes": str(found.removed_bytes),
        "unfinished": found.unfinished,
        "kept": found.kept,
        "dry_run": dry_run,
    }
    words = "would go" if dry_run else "removed"
    number = counted(len(found.removed), "content")
    if found.unfinished:
        number += f" and {counted(found.unfinished, 'unfinished file')}"
    _said(use, document, f"{number}, {found.removed_bytes:,} bytes {words}; {found.kept:,} kept")


class _Adding:
    """A store that is given a folder's parts, and tells how far all of it has come."""

    def __init__(self, store: Store, total: int, on_bytes: OnBytes) -> None:
        from gen_ip.content.telling import Together

        self._store, self._together = store, Together(on_bytes, total)

    def put_file(self, source: StrPath | bytes, max_bytes: int) -> str:
        """See `Store.put_file`."""
        size = 0
        with suppress(OSError):
            size = 0 if isinstance(source, bytes) else os.stat(source).st_size
        return self._store.put_file(source, max_bytes, self._together.of(size))

    def put_node(self, block: bytes) -> str:
        """See `Store.put_node`."""
        return self._store.put_node(block)


def _bytes_in(folder: Path) -> int:
    """The bytes of a folder's files, as far as they can be looked at."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _opened(addresses: str | Sequence[str] | None) -> Store:
    from gen_ip.content.choice import LOCAL, open_store

    return open_store(LOCAL if addresses is None else addresses)


def _said(use: Invocation, document: Mapping[str, object], *lines: str) -> None:
    def show(console: Console) -> None:
        for line in lines:
            console.print(plain(line, 4096), soft_wrap=True)

    use.output.result(document, show)
