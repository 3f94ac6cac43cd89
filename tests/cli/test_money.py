"""Money on the command line: whose it is, where it lies, and what can be typed next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from gen_ip.accounts import dev_account
from gen_ip.chain import artifacts, faucet, transactions
from gen_ip.chain.deployment import FACTORY, SALT
from gen_ip.chain.rpc import Rpc
from gen_ip.cli.session import token_of
from gen_ip.cli.values import BadValue
from tests.cli.conftest import Run
from tests.cli.test_commands import ETHER, address
from tests.support.chain import LocalChain


def commands_in(text: str, account: str) -> list[list[str]]:
    """The commands that an output shows, ready to run."""
    lines = re.findall(r"gen-ip (.*)$", text, re.MULTILINE)
    return [shlex.split(line.replace("NAME", account)) for line in lines]


@pytest.mark.parametrize("quantity", ["1", "3"])
def test_the_hint_after_an_offer_runs(run: Run, rpc: LocalChain, work: str, quantity: str) -> None:
    args = ("offer", work, "--terms", "commercial", "--price", "1234.5", "--quantity", quantity)
    offered = run(*args, "--token", rpc.token, "--account", "dev0").ok()
    (buy,) = commands_in(offered.out, "dev1")
    assert "of commercial for 1,234.5 DUSD" in offered.out
    assert buy[buy.index("--max-price") + 1] == "1234.5 DUSD"
    assert "commercial" in run(*buy, "--yes").ok().out


def test_the_hint_after_a_certificate_runs(run: Run, rpc: LocalChain, picture: Path) -> None:
    [offer] = commands_in(run("certify", picture, "--account", "dev0").ok().out, "")
    assert "$" not in shlex.join(offer)
    assert "of commercial for 1 ETH" in run(*offer).ok().out


def test_a_purchase_says_what_was_paid_and_which_numbers(
    run: Run, rpc: LocalChain, work: str
) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", "0.5", "--token", rpc.token)
    offered = run(*sell, "--quantity", "100", "--account", "dev0", "--json").ok().json["offer"]
    buy = ("buy", offered, "--max-price", "50 DUSD", "--yes", "--account", "dev1")
    text = run(*buy, "--count", "99").ok().out
    assert f"Bought 99 licenses for 49.5 DUSD (token {rpc.token})." in text
    numbers = re.search(r"99 licenses, (\d+) to (\d+) · commercial", text)
    assert numbers is not None
    first, last = map(int, numbers.groups())
    assert last - first == 98
    assert text.count("\n") == 5
    one = run(*buy, "--json").ok().json
    assert [int(each["license"]) for each in one["licenses"]] == [last + 1]
    # Bought in the next second it starts later, and stands alone.
    alike = rf"(100 licenses, {first} to {last + 1}|99 licenses, {first} to {last}) · "
    assert re.search(alike, run("licenses", "--work", work).ok().out)
    assert f"license {last + 1} · " in run("license", "show", last + 1).ok().out


@pytest.mark.parametrize("price", ["10000000000000000", "1000000"])
def test_a_price_in_wei_is_asked_about(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path, price: str
) -> None:
    sell = ("offer", work, "--terms", "commercial", "--price", price, "--account", "dev0")
    for command in (sell, (*sell, "--sign", "-o", tmp_path / "offer.json")):
        run(*command).failed("NotConfirmed", f"{int(price):,} ETH", "typed in ETH", "--yes")
    assert run("offers", work, "--json").ok().json["offers"] == []
    offered = run(*sell, "--yes", "--json").ok().json
    answer = ("counter", offered["offer"], "--price", price, "--token", rpc.token)
    answered = run(*answer, "-o", tmp_path / "answer.json", "--account", "dev1")
    answered.failed("NotConfirmed", f"{int(price):,} DUSD (token {rpc.token})")
    bid = ("bid", work, "--terms", "commercial", "--price", price, "--token", rpc.token)
    run(*bid, "-o", tmp_path / "bid.json", "--account", "dev1").failed("NotConfirmed")
    assert not any(tmp_path.glob("*.json"))
    run(*sell[:4], "--price", "999999.9", "--account", "dev0").ok()


def test_tokens_by_name(run: Run, rpc: LocalChain, work: str) -> None:
    pay = ("pay", work, "2", "--account", "dev1", "--token")
    run(*pay, "DUSD").failed("NotAToken", faucet.demo_token())
    node, banker = Rpc(rpc.web3), dev_account("dev0")
    assert banker is not None
    transactions.send(node, banker, FACTORY, SALT + artifacts.load("DemoToken").bytecode)
    run("account", "fund", "dev1", "--amount", "2", "--token", "dusd").ok()
    paid = run(*pay, "DUSD", "--json").ok().json
    assert (paid["token"], paid["text"]) == (faucet.demo_token(), "2 DUSD")
    assert "2 DUSD" in run("earnings", work, "--token", "DUSD").ok().out
    assert run(*pay, "eth", "--json").ok().json["text"] == "2 ETH"
    run(*pay, "USDC").failed("BadValue", "'USDC'", "0x and 40 hex digits")


def test_a_name_stands_for_no_token_of_a_public_chain() -> None:
    with pytest.raises(BadValue, match="on local chains"):
        token_of(SimpleNamespace(chain_id=1), "DUSD")  # type: ignore[arg-type] # its id is enough


def test_an_offer_is_cancelled(run: Run, rpc: LocalChain, work: str) -> None:
    args = ("offer", work, "--terms", "commercial", "--price", "0", "--quantity", "2")
    first, second = (run(*args, "--account", "dev0", "--json").ok().json["offer"] for _ in "12")
    run("cancel", first, "--yes", "--account", "dev1").failed("NotMaker", address("dev0"))
    run("buy", first, "--max-price", "0", "--yes", "--account", "dev1").ok()
    ended = run("cancel", first, "--yes", "--account", "dev0").ok()
    assert f"Cancelled offer {first}." in ended.out
    assert "1 of 2 were sold" in ended.out
    run("buy", first, "--max-price", "0", "--yes", "--account", "dev1").failed("OfferNotOpen")
    document = run("cancel", second, "--yes", "--account", "dev0", "--json").ok().json
    assert (document["offer"], document["open"], document["filled"]) == (second, False, "0")
    assert document["receipt"]["events"]
    run("cancel", second, "--yes", "--account", "dev0").failed("OfferNotOpen")
    assert "no open offers" in run("offers", work).ok().out


def test_what_a_sold_out_offer_says(run: Run, rpc: LocalChain, work: str) -> None:
    args = ("offer", work, "--terms", "commercial", "--price", "0", "--account", "dev0", "--json")
    offer = run(*args).ok().json["offer"]
    buy = ("buy", offer, "--max-price", "0", "--yes", "--account", "dev1")
    run(*buy).ok()
    run(*buy).failed("NotEnoughLeft", "has 0 left", "another offer")


def test_works_are_named_so_that_commands_take_them(run: Run, rpc: LocalChain, work: str) -> None:
    till = run("show", work, "--json").ok().json["till"]
    args = ("offer", work, "--terms", "commercial", "--price", "0", "--account", "dev0")
    offered = run(*args).ok().out
    (buy,) = commands_in(offered, "dev1")
    outputs = {
        "offer": offered,
        "buy": run(*buy, "--yes").ok().out,
        "offers": run("offers", work).ok().out,
        "licenses": run("licenses", "--work", work).ok().out,
        "pay": run("pay", work, "1", "--account", "dev1").ok().out,
        "show": run("show", work).ok().out,
        "lineage": run("lineage", work).ok().out,
        "verify": run("verify", "--cid", cid_of(run, work)).ok().out,
    }
    for name, text in outputs.items():
        assert till in text, name
        # Shortened ids look like names, but no command takes them.
        assert not re.search("0x[0-9A-Fa-f]+…", text), name
    assert run("show", till, "--json").ok().json["work"] == work


def cid_of(run: Run, work: str) -> str:
    return str(run("show", work, "--json").ok().json["metadata"]["gen_ip"]["content"]["cid"])


def test_another_s_money_is_not_collected(run: Run, rpc: LocalChain, work: str) -> None:
    collect = ("collect", work, "--account")
    run(*collect, "dev0").failed("NothingToWithdraw", "no ETH to collect", "was not taken")
    run("pay", work, "1.5", "--account", "dev1").ok()
    ended = run(*collect, "dev2").failed(
        "NothingToWithdraw", f"belongs to {address('dev0')}, for whom 1.5 ETH waits"
    )
    assert "0x" + "00" * 20 not in ended.err
    ended = run(*collect, "dev0").ok()
    assert "Collected 1.5 ETH" in ended.out
    assert "1 work settled" in ended.out


def test_earnings_tell_the_payees_part(run: Run, rpc: LocalChain, tmp_path: object) -> None:
    path = f"{tmp_path}/shared.txt"
    with open(path, "w", encoding="utf-8") as file:
        file.write("shared work")
    made = run("certify", path, "--payee", "dev5=30%", "--account", "dev0", "--json").ok().json
    run("pay", made["work"], "2", "--account", "dev1").ok()
    found = run("earnings", made["work"], "--json").ok().json
    parts = (found["total"], found["owners_part"], found["payees_part"])
    assert parts == (str(2 * ETHER), str(14 * ETHER // 10), str(6 * ETHER // 10))
    text = run("earnings", made["work"]).ok().out
    for line in (r"ready\s+2 ETH", r"for the owner\s+1\.4 ETH", r"for the payees\s+0\.6 ETH"):
        assert re.search(line, text), text
    (collect,) = commands_in(text, "dev0")
    assert "Collected 1.4 ETH" in run(*collect).ok().out
    # dev5's part was drawn by that, and waits in the splitter.
    assert "Collected 0.6 ETH" in run("collect", made["work"], "--account", "dev5").ok().out


def test_what_lies_in_the_till_is_told_and_swept(run: Run, rpc: LocalChain, work: str) -> None:
    run("sweep", work, "--account", "dev1").failed("NothingReceived", "no ETH in the till")
    till = run("show", work, "--json").ok().json["till"]
    rpc.rpc("anvil_setBalance", till, hex(ETHER // 4))
    run("collect", work, "--account", "dev0").failed("NothingToWithdraw", "0.25 ETH", "sweep")
    text = run("earnings", work).ok().out
    assert re.search(r"in the till, not booked yet\s+0\.25 ETH", text)
    (sweep,) = commands_in(text, "dev3")
    assert f"Booked 0.25 ETH from the till of work {till}" in run(*sweep).ok().out
    found = run("earnings", work, "--json").ok().json
    assert (found["in_till"], found["credit"]) == ("0", str(ETHER // 4))
    rpc.rpc("anvil_setBalance", till, hex(7))
    swept = run("sweep", work, "--account", "dev3", "--json").ok().json
    assert (swept["work"], swept["amount"], swept["symbol"]) == (work, "7", "ETH")


def test_dust_in_eth_is_left_and_told(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], tmp_path: Path
) -> None:
    license_ = license_of(work, "commercial-remix")
    remix = tmp_path / "remix.txt"
    remix.write_text("a remix")
    args = ("derive", str(remix), "--license", license_, "--account", "dev1", "--json")
    child = run(*args).ok().json["work"]
    run("pay", child, "0.00000001", "--account", "dev2").ok()
    stays = "0.000000001 ETH stays on the way: to settle it brings less than the gas costs"
    assert stays in run("earnings", work, "--plan").ok().out
    collect = ("collect", work, "--account", "dev0")
    run(*collect).failed("NothingToWithdraw", stays, "--min-gain 0")
    run("pay", work, "1", "--account", "dev2").ok()
    collected = run(*collect).ok().out
    assert "Collected 1 ETH" in collected
    assert stays in collected
    assert re.search(r"1 work settled; the gas cost 0\.\d+ ETH", collected), collected
    document = run(*collect, "--min-gain", "0", "--json").ok().json
    assert (document["text"], document["left"]) == ("0.000000001 ETH", "0")
    assert document["fee"] == document["receipt"]["fee"]


def test_the_plan_and_every_token(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], tmp_path: Path
) -> None:
    license_ = license_of(work, "commercial-remix")
    remix = tmp_path / "remix.txt"
    remix.write_text("a remix")
    args = ("derive", str(remix), "--license", license_, "--account", "dev1", "--json")
    child = run(*args).ok().json["work"]
    assert "No settlement is needed." in run("earnings", work, "--plan").ok().out
    run("pay", child, "20", "--token", rpc.token, "--account", "dev2").ok()
    run("pay", work, "1", "--account", "dev2").ok()
    text = run("earnings", work, "--plan").ok().out
    till = run("show", child, "--json").ok().json["till"]
    assert re.search(rf"{till}  2 DUSD  about [\d,]+ gas", text), text
    eth, dollars = commands_in(text, "dev0")
    found = run("earnings", work, "--json").ok().json
    assert (found["symbol"], found["total"]) == ("ETH", str(ETHER))
    by_symbol = {each["symbol"]: each for each in found["others"]}
    assert by_symbol["DUSD"]["plan"][0]["brings"] == by_symbol["DUSD"]["on_the_way"] == "2000000"
    only = run("earnings", work, "--token", rpc.token, "--json").ok().json
    assert "others" not in only
    assert only["plan"] == by_symbol["DUSD"]["plan"]
    least = ("earnings", work, "--token", rpc.token, "--plan", "--min-gain", "2.5")
    assert "2 DUSD stays on the way" in run(*least).ok().out
    assert run(*least, "--json").ok().json["left"] == "2000000"
    collect = ("collect", work, "--token", rpc.token, "--min-gain", "2.5", "--account", "dev0")
    run(*collect).failed("NothingToWithdraw")
    assert "Collected 1 ETH" in run(*eth).ok().out
    collected = run(*dollars).ok().out
    assert "Collected 2 DUSD" in collected
    assert re.search(r"2 works settled; the gas cost 0\.\d+ ETH", collected), collected
    # A token that does not answer any more is told of, and hides nothing.
    rpc.rpc("anvil_setCode", rpc.token, "0xfe")
    assert "no ERC-20 token" in run("earnings", work).ok().out
