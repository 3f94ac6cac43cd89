"""`serve`: the HTTP service; `service`: what its operator keeps."""

from __future__ import annotations

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.chain_index import Where, chain_database
from gen_ip.cli.invocation import Invocation, local, signs
from gen_ip.cli.kinds import Index
from gen_ip.cli.show.text import counted, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.index.writer import Writer
    from gen_ip.service.chain import ChainSettings
    from gen_ip.service.feeding import Feeder
    from gen_ip.service.kept.records import Records
    from gen_ip.service.observing import Metrics
    from gen_ip.service.parts import Parts
    from gen_ip.service.settings import Settings
    from gen_ip.service.working import Working
    from gen_ip.signers.protocol import Signer
    from gen_ip.status.domains import Ask

_MIB = 2**20
_ENS_SECONDS = 5.0
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="The service's; by default in your data folder."),
]


class Role(StrEnum):
    """What one process does for a chain."""

    API = "api"
    INDEXER = "indexer"
    MATCHER = "matcher"


service_app = typer.Typer(name="service", help="What the operator of `gen-ip serve` keeps.")


@service_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@signs
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
    chain: Annotated[
        bool,
        typer.Option("--on-chain", help="Say also whether works may be used."),
    ] = False,
    database: Where = None,
    role: Annotated[
        list[Role] | None,
        typer.Option(
            "--role", help="With --on-chain: what this process does; by default all. Repeatable."
        ),
    ] = None,
    url: Annotated[
        str, typer.Option("--url", help="With --on-chain: what signed verdicts call the service.")
    ] = "",
    open_inbox: Annotated[
        bool, typer.Option("--open-inbox", help="Take signed offers and permits without a key.")
    ] = False,
    webhooks: Annotated[
        bool,
        typer.Option(
            "--webhooks",
            help="With --on-chain: send what waits for accounts to URLs of key holders.",
        ),
    ] = False,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify",
            help="With --on-chain: let people certify files on the site; your content store keeps "
            "those that are certified.",
        ),
    ] = False,
    ask_domains: Annotated[
        bool,
        typer.Option(
            "--ask-domains",
            help="With --on-chain: ask the domains of profiles whether they say the same.",
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option("--demo", help="Show all of it with the demo's works, on a chain of its own."),
    ] = False,
    ens_rpc: Annotated[
        str | None,
        typer.Option(
            "--ens-rpc",
            metavar="URL",
            help="With --ask-domains: a node of the chain where .eth names are resolved.",
        ),
    ] = None,
) -> None:
    """Answer over HTTP which works a file was made from, until Ctrl-C. Logs go to stderr.

    With --on-chain also whether somebody may use it: the chain of --rpc is followed into
    --database, and works whose files your content store holds are found again. The --account, if
    one is set, signs verdicts.
    """
    from gen_ip.match.folder import default_index
    from gen_ip.service.errors import check_libraries

    check_libraries()
    from gen_ip.databases import is_url
    from gen_ip.service.running import serve as serve_until_told
    from gen_ip.service.settings import Settings

    if show:
        if chain or role or database is not None or index is not None or folder is not None:
            raise typer.BadParameter("brings a chain and folders of its own", param_hint="--demo")
        _show(use, host, port)
        return
    if ens_rpc is not None and not ask_domains:
        raise typer.BadParameter(
            "says where .eth names are asked: give --ask-domains, too", param_hint="--ens-rpc"
        )
    settings = Settings(
        index=index or default_index(),
        store=_folder(folder),
        upload_bytes=upload_mib * _MIB,
        matchers=matchers,
        rate=rate,
        match_rate=match_rate,
        records=database if chain and database is not None and is_url(database) else None,
        open_inbox=open_inbox,
        webhooks=webhooks,
        certify=certify,
    )
    if not chain:
        if role:
            raise typer.BadParameter(
                "says what is done for a chain: give --on-chain, too", param_hint="--role"
            )
        if webhooks:
            raise typer.BadParameter(
                "what waits is told by a chain: give --on-chain, too", param_hint="--webhooks"
            )
        if certify:
            raise typer.BadParameter(
                "certificates are on a chain: give --on-chain, too", param_hint="--certify"
            )
        if ask_domains:
            raise typer.BadParameter(
                "profiles are of a chain: give --on-chain, too", param_hint="--ask-domains"
            )
        serve_until_told(
            settings,
            host,
            port,
            listening=lambda url: _tell(use, settings, url),
            proxies=proxies,
        )
    else:
        ask = _asking(ens_rpc) if ask_domains else None
        signer = use.signer().account if use.account is not None else None
        side = _Chain(use.reader(), signer, settings, database, role or list(Role), url, ask)
        if Role.API in side.roles:
            serve_until_told(
                settings,
                host,
                port,
                listening=lambda url: _tell(use, settings, url),
                proxies=proxies,
                chain=side.settings(),
                beside=side.beside,
            )
        else:
            side.work()
    use.output.note("Stopped; everything under way was answered.")


