"""`certificate picture`: what people hold in their hands, from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_certificate_as_picture_and_page(
    run: Run, work: str, picture: Path, tmp_path: Path
) -> None:
    run("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0").ok()
    svg, pdf = tmp_path / "a.svg", tmp_path / "a.pdf"
    said = run("certificate", "picture", work, "-o", svg).ok()
    assert f"Wrote {svg}" in said.out
    text = svg.read_text("utf-8")
    assert "Certificate of the work “Chelsea”" in text
    assert "data:" not in text
    # By its file, with the work itself on it.
    options = ("--thumbnail", "--dark", "--language", "fr", "--json")
    made = run("certificate", "picture", picture, "-o", pdf, *options).ok().json
    assert made["work"] == work
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert made["bytes"] == pdf.stat().st_size


def test_what_cannot_be_drawn_is_told(run: Run, work: str, tmp_path: Path) -> None:
    taken, other = tmp_path / "a.svg", tmp_path / "other.txt"
    taken.write_text("mine")
    other.write_text("not certified")
    run("certificate", "picture", work, "-o", taken).failed("OutputTaken", "already")
    assert taken.read_text() == "mine"
    run("certificate", "picture", work, "-o", tmp_path / "a.jpg").failed("UnknownPaper", ".svg")
    out = tmp_path / "b.svg"
    run("certificate", "picture", other, "-o", out).failed("BadValue", "not certified")
    run("certificate", "picture", "7", "-o", out).failed("UnknownWork", "7")
    assert not out.exists()
