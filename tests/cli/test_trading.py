"""Offers signed in files, bids and answers, deliveries, certificates for sale."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gen_ip import FeeShare, GenIP
from gen_ip.accounts import dev_account
from gen_ip.chain import abi, artifacts, transactions
from gen_ip.chain.call import Call
from gen_ip.chain.rpc import Rpc
from gen_ip.terms import COMMERCIAL, Rights, Terms
from tests.cli.conftest import PICTURES, Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain
from tests.support.solidity import place

DAY = 86_400


@pytest.fixture
def bid(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> Path:
    """dev1 bids 10 DUSD for a license of dev0's work."""
    file = tmp_path / "bid.json"
    command = ("bid", work, "--terms", "commercial", "--price", "10", "--token", rpc.token)
    run(*command, "-o", file, "--account", "dev1", "--json").ok()
    return file


@pytest.fixture
def ask(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> Path:
    """dev0 sells a license of a work for 12.5 DUSD, by signature."""
    file = tmp_path / "ask.json"
    command = ("offer", work, "--terms", "commercial", "--price", "12.5", "--token", rpc.token)
    told = run(*command, "--sign", "-o", file, "--account", "dev0", "--json").ok().json
    assert (told["file"], told["text"]) == (str(file), "12.5 DUSD")
    return file


# --------------------------------------------------------------------- asks


def test_a_signed_offer_is_bought_from_its_file(
    run: Run, rpc: LocalChain, work: str, ask: Path
) -> None:
    assert "sells licenses" in run("inspect", ask).ok().out
    buy = ("buy", ask, "--yes", "--max-price")
    run(*buy, "12 DUSD", "--account", "dev1").failed("PriceTooHigh", "12.5 DUSD")
    bought = run(*buy, "12.5 DUSD", "--account", "dev1", "--json").ok().json
    assert bought["paid"]["text"] == "12.5 DUSD"
    assert bought["licenses"][0]["work"] == work
    run(*buy, "12.5 DUSD", "--account", "dev2").failed("NotEnoughLeft")


def test_the_most_to_pay_names_the_token_that_is_asked_for(
    run: Run, rpc: LocalChain, work: str, ask: Path
) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", "9", "--account", "dev0", "--json")
    ether = run(*sell).ok().json["offer"]
    held = rpc.web3.eth.get_balance(address("dev1"))
    for most in ("10", "10 DUSD", "10  dusd", f"10 {rpc.token}"):
        run("buy", ether, "--max-price", most, "--yes", "--account", "dev1").failed(
            "OtherToken", "the price is in 'ETH', and --max-price", "'10 ETH'"
        )
    by_address = ("--token", rpc.token, "--yes", "--account", "dev1")
    run("buy", ether, "--max-price", "10", *by_address).failed("OtherToken")
    run("buy", ether, "--max-price", "10 ETH", *by_address).failed("OtherToken")
    by_name = ("--token", "dusd", "--yes", "--account", "dev1")
    run("buy", ether, "--max-price", "10", *by_name).failed("OtherToken")
    dollars = (*sell, "--token", rpc.token, "--deliver-within", "7d")
    delivered = run(*dollars).ok().json["offer"]
    for command in (("buy", ask), ("deal", "order", delivered)):
        for most in ("13", "13 ETH"):
            run(*command, "--max-price", most, "--yes", "--account", "dev1").failed(
                "OtherToken", f"'DUSD' (token {rpc.token})", "--max-price '13 DUSD'", "--token"
            )
    assert rpc.web3.eth.get_balance(address("dev1")) == held
    run("buy", ask, "--max-price", "ten DUSD", "--yes", "--account", "dev1").failed("BadValue")
    run("buy", ask, "--max-price", "13", *by_name).failed("OtherToken")
    run("buy", ask, "--max-price", "13", *by_address).ok()
    run("buy", ether, "--max-price", "9 eth", "--yes", "--account", "dev1").ok()


def test_what_is_about_to_be_bought_is_told_and_asked(
    run: Run, rpc: LocalChain, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", "2", "--token", rpc.token)
    sale = ("--quantity", "4", "--fee", "dev9=5%", "--account", "dev0", "--json")
    ask = run(*sell, *sale).ok().json["offer"]
    window = ("--deliver-within", "7d", "--challenge-window", "3d")
    delivered = run(*sell, *window, *sale).ok().json["offer"]
    till = run("show", work, "--json").ok().json["till"]
    most = ("--count", "2", "--max-price", "4 DUSD", "--account", "dev1")
    facts = [
        f"You buy 2 licenses for {address('dev1')}, each: a license (commercial, ",
        f"of work {till}, sold by {address('dev0')} for 2 DUSD (token {rpc.token})",
        f"5% of it go to {address('dev9')}",
        f"In all you pay 4 DUSD (token {rpc.token}).",
    ]
    commands = (("buy", ask, *most), ("deal", "order", delivered, *most))
    for command in commands:
        run(*command).failed("NotConfirmed", *facts, "--yes")
        run(*command, "--licensee", "dev3").failed("NotConfirmed", address("dev3"))
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("gen_ip.cli.invocation.sys", terminal)
    monkeypatch.setattr("gen_ip.cli.invocation.typer.confirm", lambda *_, **__: False)
    ended = run(*commands[0])
    assert (ended.code, ended.err.splitlines()[-1]) == (
        1,
        "error: not confirmed; nothing was done",
    )
    assert all(fact in ended.err for fact in facts)
    monkeypatch.setattr("gen_ip.cli.invocation.typer.confirm", lambda *_, **__: True)
    ended = run(*commands[0]).ok()
    assert "Bought 2 licenses for 4 DUSD" in ended.out


def test_a_signed_offer_is_withdrawn(run: Run, rpc: LocalChain, ask: Path) -> None:
    run("cancel", ask, "--yes", "--account", "dev1").failed("NotMaker")
    assert "Cancelled offer" in run("cancel", ask, "--yes", "--account", "dev0").ok().out
    run("buy", ask, "--max-price", "12.5 DUSD", "--yes", "--account", "dev1").failed("OfferNotOpen")


def test_withdrawing_asks_first(run: Run, rpc: LocalChain, work: str, ask: Path) -> None:
    till = run("show", work, "--json").ok().json["till"]
    asked = run("cancel", ask, "--account", "dev0")
    asked.failed("NotConfirmed", "You withdraw a license", till, "12.5 DUSD", "--yes")
    run("buy", ask, "--max-price", "12.5 DUSD", "--yes", "--account", "dev1").ok()
    over = ("can be taken no longer: it was taken",)
    run("cancel", ask, "--yes", "--account", "dev0", "--json").failed("OfferOver", *over)
    answer = ("counter", ask, "--price", "3", "-o", ask.with_name("answer.json"))
    run(*answer, "--account", "dev1", "--json").failed("OfferOver", *over)
    assert not ask.with_name("answer.json").exists()


def test_everything_is_withdrawn_at_once(run: Run, rpc: LocalChain, ask: Path) -> None:
    run("cancel", "--account", "dev0").failed("UsageError", "--all", code=2)
    run("cancel", ask, "--all", "--account", "dev0").failed("UsageError", "--all", code=2)
    run("cancel", "--all", "--account", "dev0").failed("NotConfirmed", "--yes")
    run("cancel", "--all", "--yes", "--account", "dev0").ok()
    run("buy", ask, "--max-price", "12.5 DUSD", "--yes", "--account", "dev1").failed(
        "CounterOutdated"
    )


def test_many_works_are_offered_with_one_signature(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    (tmp_path / "two.txt").write_text("two")
    second = run("certify", tmp_path / "two.txt", "--account", "dev0", "--json").ok().json["work"]
    folder = tmp_path / "offers"
    sell = ("offer", work, second, "--terms", "commercial", "--price", "1", "--account", "dev0")
    told = run(*sell, "--sign", "-o", folder, "--json").ok().json["offers"]
    assert [entry["work"] for entry in told] == [work, second]
    files = [Path(entry["file"]) for entry in told]
    assert sorted(files) == sorted(folder.iterdir())
    signatures = {json.loads(file.read_text())["approval"]["signature"] for file in files}
    assert len(signatures) == 1
    run("buy", files[1], "--max-price", "1 ETH", "--yes", "--account", "dev1").ok()
    posted = run(*sell, "--json").ok().json["offers"]
    assert [entry["open"] for entry in posted] == [True, True]
    run(*sell, "--sign").failed("UsageError", "--output", code=2)


def test_certified_with_the_first_sale(
    run: Run, rpc: LocalChain, picture: Path, tmp_path: Path
) -> None:
    certificate, offer = tmp_path / "certificate.json", tmp_path / "offer.json"
    run("sign", picture, "-o", certificate, "--account", "dev3").ok()
    sell = ("offer", certificate, "--terms", "commercial", "--price", "1", "--account", "dev3")
    run(*sell).failed("BadValue", "work")
    run(*sell, "--sign", "-o", offer).ok()
    buy = ("buy", offer, "--max-price", "1 ETH", "--yes", "--account", "dev1")
    run(*buy).failed("UnknownWork")
    bought = run(*buy, "--certificate", certificate, "--json").ok().json
    shown = run("show", bought["licenses"][0]["work"], "--json").ok().json
    assert shown["owner"] == address("dev3")
    run("buy", "0x" + "11" * 32, *buy[2:], "--certificate", certificate).failed(
        "UsageError", "signed offer", code=2
    )


def test_a_license_is_renewed_for_a_price(run: Run, rpc: LocalChain, work: str) -> None:
    sell = ("offer", work, "--terms", "commercial", "--duration", "30d", "--price", "1")
    offer = run(*sell, "--quantity", "2", "--account", "dev0", "--json").ok().json["offer"]
    buy = ("buy", offer, "--max-price", "1 ETH", "--yes", "--account", "dev1", "--json")
    first = run(*buy).ok().json["licenses"][0]
    run(*buy, "--renew", first["license"], "--count", "2").failed("UsageError", code=2)
    renewed = run(*buy, "--renew", first["license"]).ok().json["licenses"][0]
    assert (renewed["license"], renewed["end"]) == (first["license"], first["end"] + 30 * DAY)


def test_conditions_of_an_offer(run: Run, rpc: LocalChain, work: str) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0")
    told = run(*sell, "--only-for", "dev1", "--begins", "1h", "--uncontested", "--json").ok().json
    assert (told["taker"], told["uncontested"]) == (address("dev1"), True)
    buy = ("buy", told["offer"], "--max-price", "1 ETH", "--yes", "--account")
    run(*buy, "dev1").failed("OfferNotInTime")
    rpc.pass_time(3700)
    run(*buy, "dev2").failed("NotTaker")
    run(*buy, "dev1").ok()
    run(*sell, "--begins", "forever").failed("BadValue", "such as 7d")
    run(*sell, "--challenge-window", "3d").failed("UsageError", "--deliver-within", code=2)


def test_a_delegate_offers_within_limits(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    given, certificate = tmp_path / "delegation.json", tmp_path / "certificate.json"
    (tmp_path / "one.txt").write_text("one")
    delegate = ("delegate", "dev1", "-o", given, "--works", "1", "--ask", "commercial=2")
    run(*delegate, "--account", "dev0").ok()
    sign = ("sign", tmp_path / "one.txt", "-o", certificate, "--delegation", given)
    run(*sign, "--account", "dev1").ok()
    offer = tmp_path / "offer.json"
    sell = ("offer", certificate, "--terms", "commercial", "--sign", "-o", offer)
    by_delegate = ("--delegation", given, "--account", "dev1")
    run(*sell, "--price", "1", *by_delegate).failed("InvalidArgument", "limits")
    run(*sell, "--price", "2", *by_delegate).ok()
    told = run("inspect", offer, "--json").ok().json
    assert {check["what"] for check in told["signatures"]} == {"offer", "limits", "delegation"}
    buy = (
        "buy",
        offer,
        "--certificate",
        certificate,
        "--max-price",
        "2 ETH",
        "--yes",
        "--account",
        "dev2",
    )
    run(*buy).ok()


# --------------------------------------------------------------------- bids


def test_a_bid_is_accepted(run: Run, rpc: LocalChain, work: str, bid: Path) -> None:
    accept = ("accept", bid, "--account")
    run(*accept, "dev0").failed("NotConfirmed", "10 DUSD", "commercial", address("dev1"))
    run(*accept, "dev2", "--yes").failed("NotOwner")
    sold = run(*accept, "dev0", "--yes", "--json").ok().json
    assert sold["price"]["text"] == "10 DUSD"
    assert sold["licenses"][0]["holder"] == address("dev1")
    run(*accept, "dev0", "--yes").failed("NotEnoughLeft")


def test_a_bid_for_any_of_several(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    (tmp_path / "two.txt").write_text("two")
    second = run("certify", tmp_path / "two.txt", "--account", "dev0", "--json").ok().json["work"]
    file = tmp_path / "bid.json"
    command = ("bid", work, second, "--terms", "commercial", "--price", "1", "--token", rpc.token)
    told = run(*command, "-o", file, "--account", "dev1", "--json").ok().json
    assert sorted(told["works"]) == sorted([work, second])
    sold = run("accept", file, "--work", second, "--yes", "--account", "dev0", "--json").ok().json
    assert sold["licenses"][0]["work"] == second


def test_an_ask_is_countered_and_the_answer_taken(
    run: Run, rpc: LocalChain, work: str, ask: Path, tmp_path: Path
) -> None:
    answer = tmp_path / "answer.json"
    told = run("counter", ask, "--price", "11", "-o", answer, "--account", "dev1", "--json").ok()
    assert told.json["kind"] == "license_bid"
    assert "answers" in run("inspect", answer).ok().out
    run("accept", answer, "--yes", "--account", "dev0").ok()
    # The answer spends what it answers.
    run("buy", ask, "--max-price", "12.5 DUSD", "--yes", "--account", "dev2").failed(
        "NotEnoughLeft"
    )


def test_a_bid_is_countered_by_an_ask(run: Run, rpc: LocalChain, bid: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    counter = ("counter", bid, "--price", "11", "-o", answer, "--account")
    run(*counter, "dev2").failed("NotOwner")
    out = run(*counter, "dev0").ok().out
    assert "gen-ip buy" in out
    run("buy", answer, "--max-price", "11 DUSD", "--yes", "--account", "dev2").failed("NotTaker")
    run("buy", answer, "--max-price", "11 DUSD", "--yes", "--account", "dev1").ok()


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("--price", "1,5"), "BadValue"),
        (("--price", "100000"), "InsufficientFunds"),
        (("--terms", "free"), "BadValue"),
        (("--token", "0x12"), "InvalidArgument"),
        (("-o", "none/bid.json"), "StatementFileProblem"),
    ],
)
def test_what_cannot_be_bid(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path, options: tuple[str, ...], kind: str
) -> None:
    file = tmp_path / "bid.json"
    command = ("bid", work, "--terms", "commercial", "--price", "1", "--token", rpc.token)
    run(*command, "-o", file, *options, "--account", "dev1").failed(kind)
    assert not file.exists()


def test_files_that_are_no_offers(run: Run, rpc: LocalChain, ask: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    commands: list[tuple[Any, ...]] = [
        ("buy", file, "--max-price", "1", "--yes"),
        ("accept", file, "--yes"),
        ("counter", file, "--price", "1", "-o", tmp_path / "x.json"),
        ("cancel", file),
        ("deal", "order", file, "--max-price", "1", "--yes"),
        ("certificate", "buy", file, "--max-price", "1", "--yes"),
    ]
    for data, kind in (
        (None, "StatementFileProblem"),
        ("{", "StatementFileProblem"),
        ("{}", "BadStatement"),
    ):
        if data is not None:
            file.write_text(data)
        for command in commands:
            run(*command, "--account", "dev1").failed(kind)
    document = json.loads(ask.read_text())
    file.write_text(json.dumps({**document, "chain_id": 1}))
    run("buy", file, "--max-price", "12.5 DUSD", "--yes", "--account", "dev1").failed(
        "UnexpectedChain"
    )
    document["offer"]["price"] = "1"
    file.write_text(json.dumps(document))
    assert run("inspect", file).code == 1
    run("buy", file, "--max-price", "12.5 DUSD", "--yes", "--account", "dev1").failed(
        "InvalidSignature"
    )
    accept = ("accept", ask, "--yes", "--account", "dev1")
    run(*accept).failed("WrongOffer", "license bid", "gen-ip buy")
    mistaken = ("certificate", "buy", ask, "--max-price", "20 DUSD", "--yes", "--account", "dev1")
    run(*mistaken, "--json").failed("WrongOffer", "certificate ask", "gen-ip buy")
    order = ("deal", "order", ask, "--max-price", "20 DUSD", "--yes", "--account", "dev1")
    run(*order, "--json").failed("WrongOffer", "without delivery", "gen-ip buy")


# --------------------------------------------------------------- deliveries


@pytest.fixture
def deal(run: Run, rpc: LocalChain, work: str) -> str:
    """dev1 ordered from dev0 for 10 DUSD, within 7 days, with 3 days to challenge."""
    sell = ("offer", work, "--terms", "commercial", "--price", "10", "--token", rpc.token)
    window = ("--deliver-within", "7d", "--challenge-window", "3d")
    offered = run(*sell, *window, "--account", "dev0", "--json").ok().json["offer"]
    run("buy", offered, "--max-price", "10 DUSD", "--yes", "--account", "dev1").failed(
        "WrongOffer", "a license ask with delivery", "gen-ip deal order"
    )
    order = (
        "deal",
        "order",
        offered,
        "--max-price",
        "10 DUSD",
        "--yes",
        "--account",
        "dev1",
        "--json",
    )
    told = run(*order).ok().json
    assert (told["open"], told["amount"]) == (True, "10000000")
    return str(told["deal"])


def test_a_delivery_is_confirmed(
    run: Run, rpc: LocalChain, work: str, deal: str, picture: Path
) -> None:
    out = run("deal", "show", deal).ok().out
    for words in ("waits for the delivery", "10 DUSD", "the seller may deliver until"):
        assert words in out
    deliver = ("deal", "deliver", deal, picture, "--account")
    run(*deliver, "dev2").failed("NotParty")
    delivered = run(*deliver, "dev0", "--json").ok().json
    assert delivered["challenge_until"] == delivered["delivered_at"] + 3 * DAY
    assert "can be challenged" in run("deal", "list", work).ok().out
    release = ("deal", "release", deal, "--account")
    run(*release, "dev1").failed("NotConfirmed", "10 DUSD", address("dev1"))
    run(*release, "dev2", "--yes").failed("NotInTime")
    told = run(*release, "dev1", "--yes", "--json").ok().json
    assert told["open"] is False
    assert told["licenses"][0]["holder"] == address("dev1")
    out = run("deal", "show", deal).ok().out
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    assert re.search(rf"delivered at \d.* UTC: sha-256 {digest}", out)
    number = told["licenses"][0]["license"]
    assert re.search(rf"released at .* UTC: the work was paid, license {number} issued", out)
    assert "  closed\n" in out
    run(*release, "dev1", "--yes").failed("DealNotOpen")


def test_an_unchallenged_delivery_is_released_by_anyone(
    run: Run, rpc: LocalChain, deal: str, picture: Path
) -> None:
    run("deal", "deliver", deal, picture, "--account", "dev0").ok()
    rpc.pass_time(3 * DAY + 1)
    assert "anyone may release it" in run("deal", "show", deal).ok().out
    run("deal", "challenge", deal, "--reason", "late", "--account", "dev1").failed("NotInTime")
    assert "Paid 10 DUSD" in run("deal", "release", deal, "--yes", "--account", "dev2").ok().out


def test_a_challenged_delivery_is_refunded(
    run: Run, rpc: LocalChain, deal: str, picture: Path
) -> None:
    run("deal", "deliver", deal, picture, "--account", "dev0").ok()
    challenge = ("deal", "challenge", deal, "--reason", "Another cat.", "--account")
    run(*challenge, "dev2").failed("NotParty")
    challenged = run(*challenge, "dev1", "--json").ok().json
    assert challenged["delivered_at"] is None
    assert [each["name"] for each in challenged["history"]] == ["Delivered", "Challenged"]
    reason = hashlib.sha256(b"Another cat.").hexdigest()
    assert challenged["history"][1]["args"]["reason"] == f"0x{reason}"
    refund = ("deal", "refund", deal, "--to", "dev7", "--account")
    run(*refund, "dev1").failed("NotInTime")
    rpc.pass_time(7 * DAY + 1)
    assert "may take the price back" in run("deal", "show", deal).ok().out
    told = run(*refund, "dev1", "--json").ok().json
    assert (told["to"], told["text"]) == (address("dev7"), "10 DUSD")
    out = run("deal", "show", deal).ok().out
    assert f"sha-256 of the reason {reason}" in out
    assert re.search(rf"refunded at .* UTC: 10 DUSD to {address('dev7')}", out)
    run(*refund, "dev1").failed("DealNotOpen")


def test_a_bid_with_delivery(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    file = tmp_path / "bid.json"
    command = ("bid", work, "--terms", "commercial", "--price", "10", "--token", rpc.token)
    window = ("--deliver-within", "7d", "--challenge-window", "3d")
    out = run(*command, *window, "-o", file, "--account", "dev1").ok().out
    assert "gen-ip deal accept" in out
    accept = ("deal", "accept", file, "--account", "dev0")
    run(*accept).failed("NotConfirmed", "10 DUSD")
    assert run(*accept, "--yes", "--json").ok().json["seller"] == address("dev0")


def test_deals_that_are_none(run: Run, rpc: LocalChain, work: str) -> None:
    run("deal", "show", "0x" + "11" * 32).failed("UnknownDeal", "0x1111")
    run("deal", "show", "7").failed("BadValue", "64 hex digits", "gen-ip deal list")
    run("deal", "release", "0x" + "11" * 32, "--yes", "--account", "dev1").failed("UnknownDeal")
    assert run("deal", "list", work).ok().out == "No deals found.\n"


# ------------------------------------------------------------- certificates


def test_a_certificate_is_sold_with_what_goes_with_it(
    run: Run, rpc: LocalChain, work: str, license_of: Any, tmp_path: Path
) -> None:
    license_of(work, "commercial")
    run("pay", work, "3", "--account", "dev2").ok()
    file = tmp_path / "certificate-offer.json"
    sell = ("certificate", "offer", work, "--price", "50", "--token", rpc.token, "-o", file)
    asked = run(*sell, "--account", "dev0")
    asked.failed("NotConfirmed", "50 DUSD", "3 ETH", "bound by 1 license", "--yes")
    assert not file.exists()
    run(*sell, "--yes", "--account", "dev1", "--json").failed("NotOwner")
    told = run(*sell, "--yes", "--account", "dev0").ok().err
    assert "3 ETH" in told
    assert "bound by 1 license" in told
    assert "sells the certificate" in run("inspect", file).ok().out
    buy = ("certificate", "buy", file, "--account", "dev1", "--max-price")
    run(*buy, "50 DUSD").failed("NotConfirmed", "3 ETH", "50 DUSD")
    run(*buy, "49 DUSD", "--yes", "--json").failed("PriceTooHigh", "50 DUSD")
    told = run(*buy, "50 DUSD", "--yes", "--json").ok().json
    assert (told["work"], told["paid"]["text"]) == (work, "50 DUSD")
    assert run("show", work, "--json").ok().json["owner"] == address("dev1")
    taken = run("withdraw", "--token", rpc.token, "--account", "dev0", "--json").ok().json
    assert taken["text"] == "50 DUSD"


def test_a_bid_for_a_certificate(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    file = tmp_path / "bid.json"
    command = ("certificate", "bid", work, "--price", "50", "--token", rpc.token, "-o", file)
    run(*command, "--account", "dev1").failed("NotConfirmed", "50 DUSD")
    run(*command, "--yes", "--account", "dev1").ok()
    accept = ("certificate", "accept", file, "--account")
    run(*accept, "dev2", "--yes", "--json").failed("NotOwner")
    run(*accept, "dev0").failed("NotConfirmed", "50 DUSD", address("dev1"))
    assert "gen-ip withdraw" in run(*accept, "dev0", "--yes").ok().out
    assert run("show", work, "--json").ok().json["owner"] == address("dev1")


# ------------------------------------------------------- quotes and payments


def test_a_quote_says_who_gets_what(run: Run, rpc: LocalChain, work: str, ask: Path) -> None:
    told = run("quote", ask, "--json").ok().json
    assert (told["price"], told["fillable"], told["symbol"]) == ("12500000", True, "DUSD")
    assert told["owners_part"] == "12500000"
    out = run("quote", ask).ok().out
    for words in ("12.5 DUSD", "can be taken", address("dev0")):
        assert words in out
    poor = run("quote", ask, "--for", "dev8", "--json").ok().json
    assert (poor["fillable"], poor["problem_type"]) == (False, "InsufficientFunds")
    run("cancel", ask, "--yes", "--account", "dev0").ok()
    assert run("quote", ask, "--json").ok().json["problem_type"] == "OfferNotOpen"
    run("quote", "0x" + "11" * 32).failed("UnknownOffer")
    run("quote", "none.json").failed("StatementFileProblem")


def test_several_offers_are_withdrawn(run: Run, rpc: LocalChain, work: str, ask: Path) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0", "--json")
    posted = run(*sell).ok().json["offer"]
    assert "Cancelled 2 offers" in run("cancel", ask, posted, "--yes", "--account", "dev0").ok().out
    assert run("offers", work, "--json").ok().json["offers"] == []


def test_a_purchase_is_signed_and_submitted_by_another(
    run: Run, rpc: LocalChain, work: str, ask: Path, tmp_path: Path
) -> None:
    file = tmp_path / "purchase.json"
    buy = ("buy", ask, "--max-price", "12.5 DUSD", "--yes", "--sign", file, "--account", "dev1")
    ended = run(*buy, "--json")
    # The demo token takes no such signature, and that is said before anything is written.
    ended.failed("NoSignedPayment")
    assert not file.exists()
    run(*buy, "--renew", "1").failed("UsageError", "--renew", code=2)


def test_whoever_has_a_purchase_submits_it(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    token = place(rpc, rpc.alice, "tests/sdk/SignedTokens.sol", "AuthorizedDollar")
    run("account", "fund", "dev1", "--token", token, "--amount", "5").ok()
    sell = ("offer", work, "--terms", "commercial", "--price", "5", "--token", token)
    offer = run(*sell, "--account", "dev0", "--json").ok().json["offer"]
    file = tmp_path / "purchase.json"
    buy = ("buy", offer, "--max-price", "5 USD", "--yes", "--account", "dev1")
    run(*buy, "--sign", file).ok()
    assert address("dev1") in run("inspect", file).ok().out
    run(*buy, "--sign", file).failed("OutputTaken")
    submit = ("submit", file, "--account", "dev2")
    run(*submit, "--skip-bad").failed("UsageError", "purchases", code=2)
    told = run(*submit, "--json").ok().json["licenses"]
    assert [entry["holder"] for entry in told] == [address("dev1")]
    run(*submit).failed("AuthorizationUsed")


def test_one_signature_pays_instead_of_an_approval(run: Run, rpc: LocalChain, work: str) -> None:
    token = place(rpc, rpc.alice, "tests/sdk/SignedTokens.sol", "PermitDollar")
    run("account", "fund", "dev1", "--token", token, "--amount", "5").ok()
    sell = ("offer", work, "--terms", "commercial", "--price", "5", "--token", token)
    offer = run(*sell, "--account", "dev0", "--json").ok().json["offer"]
    block = rpc.web3.eth.block_number
    buy = ("buy", offer, "--max-price", "5 USD", "--yes", "--account", "dev1", "--payment")
    run(*buy, "authorization").failed("NoSignedPayment")
    run(*buy, "cash").failed("UsageError", "cash", code=2)
    run(*buy, "permit").ok()
    assert rpc.web3.eth.block_number == block + 1


def test_a_derivative_is_certified_with_its_license(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    sell = ("offer", work, "--terms", "commercial-remix", "--price", "2", "--token", rpc.token)
    offer = run(*sell, "--account", "dev0", "--json").ok().json["offer"]
    (tmp_path / "remix.txt").write_text("a remix")
    file = tmp_path / "remix.json"
    sign = ("sign", tmp_path / "remix.txt", "--offer", offer, "-o", file)
    run(*sign, "--account", "dev3").ok()
    submit = ("submit", file, "--account", "dev1")
    run(*submit, "--offer", offer).failed("UsageError", "--max-price", code=2)
    run(*submit, "--offer", offer, "--max-price", "1 DUSD", "--yes").failed(
        "PriceTooHigh", "2 DUSD"
    )
    told = run(*submit, "--offer", offer, "--max-price", "2 DUSD", "--yes", "--json").ok().json
    [made] = told["certified"]
    assert made["creator"] == address("dev3")
    assert run("lineage", made["work"], "--json").ok().json["ancestors"] == [work]


# ------------------------------------------------------------- what is shown


def test_what_is_asked_for_names_the_token_and_the_fees(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    """Any contract may be called DUSD, and up to a tenth of a price may go elsewhere."""
    maker = dev_account("dev3")
    assert maker is not None
    client = GenIP(rpc.web3, maker, deployment=rpc.deployment)
    fake = artifacts.load("DemoToken")
    receipt = transactions.send(Rpc(rpc.web3), maker, None, fake.bytecode)
    assert receipt.created is not None
    token = receipt.created
    mint = abi.encode_call(fake.functions["mint"], maker.address, 10**12)
    client.send(Call(token, mint))
    fees = [FeeShare(maker.address, 1_000)]
    own = client.bid(int(work), COMMERCIAL, price=10**8, token=token, fees=fees)
    whole = client.bid_for_certificate(int(work), price=10**9, token=token, fees=fees)
    (file := tmp_path / "bid.json", own.save(file))
    (sale := tmp_path / "sale.json", whole.save(sale))
    shown = ("100 DUSD", token, "10% of it go to", maker.address)
    run("accept", file, "--account", "dev0").failed("NotConfirmed", *shown)
    run("certificate", "accept", sale, "--account", "dev0").failed(
        "NotConfirmed", "1,000 DUSD", *shown[1:]
    )
    answer = run("counter", file, "--price", "2", "-o", tmp_path / "a.json", "--account", "dev0")
    assert f"2 DUSD (token {token})" in answer.ok().out
    assert token in run("quote", file).ok().out
    # What a work was paid in it, as if it were worth something to whoever buys the certificate.
    client.pay(int(work), 5 * 10**6, token=token)
    assert f"5 DUSD (token {token})" in run("certificate", "show", work).ok().out


def test_income_in_no_token_hides_nothing(run: Run, rpc: LocalChain, work: str) -> None:
    payer = dev_account("dev3")
    assert payer is not None
    client = GenIP(rpc.web3, payer, deployment=rpc.deployment)
    token = place(rpc, payer, "tests/forge/mocks/GreedyToken.sol", "GreedyToken")
    inputs = [{"name": "", "type": kind} for kind in ("address", "uint256")]
    mint = {"type": "function", "name": "mint", "inputs": inputs, "outputs": []}
    client.send(Call(token, abi.encode_call(mint, payer.address, 1_000)))
    client.pay(int(work), 1_000, token=token)
    shown = run("certificate", "show", work).ok().out
    assert f"{token}, which is no ERC-20 token" in shown
    assert "It is bound by 0 licenses." in shown


def test_a_hash_is_not_taken_for_a_file(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder from a stranger may hold a file that is called like an offer, or like a work."""
    monkeypatch.chdir(tmp_path)
    sell = ("offer", work, "--terms", "commercial", "--account", "dev0", "--json")
    dear = run(*sell, "--price", "9", "--sign", "-o", "dear.json").ok().json
    offer = run(*sell, "--price", "1").ok().json["offer"]
    Path("dear.json").rename(offer)
    bought = (
        run("buy", offer, "--max-price", "9 ETH", "--yes", "--account", "dev1", "--json").ok().json
    )
    assert bought["paid"]["text"] == "1 ETH"
    assert dear["offer"] != offer
    assert run("quote", f"./{offer}", "--json").ok().json["price"] == str(9 * 10**18)
    Path(work).write_text("{}")
    run(*sell, "--price", "9", "--sign", "-o", "again.json").ok()


def test_all_that_binds_a_certificate_is_told(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    """However many licenses there are, an exclusive one among them does not get lost."""
    owner = dev_account("dev0")
    assert owner is not None
    client = GenIP(rpc.web3, owner, deployment=rpc.deployment)
    holder = address("dev3")
    client.issue(int(work), COMMERCIAL, holder, count=100)
    client.issue(int(work), COMMERCIAL, holder, count=5)
    sole = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=10 * DAY)
    client.issue(int(work), sole, holder)
    (copy := tmp_path / "copy.png").write_bytes(PICTURES.joinpath("cat.png").read_bytes())
    run("certify", copy, "--account", "dev1").ok()
    buyer = dev_account("dev1")
    assert buyer is not None
    payer = client.using(buyer)
    payer.pay(int(work), 10**6)
    client.draw(int(work))
    payer.pay(int(work), 10**6, token=rpc.token)
    file = tmp_path / "sale.json"
    sell = ("certificate", "offer", work, "--price", "1", "-o", file, "--account", "dev0")
    run(*sell, "--yes", "--json").ok()
    facts = [
        "bound by 106 licenses:",
        "  1 x custom, commercial + exclusive, 10d, the last until ",
        "  105 x commercial, ",
        "1 other work claims the same bytes.",
    ]
    buy = ("certificate", "buy", file, "--max-price", "1 ETH", "--account", "dev2")
    shown = run("certificate", "show", work).ok().out
    run(*buy).failed("NotConfirmed", *(each.strip() for each in facts))
    said = run(*buy, "--yes").ok().err
    for text in (shown, said):
        assert [text.find(each) for each in facts] == sorted(text.find(each) for each in facts)
        assert all(each in text for each in facts), text
        assert text.count("105 x") == text.count("not yet drawn") == 1
        assert "0 ETH" not in text
