"""What a copy of a certified work is to say, from its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from gen_ip.content.cid import ipfs_uri, raw_cid
from gen_ip.content.files import StrPath
from gen_ip.embedding.errors import NotItsFile
from gen_ip.embedding.iscc import iscc_of_picture
from gen_ip.embedding.saying import Parent, Saying, Source
from gen_ip.fingerprint.opening import open_image, upright
from gen_ip.fingerprint.picture import PIXELS, decoded, read
from gen_ip.terms.rights import Rights
from gen_ip.terms.terms import Terms
from gen_ip.works.registry import Work


def saying_of(
    path: StrPath,
    work: Work,
    parents: Mapping[int, Work],
    terms: Mapping[bytes, Terms],
    chain_id: int,
    source: Source = Source.GENERATED,
) -> Saying:
    """What a copy of a work's file says.

    Args:
        path: the certified file, or another with the same pixels.
        parents: those that the work names, by id.
        terms: of its licenses, by hash.

    Raises:
        FileProblem: the file is not usable, no picture, or not the work's.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    data, digest = read(path)
    if digest != work.content_hash and decoded(path, data).pixels.hex() != _pixels(work.metadata):
        raise NotItsFile(path, work.id)
    with open_image(path, content=data) as image:
        iscc = iscc_of_picture(data, upright(image, path))
    return Saying(
        work=work.id,
        chain_id=chain_id,
        title=work.name or f"Work {work.id}",
        creator=work.creator,
        claim_time=work.claim_time,
        terms=tuple(ipfs_uri(raw_cid(each.legal)) for each in terms.values() if any(each.legal)),
        grant=reduce(lambda all_, each: all_ | each.grant, terms.values(), Rights(0)),
        parents=tuple(
            Parent(number, each.name or f"Work {number}", _media_type(each.metadata))
            for number, each in parents.items()
        ),
        source=source,
        iscc=iscc,
    )


def terms_named(work: Work) -> list[bytes]:
    """Hashes of the terms that a work's metadata names."""
    named = [] if work.metadata is None else work.metadata["gen_ip"]["terms"]
    return [bytes.fromhex(each.removeprefix("0x")) for each in named]


def _pixels(metadata: Mapping[str, Any] | None) -> str | None:
    if metadata is None:
        return None
    found: str | None = metadata["gen_ip"]["canonical"].get(PIXELS)
    return found


def _media_type(metadata: Mapping[str, Any] | None) -> str:
    if metadata is None:
        return "application/octet-stream"
    return str(metadata["gen_ip"]["content"]["mediaType"])
