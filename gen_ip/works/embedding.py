"""What a copy of a certified work is to say, from its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from gen_ip.content.cid import ipfs_uri, raw_cid
from gen_ip.embedding.errors import NotItsFile
from gen_ip.embedding.iscc import iscc_of
from gen_ip.embedding.original import Original
from gen_ip.embedding.saying import Parent, Saying, Source
from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import Terms
from gen_ip.works.registry import Work


def saying_of(
    original: Original,
    work: Work,
    parents: Mapping[int, Work],
    terms: Mapping[bytes, Terms],
    chain_id: int,
    source: Source = Source.GENERATED,
) -> Saying:
    """What a copy of a work's file says.

    Args:
        original: the certified file, or another with the same content.
        parents: those that the work names, by id.
        terms: of its licenses, by hash.

    Raises:
        NotItsFile: the file is not the work's.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    canonical = {} if work.metadata is None else work.metadata["gen_ip"]["canonical"]
    if original.sha256 != work.content_hash and original.keeps not in canonical.items():
        raise NotItsFile(original.path, work.id)
    return saying_ahead(
        original, work.id, work.name or f"Work {work.id}", work.creator, parents, terms, chain_id,
        source=source, claim_time=work.claim_time,
    )  # fmt: skip


def saying_ahead(
    original: Original,
    work: int,
    title: str,
    creator: str,
    parents: Mapping[int, Work],
    terms: Mapping[bytes, Terms],
    chain_id: int,
    *,
    source: Source = Source.GENERATED,
    claim_time: int | None = None,
) -> Saying:
    """What a copy says of a work whose id is known, certified or not; the rest as in `saying_of`.

    Raises:
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    return Saying(
        work=work,
        chain_id=chain_id,
        title=title,
        creator=creator,
        claim_time=claim_time,
        terms=tuple(ipfs_uri(raw_cid(each.legal)) for each in terms.values() if any(each.legal)),
        grant=reduce(lambda all_, each: all_ | each.grant, terms.values(), Rights(0)),
        parents=tuple(
            Parent(number, each.name or f"Work {number}", _media_type(each.metadata))
            for number, each in parents.items()
        ),
        source=source,
        iscc=iscc_of(original.data, original.likeness),
    )


def terms_named(work: Work) -> list[bytes]:
    """Hashes of the terms that a work's metadata names."""
    named = [] if work.metadata is None else work.metadata["gen_ip"]["terms"]
    return [bytes.fromhex(each.removeprefix("0x")) for each in named]


def _media_type(metadata: Mapping[str, Any] | None) -> str:
    if metadata is None:
        return "application/octet-stream"
    return str(metadata["gen_ip"]["content"]["mediaType"])
