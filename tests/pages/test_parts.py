"""Drawings, words and amounts of the pages, without a browser."""

from __future__ import annotations

import re
import string
from xml.etree import ElementTree as ET

import pytest

from gen_ip.papers.wording import Words
from gen_ip.service.pages.drawing import MOST_NODES, Node, columns, lineage
from gen_ip.service.pages.money import Tokens
from gen_ip.service.pages.rendering import shortened
from gen_ip.service.pages.wording import catalog, preferred
from gen_ip.tokens import NotAToken, TokenInfo
from gen_ip.work import ETH
from gen_ip.works.lineage import Link

SVG = "{http://www.w3.org/2000/svg}"
TOKEN = "0x" + "Ab" * 20


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_both_languages_say_the_same() -> None:
    english, french = catalog("en"), catalog("fr")
    assert set(english) == set(french)
    for part, texts in english.items():
        assert set(texts) == set(french[part]), part
        for key, text in texts.items():
            assert fields(text) == fields(french[part][key]), (part, key)
            assert text.strip()


@pytest.mark.parametrize(
    ("wanted", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "de,fr;q=0.8,en;q=0.5", "fr"),
        (None, "fr-CH;q=0.3, en-GB;q=0.7", "en"),
        ("fr", "en", "fr"),
        ("xx", "fr", "fr"),
        (None, "fr;q=x,;;;,en;q=0.1", "en"),
        (None, "de", "en"),
    ],
)
def test_the_language_is_the_readers(wanted: str | None, accepted: str, language: str) -> None:
    assert preferred(wanted, accepted) == language


def test_a_family_of_hundreds_is_drawn_in_part_and_says_so() -> None:
    below = [Link(number, 1, 1_000, 0, 7) for number in range(2, 502)]
    nodes = {number: Node(f"<b>&{number}", f"/works/{number}") for number in range(1, 502)}
    drawn, cut = lineage(
        1, [], below, nodes, 'a "label"', lambda link: f"<{link.child}>", lambda link: 2
    )
    root = ET.fromstring(drawn)  # noqa: S314 - what was just made
    shown = root.findall(f"{SVG}a")
    assert len(shown) == MOST_NODES
    assert cut
    assert len(root.findall(f"{SVG}path")) == MOST_NODES - 1
    assert [each.get("aria-current") for each in shown].count("page") == 1
    titles = [each.findtext(f"{SVG}title") for each in shown]
    assert titles[0] == "<b>&1"


def test_parents_stand_above_and_derivatives_below() -> None:
    above = [Link(3, 2, 1_000, 0, 7), Link(2, 1, 1_000, 0, 7)]
    below = [Link(4, 3, 1_000, 0, 7), Link(4, 1, 500, 0, 8)]
    nodes = {number: Node(str(number), f"/works/{number}") for number in range(1, 5)}
    drawn, cut = lineage(3, above, below, nodes, "label", lambda link: "", lambda link: 2)
    root = ET.fromstring(drawn)  # noqa: S314 - what was just made
    heights = {
        each.findtext(f"{SVG}title"): float(each.find(f"{SVG}rect").get("y") or 0)  # type: ignore[union-attr]
        for each in root.findall(f"{SVG}a")
    }
    assert heights["1"] < heights["2"] < heights["3"] < heights["4"]
    assert len(root.findall(f"{SVG}path")) == 4
    assert not cut


def test_bars_are_as_tall_as_their_amounts() -> None:
    drawn = columns([("a", 10, "10 <ETH>"), ("b", 5, "5"), ("c", 0, "0"), ("d", 10**30, "x")], "y")
    bars = ET.fromstring(drawn).findall(f"{SVG}rect")  # noqa: S314 - what was just made
    tall = [int(each.get("height") or 0) for each in bars]
    assert tall == [1, 1, 0, 96]
    assert bars[0].findtext(f"{SVG}title") == "a: 10 <ETH>"
    assert ET.fromstring(columns([], "none")) is not None  # noqa: S314 - what was just made


def test_amounts_are_in_whole_tokens_where_the_token_tells() -> None:
    asked: list[str] = []

    def ask(token: str) -> TokenInfo:
        asked.append(token)
        return TokenInfo(token, "ETH" if token == TOKEN else "USDC", 6)

    tokens, words = Tokens(ask), Words("en")
    assert tokens.shown(10**16, ETH, words) == "0.01 ETH"
    assert tokens.shown(1_500_000, "0x" + "11" * 20, words) == "1.5 USDC"
    # Nobody's token is called like the chain's own coin.
    assert tokens.shown(1_500_000, TOKEN, words) == f"1.5 {TOKEN[:10]}…{TOKEN[-6:]}"
    tokens.shown(1, TOKEN, words)
    assert asked == ["0x" + "11" * 20, TOKEN]

    def fails(token: str) -> TokenInfo:
        raise NotAToken(token, "no code")

    for blind in (Tokens(), Tokens(fails)):
        assert blind.shown(1_500_000, TOKEN, words).startswith("1,500,000 (0xAbAbAbAb…")


def test_long_numbers_are_cut_in_sentences_and_others_are_not() -> None:
    work, account = str(2**159), "0x" + "aB" * 20
    text = shortened(f"Work {work} of {account}, 3 of 1000000 at 2026-11-23.")
    short = f"Work {work[:6]}…{work[-4:]} of {account[:8]}…{account[-4:]}"
    assert text == f"{short}, 3 of 1000000 at 2026-11-23."
    assert not re.search(r"\d{20}", text)
