"""`certify`, `derive`, `show`, `lineage`, `verify`: works and what is known of them."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.embedding import copied, named_inside
from gen_ip.cli.ingredients import MORE, propose, propose_all, works_of
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import WorkId
from gen_ip.cli.progress import working_bytes
from gen_ip.cli.reading import check_file, declared_in, license_of, payees_of
from gen_ip.cli.session import Money, known_money, signer
from gen_ip.cli.show.text import plain
from gen_ip.cli.values import parse_share
from gen_ip.content.kind import Kind
from gen_ip.errors import NotAFile

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.methods.preparing import SharedStatement
    from gen_ip.works.ingredients import Proposal
    from gen_ip.works.registry import Certificate

File = Annotated[Path, typer.Argument(metavar="FILE", help="The work: any file up to 100 MiB.")]
FileOrFolder = Annotated[
    Path,
    typer.Argument(metavar="FILE|DIR", help="The work: a file up to 100 MiB; with -r a folder."),
]
Name = Annotated[str | None, typer.Option("--name", help="By default the file's name.")]
Description = Annotated[str, typer.Option("--description", help="What it is, in a sentence.")]
Payees = Annotated[
    list[str] | None,
    typer.Option("--payee", help="ADDRESS=20%: shares what you draw, for good. Repeatable."),
]
Declared = Annotated[
    Path | None,
    typer.Option(
        "--declare",
        help="TOML file: tools, base models, what people contributed; see docs/terms.md.",
    ),
]
ResaleRoyalty = Annotated[
    str, typer.Option("--resale-royalty", help="Of sales of the certificate, such as 5%.")
]
KindOfWork = Annotated[
    Kind | None,
    typer.Option("--kind", help="What it is, where its bytes do not say: a text that is a prompt."),
]
PublishPrompt = Annotated[
    bool,
    typer.Option(
        "--publish-prompt", help="Publish the prompts that the file holds, not their hashes alone."
    ),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", help="A word it is searched by; nsfw hides its picture. Repeatable."),
]


@dataclass(frozen=True)
class Stating:
    """Options of what a certificate states, its name apart."""

    description: Description = ""
    payee: Payees = None
    resale_royalty: ResaleRoyalty = "0%"
    declare: Declared = None
    kind: KindOfWork = None
    publish_prompt: PublishPrompt = False
    tag: Tags = None

    def read(self) -> SharedStatement:
        """The keywords of the client's methods.

        Raises:
            BadValue, UnknownAccount, FileProblem, MetadataError: one cannot be read.
        """
        return {
            "description": self.description,
            "payees": payees_of(self.payee),
            "resale_royalty": parse_share(self.resale_royalty),
            "declared": declared_in(self.declare),
            "kind": self.kind,
            "publish_prompt": self.publish_prompt,
            "tags": self.tag or [],
        }


@sends
def certify(
    use: Invocation,
    file: FileOrFolder,
    name: Name = None,
    *,
    stating: Stating,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive", "-r", help="All files below a folder, with one signature; resumable."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With -r: only say what it would do and cost.")
    ] = False,
    anchor: Annotated[
        Path | None,
        typer.Option(
            "--anchor",
            metavar="PROOFS",
            help="With -r: claim all in one transaction, keep the proofs in this file, mint later.",
        ),
    ] = None,
    payer: Annotated[
        str | None,
        typer.Option("--payer", help="With -r: the account that sends and pays for --account."),
    ] = None,
    journal: Annotated[
        Path | None,
        typer.Option("--journal", help="With -r: the file to go on from after an interruption."),
    ] = None,
    embed: Annotated[
        Path | None,
        typer.Option(
            "--embed",
            metavar="COPY",
            help="First write a copy that says whose work it is; the certificate names its hash.",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Certify a work of yours: who claimed which bytes, when, for anyone to check.

    With -r all files of a folder; a file NAME.toml beside one says its name and more.
    After an interruption the same command goes on, and nothing is paid for twice.
    Asks first where a file says that it was made with certified works: see `ingredients`.
    """
    if recursive:
        if embed is not None:
            raise typer.BadParameter("--embed is for one work")
        from gen_ip.cli.folders import How, certify_folder

        if name is not None:
            raise typer.BadParameter("--name is for one work; several are called by their files")
        how = How(dry_run, anchor, journal, payer)
        how.check()
        stated = stating.read()
        client = use.signer()
        paying = (
            None if payer is None else signer(use.rpc, payer, None, use.store, use.max_fee).account
        )
        certify_folder(use, client, file, how, paying, yes, **stated)
        return
    if dry_run or anchor or payer or journal:
        raise typer.BadParameter("--dry-run, --anchor, --payer and --journal go with --recursive")
    try:
        check_file(file)
    except NotAFile as error:
        if file.is_dir():
            error.args = (f"{error}, or add --recursive for all files in it",)
        raise
    stated = stating.read()
    client = use.signer()
    proposals = propose(use, client, file, yes)
    with (
        working_bytes(use.output, f"Certifying {file.name} …") as on_bytes,
        copied(client, file, embed, name) as copy,
    ):
        copies = [] if copy is None else [copy.published()]
        made = client.certify(file, name=name, copies=copies, on_bytes=on_bytes, **stated)
    _show_certificate(use, client, made, file, proposals)


