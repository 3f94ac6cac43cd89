"""What files and words on the command line stand for: statements, shares, licenses, offers."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.addresses import is_work, work_of
from gen_ip.cli.session import address_of
from gen_ip.cli.values import BadValue, parse_share
from gen_ip.errors import FileProblem, shown

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.content.declaration import Declaration
    from gen_ip.inspection import AnyStatement
    from gen_ip.market.offers import Offer, SignedOffer
    from gen_ip.market.purchases import SignedPurchase
    from gen_ip.signing import FeeShare, Payee
    from gen_ip.statement_files import Statement
    from gen_ip.works.certificates import PreparedCertificate, SignedCertificate, SignedDelegation


class OutputTaken(FileProblem):
    """A file would be replaced that may be all there is of a signature or of a proof."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "is there already; choose another name, or delete it first")


def check_file(file: Path) -> None:
    """Tells what is wrong with a file before a password is asked for or a node is called.

    Raises:
        FileProblem: it is not usable.
    """
    from gen_ip.content.files import detect_file

    detect_file(file)


def content_hash_of(text: str) -> bytes:
    """The sha-256 of a file, or the one that 0x and 64 hex digits are, even beside a file of such a
    name.

    Raises:
        FileProblem, InvalidArgument: it is neither.
    """
    from gen_ip import arguments
    from gen_ip.works import documents

    if _means_hash(text):
        return arguments.bytes32("content hash", text)
    return documents.content_hash(Path(text))


def declared_in(file: Path | None) -> Declaration | None:
    """What is declared of a work, with a row of the table for every upstream that it names.

    Raises:
        FileProblem, MetadataError, UnknownUpstream: it is not usable.
    """
    if file is None:
        return None
    from gen_ip.content.declaration import load
    from gen_ip.terms.upstream import require_known

    declared = load(file)
    require_known(declared)
    return declared


