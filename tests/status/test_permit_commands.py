"""`gen-ip permit` on a chain, from the signature to the transfer that ends it; and `gen-ip verify`
of a signed verdict, without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.wallets import is_signed_by
from gen_ip.content.local import LocalStore
from gen_ip.market.offers import Offer
from gen_ip.status.facts import Facts, Question
from gen_ip.status.from_chain import PermitCheck
from gen_ip.status.holding import Held, Lack, Lacking
from gen_ip.status.permits import SignedPermit, permit, revocation
from gen_ip.status.statements import AsOf, statement
from gen_ip.status.uses import Use
from gen_ip.status.verdict import decide
from gen_ip.terms import COMMERCIAL, Rights, Terms
from tests.cli.conftest import Run, home, run
from tests.support.chain import LocalChain, account

__all__ = ["home", "run"]

RESOLD = Terms(Rights.COMMERCIAL | Rights.TRANSFERABLE, legal=COMMERCIAL.legal)


@pytest.fixture
def creator(chain: LocalChain, tmp_path: Path) -> GenIP:
    return GenIP(chain.url, chain.alice, store=LocalStore(tmp_path / "store"))


def _bought(creator: GenIP, chain: LocalChain, path: Path, terms: Terms) -> tuple[int, int]:
    """A work of the creator's, and a license of it that Bob bought."""
    work = creator.certify(path).work_id
    offer: Offer = creator.offer(work, terms, price=10)
    [license_] = creator.using(chain.bob).buy(offer, max_price=10)
    return work, license_.id


def _permit(chain: LocalChain, work: int, license_id: int, **changes: object) -> SignedPermit:
    values: dict[str, object] = {
        "chain_id": chain.web3.eth.chain_id,
        "license_contract": chain.deployment.license,
        "license_id": license_id,
        "work": work,
        "to": "@bob@example.com",
        "use": Rights.COMMERCIAL,
        "valid_from": chain.now(),
        "expiry": chain.now() + 1_000,
        **changes,
    }
    return permit(chain.bob, **values)  # type: ignore[arg-type] # values of many kinds


