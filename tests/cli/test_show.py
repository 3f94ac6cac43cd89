"""What is drawn: pictures in blocks, cards that fit, nothing a stranger's text could do."""

from __future__ import annotations

import hashlib
import io
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image
from rich.console import Console

from gen_ip.cli.output import Output
from gen_ip.cli.show.cards import card
from gen_ip.cli.show.certificate import content_of, work_card
from gen_ip.cli.show.lineage import lineage_tree
from gen_ip.cli.show.picture import half_blocks
from gen_ip.cli.show.text import moment, plain, short, short_hex
from gen_ip.cli.show.verdict import show_verdict
from gen_ip.content.cid import raw_cid_of
from gen_ip.content.local import LocalStore
from gen_ip.fingerprint.image import Level
from gen_ip.works.lineage import Lineage, Link
from gen_ip.works.recognition import Match, Verdict
from gen_ip.works.registry import Work
from tests.cli.conftest import PICTURES
from tests.support.pictures import BAD_FILES


def drawn(width: int, renderable: object, color: bool = False) -> str:
    console = Console(
        width=width,
        force_terminal=color,
        color_system="truecolor" if color else None,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def test_half_blocks_show_the_pixels(tmp_path: Path) -> None:
    picture = Image.new("RGB", (2, 2))
    pixels = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)]
    picture.putdata(pixels)
    path = tmp_path / "four.png"
    picture.save(path)
    text = half_blocks(path, 2, 1)
    assert text is not None
    assert text.plain == "▀▀"
    left, right = (span.style for span in text.spans)
    assert left.color.triplet == pixels[0]
    assert left.bgcolor.triplet == pixels[2]
    assert right.color.triplet == pixels[1]
    assert right.bgcolor.triplet == pixels[3]


@pytest.mark.parametrize("name", ["cat.png", "coffee.jpg", "rocket.jpg"])
def test_a_picture_fits_its_box(name: str) -> None:
    text = half_blocks(PICTURES / name, 30, 10)
    assert text is not None
    lines = text.plain.split("\n")
    assert len(lines) <= 10
    assert {len(line) for line in lines} == {len(lines[0])}
    assert max(len(lines) / 10, len(lines[0]) / 30) > 0.9


@pytest.mark.parametrize("make", BAD_FILES, ids=lambda make: make.__name__)
def test_no_picture_is_no_error(tmp_path: Path, make: object) -> None:
    path, *_ = make(tmp_path)  # type: ignore[operator]
    assert half_blocks(path, 10, 5) is None


