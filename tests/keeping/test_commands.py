"""`gen-ip keeper`, as a script uses it."""

from __future__ import annotations

from pathlib import Path

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from tests.cli.conftest import Run, home, run
from tests.support.chain import LocalChain

__all__ = ["home", "run"]


def test_a_plan_and_a_round(run: Run, chain: LocalChain, home: Path, tmp_path: Path) -> None:
    alice = GenIP(
        chain.web3, chain.alice, deployment=chain.deployment, store=LocalStore(tmp_path / "store")
    )
    work = alice.certify(b"work").work_id
    alice.pay(work, 10**18)
    alice.pay(work, 2_000_000, token=chain.token)
    where = {"GENIP_RPC": chain.url}
    plan = run("keeper", "plan", "--creator", chain.alice.address, "--json", **where).ok().json
    assert [each["releases"] for each in plan["batches"]] == [[str(work)]]
    assert plan["pays"]["0x" + "0" * 40] == str(10**18)
    said = run("keeper", "plan", "--all", **where).ok().out
    assert "pays out 1 work: 1 ETH" in said
    least = f"{chain.token}=2"
    before = chain.web3.eth.get_balance(chain.alice.address)
    options = ("--all", "--once", "--json", "--at-least", least, "--account", "dev0")
    made = run("keeper", "run", *options, **where).ok().json
    assert made["paid"] == {"0x" + "0" * 40: str(10**18), chain.token: str(2_000_000)}
    assert chain.web3.eth.get_balance(chain.alice.address) == before + 10**18
    assert run("keeper", "run", *options, **where).ok().json["sent"] == 0


def test_what_is_wrong_is_told(run: Run, chain: LocalChain, home: Path) -> None:
    where = {"GENIP_RPC": chain.url}
    run("keeper", "plan", **where).failed("InvalidArgument", "--all")
    run("keeper", "plan", "--all", "--at-least", "5", **where).failed("InvalidArgument", "DUSD=5")
    refused = run("keeper", "plan", "--all", "--worth", "ETH=2", **where)
    refused.failed("InvalidArgument", "a wei is worth a wei")
    missing = str(home / "none.sqlite")
    run("keeper", "plan", "--all", "--index", missing, **where).failed("NoChainIndex")
