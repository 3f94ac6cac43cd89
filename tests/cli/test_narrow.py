"""Narrow terminals: words give way, addresses and numbers never lose a character."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from gen_ip.cli.show.certificate import work_card
from gen_ip.cli.show.report import balances, gas_table
from gen_ip.demo.books import Line
from gen_ip.demo.report import Step
from gen_ip.works.registry import Payee, Share
from tests.cli.conftest import Run
from tests.cli.test_show import drawn, work

WIDTHS = [40, 60, 77, 78, 80, 100]


def unfolded(text: str) -> str:
    """What a reader puts together from folded lines: no frame, no spaces."""
    return re.sub(r"[\s│╭╮╰╯─]", "", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_certificate_is_folded(width: int) -> None:
    payee, parent = "0x" + "Ab" * 20, int("cd" * 20, 16)
    certified = replace(
        work(7, ""),
        metadata=None,
        payees=(Payee(payee, 3000),),
        parents=(Share(parent, 1000, 0, 1), Share(parent + 1, 0, 0, 2)),
    )
    text = drawn(width, work_card(Console(width=width), certified))
    assert max(map(len, text.splitlines())) <= width
    together = unfolded(text).lower()
    for address in (certified.till, certified.owner, payee, f"0x{parent:040x}"):
        assert address.lower() in together
    assert "owed10%ofincome" in together
    assert "owednothing" in together


LINES = [
    Line("the marketplace", "0x0", 10**22, 10**20 + 1, 10**19, 10**15, 10**22, 10**22),
    Line("Ada, a photographer", "0x0", 10**22, 0, 123456 * 10**18, 1, 10**22, 10**22 - 99),
]


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_of_numbers_lose_columns_before_digits(width: int) -> None:
    text = drawn(width, balances(LINES, 18, "ETH", width))
    assert max(map(len, text.splitlines())) <= width
    assert "10,000.000000" in text
    assert "-99 ✗" in text
    assert "…" not in text
    assert ("earned" in text) is (width >= 78)

    steps = [Step("all contracts are deployed, once a chain", 7, 12_345_678, 10**16)]
    text = drawn(width, gas_table(steps, width))
    assert text.count("12,345,678") == text.count("0.010000") == 2
    assert "…" not in text
    assert ("transactions" in text) is (width >= 78)
    for word in steps[0].text.split():
        assert word in text


@pytest.mark.parametrize("width", ["40", "60", "80"])
def test_accounts_are_listed_in_full(run: Run, home: Path, width: str) -> None:
    name = "an-account-with-a-rather-long-name-for-a-terminal"
    made = run("account", "new", name, "--json", GENIP_PASSWORD="long enough").ok().json
    text = run("account", "list", COLUMNS=width).ok().out
    assert max(map(len, text.splitlines())) <= int(width)
    assert "…" not in text
    assert made["address"] in unfolded(text)


@pytest.mark.parametrize("width", ["60", "78"])
def test_the_demo_cuts_nothing(run: Run, width: str) -> None:
    text = run("demo", "--chain", "anvil", COLUMNS=width).ok().out
    assert max(map(len, text.splitlines())) <= int(width)
    # Digests are shortened on purpose, between head and tail; nothing ends in an ellipsis.
    assert not re.search("…(?![0-9a-z])", text)
    assert len(set(re.findall("0x[0-9a-fA-F]{40}", unfolded(text)))) >= 9
