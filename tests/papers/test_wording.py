"""The words of papers: the same in every language, all of them translated and used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gen_ip.papers.wording import Words, catalog
from gen_ip.terms import BUYOUT, COMMERCIAL_REMIX, NC_REMIX, READY, Rights, Terms
from gen_ip.terms.clauses import LANGUAGES
from tests.support.require import ROOT

# The same words in both languages.
SAME = {"kind.image", "moment", "right.EXCLUSIVE", "license.number", "receipt.transaction"}


def flat(words: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in words.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


ENGLISH, FRENCH = (dict(flat(catalog(language))) for language in LANGUAGES)


def test_both_have_the_same_keys_in_the_same_order() -> None:
    assert list(ENGLISH) == list(FRENCH)
    for key, text in ENGLISH.items():
        assert type(FRENCH[key]) is type(text)
    assert len(ENGLISH["months"]) == len(FRENCH["months"]) == 12


def test_the_same_names_are_filled_in() -> None:
    for key, text in ENGLISH.items():
        if isinstance(text, str):
            names = sorted(re.findall(r"{(\w+)}", text))
            assert names == sorted(re.findall(r"{(\w+)}", FRENCH[key])), key


def test_nothing_is_left_untranslated() -> None:
    names = re.compile(r"{\w+}|[^\w]")
    alike = {key for key, text in ENGLISH.items() if text == FRENCH[key]}
    # Without a word of its own there is nothing to translate.
    alike = {key for key in alike if names.sub("", str(ENGLISH[key]))}
    assert alike <= SAME, alike - SAME
    for key, text in FRENCH.items():
        assert text, key


def test_every_word_is_used() -> None:
    code = "".join(
        path.read_text("utf-8")
        for suffix in ("py", "typ")
        for path in (ROOT / "gen_ip" / "papers").rglob(f"*.{suffix}")
    )
    for key in ENGLISH:
        part, _, name = key.rpartition(".")
        if part not in ("kind", "right"):
            used = (f'"{name}"', f"'{name}'", f"words.{name}")
            assert any(each in code for each in used), key


def test_every_kind_and_every_right_has_its_words() -> None:
    from typing import get_args

    from gen_ip.content.kind import Kind

    for language in LANGUAGES:
        assert tuple(catalog(language)["kind"]) == get_args(Kind)
        assert set(catalog(language)["right"]) == set(Rights.__members__)


def test_times_and_numbers() -> None:
    english, french = Words("en"), Words("fr")
    assert english.moment(1_795_502_253) == "24 November 2026, 06:37:33 UTC"
    assert french.moment(0) == "1 janvier 1970, 00:00:00 UTC"
    assert english.moment(2**60) == "1,152,921,504,606,846,976"
    assert (english.amount(12_500_000, 6), french.amount(12_500_000, 6)) == ("12.5", "12,5")
    assert (english.amount(10**21, 18), english.amount(1, 18)) == ("1,000", "0.000000000000000001")
    assert (english.share(1_000), french.share(25)) == ("10%", "0,25\u00a0%")
    assert [english.duration(each) for each in (0, 86_400 * 365, 7_200, 61)] == [
        *("without end", "one year", "2 hours", "61 seconds")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_in_plain_words(language: Any) -> None:
    words = Words(language)
    for terms in READY.values():
        said = words.terms(terms)
        assert said.startswith(words.name_of(terms))
        for right in words.rights(terms.grant):
            assert right in said
    assert words.share(1_000) in words.terms(COMMERCIAL_REMIX)
    assert words["terms", "units-any"] in words.terms(NC_REMIX)
    assert words.duration(BUYOUT.duration) in words.terms(BUYOUT)
    custom = Terms(Rights.COMMERCIAL, legal=bytes(32))
    assert words.terms(custom).startswith(words["terms", "custom"])
