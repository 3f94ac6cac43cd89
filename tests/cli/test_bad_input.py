"""A user's mistakes: one clear line, exit code 1, no traceback, nothing half-written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gen_ip.chain.reverts import WrongValue
from gen_ip.cli.explain import for_people
from gen_ip.errors import GenIPError
from tests.cli.conftest import Run
from tests.support.chain import LocalChain
from tests.support.pictures import BAD_FILES, bomb, truncated

YEAR = 31_536_000


def everything(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# A damaged picture is told after its license, which must be a true one: certify stands for it.
FILE_CASES = [
    (command, make)
    for command in ("certify", "verify", "derive")
    for make in BAD_FILES
    if command != "derive" or make not in (bomb, truncated)
]


@pytest.mark.parametrize(
    ("command", "make"), FILE_CASES, ids=[f"{name}-{make.__name__}" for name, make in FILE_CASES]
)
def test_files_that_cannot_be_used(
    run: Run,
    rpc: LocalChain,
    home: Path,
    tmp_path: Path,
    command: str,
    make: Callable[[Path], tuple[Path, str, str]],
) -> None:
    path, kind, words = make(tmp_path)
    signing = [] if command == "verify" else ["--account", "dev0"]
    using = ["--license", "1"] if command == "derive" else []
    block = rpc.web3.eth.block_number
    run(command, path, *signing, *using).failed(kind, path.name, words)
    run(command, path, *signing, *using, "--json").failed(kind, path.name, words)
    assert rpc.web3.eth.block_number == block
    assert everything(home) == []


@pytest.mark.parametrize(
    ("rpc_address", "words"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://user:secret@127.0.0.1:1/key", "http://127.0.0.1:1"),
        ("localhost:8611", "no http:// or https:// in front, such as http://localhost:8611)"),
        ("secret:8611", "no http:// or https:// in front, such as http://127.0.0.1:8545)"),
        ("ftp://127.0.0.1", "no http:// or ws:// URL"),
        ("", "no http:// or ws:// URL"),
    ],
)
def test_a_wrong_rpc(run: Run, home: Path, rpc_address: str, words: str) -> None:
    ended = run("show", "7", "--rpc", rpc_address).failed("ConnectionFailed", words)
    assert "secret" not in ended.err


def test_the_default_rpc_is_named(run: Run, home: Path) -> None:
    from gen_ip.cli.options import DEFAULT_RPC

    assert str(DEFAULT_RPC) == "http://127.0.0.1:8545"
    assert str(DEFAULT_RPC).removeprefix("http://") in run("show", "--help").ok().out


def test_a_chain_without_contracts(run: Run, home: Path, anvil_binary: Path) -> None:
    from gen_ip.chain.anvil import Anvil

    with Anvil() as node:
        url = node.start()
        run("show", "7", "--rpc", url).failed("NoContracts", "chain 31337", "gen-ip dev")


def test_no_funds(run: Run, rpc: LocalChain, work: str, picture: Path) -> None:
    poor = run("account", "new", "poor", "--json", GENIP_PASSWORD="long enough").ok().json
    ended = run("certify", picture, "--account", "poor", GENIP_PASSWORD="long enough")
    ended.failed("InsufficientFunds", poor["address"], "has 0 ETH", "are needed")
    pay = ("pay", work, "100000", "--account", "dev1")
    run(*pay).failed("InsufficientFunds", "100,000 ETH are needed")
    run(*pay, "--token", rpc.token).failed(
        "InsufficientFunds", "has 10,000 DUSD, 100,000 DUSD are needed; send 90,000 DUSD more"
    )


def test_gas_above_the_maximum(run: Run, rpc: LocalChain, work: str, picture: Path) -> None:
    commands = [
        ("certify", picture, "--account", "dev1"),
        ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0"),
        ("pay", work, "1", "--account", "dev1"),
    ]
    block = rpc.web3.eth.block_number
    for command in commands:
        ended = run(*command, "--max-fee", "0.000000000001")
        ended.failed("GasTooExpensive", "above your maximum of 0.000000000001 ETH", "--max-fee")
        run(*command, "--json", GENIP_MAX_FEE="0").failed("GasTooExpensive", "of 0 ETH")
        run(*command, "--max-fee", "much").failed("BadValue", "plain number of ETH")
    assert rpc.web3.eth.block_number == block
    run(*commands[0], "--max-fee", "0.01").ok()


def test_no_account(run: Run, rpc: LocalChain, picture: Path) -> None:
    run("certify", picture).failed("NoAccount", "--account or GENIP_ACCOUNT", "account new")
    run("certify", picture, "--account", "nobody").failed("UnknownAccount", "'nobody'")


def test_dev_accounts_sign_on_local_chains_only(
    run: Run, rpc: LocalChain, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.cli.session.DEV_CHAIN_IDS", frozenset({1337}))
    ended = run("certify", picture, "--account", "dev0")
    ended.failed("DevAccountElsewhere", "31337", "an account of your own")


@pytest.mark.parametrize(
    "args",
    [
        ("show", "5"),
        ("lineage", "5"),
        ("earnings", "5"),
        ("offers", "5"),
        ("pay", "5", "1", "--account", "dev0"),
        ("collect", "5", "--account", "dev0"),
        ("offer", "5", "--terms", "commercial", "--price", "1", "--account", "dev0"),
    ],
    ids=lambda args: args[0],
)
def test_an_unknown_work(run: Run, rpc: LocalChain, args: tuple[str, ...]) -> None:
    run(*args).failed("UnknownWork", "no work 5")


@pytest.mark.parametrize("work", ["", "x", "-1", "1.5", "0", "0x12", str(2**160), "9" * 99])
def test_a_malformed_work(run: Run, rpc: LocalChain, work: str) -> None:
    run("show", "--", work).failed("BadValue", "its number, or its till's address")


def test_offers_that_are_none(run: Run, rpc: LocalChain) -> None:
    buy = ("buy", "0x" + "11" * 32, "--max-price", "1", "--account", "dev1")
    run(*buy).failed("UnknownOffer", "0x1111")
    run("buy", "0x11", "--max-price", "1", "--account", "dev1").failed(
        "InvalidArgument", "64 hex digits"
    )


def test_a_price_above_the_maximum(run: Run, rpc: LocalChain, work: str) -> None:
    offered = run(
        *("offer", work, "--terms", "commercial", "--price", "12.5", "--token", rpc.token),
        *("--quantity", "2", "--account", "dev0", "--json"),
    ).ok()
    buy = ("buy", offered.json["offer"], "--yes", "--account", "dev1", "--max-price")
    held = rpc.web3.eth.get_transaction_count("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
    run(*buy, "12.499999 DUSD").failed(
        "PriceTooHigh", "12.5 DUSD, above your maximum of 12.499999 DUSD", "--max-price"
    )
    run(*buy, "12.5 DUSD", "--count", "2", "--json").failed("PriceTooHigh", "25 DUSD")
    # Not even an approval was sent.
    assert held == rpc.web3.eth.get_transaction_count("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
    run(*buy, "12.5 DUSD").ok()


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("1.1234567", "DUSD has 6 decimals, not 7"),
        ("-1", "plain number of DUSD"),
        ("1,5", "plain number"),
        ("1e3", "plain number"),
    ],
)
def test_amounts_that_are_none(
    run: Run, rpc: LocalChain, work: str, price: str, words: str
) -> None:
    args = ("offer", work, "--terms", "commercial", f"--price={price}", "--token", rpc.token)
    run(*args, "--account", "dev0").failed("BadValue", words)


def test_a_token_that_is_none(run: Run, rpc: LocalChain, work: str) -> None:
    pay = ("pay", work, "1", "--account", "dev1", "--token")
    run(*pay, "0x12").failed("InvalidArgument", "40 hex digits")
    run(*pay, "0x" + "12" * 20).failed("NotAToken", "no usable ERC-20 token")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--terms", "free"), "commercial, commercial-remix, nc-remix"),
        (("--terms", "commercial-remix", "--income", "10"), "such as 10%"),
        (("--terms", "commercial-remix", "--duration", "soon"), "such as 30d"),
        (("--terms", "commercial-remix", "--units", "few"), "whole number"),
        (("--terms", "commercial", "--expires", "1 day"), "such as 30d"),
        (("--terms", "commercial", "--fee", "dev6"), "ADDRESS=SHARE"),
    ],
)
def test_terms_that_are_none(
    run: Run, rpc: LocalChain, work: str, options: tuple[str, ...], words: str
) -> None:
    run("offer", work, *options, "--price", "1", "--account", "dev0").failed("BadValue", words)


def test_terms_that_contradict_themselves(run: Run, rpc: LocalChain, work: str) -> None:
    args = ("offer", work, "--terms", "commercial", "--income", "10%", "--price", "1")
    run(*args, "--account", "dev0").failed("InvalidShares")


def test_another_s_work_cannot_be_offered(run: Run, rpc: LocalChain, work: str) -> None:
    args = ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev1")
    run(*args).failed("NotOwner")


def test_a_license_without_derive(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], picture: Path
) -> None:
    license_id = license_of(work, "commercial")
    derive = ("derive", picture, "--license", license_id, "--account", "dev1")
    run(*derive).failed("NoDeriveRight", f"license {license_id}")


def test_an_expired_license(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], picture: Path
) -> None:
    license_id = license_of(work, "commercial-remix", "--duration", "1y")
    rpc.pass_time(YEAR + 1)
    derive = ("derive", picture, "--license", license_id, "--account", "dev1")
    run(*derive).failed("LicenseNotActive", f"license {license_id}")
    assert "ended" in run("licenses", "--holder", "dev1").ok().out


def test_a_license_that_is_used_up(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], picture: Path
) -> None:
    license_id = license_of(work, "commercial-remix", "--units", "1")
    derive = ("--license", license_id, "--account", "dev1")
    run("derive", picture, *derive).ok()
    other = picture.parent / "rocket.jpg"
    run("derive", other, *derive).failed("NoUnitsLeft", f"license {license_id}")


def test_another_s_license_and_none(
    run: Run, rpc: LocalChain, work: str, license_of: Callable[..., int], picture: Path
) -> None:
    license_id = license_of(work, "commercial-remix")
    stolen = ("derive", picture, "--license", license_id, "--account", "dev2")
    run(*stolen).failed("LicenseNotHeld")
    run("derive", picture, "--license", "999", "--account", "dev1").failed("UnknownLicense", "999")
    run("derive", picture, "--license", "x", "--account", "dev1").failed("BadValue", "such as 7")


def test_an_offer_that_ended(run: Run, rpc: LocalChain, work: str) -> None:
    offered = run(
        *("offer", work, "--terms", "commercial", "--price", "0", "--expires", "1h"),
        *("--account", "dev0", "--json"),
    ).ok()
    rpc.pass_time(3601)
    buy = ("buy", offered.json["offer"], "--max-price", "0", "--yes", "--account", "dev1")
    run(*buy).failed("OfferExpired")
    assert "no open offers" in run("offers", work).ok().out


def test_the_same_bytes_twice(run: Run, rpc: LocalChain, work: str, picture: Path) -> None:
    run("certify", picture, "--account", "dev0").failed("AlreadyCertified", work)


def test_shares_and_coins_are_told_as_they_are_typed(
    run: Run, rpc: LocalChain, picture: Path
) -> None:
    high = ("certify", picture, "--resale-royalty", "60.5%", "--account", "dev0")
    ended = run(*high).failed("RoyaltyTooHigh", "a resale royalty of 60.5% is above the cap")
    assert re.search(r"name \d+% or less", ended.err)
    shares = ("--payee", "dev1=70%", "--payee", "dev2=40%")
    ended = run("certify", picture, *shares, "--account", "dev0")
    ended.failed("PayeesShareTooMuch", "110% together; stay within 100%")
    error: GenIPError = WrongValue(15 * 10**17, 10**18)
    for_people(error)
    assert str(error).endswith("1.5 ETH were sent, 1 ETH are expected; send exactly that")


def test_nothing_to_collect(run: Run, rpc: LocalChain, work: str) -> None:
    run("collect", work, "--account", "dev0").failed("NothingToWithdraw", "no ETH to collect")


@pytest.mark.parametrize("cid", ["bafy", "Qm" + "1" * 44, "../../etc/passwd", "", "x" * 5000])
def test_a_malformed_cid(run: Run, rpc: LocalChain, cid: str) -> None:
    run("verify", "--cid", cid).failed("MalformedCID", "CIDv1")


def test_content_that_is_not_in_the_store(run: Run, rpc: LocalChain) -> None:
    from gen_ip.content.cid import raw_cid_of

    run("verify", "--cid", raw_cid_of(b"nowhere")).failed("ContentNotFound")


def test_folders_that_cannot_be_written(
    run: Run, home: Path, anvil_binary: Path, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.touch()
    ended = run("dev", "--port", "0", "--state", file / "state.json", "--reset")
    ended.failed("StateUnusable", "cannot be kept in", "state.json", "--state")
    folder = tmp_path / "folder"
    (folder / "mirrored.png").mkdir(parents=True)
    ended = run("demo", "--chain", "anvil", "--keep", folder, "--json")
    ended.failed("IsADirectoryError", "mirrored.png")


def test_stores_that_are_none(run: Run, rpc: LocalChain, picture: Path) -> None:
    certify = ("certify", picture, "--account", "dev0", "--store")
    run(*certify, "ftp://x").failed("BadStoreAddress", "only http and https")
    run(*certify, "http://127.0.0.1:1").failed("StoreUnavailable", "127.0.0.1:1")
    run(*certify, picture).failed("StoreUnavailable")


def test_a_file_name_that_is_no_name(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    for name in ("bell\x07.txt", "turned\u202e.txt", "\udcff.txt"):
        path = tmp_path / name
        path.write_bytes(name.encode(errors="surrogateescape"))
        certify = ("certify", path, "--account", "dev0")
        run(*certify).failed("MetadataError", "that of the file", "invisible", "give --name")
        run(*certify, "--name", "Mine").ok()
    family = tmp_path / "family \U0001f468\u200d\U0001f469.txt"
    family.write_text("joined signs are no hidden ones")
    run("certify", family, "--account", "dev0").ok()


def test_licenses_of_an_unknown_work(run: Run, rpc: LocalChain) -> None:
    run("licenses", "--work", "5").failed("UnknownWork", "no work 5")
    run("licenses", "--work", "5", "--holder", "dev1").failed("UnknownWork", "no work 5")


def test_a_till_with_a_wrong_digit_is_told(run: Run) -> None:
    wrong = "0x5BF99b9757ef10A96213BD4674Ee8aE3eacD2dE7"
    run("lineage", wrong).failed("BadValue", "a digit is wrong")
