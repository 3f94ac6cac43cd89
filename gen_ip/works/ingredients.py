"""Certified works that a file says it was made with: models, LoRAs, prompts, workflows.

What a file says is looked up by hashes, never by names, which anybody may choose. A work is found
by the content hash on chain where the file has the sha2-256 of what was used, or the 10 digits of
it that are AutoV2; by its metadata where it has AutoV3. A picture's content credentials may name
works by their ids as well. All of it is a proposal: what a file says proves nothing, and whether a
work is a parent is its creator's to say.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.chain.session import Session
from gen_ip.content.files import StrPath
from gen_ip.content.store import Store
from gen_ip.embedding import credentials, naming
from gen_ip.embedding.naming import Named
from gen_ip.errors import MetadataError, MissingLibrary
from gen_ip.fingerprint.canonical import AUTOV3
from gen_ip.fingerprint.picture import read as read_whole
from gen_ip.generation.reading import Reading, read
from gen_ip.generation.record import Generation, HashKind
from gen_ip.works.documents import Content, as_file, content_hash, find_metadata
from gen_ip.works.registry import Claim, Registry

# Fewer digits are shared by chance.
_LEAST_DIGITS = 10
_DOCUMENT_SECONDS, _SECONDS = 5.0, 30.0
_WHOLE_DIGITS = 64
#: How a work is found that content credentials name.
C2PA = "c2pa"


class Used(NamedTuple):
    """Something that a file names: what it is called there, as what it was used, and its hash."""

    name: str
    role: str
    method: str
    digits: str


@dataclass(frozen=True)
class Proposal:
    """A certified work that the file may be a derivative of.

    Attributes:
        work: its id.
        creator: its creator's address.
        name: what the file calls what was used.
        role: as what: `lora`, `checkpoint`, `vae`, `prompt`, `workflow` and the like; `ingredient`
            of content credentials, `original` where these say that the file is a copy of it.
        method: the kind of hash that both have: `sha256`, `autov2` (40 bits of it), `autov3`; or
            `c2pa` where content credentials name the work's id.
        by_metadata: whether only the work's metadata say so, that is, its creator.
    """

    work: int
    creator: str
    name: str
    role: str
    method: str
    by_metadata: bool = False

    def to_json(self) -> dict[str, Any]:
        """For JSON; the id as a decimal string."""
        return {
            "work": str(self.work),
            "creator": self.creator,
            "name": self.name,
            "role": self.role,
            "method": self.method,
            "by_metadata": self.by_metadata,
        }


@dataclass(frozen=True)
class Said:
    """What a file says that it was made with.

    Attributes:
        used: what it names by hashes.
        named: what its content credentials name by works' ids.
    """

    used: tuple[Used, ...] = ()
    named: tuple[Named, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.used or self.named)


class Proposing:
    """Looks up what files say. `many`: all claims are read at once, and once."""

    def __init__(self, session: Session, store: Store, *, many: bool = False) -> None:
        self._registry, self._session, self._store = Registry(session), session, store
        self._many = many
        self._claims: dict[str, list[Claim]] | None = None
        self._digests: dict[int, str] = {}
        self._seconds = _SECONDS

    def parents(self, said: Said, own: bytes) -> list[Proposal]:
        """The certified works that a file names, without those of its own bytes, whose sha2-256 is
        `own`.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        made = [*self._by_content(said.used), *self._by_id(said.named)]
        if tensors := [each for each in said.used if each.method == AUTOV3]:
            made += self._by_metadata(tensors, own)
        others = [proposal for claim, proposal in made if claim.content_hash != own]
        return list({(each.work, each.role): each for each in reversed(others)}.values())[::-1]

    def _by_content(self, found: Sequence[Used]) -> Iterator[tuple[Claim, Proposal]]:
        by_hash = [each for each in found if each.method != AUTOV3]
        if not by_hash:
            return
        whole = all(len(each.digits) == _WHOLE_DIGITS for each in by_hash)
        alone = whole and len(by_hash) == len(found) and not self._many
        claims = (
            _by_digits(
                claim
                for digits in dict.fromkeys(each.digits for each in by_hash)
                for claim in self._registry.claims(bytes.fromhex(digits))
            )
            if alone
            else self._all()
        )
        for each in by_hash:
            for claim in claims.get(each.digits[:_LEAST_DIGITS], ()):
                if claim.content_hash.hex().startswith(each.digits):
                    yield (
                        claim,
                        Proposal(claim.work, claim.creator, each.name, each.role, each.method),
                    )

    def _by_id(self, named: Iterable[Named]) -> Iterator[tuple[Claim, Proposal]]:
        """Works of this chain that are certified."""
        chain_id = self._session.rpc.chain_id
        here = {
            each.work.work: each
            for each in named
            if each.work is not None and each.work.chain_id == chain_id
        }
        there = self._session.read_all(*(("IPRegistry", "exists", work) for work in here))
        for (work, each), exists in zip(here.items(), there, strict=True):
            if exists:
                claim = self._registry.claim(work)
                yield claim, Proposal(work, claim.creator, each.title, each.role, C2PA)

    def _by_metadata(self, found: Iterable[Used], own: bytes) -> Iterator[tuple[Claim, Proposal]]:
        """Models whose metadata have the AutoV3; as many as the store gives within half a minute,
        for all files."""
        for claim in (claim for claims in self._all().values() for claim in claims):
            if claim.content_hash == own:
                continue
            digest = self._autov3(claim)
            for each in found:
                if digest.startswith(each.digits):
                    yield (
                        claim,
                        Proposal(
                            claim.work, claim.creator, each.name, each.role, each.method, True
                        ),
                    )

    def _autov3(self, claim: Claim) -> str:
        """What a claim's metadata say; "" where they are not at hand, or say nothing."""
        if claim.work not in self._digests:
            if self._seconds <= 0:
                return ""
            began = time.monotonic()
            seconds = min(self._seconds, _DOCUMENT_SECONDS)
            document = find_metadata(self._store, claim.metadata, seconds)
            self._seconds -= time.monotonic() - began
            sound = (
                document is not None
                and document["gen_ip"]["content"]["sha256"] == claim.content_hash.hex()
            )
            canonical = document["gen_ip"]["canonical"] if document and sound else {}
            self._digests[claim.work] = canonical.get(AUTOV3, "")
        return self._digests[claim.work]

    def _all(self) -> dict[str, list[Claim]]:
        if self._claims is None:
            self._claims = _by_digits(self._registry.claims())
        return self._claims


