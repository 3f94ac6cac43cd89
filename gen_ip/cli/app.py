"""All commands of `gen-ip`."""

from __future__ import annotations

from typing import Annotated

import typer

from gen_ip.cli.account import account_app
from gen_ip.cli.arbiter import arbiter_app
from gen_ip.cli.certificate_group import certificate_app
from gen_ip.cli.chain_index import chain_index_app
from gen_ip.cli.completion import completion
from gen_ip.cli.config import config_app
from gen_ip.cli.deal import deal_app
from gen_ip.cli.delegating import delegate, revoke
from gen_ip.cli.demo import demo
from gen_ip.cli.dev import dev
from gen_ip.cli.doctor import doctor
from gen_ip.cli.embedding import embed, embedded
from gen_ip.cli.events import events
from gen_ip.cli.fingerprinting import fingerprint
from gen_ip.cli.generating import generation
from gen_ip.cli.group import Commands
from gen_ip.cli.income import balance, distribute, draw, payee_app, payout, rescue, settle, withdraw
from gen_ip.cli.index_group import index_app
from gen_ip.cli.ingredients import ingredients
from gen_ip.cli.inspecting import inspect
from gen_ip.cli.keeping import keeper_app
from gen_ip.cli.lazily import make_lazy
from gen_ip.cli.legal import terms_app
from gen_ip.cli.license_group import license_app
from gen_ip.cli.licenses import buy, cancel, licenses, offer, offers
from gen_ip.cli.matching import match
from gen_ip.cli.money import collect, earnings, pay, sweep
from gen_ip.cli.moving import transfer
from gen_ip.cli.network import network_app
from gen_ip.cli.owning import relate, revise, till_command, works
from gen_ip.cli.permits import permit_app
from gen_ip.cli.platforming import platform_app
from gen_ip.cli.serving import serve, service_app
from gen_ip.cli.signed import anchor, prove, sign, submit
from gen_ip.cli.storing import store_app
from gen_ip.cli.trading import accept, bid, counter, quote
from gen_ip.cli.verbs import Verbs
from gen_ip.cli.works import certify, derive, lineage, show, verify

app = Verbs(
    name="gen-ip",
    cls=Commands,
    help="Certificates, licenses and recursive royalties for creative works.",
    epilog=(
        "With --json a command prints one document: ids, amounts and integers of events are "
        "decimal strings whatever their size, amounts in the token's smallest unit; hashes have "
        "0x; shares are basis points, times seconds since 1970; counts and gas are numbers. After "
        'an error it is {"error": {"type", "message"}}. `events --follow` prints one a line.'
    ),
    add_completion=False,
    # A traceback with local variables could show keys.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_START, _WORKS, _LICENSES, _MONEY = "Start here", "Works", "Licenses", "Money"
_SIGNED = "Signed statements"
for _command, _panel in (
    (demo, _START),
    (dev, _START),
    (doctor, _START),
    (serve, _START),
    (certify, _WORKS),
    (derive, _WORKS),
    (show, _WORKS),
    (lineage, _WORKS),
    (verify, _WORKS),
    (match, _WORKS),
    (fingerprint, _WORKS),
    (embed, _WORKS),
    (embedded, _WORKS),
    (generation, _WORKS),
    (ingredients, _WORKS),
    (works, _WORKS),
    (revise, _WORKS),
    (relate, _WORKS),
    (transfer, _WORKS),
    (events, _WORKS),
    (sign, _SIGNED),
    (submit, _SIGNED),
    (anchor, _SIGNED),
    (prove, _SIGNED),
    (delegate, _SIGNED),
    (revoke, _SIGNED),
    (inspect, _SIGNED),
    (offer, _LICENSES),
    (offers, _LICENSES),
    (quote, _LICENSES),
    (buy, _LICENSES),
    (bid, _LICENSES),
    (counter, _LICENSES),
    (accept, _LICENSES),
    (cancel, _LICENSES),
    (licenses, _LICENSES),
    (pay, _MONEY),
    (earnings, _MONEY),
    (collect, _MONEY),
    (sweep, _MONEY),
    (settle, _MONEY),
    (draw, _MONEY),
    (withdraw, _MONEY),
    (distribute, _MONEY),
    (payout, _MONEY),
    (rescue, _MONEY),
    (balance, _MONEY),
):
    app.command(rich_help_panel=_panel)(_command)
app.command("till", rich_help_panel=_WORKS)(till_command)
app.add_typer(index_app, rich_help_panel=_WORKS)
app.add_typer(store_app, rich_help_panel=_WORKS)
app.add_typer(service_app, rich_help_panel=_START)
app.add_typer(chain_index_app, rich_help_panel=_START)
app.add_typer(platform_app, rich_help_panel=_START)
app.add_typer(payee_app, rich_help_panel=_MONEY)
app.add_typer(keeper_app, rich_help_panel=_MONEY)
app.add_typer(deal_app, rich_help_panel=_LICENSES)
app.add_typer(certificate_app, rich_help_panel=_LICENSES)
app.add_typer(license_app, rich_help_panel=_LICENSES)
app.add_typer(permit_app, rich_help_panel=_LICENSES)
app.add_typer(arbiter_app, rich_help_panel=_LICENSES)
app.add_typer(terms_app, rich_help_panel=_LICENSES)
app.add_typer(account_app, rich_help_panel="Accounts")
app.command(rich_help_panel="Settings")(completion)
for _group in (network_app, config_app):
    app.add_typer(_group, rich_help_panel="Settings")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("gen-ip")
        except PackageNotFoundError:
            number = "from its sources, not installed"
        typer.echo(f"gen-ip {number}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


make_lazy(app)
