"""The table of upstream licenses, and what follows from it for a work's terms."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.content import declaration
from gen_ip.content.declaration import Declaration
from gen_ip.content.files import summarize_file
from gen_ip.content.metadata import Kind, Metadata, Override, Tool, build, decode, encode
from gen_ip.errors import FileTooLarge, MetadataError
from gen_ip.terms import AI_TRAIN, BUYOUT, COMMERCIAL, Rights
from gen_ip.terms.upstream import (
    BeyondUpstream,
    UnknownUpstream,
    check,
    conflicts,
    find,
    require_known,
    table,
    unknown,
)
from tests.support.require import ROOT

SUMMARY = summarize_file(ROOT / "gen_ip/demo/pictures/cat.png")


def metadata(*tools: Tool, kind: Kind = "image", override: tuple[Override, ...] = ()) -> Metadata:
    return build(
        name="Cat", content=SUMMARY, kind=kind, base_models=tools, upstream_override=override
    )


def test_every_row_has_a_source_a_day_and_rights_by_name() -> None:
    assert len(table()) >= 12
    for name, row in table().items():
        assert name == row.id
        assert row.source_url.startswith("https://"), name
        assert row.source_title, name
        assert row.evidence in ("text", "card", "secondary"), name
        assert date(2026, 1, 1) <= date.fromisoformat(row.checked), name
        assert row.note, name
        assert row.names, name


def test_rows_name_rights_that_exist() -> None:
    import tomllib

    text = (ROOT / "gen_ip/terms/upstream.toml").read_text("utf-8")
    rows = tomllib.loads(text)["upstream"]
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert set(row["outputs"] + row["models"]) <= set(Rights.__members__), row["id"]
    own = [{name.casefold() for name in (row["id"], *row["names"])} for row in rows]
    names = [name for row in own for name in row]
    assert len(set(names)) == len(names)


def test_a_tool_is_found_by_its_row_or_its_name() -> None:
    assert find({"name": "sdxl"}) is table()["sdxl-1.0"]
    assert find({"name": "my mix", "upstream": "sdxl-1.0"}) is table()["sdxl-1.0"]
    assert find({"name": "SDXL", "upstream": "none-such"}) is None
    assert find({"name": "own brush"}) is None
    assert unknown(metadata({"name": "own brush"}, {"name": "SDXL"})) == ["own brush"]


def test_terms_beyond_an_upstream_are_refused() -> None:
    work = metadata({"name": "FLUX.1-dev"}, {"name": "SDXL"})
    assert check(work, COMMERCIAL.grant) == []
    with pytest.raises(BeyondUpstream, match=r"flux\.1-dev.*TRAIN.*upstream_override") as beyond:
        check(work, AI_TRAIN.grant)
    [conflict] = beyond.value.conflicts
    assert (conflict.upstream.id, conflict.rights) == ("flux.1-dev", Rights.TRAIN)
    assert conflict.to_json()["override"] is None


def test_a_model_is_bound_further_than_what_it_makes() -> None:
    flux: Tool = {"name": "FLUX.1 [dev]"}
    assert conflicts(metadata(flux), COMMERCIAL.grant) == []
    [conflict] = conflicts(metadata(flux, kind="model"), COMMERCIAL.grant)
    assert conflict.rights == Rights.COMMERCIAL


def test_an_override_lifts_what_it_names_and_no_more() -> None:
    both = (
        Override(upstream="flux.1-dev", rights=["TRAIN"], statement="Licensed on 3 May."),
        Override(upstream="midjourney-paid", rights=["EXCLUSIVE"], statement="Stealth."),
    )
    tools: tuple[Tool, ...] = ({"name": "FLUX.1-dev"}, {"name": "Midjourney"})
    [first, second] = check(metadata(*tools, override=both), BUYOUT.grant)
    assert (first.override, second.override) == ("Licensed on 3 May.", "Stealth.")
    with pytest.raises(BeyondUpstream) as beyond:
        check(metadata(*tools, override=both[:1]), BUYOUT.grant)
    assert [one.upstream.id for one in beyond.value.conflicts] == ["midjourney-paid"]
    other = Override(upstream="flux.1-dev", rights=["MERCH"], statement="No use.")
    with pytest.raises(BeyondUpstream):
        check(metadata(tools[0], override=(other,)), AI_TRAIN.grant)


def test_metadata_keep_what_is_declared() -> None:
    override = Override(upstream="flux.1-dev", rights=["TRAIN"], statement="Licensed.")
    work = metadata({"name": "x", "plan": "Pro", "upstream": "sdxl-1.0"}, override=(override,))
    read = decode(encode(work))
    assert read["gen_ip"]["upstream_override"] == [override]
    assert read["gen_ip"]["base_models"][0]["plan"] == "Pro"


@pytest.mark.parametrize(
    "override",
    [
        "flux",
        {},
        {"upstream": "flux.1-dev", "rights": ["TRAIN"]},
        {"upstream": "flux.1-dev", "rights": ["TRAIN"], "statement": " "},
        {"upstream": "flux.1-dev", "rights": "TRAIN", "statement": "x"},
        {"upstream": "flux.1-dev", "rights": ["<b>"], "statement": "x"},
        {"upstream": "Flux!", "rights": ["TRAIN"], "statement": "x"},
        {"upstream": "flux.1-dev", "rights": ["TRAIN"], "statement": "a\u202eb"},
    ],
)
def test_an_override_of_another_form_is_no_metadata(override: Any) -> None:
    with pytest.raises(MetadataError, match="upstream_override"):
        metadata(override=(override,))


DECLARED = b"""
human_contribution = "Sketched and repainted."
[[tools]]
name = "Midjourney"
plan = "Pro"
[[base_models]]
name = "SDXL"
upstream = "sdxl-1.0"
[[upstream_override]]
upstream = "midjourney-paid"
rights = ["EXCLUSIVE"]
statement = "Stealth mode."
"""


def test_a_declaration_is_read_as_written() -> None:
    read = declaration.parse(DECLARED)
    assert read.human_contribution == "Sketched and repainted."
    assert read.tools == ({"name": "Midjourney", "plan": "Pro"},)
    assert read.base_models == ({"name": "SDXL", "upstream": "sdxl-1.0"},)
    assert read.upstream_override[0]["statement"] == "Stealth mode."
    require_known(read)
    work = build(name="x", content=SUMMARY, **read.fields())
    assert [tool["name"] for tool in work["gen_ip"]["tools"]] == ["Midjourney"]
    assert build(name="x", content=SUMMARY, **Declaration().fields()) == build(
        name="x", content=SUMMARY
    )


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("", "tools = "),
        ("", "human_contribution = " + "9" * 6_000),
        ("", "tools = " + "[" * 60_000),
        ("tool", 'tool = "x"'),
        ("tools", 'tools = "x"'),
        ("tools[0].name", "[[tools]]\nplan = 'x'"),
        ("tools[0].colour", "[[tools]]\nname = 'x'\ncolour = 'red'"),
        ("base_models[0].upstream", "[[base_models]]\nname = 'x'\nupstream = 'A B'"),
        ("human_contribution", "human_contribution = 1"),
        ("human_contribution", "human_contribution = 0x" + "f" * 6_000),
        ("upstream_override[0].statement", "[[upstream_override]]\nupstream='a'\nrights=['TRAIN']"),
    ],
)
def test_a_declaration_that_does_not_fit(field: str, text: str) -> None:
    with pytest.raises(MetadataError) as bad:
        declaration.parse(text.encode())
    assert bad.value.field == field


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[[tools]]\nname = 'x'\nupstream = 'none-such'", UnknownUpstream),
        ("[[upstream_override]]\nupstream='x'\nrights=['TRAIN']\nstatement='y'", UnknownUpstream),
        ("[[upstream_override]]\nupstream='openai'\nrights=['FLY']\nstatement='y'", MetadataError),
    ],
)
def test_a_declaration_of_unknown_things(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        require_known(declaration.parse(text.encode()))


def test_declarations_are_capped(tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_bytes(b"#" * 65_537)
    with pytest.raises(FileTooLarge):
        declaration.load(tmp_path / "d.toml")


@given(data=st.one_of(st.binary(max_size=120), st.text(max_size=120).map(lambda s: s.encode())))
@settings(max_examples=300, deadline=None)
def test_no_declaration_does_worse_than_an_error(data: bytes) -> None:
    with suppress(MetadataError):
        build(name="x", content=SUMMARY, **declaration.parse(data).fields())
