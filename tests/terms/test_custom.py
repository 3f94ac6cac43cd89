"""Terms from a TOML file: what is written comes out, and what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip import Rights
from gen_ip.errors import FileTooLarge, MissingFile
from gen_ip.terms import UNLIMITED
from gen_ip.terms.bundle import BadBundle, decode
from gen_ip.terms.custom import MAX_TERMS_BYTES, BadTermsFile, CustomTerms, load, parse
from gen_ip.terms.rights import PERMISSIONS

POSTER = """
name = "poster"
grant = ["MERCH", "COMMERCIAL", "ATTRIBUTION"]
days = 365

[en]
title = "Poster"
text = "At most 500 posters may be printed."

[fr]
title = "Affiche"
text = "Au plus 500 affiches peuvent être imprimées."
"""


def test_a_file_becomes_terms_and_a_whole_bundle(tmp_path: Path) -> None:
    path = tmp_path / "poster.toml"
    path.write_text(POSTER, "utf-8")
    terms, bundle = load(path)
    assert terms.grant == Rights.COMMERCIAL | Rights.MERCH | Rights.ATTRIBUTION
    assert (terms.pass_, terms.income, terms.volume, terms.units) == (Rights(0), 0, 0, 0)
    assert terms.duration == 365 * 86_400
    assert terms.legal == bundle.digest
    assert decode(bundle.data, terms.legal) == bundle
    assert (bundle.name, bundle.grant) == ("poster", terms.grant)
    assert "Special condition. At most 500 posters may be printed." in bundle.text("en")
    assert "Condition particulière. Au plus 500 affiches" in bundle.text("fr")
    # The clause on order stays the last word.
    assert bundle.document["text"]["en"]["clauses"][-1]["id"] == "order"


def test_the_order_of_keys_and_rights_does_not_matter() -> None:
    lines = POSTER.replace('"MERCH", "COMMERCIAL"', '"COMMERCIAL", "MERCH"')
    assert parse(lines.encode()).terms == parse(POSTER.encode()).terms


def test_name_and_grant_are_enough() -> None:
    terms, bundle = parse(b'name = "a"\ngrant = ["DERIVE"]\nunits = "unlimited"')
    assert terms.units == UNLIMITED
    assert bundle.document["text"]["fr"]["title"] == "a"


def _with(**lines: str) -> str:
    """`POSTER` with its lines changed; `en__text` is `text` in the table `en`."""
    import tomllib

    fields = tomllib.loads(POSTER)
    text = "".join(
        f"{key} = {value}\n" for key, value in lines.items() if key not in ("en", "fr", "drop")
    )
    kept = [key for key in ("name", "grant", "days") if key not in lines]
    text += "".join(f"{key} = {_toml(fields[key])}\n" for key in kept)
    for language in ("en", "fr"):
        if lines.get("drop") != language:
            default = "".join(f"{k} = {_toml(v)}\n" for k, v in fields[language].items())
            text += f"[{language}]\n{lines.get(language, default)}\n"
    return text


def _toml(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("name", _with(name='"Poster"')),
        ("name", _with(name='"a b"')),
        ("name", _with(name='"-"')),
        ("name", _with(name=f'"{"a" * 41}"')),
        ("name", _with(name='"commercial"')),
        ("name", _with(name="1")),
        ("grant", _with(grant="[]")),
        ("grant", _with(grant='"COMMERCIAL"')),
        ("grant", _with(grant='["FLY"]')),
        ("grant", _with(grant="[1]")),
        ("grant", _with(grant='["COMMERCIAL", "EDITORIAL"]')),
        ("grant", _with(grant='["DERIVE", "SHARE_ALIKE", "ENDS_WITH_LICENSE"]',
                        **{"pass": '["DERIVE"]', "units": "1"})),
        ("pass", _with(**{"pass": '["TRAIN"]'})),
        ("pass", _with(**{"pass": '["ATTRIBUTION"]'})),
        ("pass", _with(grant='["COMMERCIAL", "DERIVE", "SHARE_ALIKE"]', units="1")),
        ("days", _with(days="-1")),
        ("days", _with(days="365_001")),
        ("days", _with(days="true")),
        ("days", _with(days="1.5")),
        ("days", _with(days="0", grant='["COMMERCIAL", "EXCLUSIVE"]')),
        ("days", _with(days="0x" + "f" * 5_000)),
        ("units", _with(units="1")),
        ("units", _with(units='"few"')),
        ("units", _with(units="4294967295")),
        ("units", _with(grant='["DERIVE"]')),
        ("units", _with(grant='["DERIVE", "TRANSFERABLE"]', units='"unlimited"')),
        ("income_bp", _with(income_bp="10_001")),
        ("income_bp", _with(income_bp="1")),
        ("volume_bp", _with(grant='["DERIVE"]', units="1", income_bp="9000", volume_bp="1001")),
        ("volume_bp", _with(grant='["DERIVE", "SHARE_ALIKE"]', units="1", volume_bp="1",
                            **{"pass": '["DERIVE"]'})),
        ("colour", _with(colour='"red"')),
        ("fr", _with(drop="fr")),
        ("en", _with(drop="en")),
        ("en.title", _with(en='text = "x"')),
        ("en.title", _with(en='title = " "\ntext = "x"')),
        ("fr.title", _with(fr=f'title = "{"x" * 101}"\ntext = "x"')),
        ("fr.text", _with(fr='title = "x"')),
        ("fr.text", _with(fr='title = "x"\ntext = "a\\u202eb"')),
        ("fr.text", _with(fr='title = "x"\ntext = 5')),
        ("fr.colour", _with(fr='title = "x"\ncolour = "red"')),
        ("", "name = "),
        ("", "a = " + "[" * 9_000),
        ("", "days = " + "9" * 6_000),
        ("", 'name = "\udc80"'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(key: str, text: str) -> None:
    with pytest.raises(BadTermsFile) as bad:
        parse(text.encode("utf-8", "surrogateescape"))
    assert bad.value.key == key
    assert len(str(bad.value)) < 1_000
    assert key in str(bad.value)


def test_files_are_capped(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        load(tmp_path / "none.toml")
    (tmp_path / "large.toml").write_bytes(b"#" * (MAX_TERMS_BYTES + 1))
    with pytest.raises(FileTooLarge):
        load(tmp_path / "large.toml")
    with pytest.raises(BadTermsFile):
        parse(b"#" * (MAX_TERMS_BYTES + 1))


_KEYS = st.sampled_from(
    ["name", "grant", "pass", "income_bp", "volume_bp", "days", "units", "en", "fr", "x"]
)
_VALUES = st.one_of(
    st.integers().map(str),
    st.sampled_from(['"a"', '"unlimited"', "[]", "{}", "1.5", "true", "1979-05-27", "[[[]]]"]),
    st.lists(st.sampled_from([f'"{right.name}"' for right in Rights])).map(
        lambda names: f"[{', '.join(names)}]"
    ),
    st.text(max_size=20),
)


@given(lines=st.lists(st.tuples(_KEYS, _VALUES), max_size=9), tail=st.text(max_size=30))
@settings(max_examples=600, deadline=None)
def test_no_text_does_worse_than_an_error(lines: list[tuple[str, str]], tail: str) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in lines) + tail
    try:
        made = parse(text.encode("utf-8", "surrogatepass"))
    except (BadTermsFile, BadBundle) as error:
        problem = str(error)
    else:
        problem = ""
        assert made.terms.legal == made.bundle.digest
    assert len(problem) < 1_000


@given(data=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_do_worse_than_an_error(data: bytes) -> None:
    with pytest.raises((BadTermsFile, BadBundle)):
        parse(data)


@given(
    grant=st.sets(st.sampled_from(list(Rights)), min_size=1),
    passed=st.sets(st.sampled_from(list(PERMISSIONS))),
    numbers=st.tuples(
        st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 400_000), st.integers(0, 9)
    ),
)
@settings(max_examples=300, deadline=None)
def test_what_is_written_comes_back(
    grant: set[Rights], passed: set[Rights], numbers: tuple[int, int, int, int]
) -> None:
    made = _made(grant, passed, numbers)
    if made is None:
        return
    assert set(made.terms.grant) == grant
    assert set(made.terms.pass_) == passed
    assert (made.terms.income, made.terms.volume) == numbers[:2]
    assert made.terms.duration == numbers[2] * 86_400
    assert made.terms.units == numbers[3]
    assert (made.bundle.grant, made.bundle.pass_) == (made.terms.grant, made.terms.pass_)


def _made(grant: set[Rights], passed: set[Rights], numbers: tuple[int, ...]) -> CustomTerms | None:
    names = [[str(right.name) for right in rights] for rights in (sorted(grant), sorted(passed))]
    keys = ("income_bp", "volume_bp", "days", "units")
    lines = [f"{key} = {number}" for key, number in zip(keys, numbers, strict=True)]
    text = f'name = "x"\ngrant = {names[0]}\npass = {names[1]}\n' + "\n".join(lines)
    try:
        return parse(text.encode())
    except BadTermsFile:
        return None
