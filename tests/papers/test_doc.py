"""docs/certificate.md runs from top to bottom as it stands, for who has a work and a license."""

from __future__ import annotations

from tests.support.reader import Reader, reader
from tests.support.require import ROOT

__all__ = ["reader"]

BEFORE = """
value() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }
WORK=$(gen-ip certify picture.jpg --account dev0 --json | value '["work"]')
OFFER=$(gen-ip offer $WORK --terms commercial --price 0 --account dev0 --json | value '["offer"]')
LICENSE=$(gen-ip buy $OFFER --max-price 0 --yes --account dev1 --json |
  value '["licenses"][0]["license"]')
"""


def test_the_page_runs(reader: Reader) -> None:
    reader.shell(BEFORE, "before the page")
    assert reader.follow(ROOT / "docs/certificate.md") == 3
    made = {path.name for path in reader.folder.iterdir()}
    assert made >= {"certificate.svg", "certificate.pdf", "license.pdf", "receipt.pdf"}
    assert made >= {"proof.json", "proven.svg"}
