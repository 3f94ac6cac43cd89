"""`chain-index`: what the contracts log, followed into a database."""

from __future__ import annotations

import math
import signal
import threading
import time
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.group import INTERRUPTED
from gen_ip.cli.invocation import Invocation, local, reads
from gen_ip.cli.progress import Reached, progress
from gen_ip.cli.show.text import counted, moment, plain
from gen_ip.cli.verbs import group
from gen_ip.errors import MissingLibrary

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.index.database import Database
    from gen_ip.index.reducing import Reducers
    from gen_ip.index.writer import Progress

# With the document that is begun last, less than the lease lasts: the chain is looked at meanwhile.
_DOCUMENTS_SECONDS = 5.0

chain_index_app = group("chain-index", "Follow the chain into a database that answers at once.")

Where = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="WHERE",
        envvar="GENIP_DATABASE",
        help="A file, or postgresql://USER@HOST/DATABASE; by default in your data folder.",
    ),
]


class IndexLibraryMissing(MissingLibrary):
    """A library that the index stands on is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(library, "index", "the chain index")


@reads
def _run(
    use: Invocation,
    database: Where = None,
    once: Annotated[
        bool, typer.Option("--once", help="End when the newest block is reached.")
    ] = False,
    documents: Annotated[
        bool,
        typer.Option(
            "--documents/--no-documents", help="Fetch metadata documents from the store, too."
        ),
    ] = True,
) -> None:
    """Follow the chain into the database, until Ctrl-C. It goes on where it stopped."""
    from gen_ip.chain.rpc import Rpc
    from gen_ip.index.documents import fetch_missing
    from gen_ip.index.making import ready
    from gen_ip.index.running import follow
    from gen_ip.index.source import Source
    from gen_ip.index.writer import Did, Progress, Writer

    client = use.reader()
    opened = chain_database(database, make=True)
    ready(opened)
    rpc = Rpc(client.web3)
    source = Source(rpc, client.deployment)
    writer = Writer(opened, source, _reducers(client))
    stop, last, begun = threading.Event(), [Progress(Did.NOTHING, 0, 0, 0, 0)], [-1]

    def told(done: Progress) -> None:
        last[0] = done
        if begun[0] < 0:
            begun[0] = done.block
        span = max(1, done.latest - begun[0])
        note("Blocks", min(done.block - begun[0], span), span)
        if use.output.as_json and not once and done.did is not Did.NOTHING:
            use.output.line(_document(done))
        if documents and done.did is Did.NOTHING:
            until = math.inf if once else time.monotonic() + _DOCUMENTS_SECONDS
            fetch_missing(
                opened,
                client.store,
                enough=lambda: stop.is_set() or time.monotonic() > until,
            )

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with progress(use.output, Reached()) as note:
            follow(
                writer,
                stop=stop,
                told=told,
                troubled=lambda error: use.output.note(f"trying again: {error}"),
                endless=not once,
            )
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        opened.close()
    done = last[0]

    def show(console: Console) -> None:
        console.print(f"The index has block {done.block:,} of {done.latest:,}.", style="green")

    if once or not use.output.as_json:
        use.output.result(_document(done), show)
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)


@local
def _status(use: Invocation, database: Where = None) -> None:
    """Say which block the index has, how far back it is final, and what it holds."""
    import sqlalchemy as sql

    from gen_ip.index.making import require_ready
    from gen_ip.index.queries.view import viewing
    from gen_ip.index.schema import documents, licensing, works
    from gen_ip.index.schema.chain import LOGS

    opened = chain_database(database)
    require_ready(opened)
    columns = {
        "works": works.WORKS.c.id,
        "licenses": licensing.LICENSES.c.id,
        # Those that were found.
        "documents": documents.DOCUMENTS.c.document,
        "logs": LOGS.c.block,
    }
    with viewing(opened) as view:
        counts = {
            name: view.connection.execute(sql.select(sql.func.count(column))).scalar_one()
            for name, column in columns.items()
        }
        as_of = view.as_of
    document = {
        "database": opened.name,
        "chain_id": as_of.chain_id,
        "registry": as_of.registry,
        "block": as_of.number,
        "block_hash": f"0x{as_of.hash.hex()}",
        "time": as_of.time,
        "safe": as_of.safe,
        "final": as_of.final,
        **counts,
    }

    def show(console: Console) -> None:
        console.print(f"chain {as_of.chain_id}, block {as_of.number:,}, {moment(as_of.time)}")
        console.print(f"safe to {as_of.safe:,}, final to {as_of.final:,}", style="dim")
        for name, count in counts.items():
            console.print(f"{name:<10} {count:,}")
        console.print(plain(opened.name, 4096), style="dim", soft_wrap=True)

    use.output.result(document, show)


@reads
def _verify(use: Invocation, database: Where = None) -> None:
    """See that all rows follow from the logs that are kept. Exit code 1: some do not."""
    from gen_ip.index.making import require_ready
    from gen_ip.index.rebuilding import verify

    opened = chain_database(database)
    require_ready(opened)
    with progress(use.output, Reached()) as note:
        rows = verify(
            opened, _reducers(use.reader()), lambda done, total: note("Logs", done, total)
        )
    use.output.result(
        {"rows": rows},
        lambda console: console.print(f"{counted(rows, 'row')}, all as they should be."),
    )


@reads
def _rebuild(use: Invocation, database: Where = None) -> None:
    """Make all rows anew from the logs that are kept, without asking the node for them."""
    from gen_ip.index.making import ready
    from gen_ip.index.rebuilding import rebuild

    opened = chain_database(database)
    ready(opened)
    with progress(use.output, Reached()) as note:
        rebuild(opened, _reducers(use.reader()), lambda done, total: note("Logs", done, total))
    use.output.result({"rebuilt": True}, lambda console: console.print("Made anew."))


def chain_database(where: str | None, *, make: bool = False) -> Database:
    """The database that an option names, by default the one in the user's data folder.

    Raises:
        IndexLibraryMissing, InvalidArgument, NoChainIndex, ChainIndexUnavailable.
    """
    from importlib.util import find_spec

    import platformdirs

    for library in ("sqlalchemy", "alembic", "psycopg"):
        if find_spec(library) is None:
            raise IndexLibraryMissing(library)

    from gen_ip.arguments import InvalidArgument
    from gen_ip.index.database import Database

    if where is not None and not where.strip():
        raise InvalidArgument("database", where, "a file, or postgresql://USER@HOST/DATABASE")
    return Database(
        where if where is not None else platformdirs.user_data_path("gen-ip") / "chain.sqlite",
        make=make,
    )


def _reducers(client: GenIP) -> Reducers:
    from gen_ip.index.reducing import Reducers

    return Reducers(client.deployment)


def _document(done: Progress) -> dict[str, object]:
    return {
        "did": done.did.value,
        "block": done.block,
        "latest": done.latest,
        "safe": done.safe,
        "final": done.final,
        "logs": done.logs,
    }


for _name, _command in (
    ("run", _run),
    ("status", _status),
    ("verify", _verify),
    ("rebuild", _rebuild),
):
    chain_index_app.command(_name)(_command)