@sends
def derive(
    use: Invocation,
    file: File,
    license_: Annotated[
        list[str],
        typer.Option("--license", help="License to use, one for each parent. Repeatable."),
    ],
    name: Name = None,
    *,
    stating: Stating,
    yes: Yes = False,
) -> None:
    """Certify a work made from others, under the licenses you hold on them.

    Asks first where the file names certified works besides those: see `ingredients`.
    """
    check_file(file)
    numbers = [license_of(text) for text in license_]
    stated = stating.read()
    client = use.signer()
    proposals = propose_all(
        use, client, [file], yes, how=MORE, licensed=lambda: works_of(client, numbers)
    )
    with working_bytes(use.output, f"Certifying {file.name} …") as on_bytes:
        made = client.derive(file, licenses=numbers, name=name, on_bytes=on_bytes, **stated)
    _show_certificate(use, client, made, file, proposals.get(str(file), ()))


@reads
def show(
    use: Invocation,
    work: WorkId,
    full: Annotated[
        bool, typer.Option("--full", help="Hashes and CIDs whole, as --json has them.")
    ] = False,
) -> None:
    """Show a work's certificate."""
    from gen_ip.cli.show.certificate import content_of, work_card

    number = work_of(work)
    client = use.reader()
    with use.output.working("Looking …"):
        found = client.work(number)

    def draw(console: Console) -> None:
        with content_of(client, found) as (picture, problem):
            console.print(work_card(console, found, picture=picture, problem=problem, full=full))
        console.print(f"work {found.id}", soft_wrap=True)
        if found.metadata and found.metadata["description"]:
            console.print(plain(found.metadata["description"], 1000))

    use.output.result(found.to_json(), draw)


@reads
def lineage(
    use: Invocation,
    work: WorkId,
    token: Annotated[
        str | None,
        typer.Option("--token", help="An ERC-20 address, ETH, DUSD; default: all."),
    ] = None,
) -> None:
    """Show what a work was built on and what was built on it, as a tree with what it earned."""
    from gen_ip.cli.show.lineage import lineage_tree

    number = work_of(work)
    client = use.reader()
    money = Money(client, token)
    known: dict[str, Money | None] = {money.token: money}

    def earned(work: int) -> list[tuple[str, int]]:
        """What waits for a work: in the first token in any case, in others if anything does."""
        found = [(money.token, client.earnings(work, token=money.token).total)]
        for each in client.all_earnings(work) if token is None else ():
            if each.total and each.token != money.token:
                if each.token not in known:
                    known[each.token] = known_money(client, each.token)
                found.append((each.token, each.total))
        return found

    def shown(token: str, amount: int) -> str:
        its = known[token]
        return f"{amount:,} units of {token}" if its is None else its.show(amount)

    with use.output.working("Following the lines …"):
        client.work(number)
        found = client.lineage(number)
        everyone = (*found.ancestors, number, *found.descendants)
        works = {member: client.work(member) for member in everyone}
        waiting = {member: earned(member) for member in everyone}

    def draw(console: Console) -> None:
        notes = {
            member: f"{' + '.join(shown(*each) for each in waiting[member])} to collect"
            for member in everyone
        }
        for tree in lineage_tree(found, works, notes):
            console.print(tree)

    document = {
        **found.to_json(),
        "works": {
            str(member): {
                "name": works[member].name,
                "owner": works[member].owner,
                "till": works[member].till,
                "to_collect": money.to_json(waiting[member][0][1]),
                "others_to_collect": [
                    {"token": token, "amount": str(amount), "text": shown(token, amount)}
                    for token, amount in waiting[member][1:]
                ],
            }
            for member in everyone
        },
    }
    use.output.result(document, draw)