def test_pictures_of_any_size_are_not_decoded_for_a_preview(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("1", (5_001, 5_000)).save(path)
    assert half_blocks(path, 10, 5) is None
    Image.new("1", (5_000, 5_000)).save(path)
    assert half_blocks(path, 10, 5) is not None


def test_only_the_certified_bytes_are_previewed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    client = SimpleNamespace(store=store)
    # Above 256 KiB a CID is of a tree, so the document alone does not show the difference.
    famous = bytes(300_000)
    metadata = {"name": "Mine", "gen_ip": {"content": {"cid": store.put_file(famous)}}}
    true = replace(work(7, ""), content_hash=hashlib.sha256(famous).digest(), metadata=metadata)
    with content_of(client, true) as preview:
        assert preview.problem is None
        assert preview.path is not None
        assert preview.path.read_bytes() == famous
    assert not preview.path.exists()
    with content_of(client, replace(true, content_hash=bytes(32))) as preview:
        assert preview.path is None
        assert preview.problem is not None
        shown = drawn(120, work_card(Console(width=120), true, problem=preview.problem))
    assert "of another file than the certified one" in shown
    absent = {"name": "Mine", "gen_ip": {"content": {"cid": raw_cid_of(b"absent")}}}
    with content_of(client, replace(true, metadata=absent)) as preview:
        assert preview == (None, None)


@pytest.mark.parametrize("width", [40, 80, 100, 120, 200])
@pytest.mark.parametrize("color", [True, False])
def test_a_card_fits_the_terminal(width: int, color: bool) -> None:
    console = Console(
        width=width, force_terminal=color, color_system="truecolor" if color else None
    )
    till = "0x" + "Ab" * 20
    facts = [("till", till), ("made from", "x" * 300)]
    with console.capture() as captured:
        console.print(card(console, "Name", facts, picture=PICTURES / "cat.png"))
    from rich.text import Text

    lines = Text.from_ansi(captured.get()).plain.rstrip("\n").split("\n")
    assert max(map(len, lines)) <= min(width, 100)
    assert ("▀" in captured.get()) is (color and width >= 80)
    if width >= 80:
        assert till in "\n".join(lines)


@pytest.mark.parametrize(("width", "full"), [(80, True), (100, False), (80, False)])
def test_hashes_are_whole_where_they_fit_or_are_asked_for(width: int, full: bool) -> None:
    digest = hashlib.sha256(b"x").digest()
    metadata = {"name": "Mine", "gen_ip": {"content": {"cid": raw_cid_of(b"x")}}}
    certified = replace(work(7, ""), content_hash=digest, metadata=metadata)
    text = drawn(width, work_card(Console(width=width), certified, full=full))
    together = re.sub(r"[\s│]", "", text)
    whole = full or width >= 100
    assert (digest.hex() in together) is whole
    assert (raw_cid_of(b"x") in together) is whole


def test_a_stranger_s_text_cannot_steer_the_terminal() -> None:
    hostile = "a\x1b[31mb\rc\nd\u202ee\x07 [bold]f[/bold] \x9b2J"
    safe = plain(hostile)
    assert safe.isprintable()
    assert "[bold]f[/bold]" in safe
    shown = drawn(80, card(Console(width=80), hostile, [("name", hostile)]))
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert "\u202e" not in shown
    assert "[bold]f[/bold]" in shown


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_names_of_files_cannot_steer_the_terminal_beside_a_spinner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hostile = "\x1b]0;owned\x07\x1b[8m.png"
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with Output(False).working(f"Certifying {hostile} …") as spinner:
        time.sleep(0.2)
        spinner.say(f"Comparing {hostile}")
        time.sleep(0.2)
    assert isinstance(sys.stderr, _Terminal)
    shown = sys.stderr.getvalue()
    for words in ("Certifying", "Comparing"):
        assert f"{words} \\x1b]0;owned\\x07\\x1b[8m.png" in shown
    assert "\x1b]" not in shown
    assert "\x1b[8m" not in shown
    assert "\x07" not in shown


def test_long_texts_are_cut() -> None:
    assert plain("x" * 500) == "x" * 199 + "…"
    assert short("abcdefghijklmnopqrstuvwxyz") == "abcdefgh…uvwxyz"
    assert short_hex(5) == "0x00000000…000005"
    assert short_hex(bytes(32)) == "0x00000000…000000"


def test_times_beyond_the_calendar() -> None:
    assert moment(0) == "1970-01-01 00:00:00 UTC"
    assert moment(2**62) == f"{2**62} s after 1970"


def work(number: int, name: str) -> Work:
    return Work(
        id=number,
        till=f"0x{number:040x}",
        owner="0x" + "11" * 20,
        creator="0x" + "11" * 20,
        content_hash=bytes(32),
        claim_time=0,
        first=True,
        claims=1,
        transfers=0,
        resale_royalty=0,
        token_uri="",
        metadata_cid="",
        metadata_version=0,
        parents=(),
        payees=(),
        metadata={"name": name},
    )


def test_a_work_with_two_parents_stands_below_both() -> None:
    links = (Link(3, 1, 1000, 0, 1), Link(3, 2, 0, 250, 2), Link(4, 3, 500, 0, 3))
    lineage = Lineage(work=3, ancestors=(1, 2), descendants=(4,), links=links)
    works = {n: work(n, name) for n, name in enumerate(["", "left", "right", "both", "below"]) if n}
    trees = lineage_tree(lineage, works, {4: "earned 7"})
    assert len(trees) == 2
    left, right = (drawn(80, tree) for tree in trees)
    for text in (left, right):
        assert text.index("both") < text.index("below") < text.index("earned 7")
    assert "left" in left
    assert "10% of income" in left
    assert "2.5% of volume" not in left
    assert "right" in right
    assert "2.5% of volume" in right


def verdict(
    matches: tuple[Match, ...],
    level: Level = Level.DIFFERENT,
    problems: tuple[tuple[int, str], ...] = (),
) -> str:
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        show_verdict(console, Verdict("00" * 32, level, matches, 5, problems, problems))
    return captured.get()


def match(number: int, level: Level, confirmed: bool) -> Match:
    return Match(number, level, 0, "0x" + "11" * 20, 0, confirmed, f"name {number}")


def test_mere_claims_are_told_apart_from_what_was_checked() -> None:
    claim = match(1, Level.PIXELS, False)
    text = verdict((claim,))
    assert text.startswith("Nothing confirmed: certificates only claim")
    assert text.index("not checked against the certified files:") < text.index("name 1")
    assert "The same pixels as a certified work" not in text

    text = verdict((match(2, Level.SIMILAR, True), claim), Level.SIMILAR)
    assert text.startswith("Like a certified work")
    assert text.index("name 2") < text.index("not checked") < text.index("name 1")

    text = verdict((match(2, Level.PIXELS, True),), Level.PIXELS)
    assert text.startswith("The same pixels as a certified work")
    assert "not checked" not in text
    assert verdict(()).startswith("No certified work is like this file.")


def test_strangers_cannot_flood_the_verdict() -> None:
    problems = tuple((number, "broken \x1b[31m") for number in range(1, 501))
    claims = tuple(match(number, Level.SIMILAR, False) for number in range(1, 501))
    text = verdict(claims, problems=problems)
    assert text.count("\n") < 100
    assert text.count("and 480 more") == 2
    assert "500 could not be compared" in text
    assert "\x1b" not in text


def test_a_tree_without_end_is_cut() -> None:
    # 40 generations with two parents each would be 2^40 lines.
    links = tuple(
        Link(child, parent, 1, 0, 1)
        for child in range(2, 82)
        for parent in range(1, 81)
        if child // 2 == parent // 2 + 1
    )
    numbers = range(1, 82)
    lineage = Lineage(work=1, ancestors=(), descendants=tuple(range(2, 82)), links=links)
    trees = lineage_tree(lineage, {n: work(n, f"w{n}") for n in numbers}, {})
    assert sum(drawn(200, tree).count("owes") for tree in trees) <= 500
