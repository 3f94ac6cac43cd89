"""The certificate as a picture or a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from gen_ip.content.kind import Kind
from gen_ip.papers.code import qr
from gen_ip.papers.errors import ProofFails
from gen_ip.papers.scripts import runs_right_to_left
from gen_ip.papers.texts import titled
from gen_ip.papers.typesetting import Form, typeset
from gen_ip.papers.wording import Words
from gen_ip.proofs.checking import Report
from gen_ip.terms import Terms
from gen_ip.terms.clauses import Language
from gen_ip.work import WorkAddress, till_of
from gen_ip.works.registry import Work

Theme: TypeAlias = Literal["light", "dark"]

FORMS: tuple[Form, ...] = ("svg", "png", "pdf")
_MOST_TERMS = 3
_MOST_PARENTS = 2
_LINE = 26


@dataclass(frozen=True)
class CertificateFacts:
    """What a certificate's paper says. Times in seconds since the epoch.

    Attributes:
        title: the work's name, by whomever; None where it is not known.
        first: whether no earlier claim on these bytes is known, among `claims`; 0 of them are told
            where nobody looked.
        terms: those under which licenses are on offer; None where nobody looked.
        block: the number of the block whose state a saved proof holds; None for now.
    """

    chain_id: int
    registry: str
    work: int
    title: str | None
    kind: Kind
    creator: str
    owner: str
    content_hash: bytes
    claim_time: int
    first: bool
    claims: int
    parents: tuple[int, ...] = ()
    terms: tuple[Terms, ...] | None = ()
    block: int | None = None

    @classmethod
    def of_report(cls, report: Report) -> CertificateFacts:
        """Those that a saved proof shows, without any node.

        Raises:
            ProofFails: it does not hold.
        """
        proof, document = report.proof, report.metadata
        if not report.holds or report.claim_time is None:
            raise ProofFails(proof.work)
        claimed = report.claimed
        return cls(
            chain_id=proof.chain_id,
            registry=proof.registry,
            work=proof.work,
            title=None if document is None else document["name"],
            kind="other" if document is None else document["gen_ip"]["kind"],
            creator=proof.creator,
            owner=proof.creator if report.owned is None else report.owned.owner,
            content_hash=proof.content_hash,
            claim_time=report.claim_time,
            first=claimed is not None and claimed.first == proof.work,
            claims=0 if claimed is None else claimed.works,
            parents=() if document is None else tuple(map(int, document["gen_ip"]["parents"])),
            terms=None,
            block=proof.header.number,
        )

    @classmethod
    def of(
        cls, work: Work, chain_id: int, registry: str, terms: Sequence[Terms] = ()
    ) -> CertificateFacts:
        """Those of a work as the registry tells it."""
        kind: Kind = work.metadata["gen_ip"]["kind"] if work.metadata else "other"
        return cls(
            chain_id=chain_id,
            registry=registry,
            work=work.id,
            title=work.name,
            kind=kind,
            creator=work.creator,
            owner=work.owner,
            content_hash=work.content_hash,
            claim_time=work.claim_time,
            first=work.first,
            claims=work.claims,
            parents=tuple(share.parent for share in work.parents),
            terms=tuple(dict.fromkeys(terms)),
        )


def certificate(
    facts: CertificateFacts,
    form: Form,
    *,
    language: Language = "en",
    theme: Theme = "light",
    picture: bytes | None = None,
) -> bytes:
    """The certificate: SVG, PNG (2,338 x 1,654 pixels) or PDF (one page, A4 across).

    `picture` is a PNG of the work, from `gen_ip.papers.thumbnail`; without one the page shows a
    symbol of its kind. An SVG holds no script and no address but the picture's, as a data URI; its
    texts are outlines.

    Raises:
        MissingLibrary: what `pip install "gen-ip[papers]"` brings is not there.
        NotTypeset: the page cannot be set.
    """
    words = Words(language)
    title = titled(facts.title or "") or words["certificate", "untitled"]
    claimed = words.moment(facts.claim_time)
    work = str(facts.work)
    said: dict[str, Any] = {
        "language": language,
        "theme": theme,
        "words": words.part("certificate"),
        "title": title,
        "rtl": runs_right_to_left(title),
        "kind": facts.kind,
        "kind-word": words["kind", facts.kind],
        "creator": facts.creator,
        "owner": None if facts.owner == facts.creator else facts.owner,
        "claimed": claimed,
        "rank": _rank(words, facts),
        "parents": _parents(words, facts.parents),
        "parent-tills": _tills(facts.parents),
        "terms": _terms(words, facts.terms),
        "work-lines": [work[at : at + _LINE] for at in range(0, len(work), _LINE)],
        "sha256": facts.content_hash.hex(),
        "registry": _registry(words, facts),
        "seed": list(facts.content_hash),
        "code": qr(str(WorkAddress(facts.chain_id, facts.work))),
    }
    alt = words.said(
        "certificate", "alt", title=title, creator=facts.creator, claimed=claimed, work=work
    )
    return typeset("certificate", form, said, strangers=title, picture=picture, alt=alt)


def _registry(words: Words, facts: CertificateFacts) -> str:
    line = words.said(
        "certificate", "registry-line", registry=facts.registry, chain=str(facts.chain_id)
    )
    if facts.block is None:
        return line
    return f"{line} · {words.said('certificate', 'as-of', block=words.number(facts.block))}"


def _rank(words: Words, facts: CertificateFacts) -> str:
    if not facts.claims:
        return words["certificate", "rank-unknown"]
    if facts.claims == 1:
        return words["certificate", "rank-only"]
    name = "rank-first" if facts.first else "rank-later"
    return words.said("certificate", name, count=words.number(facts.claims))


def _parents(words: Words, parents: Sequence[int]) -> str | None:
    if not parents:
        return None
    name = "parents-one" if len(parents) == 1 else "parents-many"
    return words.said("certificate", name, count=words.number(len(parents)))


def _terms(words: Words, terms: Sequence[Terms] | None) -> list[str]:
    if terms is None:
        return [words["certificate", "terms-unknown"]]
    if not terms:
        return [words["certificate", "terms-none"]]
    lines = [words.terms(each) for each in terms[:_MOST_TERMS]]
    more = len(terms) - _MOST_TERMS
    if more == 1:
        lines.append(words["certificate", "terms-one-more"])
    elif more > 1:
        lines.append(words.said("certificate", "terms-more", count=words.number(more)))
    return lines


def _tills(parents: Sequence[int]) -> list[str]:
    shown = [till_of(parent) for parent in parents[:_MOST_PARENTS]]
    return shown if len(parents) <= _MOST_PARENTS else [*shown, "…"]