@reads
def verify(
    use: Invocation,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="The file in question; with --proof a signed certificate, too."
        ),
    ] = None,
    cid: Annotated[
        str | None, typer.Option("--cid", help="Instead of a file: content of the store.")
    ] = None,
    work: Annotated[str | None, typer.Option("--work", help="Compare with this work only.")] = None,
    proof: Annotated[
        Path | None,
        typer.Option(
            "--proof",
            metavar="PROOF",
            help="From `certificate proof`: no node is asked. Exit code 1: it fails.",
        ),
    ] = None,
    block_hash: Annotated[
        str | None,
        typer.Option("--block-hash", help="With --proof: the block's hash, from whom you trust."),
    ] = None,
    signer: Annotated[
        str | None,
        typer.Option("--signer", help="With a signed verdict: the key that you trust."),
    ] = None,
) -> None:
    """Tell whether a file is a certified work: its bytes, its pixels, or its likeness.

    Of a status service's signed verdict, tell whether it is signed, without a node.
    """
    from gen_ip.cli.judging import show_signed_verdict, verdict_or_none
    from gen_ip.cli.show.verdict import show_verdict

    if proof is not None:
        if cid is not None or work is not None:
            raise typer.BadParameter("--proof goes with a file only")
        from gen_ip.cli.proving import verify_offline

        verify_offline(use.output, file, proof, block_hash)
        return
    if block_hash is not None:
        raise typer.BadParameter("--block-hash goes with --proof")
    if (file is None) == (cid is None):
        raise typer.BadParameter("give either a file or --cid")
    if file is not None and work is None and (signed := verdict_or_none(file)) is not None:
        show_signed_verdict(use.output, signed, signer)
        return
    if signer is not None:
        raise typer.BadParameter("--signer goes with a signed verdict")
    number = None if work is None else work_of(work)
    if file is not None:
        check_file(file)
    elif cid is not None:
        from gen_ip.content.cid import parse_cid

        parse_cid(cid.removeprefix("ipfs://"))
    client = use.reader()
    with use.output.working("Comparing …"), tempfile.TemporaryDirectory(prefix="gen-ip-") as folder:
        if file is None and cid is not None:
            file = Path(folder) / "content"
            file.write_bytes(client.store.get(cid.removeprefix("ipfs://")))
        assert file is not None  # noqa: S101 - one of the two was given; for mypy
        verdict = client.verify(file, number)
        address = named_inside(file)
    says = None
    if address is not None:
        own = address.chain_id == client.chain_id
        sure = {found.work for found in verdict.matches if found.confirmed}
        says = {"work": str(address), "confirmed": own and address.work in sure}

    def draw(console: Console) -> None:
        show_verdict(console, verdict)
        if says is not None:
            told = "as found here" if says["confirmed"] else "which nothing here confirms"
            style = "dim" if says["confirmed"] else "bold yellow"
            said = f"The file says of itself that it is {says['work']}, {told}."
            console.print(said, style=style, soft_wrap=True)

    use.output.result({**verdict.to_json(), "says": says}, draw)


def _show_certificate(
    use: Invocation,
    client: GenIP,
    made: Certificate,
    file: Path,
    proposals: Sequence[Proposal] = (),
) -> None:
    from gen_ip.cli.show.certificate import making_in_words, work_card
    from gen_ip.cli.show.verdict import limit_in_words
    from gen_ip.fingerprint.image import ImageFingerprint
    from gen_ip.works.documents import limit_of

    if use.output.is_planning:
        return
    work = client.work(made.work_id)
    fingerprint = ImageFingerprint.from_metadata(work.metadata) if work.metadata else None
    limit = limit_of(fingerprint, work.metadata["gen_ip"]["canonical"] if work.metadata else {})

    def draw(console: Console) -> None:
        card = work_card(console, work, content_cid=made.content_cid, picture=file)
        console.print(card)
        console.print(f"work {made.work_id}", soft_wrap=True)
        console.print(f"{made.receipt.gas_used:,} gas", style="dim")
        sell = f"gen-ip offer {made.till} --terms commercial --price 1"
        account = shlex.quote(use.account or "NAME")
        console.print(f"Sell licenses: {sell} --account {plain(account)}", soft_wrap=True)
        if limit is not None:
            console.print(limit_in_words(limit), style="yellow")
        if told := making_in_words(work.metadata):
            console.print(told, style="dim", soft_wrap=True)

    document = {
        **made.to_json(),
        "name": work.name,
        "claim_time": work.claim_time,
        "limit": limit.value if limit else None,
        "proposed_parents": [each.to_json() for each in proposals],
    }
    use.output.result(document, draw)
