"""Certified works that a file says it was made with: models, LoRAs, prompts, workflows.

What a file says is looked up by hashes, never by names, which anybody may choose. A work is found
by the content hash on chain where the file has the sha2-256 of what was used, or the 10 digits of
it that are AutoV2; by its metadata where it has AutoV3. All of it is a proposal: generation data
prove nothing, and whether a work is a parent is its creator's to say.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.chain.session import Session
from gen_ip.content.store import Store
from gen_ip.fingerprint.canonical import AUTOV3
from gen_ip.generation.reading import Reading, read
from gen_ip.generation.record import Generation, HashKind
from gen_ip.works.documents import Content, as_file, content_hash, find_metadata
from gen_ip.works.registry import Claim, Registry

# Fewer digits are shared by chance.
_LEAST_DIGITS = 10
_DOCUMENT_SECONDS, _SECONDS = 5.0, 30.0
_WHOLE_DIGITS = 64


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
        role: as what: `lora`, `checkpoint`, `vae`, `prompt`, `workflow` and the like.
        method: the kind of hash that both have: `sha256`, `autov2` (40 bits of it), `autov3`.
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


def proposed(session: Session, store: Store, content: Content) -> list[Proposal]:
    """See `gen_ip.client.GenIP.proposed_parents`."""
    with as_file(content) as path:
        found = list(dict.fromkeys(used(read(path))))
        own = content_hash(content)
    if not found:
        return []
    registry = Registry(session)
    whole = [each for each in found if len(each.digits) == _WHOLE_DIGITS]
    if all(each.method == "sha256" for each in found) and len(whole) == len(found):
        claims = [claim for each in whole for claim in registry.claims(bytes.fromhex(each.digits))]
    else:
        claims = registry.claims()
    others = {claim.work: claim for claim in claims if claim.content_hash != own}
    made = [*_by_content(found, [*others.values()])]
    if tensors := [each for each in found if each.method == AUTOV3]:
        made += _by_metadata(tensors, [*others.values()], store)
    return list({(each.work, each.role): each for each in reversed(made)}.values())[::-1]


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


def _by_content(found: list[Used], claims: list[Claim]) -> Iterator[Proposal]:
    for claim in claims:
        digest = claim.content_hash.hex()
        for each in found:
            if each.method != AUTOV3 and digest.startswith(each.digits):
                yield Proposal(claim.work, claim.creator, each.name, each.role, each.method)


def _by_metadata(found: list[Used], claims: list[Claim], store: Store) -> Iterator[Proposal]:
    """Models whose metadata have the AutoV3; as many as the store gives within half a minute."""
    ends = time.monotonic() + _SECONDS
    for claim in claims:
        left = ends - time.monotonic()
        if left <= 0:
            return
        document = find_metadata(store, claim.metadata, min(left, _DOCUMENT_SECONDS))
        if document is None or document["gen_ip"]["content"]["sha256"] != claim.content_hash.hex():
            continue
        digest = document["gen_ip"]["canonical"].get(AUTOV3, "")
        for each in found:
            if digest.startswith(each.digits):
                yield Proposal(claim.work, claim.creator, each.name, each.role, each.method, True)
