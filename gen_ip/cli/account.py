"""`gen-ip account`: keystores on this machine, and ETH for them on a local chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip import accounts, keystores
from gen_ip.cli.completing import account_names
from gen_ip.cli.invocation import Invocation
from gen_ip.cli.options import DEFAULT_RPC, AsJson, PasswordFile, Rpc
from gen_ip.cli.output import Output
from gen_ip.cli.passwords import NEW_VARIABLE, ask_password, read_secret
from gen_ip.cli.session import address_of
from gen_ip.cli.show.text import WIDE_COLUMNS, plain
from gen_ip.cli.values import format_amount, parse_amount

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.accounts import StoredAccount
    from gen_ip.config import Target

account_app = typer.Typer(name="account", help="Make, import, list and fund accounts.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="What to call the account.")]
KnownName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="An account's name from `account list`, or address.",
        autocompletion=account_names,
    ),
]


@account_app.callback(invoke_without_command=True)
def _top(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@account_app.command("new")
def new(name: Name, password_file: PasswordFile = None, as_json: AsJson = False) -> None:
    """Make a new key and keep it in an encrypted keystore."""
    output = Output(as_json)
    accounts.check_new(name)
    password = ask_password(f"Password for {name}", password_file, twice=True)
    with output.working("Encrypting …"):
        stored = accounts.new_account(name, password)
    _show(output, stored)
    output.note("Back up this file and remember its password: nobody can restore them.")


@account_app.command("import")
def import_(
    name: Name,
    keystore: Annotated[
        Path | None,
        typer.Option("--keystore", help="An encrypted keystore; else a private key is asked for."),
    ] = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Keep an existing key: an encrypted keystore, or a private key typed (unseen) or piped in."""
    output = Output(as_json)
    accounts.check_new(name)
    if keystore is not None:
        password = ask_password("The keystore's password", password_file)
        with output.working("Decrypting …"):
            stored = accounts.import_keystore(name, keystore, password)
    else:
        key = read_secret("Private key (hidden)")
        accounts.read_key(key)
        password = ask_password(f"Password for {name}", password_file, twice=True)
        with output.working("Encrypting …"):
            stored = accounts.import_key(name, key, password)
    _show(output, stored)


@account_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the accounts on this machine, ape's included."""
    found = accounts.list_accounts()

    def show(console: Console) -> None:
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        if not found:
            console.print("No accounts yet. Make one with: gen-ip account new NAME")
            return
        if console.width < WIDE_COLUMNS:
            for account in found:
                console.print(Text(plain(account.alias)))
                for line in (account.address, f"kept by {account.source}"):
                    console.print(Padding(line, (0, 0, 0, 2)), style="dim")
            return
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("name", "address", "kept by"):
            table.add_column(column, no_wrap=column != "name", overflow="fold")
        for account in found:
            table.add_row(Text(plain(account.alias)), account.address, account.source)
        console.print(table)

    Output(as_json).result({"accounts": [account.to_json() for account in found]}, show)


@account_app.command("show")
def show_(name: KnownName, as_json: AsJson = False) -> None:
    """Show where an account's keystore lies, and its address. Never its key."""
    _show(Output(as_json), accounts.find(name))


@account_app.command("fund")
def fund(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An account's name, dev0 to dev9, or an address.")
    ],
    amount: Annotated[str, typer.Option("--amount", help="How much, such as 2.5.")] = "10",
    token: Annotated[
        str | None,
        typer.Option("--token", help="DUSD, the demo token; or another demo token's address."),
    ] = None,
    rpc: Rpc = DEFAULT_RPC,
    as_json: AsJson = False,
) -> None:
    """Give an account ETH or demo tokens on a local chain, such as that of `gen-ip dev`."""
    from gen_ip.chain import faucet
    from gen_ip.chain.rpc import Rpc as Node

    output = Output(as_json)
    address = address_of(name)
    if token is None:
        wei = parse_amount(amount, 18, "ETH")
    node = Node(rpc.url)
    if node.chain_id not in accounts.DEV_CHAIN_IDS:
        raise faucet.NoFaucet(node.chain_id)
    if token is not None:
        _mint(output, rpc, address, amount, token)
        return
    with output.working("Sending …"):
        faucet.fund(node.web3, address, wei)
    balance = node.balance(address)

    def show(console: Console) -> None:
        holds = format_amount(balance, 18, "ETH")
        console.print(f"{plain(name)}  {address}  holds {holds}", soft_wrap=True)

    output.result({"address": address, "amount": str(wei), "balance": str(balance)}, show)


