"""`sign`, `submit`, `anchor`, `prove`: certificates that are signed or claimed before minting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.explain import in_units
from gen_ip.cli.ingredients import FIRST, MORE, SIGNED, listed, propose_all, works_of
from gen_ip.cli.invocation import Invocation, Yes, sends, signs
from gen_ip.cli.reading import (
    certificates_in,
    certificates_or_none,
    check_file,
    check_output,
    delegation_in,
    is_signed,
    keep,
    license_of,
    new_folder,
    offer_named,
    offer_of,
    plain_offer,
    purchase_in,
    signed_certificate_in,
)
from gen_ip.cli.sale import Paying, TokenOfPrice, agreed
from gen_ip.cli.session import now
from gen_ip.cli.show.licenses import show_licenses
from gen_ip.cli.show.text import counted, moment, plain, till
from gen_ip.cli.values import BadValue, parse_duration
from gen_ip.cli.works import Name, Stating

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.errors import GenIPError
    from gen_ip.market.purchases import SignedPurchase
    from gen_ip.works.certificates import (
        PreparedCertificate,
        SignedCertificate,
        SignedDelegation,
    )

# As many as a person reads.
_LINES = 20

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Works, or certificates that `anchor` wrote to a file."),
]
Certificates = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Files that `sign` or `anchor` wrote."),
]
ProofsOut = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Keeps the proofs; never lose it.")
]
SignedOut = Annotated[
    Path,
    typer.Option(
        "--output", "-o", help="File for the signed certificate; for several, a new folder."
    ),
]


@signs
def sign(
    use: Invocation,
    files: Files,
    output: SignedOut,
    license_: Annotated[
        list[str] | None,
        typer.Option("--license", help="For a derivative: a license you hold. Repeatable."),
    ] = None,
    offer: Annotated[
        list[str] | None,
        typer.Option(
            "--offer",
            help="For a derivative: an offer whose license is bought when it is submitted. "
            "Repeatable.",
        ),
    ] = None,
    name: Name = None,
    *,
    stating: Stating,
    deadline: Annotated[
        str, typer.Option("--deadline", help="How long it can be submitted, such as 30d.")
    ] = "30d",
    delegation: Annotated[
        Path | None,
        typer.Option("--delegation", help="Sign as the delegate of a file from `delegate`."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Sign certificates without paying anything; anyone may submit them for you.

    Several works, or an anchor's, take one signature; a delegate signs each work by itself.
    """
    given = [_certificates_or_work(file) for file in files]
    works = [file for file, found in zip(files, given, strict=True) if found is None]
    count = sum(len(found) if found else 1 for found in given)
    if name is not None and count > 1:
        raise typer.BadParameter("--name is for one work; several are called by their files")
    numbers = [license_of(text) for text in license_ or ()]
    stated = stating.read()
    if len(works) < len(files) and (numbers or name or any(stated.values())):
        raise typer.BadParameter("what is anchored is signed as it is: drop the other options")
    lasting = _lasting("deadline", deadline)
    granted = delegation_in(delegation)
    if offer and (count > 1 or not works or granted):
        raise typer.BadParameter("--offer goes with one work's file, and without --delegation")
    named = [offer_named(each) for each in offer or ()]
    if count == 1:
        check_output(output)
    client = use.signer()
    _agree(use, client, [each for found in given for each in found or ()], yes)
    offers = [offer_of(client, each) for each in named]
    proposals = propose_all(
        use,
        client,
        works,
        yes,
        how=MORE if offers or numbers else FIRST if count > 1 else SIGNED,
        licensed=lambda: works_of(client, numbers) | {plain_offer(each).work for each in offers},
    )
    until = now(client) + lasting
    options: dict[str, Any] = {"name": name, "licenses": numbers, **stated}
    with use.output.working("Signing …"):
        if named:
            one = client.sign_derivative(
                files[0],
                offers=offers,
                deadline=until,
                **options,
            )
            keep(one, output)
            made = [(output, one)]
        elif count == 1:
            [found] = given
            one = client.sign_certificate(
                found[0] if found else files[0],
                deadline=until,
                delegation=granted,
                **({} if found else options),
            )
            keep(one, output)
            made = [(output, one)]
        else:
            with new_folder(output):
                many = _sign_many(client, files, given, until, granted, options)
            made = [(output / f"{_till(client, each)}.json", each) for each in many]
            for path, each in made:
                keep(each, path)

    def show(console: Console) -> None:
        for path, each in made[:_LINES]:
            text = f"Signed the certificate of work {_till(client, each)}: {plain(str(path))}"
            console.print(text, style="green", soft_wrap=True)
        _more(console, len(made))
        console.print(f"Anyone may submit it until {moment(until)}.", style="dim")

    document = {
        "certificates": [_listed(client, path, each) for path, each in made],
        "deadline": until,
        "proposed_parents": listed("file", proposals),
    }
    use.output.result(document, show)


