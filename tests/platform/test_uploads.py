"""From an upload to its certificate, in each of the three ways."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gen_ip import GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.faucet import fund
from gen_ip.chain.reverts import UnknownWork
from gen_ip.platform import Platform, Policy, Ready, State, Way
from gen_ip.platform.errors import KeyTaken, NotSigned, QueueFull, UnknownUpload
from gen_ip.signing.eip712 import BadStatement
from gen_ip.signing.statements import Payee
from gen_ip.terms import COMMERCIAL_REMIX

from .conftest import SHARE, Site, consent

YEAR = 365 * 86_400


def test_at_once(site: Site, alice: GenIP) -> None:
    entry = site.upload("one", Way.NOW)
    assert (entry.state, entry.final) == (State.SIGNED, False)
    with pytest.raises(UnknownWork):
        alice.work(entry.work)
    done = site.submitter.round()
    assert (done.sent, done.done, done.refused, done.waits) == (1, 1, 0, None)
    found = alice.work(entry.work)
    assert found.creator == found.owner == site.chain.alice.address
    assert found.metadata is not None
    assert site.platform.status("one").state is State.CERTIFIED
    assert not site.platform.status("one").final
    site.finalize()
    assert site.submitter.round().sent == 0
    assert site.platform.status("one").final


def test_its_share_reaches_the_platform_and_nobody_signs_twice(site: Site, alice: GenIP) -> None:
    entry = site.upload("one", Way.NOW)
    site.submitter.round()
    alice.pay(entry.work, 10_000)
    alice.collect(entry.work)
    before = alice.balance(site.chain.carol.address)
    receipt = site.client.withdraw()
    assert (
        alice.balance(site.chain.carol.address) == before + 10_000 * SHARE // 10_000 - receipt.fee
    )


def test_batches_wait_for_others(site: Site, alice: GenIP) -> None:
    site.policy = Policy(way=Way.BATCHED, seconds=60)
    entries = [site.upload(f"story {number}") for number in range(3)]
    assert site.submitter.round().sent == 0
    site.ahead += 61
    done = site.submitter.round()
    assert (done.sent, done.done) == (1, 3)
    blocks = {alice.work(each.work).claim_time for each in entries}
    assert len(blocks) == 1


def test_anchored_works_are_dated_now_and_minted_when_somebody_needs_them(
    site: Site, alice: GenIP, bob: GenIP
) -> None:
    site.policy = Policy(way=Way.ANCHORED, seconds=60, most=5)
    entries = [site.upload(f"verse {number}") for number in range(5)]
    done = site.submitter.round()
    assert (done.sent, done.done) == (1, 5)
    kept = [site.platform.status(each.key) for each in entries]
    assert {each.state for each in kept} == {State.ANCHORED}
    (root,) = {each.certificate.anchor.root for each in kept}
    dated = alice._anchor_time(root)
    assert dated > 0
    # The till can be paid before there is a certificate.
    fund(site.chain.web3, entries[0].till, 70)
    site.chain.pass_time(YEAR)
    site.platform.mint("verse 0")
    assert site.submitter.round().done == 1
    work = alice.work(entries[0].work)
    assert work.claim_time == dated
    alice.sweep(work.id)
    assert alice.collect(work.id).amount == 66  # all but the platform's 5 %
    assert site.platform.status("verse 0").state is State.CERTIFIED
    # Anyone can mint another from what the platform hands out.
    bob.submit(kept[1].certificate)
    assert alice.work(entries[1].work).claim_time == dated
    site.platform.mint("verse 1")
    assert site.submitter.round().refused == 0
    assert site.platform.status("verse 1").state is State.CERTIFIED


def test_a_delegate_signs_for_creators_who_signed_once(site: Site, alice: GenIP) -> None:
    delegation = alice.delegate(
        site.chain.carol.address, expiry=site.chain.now() + YEAR, works=10, payees=[site.share]
    )
    for words in ("one", "two"):
        ready = site.platform.prepare(site.file(words), site.chain.alice.address)
        site.platform.submit_as_delegate(ready, delegation, key=words, way=Way.NOW)
    assert site.submitter.round().done == 2
    assert alice.work(site.platform.status("two").work).owner == site.chain.alice.address
    without = alice.delegate(site.chain.carol.address, expiry=site.chain.now() + YEAR, works=10)
    with pytest.raises(NotSigned, match="share"):
        site.platform.submit_as_delegate(
            Platform(site.client, site.queue).prepare(site.file("x"), site.chain.alice.address),
            without,
        )
    forged = replace(delegation, signature=bytes(65))
    with pytest.raises(NotSigned, match="not signed by the creator"):
        site.platform.submit_as_delegate(ready, forged)


def test_derivatives_are_prepared_with_the_licenses_their_creator_holds(
    site: Site, alice: GenIP, bob: GenIP
) -> None:
    parent = alice.certify(b"the parent").work_id
    (license_,) = alice.issue(parent, COMMERCIAL_REMIX, site.chain.bob.address)
    ready = site.platform.prepare(
        site.file("remix"), site.chain.bob.address, licenses=[license_.id], name="Remix"
    )
    site.platform.submit(ready, consent(site.chain.bob, ready), key="remix", way=Way.NOW)
    plain = site.upload("plain", Way.NOW)
    # Both have payees, so that one contract mints both.
    assert site.submitter.round().done == 2
    work = site.platform.status("remix").work
    assert [link.parent for link in bob.lineage(work).links] == [parent]
    assert alice.work(plain.work).creator == site.chain.alice.address


def test_what_is_the_same_or_named_inside_is_told_before_anything_is_signed(
    site: Site, alice: GenIP, bob: GenIP
) -> None:
    ready = site.platform.prepare(site.file("one"), site.chain.alice.address)
    assert (ready.warnings, ready.proposed) == ((), ())
    content = site.file("one").read_bytes()
    first = bob.certify(content).work_id
    (warned,) = site.platform.prepare(site.file("one"), site.chain.alice.address).warnings
    assert (warned.work, warned.verdict, warned.own) == (first, "exact-bytes", False)
    told = json.loads(json.dumps(ready.to_json()))
    back = Ready.from_json(told)
    assert back.typed_data == ready.typed_data == told["typed_data"]
    with pytest.raises(BadStatement, match="deadline"):
        Ready.from_json({**told, "deadline": "soon"})


def test_the_same_upload_again_changes_nothing(site: Site) -> None:
    first = site.upload("one")
    assert site.upload("one") == first
    ready = site.platform.prepare(site.file("one"), site.chain.alice.address)
    # Under another key, too: one creator's same bytes are one work.
    again = site.platform.submit(ready, consent(site.chain.alice, ready), key="another")
    assert again.key == "one"
    other = site.platform.prepare(site.file("two"), site.chain.alice.address)
    with pytest.raises(KeyTaken):
        site.platform.submit(other, consent(site.chain.alice, other), key="one")
    with pytest.raises(UnknownUpload, match="another"):
        site.platform.status("another")
    for key in ("", "a" * 201, "a\nb"):
        with pytest.raises(InvalidArgument):
            site.platform.submit(other, consent(site.chain.alice, other), key=key)


def test_no_more_wait_than_may(site: Site) -> None:
    site.policy = Policy(waiting=2)
    site.upload("one")
    site.queue._counted_until = 0.0
    site.upload("two")
    site.queue._counted_until = 0.0
    with pytest.raises(QueueFull, match="2 certificates wait"):
        site.upload("three")
    assert site.upload("two").key == "two"


def test_nobody_alters_what_a_creator_signed(site: Site) -> None:
    ready = site.platform.prepare(site.file("one"), site.chain.alice.address)
    signature = consent(site.chain.alice, ready)
    greedy = Platform(site.client, site.queue, share=Payee(site.chain.carol.address, 2 * SHARE))
    certify = ready.certificate.certify
    raised = certify._replace(payees=(Payee(site.chain.carol.address, 2 * SHARE),))
    changed = replace(ready, certificate=replace(ready.certificate, certify=raised))
    with pytest.raises(NotSigned, match="another's, or of something else"):
        greedy.submit(changed, signature)
    with pytest.raises(NotSigned, match="share is not what it was"):
        site.platform.submit(changed, consent(site.chain.alice, changed))
    for wrong in (consent(site.chain.bob, ready), bytes(65), b""):
        with pytest.raises(NotSigned):
            site.platform.submit(ready, wrong)
    later = replace(ready, deadline=ready.deadline + 1)
    with pytest.raises(NotSigned):
        site.platform.submit(later, signature)
    assert site.queue.counts()[State.SIGNED] == 0
