"""A certificate as a card."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gen_ip.cli.show.cards import CARD_COLUMNS, card
from gen_ip.cli.show.text import moment, plain, short, till
from gen_ip.cli.values import format_share
from gen_ip.content.store import find
from gen_ip.errors import GenIPError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.panel import Panel

    from gen_ip.client import GenIP
    from gen_ip.works.registry import Work

_MAX_PREVIEW_BYTES = 20 * 1024 * 1024
_PREVIEW_SECONDS = 10.0


class Preview(NamedTuple):
    """A work's content as a file; without one, `problem` says what is wrong, if anything is."""

    path: Path | None
    problem: str | None = None


def work_card(
    console: Console,
    work: Work,
    *,
    content_cid: str | None = None,
    picture: Path | None = None,
    problem: str | None = None,
    owner: str | None = None,
    parent: str | None = None,
    full: bool = False,
) -> Panel:
    """What the chain and the metadata say about a work. `owner` and `parent` name them; `problem`
    says why no picture is shown; hashes are whole with `full`, or where they fit on a line."""
    full = full or (picture is None and console.width >= CARD_COLUMNS)
    if content_cid is None and work.metadata is not None:
        content_cid = work.metadata["gen_ip"]["content"]["cid"]
    facts = [
        ("till", work.till),
        ("owner", f"{owner} {work.owner}" if owner else work.owner),
    ]
    if work.creator != work.owner:
        facts.append(("creator", work.creator))
    digest = work.content_hash.hex()
    facts.append(("sha-256", digest if full else short(digest, 20, 8)))
    if content_cid is not None:
        facts.append(("content", content_cid if full else short(content_cid, 20, 8)))
    facts.append(("claimed", f"{moment(work.claim_time)}{_rank(work)}"))
    for number, share in enumerate(work.parents):
        owed = shares(share.income, share.volume) or "nothing"
        source = parent or till(share.parent)
        facts.append(("" if number else "made from", f"{source}, owed {owed}"))
    for number, payee in enumerate(work.payees):
        label = "" if number else "shared with"
        facts.append((label, f"{payee.to} {format_share(payee.share)}"))
    if work.resale_royalty:
        facts.append(("on resale", format_share(work.resale_royalty)))
    if work.metadata is not None:
        facts += _declared(work.metadata)
    if work.metadata_problem:
        facts.append(("metadata", work.metadata_problem))
    if problem:
        facts.append(("preview", problem))
    kind = "certificate of a derivative" if work.parents else "certificate"
    name = plain(work.name, 60) if work.name else "no metadata at hand"
    return card(console, name, facts, picture=picture, subtitle=kind)


@contextmanager
def content_of(client: GenIP, work: Work) -> Iterator[Preview]:
    """The certified bytes out of the store, for as long as the block runs."""
    if work.metadata is None:
        yield Preview(None)
        return
    store = client.store.within(_PREVIEW_SECONDS)
    try:
        data = find(store, work.metadata["gen_ip"]["content"]["cid"], _MAX_PREVIEW_BYTES)
    except GenIPError:
        # A preview is a courtesy; its absence is no error.
        yield Preview(None)
        return
    # The metadata is a stranger's: its CID may be of anything.
    if hashlib.sha256(data).digest() != work.content_hash:
        yield Preview(None, "none: the metadata's CID is of another file than the certified one")
        return
    with tempfile.TemporaryDirectory(prefix="gen-ip-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(data)
        yield Preview(path)


def _declared(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the creator declares of the making: strangers' words, cut and cleaned."""
    part = metadata["gen_ip"]
    facts = []
    for label, tools in (("made with", part.get("tools")), ("base model", part.get("base_models"))):
        for number, tool in enumerate(tools or ()):
            terms = tool.get("license") or tool.get("plan")
            shown = f"{tool['name']} ({terms})" if terms else tool["name"]
            facts.append(("" if number else label, plain(shown, 80)))
    if contribution := part.get("human_contribution"):
        facts.append(("people", plain(contribution, 200)))
    for entry in part.get("upstream_override", ()):
        claimed = f"{', '.join(entry['rights'])} beyond {entry['upstream']}: {entry['statement']}"
        facts.append(("override", plain(claimed, 200)))
    return facts


def making_in_words(metadata: Mapping[str, Any] | None) -> str | None:
    """What is published of how the work was made; None where its file said nothing of it."""
    made = (metadata or {}).get("gen_ip", {}).get("generation")
    if not made or "tool" not in made:
        return None
    told = f"Published of its making: {plain(made['tool'], 40)}, settings, models and LoRAs"
    if "positive" in made or "negative" in made:
        return f"{told}, and its prompts."
    if "positive_sha256" in made or "workflow_sha256" in made:
        return (
            f"{told}; of prompts and workflow hashes alone (--publish-prompt publishes prompts). "
            "Who gets the file itself reads all that is in it."
        )
    return f"{told}."


def _rank(work: Work) -> str:
    if work.claims == 1:
        return ""
    return f", {'first' if work.first else 'not first'} of {work.claims} claims"


def shares(income: int, volume: int) -> str:
    """What is owed to a parent, in words; empty if nothing."""
    parts = []
    if income:
        parts.append(f"{format_share(income)} of income")
    if volume:
        parts.append(f"{format_share(volume)} of volume")
    return " + ".join(parts)