def _show(use: Invocation, host: str, port: int) -> None:
    """The pages with the demo's works, on a chain that ends with them."""
    import tempfile

    from gen_ip.demo.site import told_chain
    from gen_ip.service.running import serve as serve_until_told
    from gen_ip.service.settings import Settings

    with tempfile.TemporaryDirectory(prefix="gen-ip-demo-") as temporary:
        folder = Path(temporary)
        settings = Settings(
            index=folder / "index", store=folder / "service", open_inbox=True, certify=True
        )
        with ExitStack() as stack:
            with use.output.working("Telling the demo's story …") as spinner:
                told = told_chain(folder, lambda text: spinner.say(f"{text} …"))
                client = stack.enter_context(told)
            database = str(folder / "chain.sqlite")
            side = _Chain(client, None, settings, database, list(Role), "", None)
            with use.output.working("Comparing its works …"):
                side.catch_up()
            serve_until_told(
                settings,
                host,
                port,
                listening=lambda url: _tell_demo(use, client, url),
                chain=side.settings(),
                beside=side.beside,
            )


def _tell_demo(use: Invocation, client: GenIP, url: str) -> None:
    rpc = str(getattr(client.web3.provider, "endpoint_uri", ""))

    def draw(console: Console) -> None:
        console.print(f"Open {url} in a browser", style="bold", soft_wrap=True)
        console.print(f"works   {url}/explore", soft_wrap=True)
        console.print(f"wallet  chain {client.chain_id} at {rpc}", soft_wrap=True)

    use.output.result({"url": url, "rpc": rpc, "chain_id": client.chain_id}, draw)


class _Chain:
    """The chain that the service speaks of, as the options name it."""

    def __init__(
        self,
        client: GenIP,
        signer: Signer | None,
        settings: Settings,
        database: str | None,
        roles: Sequence[Role],
        url: str,
        ask: Ask | None,
    ) -> None:
        from gen_ip.index.making import ready

        self.roles = frozenset(roles)
        self._settings, self._url, self._ask = settings, url, ask
        self._client, self._signer = client, signer
        self._database = chain_database(database, make=True)
        ready(self._database)

    def settings(self) -> ChainSettings:
        """For the service."""
        from functools import partial

        from gen_ip.chain.rpc import Rpc
        from gen_ip.chain.wallets import is_signed_by
        from gen_ip.service.chain import ChainSettings

        client = self._client
        return ChainSettings(
            self._database.where,
            client.chain_id,
            client.deployment,
            self._signer,
            self._url,
            partial(is_signed_by, Rpc(client.web3)),
            client.store,
            client.token,
            lambda work: client.saved_proof(work).to_json(),
        )

    def beside(self, parts: Parts) -> Working:
        """What goes on in the process of the service."""
        working = self._working(parts.records, parts.log, parts.metrics)
        if self._settings.webhooks and parts.side is not None:
            from gen_ip.service.kept.similar import KeptSimilar
            from gen_ip.service.kept.webhooks import KeptWebhooks
            from gen_ip.service.telling import Teller

            kept, similar = KeptWebhooks(parts.records), KeptSimilar(parts.records)
            working.tell(Teller(parts.side, kept, similar))
        if parts.staging is not None:
            from gen_ip.service.staging import Keeper

            working.keep(Keeper(parts.staging, self._database, self._client.store))
        return working

    def work(self) -> None:
        """The same, without a service."""
        from gen_ip.service.kept.records import Records
        from gen_ip.service.observing import Metrics, logger
        from gen_ip.service.working import until_told

        records = Records(self._settings.records or self._settings.store)
        until_told(self._working(records, logger(), Metrics()))

    def catch_up(self) -> None:
        """All of the chain at once, and every work that can be found again."""
        from gen_ip.service.kept.records import Records
        from gen_ip.service.working import catch_up

        records = Records(self._settings.records or self._settings.store)
        catch_up(self._writer(), self._database, self._client.store, self._feeder(records))

    def _working(self, records: Records, log: Any, metrics: Metrics) -> Working:
        from gen_ip.service.domains import DomainAsker
        from gen_ip.service.kept.domains import KeptDomains
        from gen_ip.service.working import Working

        working = Working(log, metrics)
        if Role.INDEXER in self.roles:
            working.follow(self._writer())
            working.fetch(self._database, self._client.store)
        if Role.MATCHER in self.roles:
            working.feed(self._feeder(records))
        if self._ask is not None:
            working.ask(DomainAsker(KeptDomains(records), self._ask))
        return working

    def _writer(self) -> Writer:
        from gen_ip.chain.rpc import Rpc
        from gen_ip.index.reducing import Reducers
        from gen_ip.index.source import Source
        from gen_ip.index.writer import Writer

        client = self._client
        source = Source(Rpc(client.web3), client.deployment)
        return Writer(self._database, source, Reducers(client.deployment))

    def _feeder(self, records: Records) -> Feeder:
        from gen_ip.service.feeding import Feeder
        from gen_ip.service.matching import Matching

        client, folder, most = self._client, self._settings.index, self._settings.upload_bytes
        # Its processes begin with the first file, and end with this one.
        like = Matching(self._settings) if self._settings.webhooks else None
        return Feeder(self._database, records, client.chain_id, folder, client.store, most, like)


def _asking(ens_rpc: str | None) -> Ask:
    """The ways in which domains are asked."""
    from gen_ip.chain.connecting import connect
    from gen_ip.chain.rpc import Rpc
    from gen_ip.status.dns import DnsVerifier
    from gen_ip.status.domains import DomainVerifier, any_of
    from gen_ip.status.ens import EnsVerifier

    ways = [DomainVerifier().ask, DnsVerifier().ask]
    if ens_rpc is not None:
        # What is no URL is refused now, not once somebody names a domain.
        connect(ens_rpc)
        ways.append(EnsVerifier(lambda: Rpc(connect(ens_rpc, _ENS_SECONDS))).ask)
    return any_of(ways)


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