@account_app.command("export")
def export_(name: KnownName, as_json: AsJson = False) -> None:
    """Print the encrypted keystore, for another wallet; its password stays what it is."""
    text = keystores.export(accounts.find(name))
    document = {"keystore": json.loads(text)}
    Output(as_json).result(document, lambda _: typer.echo(text))


@account_app.command("backup")
def backup(
    name: KnownName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file, or a folder to put it into.")
    ],
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy the keystore, once your password is found to open it."""
    output = Output(as_json)
    stored = accounts.find(name)
    password = ask_password(f"Password of {stored.alias}", password_file)
    with output.working("Decrypting …"):
        copy = keystores.backup(stored, password, file)

    def show(console: Console) -> None:
        console.print(f"{plain(stored.alias)} is backed up: {plain(str(copy))}", soft_wrap=True)
        console.print("It opens with the same password; keep both, apart.", style="dim")

    output.result({**stored.to_json(), "backup": str(copy)}, show)


@account_app.command("change-password")
def change_password(
    name: KnownName,
    password_file: PasswordFile = None,
    new_password_file: Annotated[
        Path | None,
        typer.Option(
            "--new-password-file", help="File with the new one (or set GENIP_NEW_PASSWORD)."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Encrypt the key with another password. Older backups still open with the old one."""
    output = Output(as_json)
    stored = accounts.find(name)
    old = ask_password(f"Password of {stored.alias}", password_file)
    new_ = ask_password("The new password", new_password_file, twice=True, variable=NEW_VARIABLE)
    with output.working("Encrypting …"):
        keystores.change_password(stored, old, new_)
    _show(output, stored)


@account_app.command("remove")
def remove(
    name: KnownName,
    password_file: PasswordFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete an account's keystore from this machine, once its password is known to be right."""
    use = Invocation(Output(as_json))
    stored = accounts.find(name)
    password = ask_password(f"Password of {stored.alias}", password_file)
    with use.output.working("Decrypting …"):
        accounts.unlock(stored, password)
    warning = f"Without a backup, all that {stored.alias} {stored.address} owns is lost."
    use.confirm([warning], yes)
    keystores.remove(stored)
    document = {**stored.to_json(), "removed": True}
    use.output.result(
        document,
        lambda console: console.print(f"{plain(stored.alias)} is removed.", soft_wrap=True),
    )


def _mint(output: Output, rpc: Target, address: str, amount: str, token: str) -> None:
    """Demo tokens for an account, and what it holds then."""
    from gen_ip.chain import faucet
    from gen_ip.cli.session import Money, reader

    client = reader(rpc)
    money = Money(client, token)
    units = money.read(amount)
    with output.working("Minting …"):
        faucet.mint(client.web3, money.token, address, units)
    balance = client.balance(address, token=money.token)
    document = {
        "address": address,
        "token": money.token,
        "amount": str(units),
        "balance": str(balance),
    }
    output.result(
        document,
        lambda console: console.print(f"{address}  holds {money.show(balance)}", soft_wrap=True),
    )


def _show(output: Output, account: StoredAccount) -> None:
    def show(console: Console) -> None:
        console.print(f"{plain(account.alias)}  {account.address}", soft_wrap=True)
        console.print(f"keystore: {plain(str(account.path))}", soft_wrap=True, style="dim")

    output.result(account.to_json(), show)
