"""Every command on a real chain: what it does, what it prints, and its JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gen_ip.accounts import dev_account
from gen_ip.cli.app import app
from gen_ip.demo import edits
from tests.cli.conftest import PICTURES, Run, commands
from tests.support.chain import LocalChain

ETHER = 10**18


def address(name: str) -> str:
    account = dev_account(name)
    assert account is not None
    return str(account.address)


def test_certify_and_show(run: Run, rpc: LocalChain, picture: Path) -> None:
    made = run(
        *("certify", picture, "--name", "Chelsea", "--description", "A cat."),
        *("--payee", "dev5=20%", "--resale-royalty", "2.5%", "--account", "dev0", "--json"),
    ).ok()
    number = made.json["work"]
    assert isinstance(number, str)
    assert made.json["till"] == f"0x{int(number):040x}" or int(made.json["till"], 16) == int(number)
    shown = run("show", number, "--json").ok().json
    assert shown["name"] == "Chelsea"
    assert shown["owner"] == address("dev0")
    assert shown["payees"] == [{"to": address("dev5"), "share": 2000}]
    assert shown["resale_royalty"] == 250
    for_people = run("show", made.json["till"]).ok().out
    for part in ("Chelsea", "A cat.", number, address("dev0"), "certificate", "UTC"):
        assert part in for_people


def test_certify_for_people(run: Run, rpc: LocalChain, picture: Path) -> None:
    ended = run("certify", picture, "--account", "dev0").ok()
    assert "cat" in ended.out
    assert "certificate" in ended.out
    assert ended.err == ""


def test_offer_buy_and_licenses(run: Run, rpc: LocalChain, work: str) -> None:
    offered = run(
        *("offer", work, "--terms", "commercial-remix", "--price", "12.5", "--token", rpc.token),
        *("--quantity", "3", "--income", "20%", "--volume", "1%", "--duration", "1y"),
        *("--units", "2", "--expires", "30d", "--fee", f"{address('dev6')}=2%"),
        *("--account", "dev0", "--json"),
    ).ok()
    offer = offered.json["offer"]
    terms = offered.json["terms"]
    assert offered.json["price"] == "12500000"
    assert (terms["income"], terms["volume"]) == (2000, 100)
    assert (terms["duration"], terms["units"]) == (31_536_000, 2)
    assert offered.json["fees"] == [{"to": address("dev6"), "share": 200}]
    listed = run("offers", work, "--json").ok().json["offers"]
    assert [entry["offer"] for entry in listed] == [offer]
    assert listed[0]["text"] == "12.5 DUSD"
    for_people = run("offers", work).ok().out
    for part in (offer, "12.5 DUSD", rpc.token, "3 left", "20% of income", "1% of volume", "1y"):
        assert part in for_people

    bought = run(
        *("buy", offer, "--max-price", "25 DUSD", "--yes", "--count", "2", "--licensee", "dev3"),
        *("--account", "dev1", "--json"),
    ).ok()
    assert bought.json["paid"]["amount"] == "25000000"
    ids = [entry["license"] for entry in bought.json["licenses"]]
    assert len(ids) == 2
    held = run("licenses", "--holder", "dev3", "--json").ok().json["licenses"]
    assert [entry["license"] for entry in held] == ids
    assert all(entry["active"] for entry in held)
    of_work = run("licenses", "--work", work).ok().out
    assert f"2 licenses, {ids[0]} to {ids[1]} · commercial-remix" in of_work
    assert "derivatives left in each: 2" in of_work
    assert run("licenses", "--holder", "dev4").ok().out == "No licenses of dev4 found.\n"
    assert run("licenses", "--work", work, GENIP_ACCOUNT="dev4").ok().out == of_work


def test_an_offer_in_eth_and_the_words_for_people(run: Run, rpc: LocalChain, work: str) -> None:
    ended = run(
        *("offer", work, "--terms", "commercial", "--price", "0.01", "--account", "dev0")
    ).ok()
    assert "1 of commercial for 0.01 ETH" in ended.out
    offer = re.findall("0x[0-9a-f]{64}", ended.out)[0]
    bought = run("buy", offer, "--max-price", "0.01 ETH", "--yes", "--account", "dev1").ok()
    assert "commercial" in bought.out
    assert "no end" in bought.out


def test_money_runs_from_a_derivative_to_the_creator(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], tmp_path: Path
) -> None:
    license_id = license_of(work, "commercial-remix", "--income", "10%")
    source = PICTURES / "cat.png"
    remix = edits.mirrored_duotone(source, tmp_path / "remix.png")
    derived = run(*("derive", remix, "--license", license_id, "--account", "dev1", "--json")).ok()
    child = derived.json["work"]
    assert "certificate of a derivative" in run("show", child).ok().out

    paid = run("pay", child, "100", "--token", rpc.token, "--account", "dev2", "--json").ok()
    assert paid.json["amount"] == "100000000"
    assert "Paid 0.5 ETH" in run("pay", child, "0.5", "--account", "dev2").ok().out

    due = run("earnings", work, "--token", rpc.token, "--json").ok().json
    assert (due["credit"], due["on_the_way"], due["text"]) == ("0", "10000000", "10 DUSD")
    assert "10 DUSD" in run("earnings", work, "--token", rpc.token).ok().out
    tree = run("lineage", work, "--token", rpc.token).ok().out
    assert tree.index("Chelsea") < tree.index("remix") < tree.index("90 DUSD to collect")
    found = run("lineage", child, "--json").ok().json
    assert found["ancestors"] == [work]
    assert found["works"][work]["to_collect"]["amount"] == str(ETHER // 20)
    [other] = found["works"][work]["others_to_collect"]
    assert (other["token"], other["text"]) == (rpc.token, "10 DUSD")
    assert "0.05 ETH + 10 DUSD to collect" in run("lineage", work).ok().out
    only = run("lineage", work, "--token", rpc.token, "--json").ok().json["works"][work]
    assert (only["to_collect"]["text"], only["others_to_collect"]) == ("10 DUSD", [])

    before = rpc.web3.eth.get_balance(address("dev7"))
    taken = run("collect", work, "--to", "dev7", "--account", "dev0", "--json").ok().json
    assert taken["amount"] == str(ETHER // 20)
    assert rpc.web3.eth.get_balance(address("dev7")) - before == ETHER // 20
    collected = run("collect", work, "--token", rpc.token, "--account", "dev0").ok()
    assert "Collected 10 DUSD" in collected.out


def test_verify(run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path) -> None:
    exact = run("verify", picture, "--json").ok().json
    assert (exact["level"], exact["matches"][0]["work"]) == ("exact bytes", work)
    copy = edits.edited_copy(picture, tmp_path / "copy.jpg")
    similar = run("verify", copy, "--json").ok().json
    assert (similar["level"], similar["matches"][0]["work"]) == ("similar", work)
    assert "a reason to look closer" in run("verify", copy, "--work", work).ok().out
    other = picture.parent / "rocket.jpg"
    assert "No certified work is like this file." in run("verify", other).ok().out


def test_verify_content_of_the_store(run: Run, rpc: LocalChain, work: str) -> None:
    cid = run("show", work, "--json").ok().json["metadata"]["gen_ip"]["content"]["cid"]
    for name in (cid, f"ipfs://{cid}"):
        assert run("verify", "--cid", name, "--json").ok().json["level"] == "exact bytes"


def test_a_store_of_ones_choice(run: Run, rpc: LocalChain, picture: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    made = run("certify", picture, "--account", "dev0", "--store", store, "--json").ok().json
    assert any(store.rglob("*"))
    assert run("show", made["work"], "--json").ok().json["metadata"] is None
    assert run("show", made["work"], "--json", GENIP_STORE=str(store)).ok().json["metadata"]


def test_signing_with_a_keystore(run: Run, rpc: LocalChain, picture: Path, tmp_path: Path) -> None:
    made = run("account", "new", "ada", "--json", GENIP_PASSWORD="long enough").ok().json
    rpc.rpc("anvil_setBalance", made["address"], hex(ETHER))
    args = ("certify", picture, "--account", "ada", "--json")
    run(*args, GENIP_PASSWORD="wrong").failed("WrongPassword")
    password = tmp_path / "password"
    password.write_text("long enough")
    certified = run(*args, "--password-file", password).ok()
    assert certified.json["creator"] == made["address"]
    by_variable = run(
        "pay", certified.json["work"], "0.1", GENIP_ACCOUNT="ada", GENIP_PASSWORD="long enough"
    )
    assert "Paid 0.1 ETH" in by_variable.ok().out


def test_a_real_process_prints_json_on_stdout_alone(
    process: Run, rpc: LocalChain, picture: Path
) -> None:
    made = process("certify", picture, "--account", "dev0", "--json").ok()
    assert made.json["creator"] == address("dev0")
    assert made.err == ""
    process("show", "5", "--json").failed("UnknownWork", "no work 5")
    process("show", "5").failed("UnknownWork", "no work 5")


def test_every_command_has_a_json_option() -> None:
    found = dict(commands())
    assert {"certify", "terms show", "account new"} <= found.keys()
    for name, command in found.items():
        options = {option for param in command.params for option in param.opts}
        assert "--json" in options, name


SIGNING = ["certify", "offer", "buy", "cancel", "derive", "pay", "collect", "sweep"]


@pytest.mark.parametrize("name", SIGNING)
def test_commands_that_sign_know_the_same_options(name: str) -> None:
    from typer.main import get_command

    command = get_command(app).commands[name]  # type: ignore[attr-defined]
    by_option = {option: param for param in command.params for option in param.opts}
    for option, variable in (("--rpc", "GENIP_RPC"), ("--account", "GENIP_ACCOUNT")):
        assert by_option[option].envvar == variable
    assert "--password-file" in by_option
    assert by_option["--max-fee"].envvar == "GENIP_MAX_FEE"