def _sign_many(
    client: GenIP,
    files: Sequence[Path],
    given: Sequence[Sequence[PreparedCertificate] | None],
    until: int,
    granted: SignedDelegation | None,
    options: Mapping[str, Any],
) -> list[SignedCertificate]:
    """With one signature; or, for works that a delegate names, with one each."""
    prepared: list[PreparedCertificate] = []
    signed: list[SignedCertificate] = []
    for file, found in zip(files, given, strict=True):
        if found is None and granted is not None:
            one = client.sign_certificate(file, deadline=until, delegation=granted, **options)
            signed.append(one)
        else:
            prepared += found or [client.prepare_certificate(file, **options)]
    if prepared:
        signed += client.sign_certificates(prepared, deadline=until, delegation=granted)
    return signed


@sends
def submit(
    use: Invocation,
    files: Certificates,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out what the contracts refuse, and say why.")
    ] = False,
    offer: Annotated[
        list[str] | None,
        typer.Option(
            "--offer", help="For a derivative: an offer of a license that it needs. Repeatable."
        ),
    ] = None,
    max_price: Annotated[
        str | None,
        typer.Option(
            "--max-price",
            metavar="'AMOUNT TOKEN'",
            help="With --offer: most to pay in all, such as '12.5 USDC'.",
        ),
    ] = None,
    token: TokenOfPrice = None,
    yes: Yes = False,
) -> None:
    """Certify what was signed, for whoever signed it, or your own anchored works; you pay.

    A purchase that `buy --sign` wrote is submitted, too: its buyer pays the price, you the gas.
    """
    purchases = [found for file in files if (found := purchase_in(file)) is not None]
    if purchases:
        if len(purchases) < len(files) or offer or skip_bad:
            raise typer.BadParameter("submit purchases without certificates and other options")
        _submit_purchases(use, purchases)
        return
    given = [(file, each) for file in files for each in certificates_in(file)]
    if (offer is None) != (max_price is None) or (token and not offer):
        raise typer.BadParameter("--offer and --max-price go together")
    if offer and max_price is not None:
        if len(given) != 1:
            raise typer.BadParameter("--offer goes with one certificate")
        _submit_derivative(use, given[0][0], offer, Paying(max_price, token), yes)
        return
    certificates = [each for _, each in given]
    client = use.signer()
    _agree(use, client, [each for each in certificates if not is_signed(each)], yes)
    with use.output.working(f"Submitting {counted(len(given), 'certificate')} …"):
        if len(certificates) == 1 and not skip_bad:
            certified = {0: client.submit(certificates[0])}
            skipped: dict[int, Any] = {}
        else:
            batch = client.certify_many(certificates, skip=skip_bad)
            certified, skipped = batch.certified, batch.skipped
    if use.output.is_planning:
        return

    def show(console: Console) -> None:
        for made in list(certified.values())[:_LINES]:
            console.print(f"Certified work {made.till}.", style="green", soft_wrap=True)
        _more(console, len(certified))
        for place, error in skipped.items():
            where = f"{plain(str(given[place][0]))}, work {_till(client, certificates[place])}"
            console.print(f"Left out {where}: {plain(str(error))}", style="yellow", soft_wrap=True)

    document = {
        "certified": [made.to_json() for made in certified.values()],
        "skipped": [
            {**_listed(client, *given[place]), "error": _error(error)}
            for place, error in skipped.items()
        ],
    }
    use.output.result(document, show)


