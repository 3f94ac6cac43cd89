"""`certificate picture`, `license paper`, `license receipt`: what people hold in their hands."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gen_ip.papers import scripts
from tests.cli.conftest import Run
from tests.support.chain import LocalChain


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


def pages(path: Path) -> int:
    data = path.read_bytes()
    assert data.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b", data))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_license_and_its_receipt(
    run: Run, work: str, license_of: Callable[..., int], tmp_path: Path, language: str
) -> None:
    number = license_of(work, "commercial-remix", "--units", "2")
    paper, receipt = tmp_path / "paper.pdf", tmp_path / "receipt.pdf"
    run("license", "paper", number, "-o", paper, "--language", language).ok()
    assert pages(paper) >= 2
    made = run("license", "receipt", number, "-o", receipt, "--language", language, "--json").ok()
    assert made.json["license"] == str(number)
    assert pages(receipt) == 1


def test_a_license_that_was_given_away_has_no_receipt(run: Run, work: str, tmp_path: Path) -> None:
    to = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    options = ("--terms", "commercial", "--account", "dev0", "--yes", "--json")
    number = run("license", "issue", work, to, *options).ok().json["licenses"][0]["license"]
    out = tmp_path / "a.pdf"
    run("license", "receipt", number, "-o", out).failed("NotSold", "no receipt")
    run("license", "receipt", "99999", "-o", out).failed("UnknownLicense")
    run("license", "paper", number, "-o", tmp_path / "a.png").failed("UnknownPaper", ".pdf")
    assert not out.exists()
    run("license", "paper", number, "-o", out).ok()


def test_letters_that_no_font_has_are_told(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("certify", picture, "--name", "夜の街", "--account", "dev0", "--json").ok().json
    draw = ("certificate", "picture", made["work"], "-o")
    assert run(*draw, tmp_path / "a.svg").ok().err == ""
    found = scripts.find_spec
    monkeypatch.setattr(scripts, "find_spec", lambda name: None if "cjk" in name else found(name))
    said = run(*draw, tmp_path / "b.svg", "--json").ok()
    assert 'pip install "gen-ip[papers-cjk]"' in said.err
    assert (tmp_path / "b.svg").read_bytes() != (tmp_path / "a.svg").read_bytes()
    assert "夜の街" in (tmp_path / "b.svg").read_text("utf-8")


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
