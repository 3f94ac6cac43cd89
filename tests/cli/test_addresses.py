"""Works named as codes and copies say them: `gen-ip:CHAIN:WORK`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip.arguments import InvalidArgument
from gen_ip.work import WorkAddress
from tests.cli.conftest import Run, commands
from tests.support.chain import LocalChain

CREATOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
OFFER = f"0x{'11' * 32}"
ELSEWHERE = "gen-ip:1:5"
# What a command asks for besides the work; nothing of it is looked at before the chain.
BESIDES = {
    "accept": (OFFER,),
    "arbiter lien": (f"{CREATOR}=1%", "--yes"),
    "bid": ("--terms", "commercial", "--price", "1", "--token", "DUSD", "-o", "out.json"),
    "certificate bid": ("--price", "1", "--token", "DUSD", "-o", "out.json"),
    "certificate offer": ("--price", "1", "-o", "out.json"),
    "certificate picture": ("-o", "out.svg"),
    "certificate proof": ("-o", "out.json"),
    "counter": (OFFER, "--price", "1", "-o", "out.json"),
    "deal accept": (OFFER,),
    "embed": ("picture.png", "-o", "copy.png"),
    "license allow-market": (CREATOR,),
    "license forbid-market": (CREATOR,),
    "license issue": (CREATOR, "--terms", "commercial"),
    "license market-allowed": (CREATOR,),
    "offer": ("--terms", "commercial", "--price", "1"),
    "pay": ("1",),
    "payee add": (f"{CREATOR}=1%",),
    "payout": ("--to", CREATOR),
    "quote": (OFFER,),
    "relate": ("6", "picture.png"),
    "revise": ("--name", "x"),
    "transfer": ("--to", CREATOR, "--yes"),
    "verify": ("picture.png",),
}
# Works of a file, keys of an index, how many works; and what speaks to no node.
APART = ("prove", "index add", "delegate", "service hide", "service unhide", "permit sign")
TAKING = [
    (words, found.params)
    for words, found in commands()
    if words not in APART
    and any(each.name in ("work", "works", "earlier") for each in found.params)
]


@pytest.mark.parametrize("words", [words for words, _ in TAKING])
def test_every_command_refuses_a_work_of_another_chain(
    run: Run,
    rpc: LocalChain,
    picture: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(picture.read_bytes())
    params = {each.name: each for each in dict(TAKING)[words]}
    given = [*words.split(), *BESIDES.get(words, ())]
    option = params.get("work")
    if option is not None and option.param_type_name == "option":
        given += ["--work", ELSEWHERE]
    else:
        given.insert(len(words.split()), ELSEWHERE)
    if "account" in params:
        given += ["--account", "dev0"]
    run(*given).failed("WorkElsewhere", "another chain than 31337", "--network")
    assert not list(tmp_path.glob("out.*"))


def test_finds_a_work_by_its_address(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    address = f"gen-ip:31337:{work}"
    assert run("show", address, "--json").ok().json["work"] == work
    # A file of that name is not looked at.
    assert run("offer", address, "--terms", "commercial", "--price", "1", "--account", "dev0").ok()
    other = run("relate", address, "gen-ip:10:7", "x", "--account", "dev0")
    other.failed("WorkElsewhere", "gen-ip:10:7")
    # The next command may speak to any chain.
    assert run("offers", work).ok()
    for wrong in ("gen-ip:31337", f"gen-ip:{work}", f"gen-ip:01:{work}", f"gen-ip:1:{2**160}"):
        run("show", wrong).failed("BadValue", "gen-ip:CHAIN:NUMBER")


def test_an_address_is_what_it_is_read_from() -> None:
    address = WorkAddress(31_337, 2**160 - 1)
    assert WorkAddress.parse(str(address)) == address
    for text in ("", "gen-ip:", "GEN-IP:1:1", "gen-ip:1:1 ", "gen-ip:-1:1", "gen-ip:1:٣", "7"):
        assert WorkAddress.parse(text) is None
    with pytest.raises(InvalidArgument):
        WorkAddress.parse(f"gen-ip:1:{2**160}")
