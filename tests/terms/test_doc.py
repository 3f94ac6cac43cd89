"""docs/terms.md says what the code says."""

from __future__ import annotations

import re

from gen_ip.content import declaration
from gen_ip.terms import READY, UNLIMITED, Rights
from gen_ip.terms.custom import parse
from gen_ip.terms.upstream import require_known, table
from tests.support.require import ROOT

DOC = (ROOT / "docs/terms.md").read_text("utf-8")
ROWS = {
    cells[0].strip("`"): cells[1:]
    for line in DOC.splitlines()
    if line.startswith("| ")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
DECLARED, POSTER = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)


def test_the_table_of_rights_is_that_of_the_terms() -> None:
    for right in Rights:
        for terms, cell in zip(READY.values(), ROWS[str(right.name)], strict=True):
            assert bool(cell) == (right in terms.grant), right
            assert ("passes on" in cell) == (right in terms.pass_), right
    for terms, share, units in zip(
        READY.values(), ROWS["income share"], ROWS["derivatives"], strict=True
    ):
        assert share == (f"{terms.income // 100}%" if terms.income else "")
        expected = f"{terms.units:,}" if terms.units else ""
        assert units == ("any number" if terms.units == UNLIMITED else expected)


def test_the_table_of_upstream_licenses_is_the_packages() -> None:
    for name, row in table().items():
        license_, outputs, models, source, read = ROWS[name]
        assert license_ == row.license
        assert (outputs, models) == (", ".join(row.outputs.names), ", ".join(row.models.names))
        assert row.source_url in source
        assert row.dated in source
        assert read == f"{row.evidence}, {row.checked}"


def test_the_examples_are_read() -> None:
    require_known(declaration.parse(DECLARED.encode()))
    terms, bundle = parse(POSTER.encode())
    assert "500 affiches" in bundle.text("fr")
    assert terms.grant == Rights.COMMERCIAL | Rights.MERCH | Rights.ATTRIBUTION


def test_it_says_that_it_is_no_legal_advice() -> None:
    assert "**None of it is legal\nadvice**" in DOC
