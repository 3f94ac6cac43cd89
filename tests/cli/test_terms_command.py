"""`gen-ip terms`, terms of one's own, declarations, and what a buyer is shown of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from gen_ip.terms import READY, legal_text
from tests.cli.conftest import Run
from tests.support.chain import LocalChain

POSTER = """
name = "poster"
grant = ["COMMERCIAL", "MERCH", "ATTRIBUTION"]
days = 365
"""
DECLARED = """
human_contribution = "Chose one of forty and repainted the hands."
[[base_models]]
name = "FLUX.1-dev"
license = "FLUX.1 [dev] Non-Commercial License"
"""
OVERRIDE = """
[[upstream_override]]
upstream = "flux.1-dev"
rights = ["TRAIN"]
statement = "Under an agreement of 3 May with its maker."
"""


def test_list_names_all_ready_made_terms(run: Run) -> None:
    listed = run("terms", "list", "--json").ok().json["terms"]
    assert [entry["name"] for entry in listed] == list(READY)
    for entry in listed:
        assert set(entry["title"]) == {"en", "fr"}
        assert entry["legal"] == f"0x{READY[entry['name']].legal.hex()}"
    out = run("terms", "list").ok().out
    assert all(name in out for name in READY)
    assert "not legal advice" in out


@pytest.mark.parametrize("name", READY)
def test_show_prints_every_format(run: Run, name: str) -> None:
    assert run("terms", "show", name).ok().out == legal_text(READY[name])
    french = run("terms", "show", name, "--language", "fr").ok().out
    assert french == legal_text(READY[name], "fr")
    policy = json.loads(run("terms", "show", name, "--format", "odrl").ok().out)
    assert policy["@type"] == "Offer"
    licensed = run("terms", "show", name, "--format", "rsl", "--url", "https://x.org/?a&b").ok().out
    [content] = ET.fromstring(licensed)  # noqa: S314 - our own output
    assert content.get("url") == "https://x.org/?a&b"
    bundle = run("terms", "show", name, "--format", "json").ok().out
    assert hashlib.sha256(bundle.encode()).digest() == READY[name].legal
    told = run("terms", "show", name, "--json").ok().json
    assert told["bundle"] == json.loads(bundle)
    assert told["terms"] == READY[name].to_json()


def test_show_tells_what_it_cannot_show(run: Run, rpc: LocalChain) -> None:
    run("terms", "show", "free").failed("BadValue", "commercial, commercial-remix, nc-remix")
    run("terms", "show", "free", "--format", "pdf").failed("UsageError", "pdf", code=2)
    run("terms", "show", "commercial", "--language", "de").failed("UsageError", "de", code=2)
    run("terms", "show", "0x12").failed("InvalidArgument", "0x12")
    run("terms", "show", "0x" + "12" * 32).failed("UnknownTerms")
    run("terms", "show", "none.toml").failed("MissingFile", "none.toml")


def test_terms_of_ones_own_are_registered_sold_and_read(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    file = tmp_path / "poster.toml"
    file.write_text(POSTER)
    made = run("terms", "register", str(file), "--account", "dev0", "--json").ok().json
    terms = made["terms"]["hash"]
    assert made["terms"]["grant"] == ["COMMERCIAL", "MERCH", "ATTRIBUTION"]
    offered = run(
        *("offer", work, "--terms", terms, "--price", "0", "--account", "dev0", "--json"),
    ).ok()
    assert offered.json["terms"]["legal"] == made["terms"]["legal"]
    shown = run("terms", "show", terms).ok().out
    assert shown == run("terms", "show", str(file)).ok().out
    assert shown.startswith("Gen-IP · poster (poster)\n")
    # The numbers are on chain, so others under the same text need no file.
    changed = run(
        *("offer", work, "--terms", terms, "--duration", "30d", "--price", "0"),
        *("--account", "dev0", "--json"),
    ).ok()
    assert changed.json["terms"]["duration"] == 30 * 86_400
    assert changed.json["terms"]["legal"] == made["terms"]["legal"]


def test_bad_terms_files_leave_nothing(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text('name = "x"\ngrant = ["FLY"]\n')
    run("terms", "register", str(file), "--account", "dev0").failed("BadTermsFile", "grant", "FLY")
    run("terms", "register", str(tmp_path), "--account", "dev0").failed("NotAFile")
    run("terms", "register", str(file)).failed("BadTermsFile", "grant")
    file.write_text(POSTER)
    run("terms", "register", str(file)).failed("NoAccount")


def certify(run: Run, tmp_path: Path, declared: str, content: bytes) -> str:
    (tmp_path / "work.bin").write_bytes(content)
    (tmp_path / "declared.toml").write_text(declared)
    made = run(
        *("certify", str(tmp_path / "work.bin"), "--declare", str(tmp_path / "declared.toml")),
        *("--account", "dev0", "--json"),
    ).ok()
    work: str = made.json["work"]
    return work


def test_a_declaration_is_shown_with_the_work(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    work = certify(run, tmp_path, DECLARED + OVERRIDE, b"declared")
    out = " ".join(run("show", work).ok().out.replace("│", " ").split())
    for words in ("FLUX.1-dev", "repainted the hands", "TRAIN beyond flux.1-dev"):
        assert words in out
    told = run("show", work, "--json").ok().json
    assert told["metadata"]["gen_ip"]["base_models"][0]["name"] == "FLUX.1-dev"


def test_terms_beyond_an_upstream_take_an_override(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    work = certify(run, tmp_path, DECLARED, b"without")
    sell: Any = ("--terms", "ai-train", "--price", "0", "--account", "dev0")
    run("offer", work, *sell).failed("BeyondUpstream", "flux.1-dev", "TRAIN", "upstream_override")

    licensed = certify(run, tmp_path, DECLARED + OVERRIDE, b"with")
    offer = run("offer", licensed, *sell, "--json").ok().json["offer"]
    [listed] = run("offers", licensed, "--json").ok().json["offers"]
    [conflict] = listed["upstream"]
    assert conflict["override"] == "Under an agreement of 3 May with its maker."
    assert conflict["rights"] == ["TRAIN"]
    assert "an agreement of 3 May" in " ".join(run("offers", licensed).ok().out.split())
    bought = run("buy", offer, "--max-price", "0", "--yes", "--account", "dev1").ok()
    assert "which withholds train" in bought.err
    assert "an agreement of 3 May" in bought.err


def test_a_bad_declaration_is_told_before_anything_else(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    (tmp_path / "work.bin").write_bytes(b"x")
    file = tmp_path / "declared.toml"
    args = ("certify", str(tmp_path / "work.bin"), "--declare", str(file), "--account", "dev0")
    run(*args).failed("MissingFile", "declared.toml")
    file.write_text("colour = 'red'")
    run(*args).failed("MetadataError", "colour")
    file.write_text("[[tools]]\nname = 'x'\nupstream = 'none-such'")
    run(*args).failed("UnknownUpstream", "none-such", "sdxl-1.0")