def license_of(text: str) -> int:
    """A license's number.

    Raises:
        BadValue: it is none.
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 20:
        raise BadValue("license", text, "give the license's number, such as 7")
    return int(text)


def payee_of(text: str) -> Payee:
    """`ADDRESS=20%` as a payee.

    Raises:
        BadValue, UnknownAccount, InvalidArgument: it is none.
    """
    from gen_ip.signing import Payee

    return Payee(*_shared("payee", text, "20%"))


def payees_of(texts: Sequence[str] | None) -> list[Payee]:
    """Several payees; see `payee_of`."""
    return [payee_of(text) for text in texts or ()]


def fees_of(texts: Sequence[str] | None) -> list[FeeShare]:
    """Each `ADDRESS=2%` as a part of a price.

    Raises:
        BadValue, UnknownAccount, InvalidArgument: one is none.
    """
    from gen_ip.signing import FeeShare

    return [FeeShare(*_shared("fee", text, "2%")) for text in texts or ()]


def _shared(what: str, text: str, example: str) -> tuple[str, int]:
    name, equals, share = text.partition("=")
    if not equals:
        raise BadValue(what, text, f"give ADDRESS=SHARE, such as 0x12...={example}")
    return address_of(name), parse_share(share)


def _means_hash(text: str) -> bool:
    """Whether something is named by its hash: a file of a stranger may be called like one."""
    whole = re.fullmatch(r"0x[0-9a-fA-F]{64}", text) is not None
    return whole or (text.startswith("0x") and not os.path.lexists(text))


# ---------------------------------------------------------------- statements


def certificates_in(path: Path) -> list[PreparedCertificate]:
    """The certificates of a file: one signed or prepared, or all of an anchor.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds none.
    """
    from gen_ip.inspection import load
    from gen_ip.statement_files import StatementFileProblem
    from gen_ip.works.certificates import Anchored, PreparedCertificate

    found = load(path)
    if isinstance(found, Anchored):
        return list(found.certificates)
    if isinstance(found, PreparedCertificate):
        return [found]
    raise StatementFileProblem(path, f"it holds a {kind_of(found)}, not certificates")


def is_signed(certificate: PreparedCertificate) -> bool:
    """Whether somebody agreed to it."""
    from gen_ip.works.certificates import SignedCertificate

    return isinstance(certificate, SignedCertificate)


def certificates_or_none(path: Path) -> list[PreparedCertificate] | None:
    """The certificates of a file; None where it is a work's own file, JSON or not.

    Raises:
        StatementFileProblem, BadStatement: it says that it is a statement, and is none of these.
    """
    from gen_ip.inspection import is_statement

    return certificates_in(path) if is_statement(json_or_none(path)) else None


def json_or_none(path: Path) -> object:
    """What a file of JSON holds; None where it is of another kind, broken or too large."""
    from gen_ip.statement_files import StatementFileProblem, load

    with path.open("rb") as file:
        if not file.read(64).lstrip().startswith(b"{"):
            return None
    try:
        return load(path)
    except StatementFileProblem:
        return None


def purchase_in(path: Path) -> SignedPurchase | None:
    """The signed purchase of a file, None where it holds another statement.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds none.
    """
    from gen_ip.inspection import load
    from gen_ip.market.purchases import SignedPurchase

    found = load(path)
    return found if isinstance(found, SignedPurchase) else None


def delegation_in(path: Path | None) -> SignedDelegation | None:
    """The delegation of a file.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds none.
    """
    if path is None:
        return None
    from gen_ip.works.certificates import SignedDelegation

    return SignedDelegation.load(path)


def signed_offer_in(path: Path) -> SignedOffer:
    """The signed offer of a file.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds none.
    """
    from gen_ip.market.offers import SignedOffer

    return SignedOffer.load(path)


def signed_certificate_in(path: Path) -> SignedCertificate:
    """The signed certificate of a file.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds none.
    """
    from gen_ip.works.certificates import SignedCertificate

    return SignedCertificate.load(path)


def offer_named(text: str) -> bytes | SignedOffer:
    """A posted offer's hash, even beside a file of such a name, or the signed offer of a file.

    Raises:
        InvalidArgument: `0x` and something that is no hash, and no file.
        StatementFileProblem, BadStatement: the file cannot be read, or holds none.
    """
    from gen_ip import arguments

    if _means_hash(text):
        return arguments.bytes32("offer", text)
    return signed_offer_in(Path(text))


def offer_of(client: GenIP, named: bytes | SignedOffer) -> SignedOffer | Offer:
    """The offer: signed, or posted and looked up by its hash.

    Raises:
        UnknownOffer: none of this hash was posted.
    """
    return client.get_offer(named) if isinstance(named, bytes) else named


def plain_offer(offer: SignedOffer | Offer) -> Offer:
    """What is offered, however it was agreed to."""
    from gen_ip.market.offers import Offer

    return offer if isinstance(offer, Offer) else offer.offer


def work_or_certificate(text: str) -> int | PreparedCertificate:
    """A work by its number or till, or by the file of a certificate that nobody submitted yet.

    Raises:
        BadValue, StatementFileProblem, BadStatement: it is neither.
    """
    from gen_ip.statement_files import StatementFileProblem

    if is_work(text) or not os.path.isfile(text):
        return work_of(text)
    found = certificates_in(Path(text))
    if len(found) != 1:
        raise StatementFileProblem(text, f"it holds {len(found):,} certificates, not one")
    return found[0]


def kind_of(statement: AnyStatement) -> str:
    """What a statement is called, such as `signed offer`."""
    name: str = statement.to_json()["format"]
    return name.split("/")[1].replace("-", " ")


# ------------------------------------------------------------------- outputs


def check_output(path: Path) -> None:
    """Tells that a file could not be written before anything is signed or sent.

    Raises:
        OutputTaken: something of this name is there.
        StatementFileProblem: its folder is none, or cannot be written to.
    """
    from gen_ip.statement_files import StatementFileProblem

    if os.path.lexists(path):
        raise OutputTaken(path)
    if not path.parent.is_dir():
        raise StatementFileProblem(path, "its folder does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StatementFileProblem(path, "its folder cannot be written to")


@contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """A new or empty folder for several statements; one that was made for nothing is removed.

    Raises:
        OutputTaken: there is a file of this name, or the folder is not empty.
        StatementFileProblem: it cannot be made.
    """
    from gen_ip.statement_files import StatementFileProblem

    was = path.is_dir()
    try:
        path.mkdir(exist_ok=True)
        if any(path.iterdir()):
            raise OutputTaken(path)
    except FileExistsError:
        raise OutputTaken(path) from None
    except OSError as error:
        raise StatementFileProblem(path, error.strerror or str(error)) from None
    try:
        yield
    except BaseException:
        if not was:
            with suppress(OSError):
                path.rmdir()
        raise


def keep(statement: Statement, path: Path) -> None:
    """Writes a statement; where the place fails, to a temporary one: it may be all there is of it.

    Raises:
        StatementFileProblem: it was not written to `path`; the message says where it lies.
    """
    from gen_ip.statement_files import StatementFileProblem

    try:
        statement.save(path)
    except StatementFileProblem as error:
        rescued = Path(tempfile.mkdtemp(prefix="gen-ip-")) / path.name
        statement.save(rescued)
        kept = f"{error.reason}; it was written to {shown(rescued)} instead"
        raise StatementFileProblem(path, kept) from None
