"""A license as a document for its holder: who, what, how long, under which contract."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.content.cid import ipfs_uri, raw_cid
from gen_ip.papers.code import qr
from gen_ip.papers.scripts import runs_right_to_left
from gen_ip.papers.texts import titled
from gen_ip.papers.typesetting import typeset
from gen_ip.papers.wording import Words
from gen_ip.terms.bundle import Bundle
from gen_ip.terms.clauses import Language
from gen_ip.terms.rights import PERMISSIONS
from gen_ip.work import WorkAddress
from gen_ip.works.licenses import License
from gen_ip.works.registry import Work


@dataclass(frozen=True)
class LicenseFacts:
    """What the paper says. `contract` is IPLicense's address, `made` when the chain was asked, in
    seconds since the epoch; `bundle` the contract, None where it was not at hand."""

    chain_id: int
    contract: str
    license: License
    work: Work
    made: int
    bundle: Bundle | None = None


def license_paper(facts: LicenseFacts, *, language: Language = "en") -> bytes:
    """The license as PDF, A4, on as many pages as its contract takes.

    Raises:
        MissingLibrary: what `pip install "gen-ip[papers]"` brings is not there.
        NotTypeset: it cannot be set.
    """
    words, held, work = Words(language), facts.license, facts.work
    terms = held.terms
    title = titled(work.name or "") or words["certificate", "untitled"]
    text = facts.bundle.document["text"][language] if facts.bundle else None
    permitted = terms.grant & PERMISSIONS
    start = words.moment(held.start)
    end = words.moment(held.end)
    said = {
        "language": language,
        "theme": "light",
        "words": words.part("license"),
        "heading": words["license", "heading"],
        "number": words.said("license", "number", number=str(held.id)),
        "name": text["title"] if text else words.name_of(terms),
        "title": title,
        "rtl": runs_right_to_left(title),
        "licensor": work.owner,
        "licensee": held.holder,
        "allowed": words.rights(permitted),
        "conditions": words.rights(terms.grant & ~PERMISSIONS),
        "not-allowed": words.rights(PERMISSIONS & ~permitted),
        "shares": words.owed(terms),
        "term": words.said("license", "term-until", start=start, end=end)
        if held.end
        else words.said("license", "term-from", start=start),
        "units": words.derivatives(held.units) if terms.units else None,
        "work": str(work.id),
        "terms-hash": f"0x{held.terms_hash.hex()}",
        "legal-hash": terms.legal.hex(),
        "registry": words.said(
            "license", "on-chain", contract=facts.contract, chain=str(facts.chain_id)
        ),
        "binding": words.said("license", "binding", made=words.moment(facts.made)),
        "clauses": text["clauses"] if text else [],
        "notice": text["notice"] if text else "",
        "missing": words.said("license", "text-missing", address=ipfs_uri(raw_cid(terms.legal))),
        "seed": list(work.content_hash),
        "code": qr(str(WorkAddress(facts.chain_id, work.id))),
    }
    # A licensor's own clause may be in any script.
    strangers = title + "".join(clause["text"] for clause in said["clauses"])
    return typeset("license", "pdf", said, strangers=strangers)
