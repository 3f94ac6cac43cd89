"""Accounts and domains: one spelling each, whatever was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.errors import GenIPError
from gen_ip.status.accounts import account, domain
from gen_ip.status.errors import BadAccount, UnknownUse
from gen_ip.status.uses import Use, allows, missing, use_of
from gen_ip.terms import READY
from gen_ip.terms.rights import Rights
from tests.fuzz.promise import check_message
from tests.fuzz.strategies import json_values


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.Com", "example.com"),
        ("BÜCHER.de", "xn--bcher-kva.de"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("faß.de", "xn--fa-hia.de"),
        ("bücher。de", "xn--bcher-kva.de"),
        ("@Alice@Example.COM", "@alice@example.com"),
        ("@\uff21lice@bücher.de", "@alice@xn--bcher-kva.de"),
        ("@a.b_c-1@x.example", "@a.b_c-1@x.example"),
    ],
)
def test_one_spelling(typed: str, written: str) -> None:
    assert account(typed) == written
    assert account(written) == written


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "1.2.3",
        "example.com.",
        "example.com:80",
        "https://example.com",
        "example.com/path",
        "a..b",
        "a@example.com",
        "@a",
        "@@example.com",
        "@a b@example.com",
        "@a@b@example.com",
        "@a\u202eb@example.com",
        "xn--a.com",
        "-a.com",
        "x" * 64 + ".com",
        "@" + "x" * 65 + "@example.com",
        "\ud800.com",
        7,
        None,
    ],
)
def test_what_is_no_account(typed: object) -> None:
    with pytest.raises(BadAccount) as refused:
        account(typed)
    check_message(refused.value)


@given(st.text(max_size=80) | json_values)
def test_whatever_is_taken_is_taken_again(typed: object) -> None:
    for read in (account, domain):
        try:
            written = read(typed)
        except GenIPError as error:
            check_message(error)
        else:
            assert read(written) == written


def test_uses_by_name() -> None:
    assert [use_of(use.value) for use in Use] == list(Use)
    with pytest.raises(UnknownUse, match="known are show, commercial"):
        use_of("Commercial")


def test_what_the_ready_made_terms_allow() -> None:
    allowed = {
        name: {use.value for use in Use if allows(terms.grant, use)}
        for name, terms in READY.items()
    }
    assert allowed == {
        "commercial": {"show", "commercial", "editorial"},
        "commercial-remix": {"show", "commercial", "editorial", "derive"},
        "nc-remix": {"show", "derive"},
        "ai-train": {"train"},
        "buyout": {use.value for use in Use} - {"adult"},
    }


def test_editorial_terms_clear_commerce() -> None:
    grant = Rights.EDITORIAL | Rights.COMMERCIAL | Rights.MERCH
    assert missing(grant, {Use.EDITORIAL}) == ()
    assert missing(grant, {Use.MERCH, Use.COMMERCIAL}) == (Use.COMMERCIAL, Use.MERCH)
