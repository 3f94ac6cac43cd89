"""What owners and arbiters do with certificates and licenses, apart from selling them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gen_ip import ETH, Arbiter, GenIP, Payee, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.calls import Call
from gen_ip.chain import reverts
from gen_ip.content.local import LocalStore
from gen_ip.errors import ContentNotFound, MetadataError
from gen_ip.terms import COMMERCIAL
from gen_ip.work import till_of
from tests.sdk.conftest import LocalChain

MONTH = 30 * 24 * 3600
RENTED = Terms(Rights.COMMERCIAL | Rights.TRANSFERABLE, duration=MONTH)


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work", name="Work", description="first words").work_id


def test_a_certificate_moves_with_its_income(
    alice: GenIP, bob: GenIP, chain: LocalChain, work: int
) -> None:
    bob.pay(work, 700)
    alice.transfer(work, chain.bob.address)
    assert alice.work(work).owner == chain.bob.address
    assert alice.work(work).transfers == 1
    before = bob.balance(chain.carol.address)
    assert bob.collect(work, to=chain.carol.address).amount == 700
    assert bob.balance(chain.carol.address) - before == 700
    with pytest.raises(reverts.NotOwner) as refused:
        alice.transfer(work, chain.alice.address)
    assert refused.value.owner == chain.bob.address
    with pytest.raises(reverts.ToTill):
        bob.transfer(work, bob.work(work).till)


def test_metadata_is_revised_and_the_content_stays(alice: GenIP, bob: GenIP, work: int) -> None:
    before = alice.work(work)
    alice.revise_metadata(work, name="Renamed")
    after = alice.work(work)
    assert (after.name, after.metadata_version) == ("Renamed", 1)
    assert after.metadata is not None
    assert before.metadata is not None
    assert after.metadata == {**before.metadata, "name": "Renamed"}
    alice.revise_metadata(str(work), description="other words")
    revised = alice.work(work)
    assert revised.metadata is not None
    assert revised.metadata["description"] == "other words"
    assert revised.name == "Renamed"
    assert revised.metadata_version == 2
    with pytest.raises(reverts.NotOwner):
        bob.revise_metadata(work, name="Mine")
    with pytest.raises(InvalidArgument):
        alice.revise_metadata(work)
    with pytest.raises(MetadataError):
        alice.revise_metadata(work, name="x" * 100_000)
    assert alice.work(work).metadata_version == 2


def test_metadata_that_the_store_lacks_is_not_revised(
    alice: GenIP, chain: LocalChain, work: int, tmp_path: Path
) -> None:
    empty = LocalStore(tmp_path / "empty")
    elsewhere = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=empty)
    with pytest.raises(ContentNotFound):
        elsewhere.revise_metadata(work, name="Renamed")
    assert alice.work(work).metadata_version == 0


def test_a_later_work_is_related(alice: GenIP, bob: GenIP, chain: LocalChain, work: int) -> None:
    chain.pass_time(10)
    later = bob.certify(b"much like it").work_id
    receipt = alice.relate(work, later, b"how they are alike")
    args = receipt.find("Related").args
    assert (args["earlier"], args["later"]) == (work, later)
    assert args["evidence"] == hashlib.sha256(b"how they are alike").digest()
    with pytest.raises(reverts.NotEarlier):
        bob.relate(later, work, b"the other way round")
    with pytest.raises(reverts.NotOwner):
        bob.relate(work, later, b"of another's")


def test_income_goes_where_the_owner_wants(
    alice: GenIP, bob: GenIP, chain: LocalChain, work: int
) -> None:
    assert alice.payout(work) is None
    alice.set_payout(work, chain.dave.address)
    assert alice.payout(work) == chain.dave.address
    bob.pay(work, 700)
    before = bob.balance(chain.dave.address)
    bob.distribute([work])
    assert bob.balance(chain.dave.address) - before == 700
    alice.set_payout(work, None)
    assert alice.payout(work) is None
    with pytest.raises(reverts.NotOwner):
        bob.set_payout(work, chain.bob.address)
    for nothing in ("", 0):
        with pytest.raises(InvalidArgument):
            alice.set_payout(work, nothing)  # type: ignore[arg-type]
        with pytest.raises(InvalidArgument):
            alice.withdraw(to=nothing)  # type: ignore[arg-type]


def test_a_payee_added_later_shares_what_comes(
    alice: GenIP, bob: GenIP, chain: LocalChain, work: int
) -> None:
    bob.pay(work, 1_000)
    alice.draw(work)
    alice.add_payee(work, Payee(chain.carol.address, 2_500))
    bob.pay(work, 1_000)
    earned = alice.earnings(work)
    assert (earned.credit, earned.owners_part, earned.balance) == (1_000, 750, 1_000)
    alice.draw(work)
    assert alice.using(chain.carol).withdraw().find("Withdrawn").args["amount"] == 250
    with pytest.raises(reverts.PayeesShareTooMuch):
        alice.add_payee(work, Payee(chain.bob.address, 7_501))
    with pytest.raises(InvalidArgument):
        alice.add_payee(work, Payee(chain.bob.address, 0))
    with pytest.raises(InvalidArgument):
        alice.add_payee(work, (chain.bob.address, 5))  # type: ignore[arg-type]


def test_money_for_a_work_at_home_elsewhere_is_rescued(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    content = hashlib.sha256(b"at home elsewhere").digest()
    work = alice.deployment.work_id(chain.alice.address, content, 5)
    bob.send(Call(till_of(work), b"", 300))
    before = alice.balance(chain.carol.address)
    receipt = alice.rescue(content, 5, to=chain.carol.address)
    assert receipt.find("Rescued").args["amount"] == 300
    assert alice.balance(chain.carol.address) - before == 300
    with pytest.raises(reverts.NothingReceived):
        alice.rescue(content, 5)
    with pytest.raises(reverts.AtHome):
        alice.rescue(content, alice.chain_id)


def test_licenses_are_given_renewed_and_handed_on(
    alice: GenIP, bob: GenIP, chain: LocalChain, work: int
) -> None:
    first, second = alice.issue(work, RENTED, chain.bob.address, count=2)
    assert (first.holder, second.id) == (chain.bob.address, first.id + 1)
    assert alice.terms(RENTED.hash()) == RENTED
    renewed = alice.renew(first.id)
    assert renewed.end == first.end + MONTH
    bob.transfer_license(first.id, chain.carol.address)
    assert alice.license(first.id).holder == chain.carol.address
    with pytest.raises(reverts.TransferFromIncorrectOwner):
        bob.transfer_license(first.id, chain.bob.address)
    with pytest.raises(reverts.NotIssuer):
        bob.issue(work, COMMERCIAL, chain.bob.address)
    with pytest.raises(reverts.UnknownTerms):
        alice.terms(COMMERCIAL.hash())
    with pytest.raises(reverts.NotIssuer):
        bob.renew(second.id)
    with pytest.raises(reverts.UnknownLicense):
        bob.transfer_license(99, chain.bob.address)


def test_a_market_is_allowed_until_the_certificate_moves(
    alice: GenIP, bob: GenIP, chain: LocalChain, work: int
) -> None:
    alice.allow_market(work, chain.bob.address)
    assert alice.is_market_allowed(work, chain.bob.address)
    (issued,) = bob.issue(work, COMMERCIAL, chain.carol.address)
    assert issued.holder == chain.carol.address
    alice.allow_market(work, chain.bob.address, allowed=False)
    assert not alice.is_market_allowed(work, chain.bob.address)
    alice.allow_market(work, chain.bob.address)
    alice.transfer(work, chain.carol.address)
    assert not alice.is_market_allowed(work, chain.bob.address)


def test_an_arbiter_acts_within_its_powers(alice: GenIP, chain: LocalChain) -> None:
    arbiter = Arbiter(chain.dave.address, may_suspend=True, may_revoke=True, lien_cap=1_000)
    dave = alice.using(chain.dave)
    work = alice.certify(b"arbitrated", arbiter=arbiter).work_id
    dave.suspend(work)
    assert alice.work(work).suspended
    dave.suspend(work, suspended=False)
    assert not alice.work(work).suspended
    terms = Terms(Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH)
    (license_,) = alice.issue(work, terms, chain.bob.address)
    receipt = dave.revoke_license(license_.id, b"the verdict")
    reason = receipt.find("LicenseRevoked").args["reason"]
    assert reason == hashlib.sha256(b"the verdict").digest()
    assert not alice.check(license_.id, chain.bob.address, Rights.COMMERCIAL)
    dave.add_lien(work, Payee(chain.carol.address, 1_000))
    assert Payee(chain.carol.address, 1_000) in alice.work(work).payees
    with pytest.raises(reverts.LienNotAllowed):
        dave.add_lien(work, Payee(chain.bob.address, 1))
    with pytest.raises(reverts.LicenseIsRevoked):
        dave.revoke_license(license_.id, b"again")
    with pytest.raises(reverts.NotArbiter):
        alice.suspend(work)
    assert alice.earnings(work, token=ETH).credit == 0


def test_terms_that_do_not_fit_a_work_are_not_registered(
    alice: GenIP, chain: LocalChain, work: int
) -> None:
    alice.issue(
        work, Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=MONTH), chain.bob.address
    )
    late = Terms(Rights.COMMERCIAL, duration=MONTH + 7)
    sent = chain.web3.eth.get_transaction_count(chain.alice.address)
    with pytest.raises(reverts.SoldExclusively):
        alice.issue(work, late, chain.bob.address)
    with pytest.raises(reverts.SoldExclusively):
        alice.offer(work, late, price=1)
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == sent
    with pytest.raises(reverts.UnknownTerms):
        alice.terms(late.hash())
