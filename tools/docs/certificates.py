"""The certificates shown in docs/certificates.md: one of each kind, drawn from works made up here.

python -m tools.docs.certificates            # draws them into docs/certificates/
python -m tools.docs.certificates DIR        # or elsewhere
"""

from __future__ import annotations

import hashlib
import io
import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from gen_ip.chain.deployment import predicted
from gen_ip.content.kind import Kind
from gen_ip.papers.certificate import CertificateFacts, Theme, certificate
from gen_ip.papers.thumbnail import thumbnail
from gen_ip.terms import AI_TRAIN, BUYOUT, COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX, Terms
from gen_ip.terms.clauses import Language

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "certificates"
PICTURES = ROOT / "gen_ip" / "demo" / "pictures"

_WIDTH = 1_000
_COLORS = 128
# The accounts of every local chain, and the first second of 2026.
_CREATOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
_HOLDER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
_CHAIN, _TIME = 31_337, 1_767_225_600


class Shown(NamedTuple):
    """A certificate of the page."""

    title: str
    kind: Kind
    language: Language = "en"
    theme: Theme = "light"
    terms: tuple[Terms, ...] = ()
    parents: int = 0
    claims: int = 1
    owner: str = _CREATOR
    picture: str | None = None


SHOWN = {
    "image": Shown("Chelsea", "image", terms=(COMMERCIAL_REMIX, COMMERCIAL), picture="cat.png"),
    "text": Shown(
        "On the Slow Growth of Orchards, and What We Owe to Those Who Planted Them",
        "text",
        language="fr",
        terms=(NC_REMIX, AI_TRAIN, BUYOUT, COMMERCIAL),
        claims=3,
        owner=_HOLDER,
    ),
    "model": Shown("نموذج خط النسخ", "model", theme="dark", terms=(AI_TRAIN,)),
    "workflow": Shown("夜の街、雨のあと 🌃", "workflow", terms=(NC_REMIX,), parents=3),
    "prompt": Shown("A lighthouse, seen by its keeper", "prompt", theme="dark", language="fr"),
}


def drawn(shown: Shown) -> bytes:
    """A certificate as a PNG small enough for a page."""
    # The id follows from the content, as everywhere.
    content_hash = hashlib.sha256(shown.title.encode()).digest()
    deployment = predicted()
    parents = [hashlib.sha256(bytes([number])).digest() for number in range(shown.parents)]
    facts = CertificateFacts(
        chain_id=_CHAIN,
        registry=deployment.registry,
        work=deployment.work_id(_CREATOR, content_hash, _CHAIN),
        title=shown.title,
        kind=shown.kind,
        creator=_CREATOR,
        owner=shown.owner,
        content_hash=content_hash,
        claim_time=_TIME,
        first=True,
        claims=shown.claims,
        parents=tuple(sorted(deployment.work_id(_HOLDER, each, _CHAIN) for each in parents)),
        terms=shown.terms,
    )
    picture = None if shown.picture is None else thumbnail(PICTURES / shown.picture)
    data = certificate(facts, "png", language=shown.language, theme=shown.theme, picture=picture)
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB")
        small.thumbnail((_WIDTH, _WIDTH), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.quantize(_COLORS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main(folder: Path = FOLDER) -> None:
    """Draws them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, shown in SHOWN.items():
        path = folder / f"{name}.png"
        path.write_bytes(drawn(shown))
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:2]))
