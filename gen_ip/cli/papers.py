"""`certificate picture`, `license paper`, `license receipt`: what people hold in their hands."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gen_ip.cli.addresses import is_work, work_of
from gen_ip.cli.invocation import Invocation, reads
from gen_ip.cli.reading import check_file, check_output, license_of
from gen_ip.cli.session import Money
from gen_ip.cli.show.text import plain
from gen_ip.cli.values import BadValue

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.papers.certificate import CertificateFacts, Theme
    from gen_ip.terms import Terms
    from gen_ip.terms.bundle import Bundle
    from gen_ip.terms.clauses import Language


class PaperLanguage(StrEnum):
    """As `--language` names them."""

    EN = "en"
    FR = "fr"

    @property
    def code(self) -> Language:
        """As the papers name it."""
        return "fr" if self is PaperLanguage.FR else "en"


LanguageOption = Annotated[PaperLanguage, typer.Option("--language", help="Of the paper.")]
Number = Annotated[str, typer.Argument(metavar="LICENSE", help="The license's number.")]
Pdf = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Where it goes; ends with .pdf.")
]
_EN = PaperLanguage.EN
_PDF: tuple[Literal["pdf"]] = ("pdf",)


@reads
def picture(
    use: Invocation,
    work: Annotated[str, typer.Argument(metavar="WORK|FILE", help="A work, or its file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Ends with .svg, .png or .pdf.")
    ],
    language: LanguageOption = _EN,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
    thumbnail: Annotated[
        bool,
        typer.Option("--thumbnail", help="With the work itself, small, where it is a picture."),
    ] = False,
) -> None:
    """Draw a certificate to hang up: SVG, PNG, or a page as PDF."""
    from gen_ip.papers.certificate import FORMS, CertificateFacts, certificate
    from gen_ip.papers.typesetting import form_of

    form = form_of(output, FORMS)
    check_output(output)
    named = _is_file(work)
    if named:
        check_file(Path(work))
        if (proven := _proven(Path(work))) is not None:
            if thumbnail:
                raise typer.BadParameter("--thumbnail needs a node and a store, not a proof")
            theme: Theme = "dark" if dark else "light"
            data = certificate(proven, form, language=language.code, theme=theme)
            _write(use, output, data, proven.title, work=str(proven.work))
            return
    known = None if named else work_of(work)
    client = use.reader()
    with use.output.working("Drawing …"):
        number = _certified(client, Path(work)) if known is None else known
        found = client.work(number)
        facts = CertificateFacts.of(
            found, client.chain_id, client.deployment.registry, _on_offer(client, number)
        )
        shown = _thumbnail(client, number) if thumbnail else None
        data = certificate(
            facts,
            form,
            language=language.code,
            theme="dark" if dark else "light",
            picture=shown,
        )
    _write(use, output, data, facts.title, work=str(number))


@reads
def paper(use: Invocation, license_: Number, output: Pdf, language: LanguageOption = _EN) -> None:
    """Write a license as PDF: who, what, how long, and the contract in words."""
    from gen_ip.cli.session import now
    from gen_ip.papers.license import LicenseFacts, license_paper
    from gen_ip.papers.typesetting import form_of

    number = license_of(license_)
    form_of(output, _PDF)
    check_output(output)
    client = use.reader()
    with use.output.working("Writing …"):
        held = client.license(number)
        facts = LicenseFacts(
            chain_id=client.chain_id,
            contract=client.deployment.license,
            license=held,
            work=client.work(held.work),
            made=now(client),
            bundle=_bundle(client, held.terms),
        )
        data = license_paper(facts, language=language.code)
    _write(use, output, data, facts.work.name, license=str(number))


@reads
def receipt(use: Invocation, license_: Number, output: Pdf, language: LanguageOption = _EN) -> None:
    """Write a receipt of the sale that a license came from, as PDF."""
    from gen_ip.papers.receipt import ReceiptFacts, receipt_paper
    from gen_ip.papers.typesetting import form_of

    number = license_of(license_)
    form_of(output, _PDF)
    check_output(output)
    client = use.reader()
    with use.output.working("Writing …"):
        sale = client.sale_of(number)
        money = Money(client, sale.token)
        facts = ReceiptFacts(
            chain_id=client.chain_id,
            marketplace=client.deployment.marketplace,
            sale=sale,
            work=client.work(sale.work),
            terms=client.terms(sale.terms_hash),
            decimals=money.decimals,
            symbol=money.symbol,
        )
        data = receipt_paper(facts, language=language.code)
    _write(use, output, data, facts.work.name, license=str(number))


def _bundle(client: GenIP, terms: Terms) -> Bundle | None:
    from gen_ip.errors import StoreError
    from gen_ip.terms.bundle import BadBundle

    try:
        return client.terms_bundle(terms)
    except (StoreError, BadBundle):
        # The paper says where the text is to be found.
        return None


_BOXES = (
    "The title has letters that are drawn as boxes, for their fonts are not installed; "
    'pip install "gen-ip[papers-cjk]", and write it again'
)


def _write(use: Invocation, path: Path, data: bytes, title: str | None, **document: str) -> None:
    from gen_ip import atomic_file
    from gen_ip.papers.scripts import lacks_fonts
    from gen_ip.statement_files import StatementFileProblem

    try:
        atomic_file.write_bytes(path, data)
    except OSError as error:
        raise StatementFileProblem(path, error.strerror or str(error)) from None

    def show(console: Console) -> None:
        console.print(f"Wrote {plain(str(path))}", style="green", soft_wrap=True)

    if lacks_fonts(title or ""):
        use.output.note(_BOXES)
    use.output.result({"file": str(path), "bytes": len(data), **document}, show)


def _is_file(text: str) -> bool:
    return not is_work(text) and os.path.isfile(text)


def _proven(file: Path) -> CertificateFacts | None:
    """What a saved proof shows; None where the file is none.

    Raises:
        ProofFails: it does not hold.
    """
    from gen_ip.papers.certificate import CertificateFacts
    from gen_ip.proofs.checking import check
    from gen_ip.proofs.saved import SavedProof
    from gen_ip.signing.eip712 import BadStatement
    from gen_ip.statement_files import StatementFileProblem

    try:
        proof = SavedProof.load(file)
    except (BadStatement, StatementFileProblem):
        return None
    return CertificateFacts.of_report(check(proof))


def _certified(client: GenIP, file: Path) -> int:
    """The first work of a file's bytes."""
    from gen_ip.fingerprint.image import Level

    verdict = client.verify(file)
    if verdict.level is not Level.EXACT:
        raise BadValue("file", str(file), "these bytes are not certified; `verify` says more")
    return min(verdict.matches, key=lambda match: match.claim_time).work


def _on_offer(client: GenIP, work: int) -> list[Terms]:
    """The terms that licenses of a work are on offer under."""
    return [client.terms(each.terms_hash) for each in client.offers(work)]


def _thumbnail(client: GenIP, work: int) -> bytes | None:
    from gen_ip.cli.show.certificate import content_of
    from gen_ip.errors import FileProblem
    from gen_ip.papers.thumbnail import thumbnail

    with content_of(client, client.work(work)) as (path, _):
        if path is None:
            raise BadValue("--thumbnail", str(work), "the store does not hold the certified file")
        try:
            return thumbnail(path)
        except FileProblem:
            # A work that is no picture has a symbol.
            return None
