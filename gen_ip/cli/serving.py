"""`serve`: the HTTP service; `service`: what its operator keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.kinds import Index
from gen_ip.cli.show.text import counted, plain

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.service.kept.records import Records
    from gen_ip.service.settings import Settings

_MIB = 2**20
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="The service's; by default in your data folder."),
]

service_app = typer.Typer(name="service", help="What the operator of `gen-ip serve` keeps.")


@service_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@local
def serve(
    use: Invocation,
    host: Annotated[str, typer.Option("--host", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: a free one.")] = 8787,
    index: Index = None,
    folder: Folder = None,
    upload_mib: Annotated[
        int, typer.Option("--upload-mib", min=1, max=1024, help="The largest file taken, in MiB.")
    ] = 50,
    matchers: Annotated[
        int, typer.Option("--matchers", min=1, max=256, help="Files looked at at a time.")
    ] = 2,
    rate: Annotated[str, typer.Option("--rate", help="Requests of one client.")] = "600/minute",
    match_rate: Annotated[
        str, typer.Option("--match-rate", help="Of these, files asked about.")
    ] = "60/minute",
    proxies: Annotated[
        str | None,
        typer.Option("--proxies", help="Addresses whose X-Forwarded-For is believed."),
    ] = None,
) -> None:
    """Answer over HTTP which works a file was made from, until Ctrl-C. Logs go to stderr.

    The index may be changed meanwhile by `gen-ip index add`.
    """
    from gen_ip.match.folder import default_index
    from gen_ip.service.errors import check_libraries

    check_libraries()
    from gen_ip.service.running import serve as serve_until_told
    from gen_ip.service.settings import Settings

    settings = Settings(
        index=index or default_index(),
        store=_folder(folder),
        upload_bytes=upload_mib * _MIB,
        matchers=matchers,
        rate=rate,
        match_rate=match_rate,
    )
    serve_until_told(
        settings,
        host,
        port,
        listening=lambda url: _tell(use, settings, url),
        proxies=proxies,
    )
    use.output.note("Stopped; everything under way was answered.")


def _tell(use: Invocation, settings: Settings, url: str) -> None:
    if use.output.as_json:
        use.output.line({"url": url, "index": str(settings.index), "folder": str(settings.store)})
        return

    def draw(console: Console) -> None:
        console.print(f"Serving at {url}", style="bold", soft_wrap=True)
        console.print(f"index   {plain(str(settings.index), 4096)}", soft_wrap=True)
        console.print(f"folder  {plain(str(settings.store), 4096)}", soft_wrap=True)
        console.print(f"ask     curl -F file=@picture.jpg {url}/v1/match", soft_wrap=True)

    use.output.result({}, draw)


@service_app.command("add-key")
@local
def add_key(
    use: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, for you.")],
    folder: Folder = None,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    from gen_ip.service.kept.keys import Keys

    made, text = Keys(_records(folder, make=True)).add(name)
    use.output.result(
        {"id": made.id, "name": made.name, "key": text},
        lambda console: console.print(text, soft_wrap=True),
    )


@service_app.command("keys")
@local
def list_keys(use: Invocation, folder: Folder = None) -> None:
    """Name the keys."""
    from gen_ip.service.kept.keys import Keys

    found = Keys(_records(folder)).list()

    def draw(console: Console) -> None:
        for each in found:
            console.print(f"{each.id}  {plain(each.name, 200)}", soft_wrap=True)
        console.print(counted(len(found), "key"), style="dim")

    document = [{"id": each.id, "name": each.name, "created": each.created} for each in found]
    use.output.result({"keys": document}, draw)


@service_app.command("remove-key")
@local
def remove_key(
    use: Invocation,
    key: Annotated[str, typer.Argument(metavar="ID", help="As `service keys` says.")],
    folder: Folder = None,
) -> None:
    """Take a key out; it opens nothing anymore."""
    from gen_ip.service.kept.keys import Keys

    Keys(_records(folder)).remove(key)
    use.output.result({"removed": key}, lambda console: console.print("Removed."))


@service_app.command("hide")
@local
def hide(
    use: Invocation,
    work: Annotated[str, typer.Argument(metavar="WORK", help="As the index names it.")],
    reason: Annotated[str, typer.Option("--reason", help="Kept in the list.")],
    folder: Folder = None,
) -> None:
    """Hide a work; a service that runs does so at once."""
    from gen_ip.service.kept.hiding import HideList

    done = HideList(_records(folder, make=True)).add(work, reason)
    use.output.result(done.to_json(), lambda console: console.print("Hidden."))


@service_app.command("hidden")
@local
def list_hidden(use: Invocation, folder: Folder = None) -> None:
    """Name the hidden works, and why each is."""
    from gen_ip.service.kept.hiding import HideList

    found = HideList(_records(folder)).all()

    def draw(console: Console) -> None:
        for each in found:
            console.print(f"{plain(each.work, 512)}  {plain(each.reason, 500)}", soft_wrap=True)
        console.print(counted(len(found), "work"), style="dim")

    use.output.result({"hidden": [each.to_json() for each in found]}, draw)


@service_app.command("unhide")
@local
def show_again(
    use: Invocation,
    work: Annotated[str, typer.Argument(metavar="WORK", help="As `service hidden` says.")],
    folder: Folder = None,
) -> None:
    """Show a work again."""
    from gen_ip.service.kept.hiding import HideList

    HideList(_records(folder)).remove(work)
    use.output.result({"shown": work}, lambda console: console.print("Shown again."))


@service_app.command("backup")
@local
def backup(
    use: Invocation,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="Where nothing is yet.")],
    folder: Folder = None,
) -> None:
    """Copy keys and hide list while the service runs. The index: `gen-ip index snapshot`.

    To restore it, put the file in an empty folder as service.sqlite.
    """
    _records(folder).backup(target)
    use.output.result({"backup": str(target)}, lambda console: console.print("Copied."))


def _folder(given: Path | None) -> Path:
    import platformdirs

    return given or platformdirs.user_data_path("gen-ip") / "service"


def _records(folder: Path | None, *, make: bool = False) -> Records:
    from gen_ip.service.errors import check_libraries

    check_libraries()
    from gen_ip.service.kept.records import Records

    return Records(_folder(folder), make=make)