def test_a_permit_ends_with_its_license_for_good(
    creator: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    path = tmp_path / "work.bin"
    path.write_bytes(b"a work")
    work, number = _bought(creator, chain, path, RESOLD)
    asked = PermitCheck(Rpc(chain.web3), chain.deployment)
    signed = _permit(chain, work, number)
    right = asked.right(signed)
    assert right == Held(Rights.COMMERCIAL | Rights.TRANSFERABLE, number, signed.hash)
    assert asked.right(signed, account="@other@example.com") == Lacking(Lack.NONE)
    narrow = asked.right(signed, uses=[Use.MERCH])
    assert narrow == Lacking(Lack.NARROW, number, signed.hash, (Use.MERCH,))
    late = asked.right(signed, at=signed.message.expiry + 1)
    assert isinstance(late, Lacking)
    assert late.why is Lack.LAPSED
    gone = asked.right(signed, [revocation(chain.bob, signed)])
    assert isinstance(gone, Lacking)
    assert gone.why is Lack.LAPSED
    # A permit for more than the license allows gives no more.
    greedy = _permit(chain, work, number, use=Rights.COMMERCIAL | Rights.MERCH)
    assert isinstance(asked.right(greedy, uses=[Use.MERCH]), Lacking)

    creator.using(chain.bob).transfer_license(number, chain.carol.address)
    assert isinstance(asked.right(signed), Lacking)
    chain.pass_time(10)
    creator.using(chain.carol).transfer_license(number, chain.bob.address)
    back = asked.right(signed)
    assert isinstance(back, Lacking)
    assert back.why is Lack.LAPSED
    assert isinstance(asked.right(_permit(chain, work, number)), Held)


def test_a_license_that_is_revoked_permits_nothing(
    chain: LocalChain, tmp_path: Path, creator: GenIP
) -> None:
    path = tmp_path / "work.bin"
    path.write_bytes(b"another work")
    from gen_ip import Arbiter

    terms = Terms(Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH, legal=COMMERCIAL.legal)
    arbiter = Arbiter(chain.carol.address, may_revoke=True)
    work = creator.certify(path, arbiter=arbiter).work_id
    [license_] = creator.using(chain.bob).buy(creator.offer(work, terms, price=1), max_price=1)
    asked = PermitCheck(Rpc(chain.web3), chain.deployment)
    signed = _permit(chain, work, license_.id)
    assert isinstance(asked.right(signed), Held)
    creator.using(chain.carol).revoke_license(license_.id, b"breach")
    right = asked.right(signed)
    assert isinstance(right, Lacking)
    assert right.why is Lack.LAPSED


def test_the_commands(run: Run, creator: GenIP, chain: LocalChain, tmp_path: Path) -> None:
    path, file, back = tmp_path / "work.bin", tmp_path / "permit.json", tmp_path / "back.json"
    path.write_bytes(b"one more work")
    work, number = _bought(creator, chain, path, COMMERCIAL)
    owner, rpc = tmp_path / "owner.json", ("--rpc", chain.url)
    other = run(
        *("permit", "sign", "@Dev@Example.com", "--work", str(work), "-o", str(owner)),
        *(*rpc, "--account", "dev0"),
    )
    other.failed("NotLicensee", "holds it, not")
    assert not owner.exists()
    creator.transfer(work, _dev0())
    made = run(
        *("permit", "sign", "@Dev@Example.com", "--work", str(work), "-o", str(owner)),
        *("--use", "commercial", *rpc, "--account", "dev0", "--json"),
    ).ok()
    assert made.json["message"]["account"] == "@dev@example.com"
    assert made.json["message"]["licenseId"] == "0"
    assert "commercial" in run("permit", "verify", str(owner), *rpc).ok().out
    unasked = run("permit", "verify", str(owner), "--use", "merch", *rpc)
    assert (unasked.code, "not for merch" in unasked.out) == (1, True)
    wrong = run("permit", "verify", str(owner), "--for-account", "example.com", "--json", *rpc)
    assert (wrong.code, wrong.json["holds"]) == (1, False)
    shown = run("permit", "show", str(owner)).ok().out
    assert "@dev@example.com" in shown
    assert run("inspect", str(owner), "--json").ok().json["kind"] == "use permit"
    run("permit", "revoke", str(owner), "-o", str(back), *rpc, "--account", "dev0").ok()
    revoked = run("permit", "verify", str(owner), "--revocation", str(back), *rpc, "--json")
    assert (revoked.code, revoked.json["why"]) == (1, "lapsed")

    # Bob's license, which dev0 does not hold, and a use that it does not grant.
    run(
        *("permit", "sign", "a.example", "--license", str(number), "-o", str(file)),
        *(*rpc, "--account", "dev0"),
    ).failed("NotLicensee")
    for options, words in (
        (("--license", "1", "--work", "2"), "either --license or --work"),
        ((), "either --license or --work"),
        (("--license", "1", "--use", "fun"), "no use is called"),
        (("--license", "1", "--for", "forever"), "a permit has an end"),
    ):
        bad = run("permit", "sign", "a.example", *options, "-o", str(file), *rpc)
        assert bad.code != 0
        assert words in bad.err
    assert not file.exists()
    altered = json.loads(owner.read_text())
    altered["message"]["use"] = 32
    owner.write_text(json.dumps(altered))
    assert run("permit", "show", str(owner)).code == 1
    run("permit", "show", str(path)).failed("StatementFileProblem", "not JSON")


def _dev0() -> str:
    from gen_ip.accounts import dev_account

    found = dev_account("dev0")
    assert found is not None
    return str(found.address)


def test_a_wallet_contract_signs_as_its_code_says(chain: LocalChain) -> None:
    rpc, digest = Rpc(chain.web3), b"\5" * 32
    assert not is_signed_by(rpc, chain.alice.address, digest, b"\1" * 65)
    # PUSH32 magic PUSH0 MSTORE PUSH1 32 PUSH0 RETURN: takes whatever it is shown.
    yes = "0x7f1626ba7e" + "00" * 28 + "5f5260205ff3"
    wallet, liar = "0x" + "77" * 20, "0x" + "78" * 20
    chain.rpc("anvil_setCode", wallet, yes)
    # All ones, as a contract that merely succeeds with something.
    chain.rpc("anvil_setCode", liar, "0x7f" + "ff" * 32 + "5f5260205ff3")
    assert is_signed_by(rpc, wallet, digest, b"whatever")
    assert not is_signed_by(rpc, liar, digest, b"whatever")
    chain.rpc("anvil_setCode", liar, "0x5f5ffd")
    assert not is_signed_by(rpc, liar, digest, b"whatever")


def test_a_signed_verdict_is_verified_offline(run: Run, tmp_path: Path) -> None:
    signer = account("carol")
    signed = statement(
        signer,
        decide(Facts((), {}), Question(at=50)),
        Question(at=50, account="@a@example.com"),
        content_hash=b"\1" * 32,
        as_of=AsOf(12, b"\2" * 32, "final"),
        time=60,
        service="status.example",
        chain_id=31_337,
        registry="0x" + "11" * 20,
    )
    path = tmp_path / "verdict.json"
    signed.save(path)
    # No node is at this address: nothing is asked.
    offline = ("--rpc", "http://127.0.0.1:9")
    found = run("verify", str(path), "--json", *offline).ok().json
    assert (found["holds"], found["trusted"]) == (True, None)
    assert found["message"]["verdict"] == "unknown"
    text = run("verify", str(path), *offline).ok().out
    assert "as of block" in text
    assert "compare it with the service's" in text
    known = run("verify", str(path), "--signer", signer.address, "--json", *offline).ok()
    assert known.json["trusted"] is True
    other = account("dave").address
    assert run("verify", str(path), "--signer", other, *offline).code == 1
    altered = json.loads(path.read_text())
    altered["message"]["verdict"] = "suspended"
    altered["message"]["reason"] = "suspended"
    path.write_text(json.dumps(altered))
    assert run("verify", str(path), "--json", *offline).code == 1
    altered["message"]["finality"] = "certain"
    path.write_text(json.dumps(altered))
    run("verify", str(path), *offline).failed("BadStatement", "finality")