@sends
def anchor(
    use: Invocation,
    files: Files,
    output: ProofsOut,
    *,
    stating: Stating,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what was interrupted, from --output.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Claim any number of works in one transaction; mint them later, with this claim's time.

    The proofs are kept before anything is sent. If it is interrupted, add --resume.
    """
    given = [_certificates_or_work(file) for file in files]
    stated = stating.read()
    if not resume:
        check_output(output)
    client = use.signer()
    works = [file for file, found in zip(files, given, strict=True) if found is None and not resume]
    proposals = propose_all(use, client, works, yes, how=FIRST)
    with use.output.working(f"Claiming {counted(len(files), 'file')} …"):
        prepared: list[PreparedCertificate] = []
        for file, found in zip(files, given, strict=True) if not resume else ():
            prepared += found or [client.prepare_certificate(file, **stated)]
        if resume:
            anchored = client.resume_anchor(output)
            prepared = [*anchored.certificates]
        else:
            anchored = client.anchor(prepared, proofs=output)
    if use.output.is_planning:
        use.output.note(f"The proofs are in {plain(str(output))}; keep them.")

    def show(console: Console) -> None:
        text = f"Claimed {counted(len(prepared), 'work')} at {moment(anchored.time)}."
        console.print(text, style="green")
        console.print(f"The proofs are in {plain(str(output))}; keep them.", soft_wrap=True)
        for each in prepared[:_LINES]:
            console.print(f"  work {_till(client, each)}", style="dim", soft_wrap=True)
        _more(console, len(prepared))

    document = {
        "file": str(output),
        "root": f"0x{anchored.root.hex()}",
        "time": anchored.time,
        "works": [str(_work(client, each)) for each in prepared],
        "proposed_parents": listed("file", proposals),
    }
    use.output.result(document, show)


@sends
def prove(
    use: Invocation,
    files: Annotated[
        list[Path], typer.Argument(metavar="PROOFS...", help="Files that `anchor` wrote.")
    ],
    work: Annotated[
        str | None, typer.Option("--work", help="Only this one of the file's works.")
    ] = None,
) -> None:
    """Date the claims of certified works back to their anchor. Anyone who has the proofs may."""
    from gen_ip.chain.reverts import NotEarlierThan, UnknownWork
    from gen_ip.cli.addresses import work_of

    number = None if work is None else work_of(work)
    certificates = [each for file in files for each in certificates_in(file)]
    client = use.signer()
    if number is not None:
        certificates = [each for each in certificates if _work(client, each) == number]
        if not certificates:
            raise BadValue("work", work, "give one whose proof is in the file")
    proven: list[int] = []
    left: list[tuple[int, GenIPError]] = []
    with use.output.working("Proving …"):
        for each in certificates:
            try:
                client.prove(each)
            except (UnknownWork, NotEarlierThan) as error:
                if len(certificates) == 1:
                    raise
                left.append((_work(client, each), error))
            else:
                proven.append(_work(client, each))

    def show(console: Console) -> None:
        for each in proven[:_LINES]:
            console.print(f"Dated back: work {till(each)}.", style="green", soft_wrap=True)
        _more(console, len(proven))
        for _, error in left[:_LINES]:
            console.print(f"Left as it is: {plain(str(error))}", style="dim", soft_wrap=True)
        _more(console, len(left))

    document = {
        "proven": [str(each) for each in proven],
        "left": [{"work": str(each), "error": _error(error)} for each, error in left],
    }
    use.output.result(document, show)


def _submit_purchases(use: Invocation, purchases: list[SignedPurchase]) -> None:
    client = use.signer()
    with use.output.working("Submitting …"):
        bought = [found for each in purchases for found in client.submit_purchase(each)]

    def show(console: Console) -> None:
        show_licenses(console, bought)

    use.output.result({"licenses": [entry.to_json() for entry in bought]}, show)


def _submit_derivative(
    use: Invocation, file: Path, offers: list[str], paying: Paying, yes: bool
) -> None:
    """Buys the licenses that a signed derivative needs, and certifies it."""
    certificate = signed_certificate_in(file)
    named = [offer_named(each) for each in offers]
    client = use.signer()
    found = [offer_of(client, each) for each in named]
    what = f"You buy 1 license for {certificate.certify.creator}"
    money, most = agreed(use, client, what, found, paying, yes)
    with use.output.working("Submitting …"), in_units(money):
        made = client.buy_and_derive(certificate, found, max_price=most)
    document = {"certified": [made.to_json()], "skipped": []}
    text = f"Certified work {made.till}."
    use.output.result(document, lambda console: console.print(text, style="green", soft_wrap=True))


def _certificates_or_work(file: Path) -> list[PreparedCertificate] | None:
    check_file(file)
    return certificates_or_none(file)


def _agree(use: Invocation, client: GenIP, unsigned: list[PreparedCertificate], yes: bool) -> None:
    """Asks before the account gives away, of a work of its own, what a file says: the file may be a
    stranger's, and nothing in it is signed.

    Raises:
        NotConfirmed: it is not agreed to.
    """
    from gen_ip.cli.show.statements import gifts

    account = client.account
    mine = [each for each in unsigned if account and each.certify.creator == account.address]
    facts = [f"Work {_till(client, each)}: {gift}." for each in mine for gift in gifts(each)]
    if facts:
        left = len(facts) - _LINES
        more = [f"And {counted(left, 'more')}." for _ in range(left > 0)]
        use.confirm(["What you agree to, for ever:", *facts[:_LINES], *more], yes)


def _lasting(what: str, text: str) -> int:
    seconds = parse_duration(text)
    if seconds == 0:
        raise BadValue(what, text, "give an end, such as 30d")
    return seconds


def _work(client: GenIP, certificate: PreparedCertificate) -> int:
    certify = certificate.certify
    return client.deployment.work_id(*certify[:3])


def _till(client: GenIP, certificate: PreparedCertificate) -> str:
    return till(_work(client, certificate))


def _listed(
    client: GenIP, path: Path, certificate: PreparedCertificate | SignedCertificate
) -> dict[str, Any]:
    work = _work(client, certificate)
    return {
        "file": str(path),
        "work": str(work),
        "till": till(work),
        "creator": certificate.certify.creator,
        "content_hash": f"0x{certificate.certify.content_hash.hex()}",
    }


def _error(error: GenIPError) -> dict[str, str]:
    return {"type": type(error).__name__, "message": str(error)}


def _more(console: Console, count: int) -> None:
    if count > _LINES:
        console.print(f"  and {count - _LINES:,} more", style="dim")
