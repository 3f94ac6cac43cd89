"""`gen-ip arbiter`: what the arbiter that a creator named may do about a work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, Yes, sends
from gen_ip.cli.options import WorkId
from gen_ip.cli.reading import check_file, license_of, payee_of
from gen_ip.cli.show.text import till
from gen_ip.cli.terms import in_words, name_of
from gen_ip.cli.values import format_share
from gen_ip.cli.verbs import group

arbiter_app = group("arbiter", "Act as a work's arbiter, as far as its creator allowed.")


@sends
def _suspend(use: Invocation, work: WorkId) -> None:
    """Stop new sales of a work's licenses. Licenses sold stay."""
    _set_suspended(use, work, True)


@sends
def _resume(use: Invocation, work: WorkId) -> None:
    """Let sales of a work's licenses go on."""
    _set_suspended(use, work, False)


@sends
def _revoke(
    use: Invocation,
    license_: Annotated[str, typer.Argument(metavar="LICENSE", help="The license's number.")],
    reason: Annotated[
        Path, typer.Option("--reason", help="A document that says why; its hash is kept.")
    ],
    yes: Yes = False,
) -> None:
    """Revoke a license for breach, where its terms allow it."""
    number = license_of(license_)
    check_file(reason)
    client = use.signer()
    found = client.license(number)
    fact = (
        f"License {number} of work {till(found.work)}, held by {found.holder}, will end: "
        f"{name_of(found.terms)}, {in_words(found.terms)}."
    )
    use.confirm([fact], yes)
    with use.output.working("Revoking …"):
        receipt = client.revoke_license(number, reason)
    digest = receipt.find("LicenseRevoked").args["reason"]
    text = f"Revoked license {number}."
    use.sent(text, receipt, license=str(number), reason=f"0x{digest.hex()}")


@sends
def _lien(
    use: Invocation,
    work: WorkId,
    payee: Annotated[str, typer.Argument(metavar="ADDRESS=SHARE", help="Such as 0x12...=5%.")],
    yes: Yes = False,
) -> None:
    """Give somebody the one share of a work's income that its arbiter may give."""
    number, shared = work_of(work), payee_of(payee)
    client = use.signer()
    share = format_share(shared.share)
    fact = f"{shared.to} will get {share} of all that is drawn from work {till(number)}, for ever."
    use.confirm([fact], yes)
    with use.output.working("Giving the lien …"):
        receipt = client.add_lien(number, shared)
    text = f"{shared.to} gets {share} of what is drawn from work {till(number)}."
    use.sent(text, receipt, work=str(number), payee=shared._asdict())


def _set_suspended(use: Invocation, work: str, suspended: bool) -> None:
    number = work_of(work)
    client = use.signer()
    with use.output.working("Telling the registry …"):
        receipt = client.suspend(number, suspended=suspended)
    what = "are suspended" if suspended else "go on"
    text = f"Sales of licenses of work {till(number)} {what}."
    use.sent(text, receipt, work=str(number), suspended=suspended)


arbiter_app.command("suspend")(_suspend)
arbiter_app.command("resume")(_resume)
arbiter_app.command("revoke")(_revoke)
arbiter_app.command("lien")(_lien)