def proposed(session: Session, store: Store, content: Content) -> list[Proposal]:
    """See `gen_ip.client.GenIP.proposed_parents`."""
    with as_file(content) as path:
        found = said(path)
        own = content_hash(content)
    return Proposing(session, store).parents(found, own) if found else []


def said(path: StrPath) -> Said:
    """What a file says that it was made with. Content credentials that cannot be read, or not
    without `gen-ip[embed]`, say nothing.

    Raises:
        FileProblem: the file is not usable.
    """
    reading = read(path)
    found = [*used(reading)]
    named: list[Named] = []
    if reading.provenance.c2pa is not None:
        try:
            manifests = credentials.read(read_whole(path)[0], reading.detected.media_type)
        except (MetadataError, MissingLibrary):
            manifests = None
        for each in naming.named(manifests or {}):
            if each.sha256 is not None:
                found.append(Used(each.title, each.role, "sha256", each.sha256))
            else:
                named.append(each)
    return Said(tuple(dict.fromkeys(found)), tuple(named))


def used(reading: Reading) -> Iterator[Used]:
    """What a reading names with hashes that tell works apart."""
    for record in reading.generations:
        for model in record.models:
            yield from _hashed(model.name, model.role, model.hash_kind, model.hash)
        for lora in record.loras:
            yield from _hashed(lora.name, "lora", lora.hash_kind, lora.hash)
        # A prompt's or a workflow's file names itself.
        if reading.detected.kind not in ("prompt", "workflow"):
            yield from _texts(record)


def _hashed(name: str, role: str, kind: HashKind | None, digits: str | None) -> Iterator[Used]:
    if digits is None or len(digits) < _LEAST_DIGITS:
        return
    if kind in (HashKind.SHA256, HashKind.AUTOV2, HashKind.AUTOV3):
        yield Used(name, role, kind.value, digits)


def _texts(record: Generation) -> Iterator[Used]:
    """Prompts and graphs as the files that they are usually kept in."""
    if record.positive is not None:
        for text in (record.positive, f"{record.positive}\n"):
            yield _of_text("the prompt", "prompt", text)
    if record.workflow is not None:
        graph = record.to_json()["workflow"]
        for indent, separators in ((None, None), (None, (",", ":")), (2, None)):
            text = json.dumps(graph, indent=indent, separators=separators, ensure_ascii=False)
            yield _of_text("the workflow", "workflow", text)


def _of_text(name: str, role: str, text: str) -> Used:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Used(name, role, "sha256", digest)


def _by_digits(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    """By the first digits of the content hash, oldest first."""
    found: dict[str, list[Claim]] = {}
    for claim in claims:
        found.setdefault(claim.content_hash.hex()[:_LEAST_DIGITS], []).append(claim)
    return found
