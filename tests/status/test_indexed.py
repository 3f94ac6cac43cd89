"""Verdicts out of an index of a real chain, and what a troll gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from gen_ip import Arbiter, GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.index.queries.view import viewing
from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.errors import UnusableOffer
from gen_ip.status.facts import Match, Question
from gen_ip.status.gathering import gather
from gen_ip.status.indexed import IndexedFacts
from gen_ip.status.offers import require_usable
from gen_ip.status.uses import Use
from gen_ip.status.verdict import Status, Verdict, decide
from gen_ip.terms import COMMERCIAL
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain

__all__ = ["alice", "bob", "carol", "derive", "store"]

COMMERCE = frozenset({Use.COMMERCIAL})
Ask = Callable[..., Verdict]


@pytest.fixture
def ask(chain: LocalChain, tmp_path: Path) -> Ask:
    """What the index says of matches, once it is up to date and all of it final."""
    database, writer = writer_of(tmp_path / "chain.sqlite", Rpc(chain.web3), chain.deployment)

    def asked(
        works: int | Iterable[int],
        method: Method = Method.EXACT_BYTES,
        *,
        final: bool = True,
        first_seen: int | None = None,
        **question: object,
    ) -> Verdict:
        if final:
            chain.rpc("anvil_mine", hex(70))
        caught_up(writer)
        with viewing(database) as view:
            facts = IndexedFacts(view, chain.deployment.marketplace)
            meant = Question(
                at=view.as_of.time,
                uses=COMMERCE,
                first_seen=view.as_of.time + 1 if first_seen is None else first_seen,
                **question,  # type: ignore[arg-type]
            )
            matches = [
                Match(each, method) for each in ([works] if isinstance(works, int) else works)
            ]
            return decide(gather(matches, meant, facts), meant)

    return asked


def test_licensed_expired_and_unlicensed(
    chain: LocalChain, alice: GenIP, bob: GenIP, ask: Ask
) -> None:
    work = alice.certify(b"a work").work_id
    found = ask(work, licensee=chain.bob.address)
    assert (found.status, found.automatic) == (Status.LICENSE_REQUIRED, True)
    offer = alice.offer(work, replace(COMMERCIAL, duration=86_400), price=5)
    (way,) = [each for each in ask(work, licensee=chain.bob.address).ways if each.offer]
    assert way.offer.hash == offer.hash  # type: ignore[union-attr]
    bob.buy(offer, max_price=5)
    found = ask(work, licensee=chain.bob.address)
    assert (found.status, found.automatic) == (Status.AUTHORIZED, True)
    assert ask(work, licensee=chain.alice.address).status is Status.AUTHORIZED
    assert ask(work, licensee=chain.carol.address).status is Status.LICENSE_REQUIRED
    chain.pass_time(86_500)
    assert ask(work, licensee=chain.bob.address).status is Status.EXPIRED


def test_nothing_is_automatic_before_the_claim_is_final(
    chain: LocalChain, alice: GenIP, ask: Ask
) -> None:
    work = alice.certify(b"a work").work_id
    chain.pass_time(10)
    found = ask(work, final=False, licensee=chain.bob.address)
    assert (found.status, found.automatic) == (Status.LICENSE_REQUIRED, False)
    assert "not-final" in found.person
    assert ask(work, licensee=chain.bob.address).automatic


def test_free_suspended_and_derived(
    chain: LocalChain, alice: GenIP, bob: GenIP, derive: Derive, ask: Ask
) -> None:
    arbiter = Arbiter(chain.dave.address, may_suspend=True)
    work = alice.certify(b"a work", arbiter=arbiter).work_id
    assert ask(work, Method.DERIVATIVE).status is Status.DERIVATIVE_OF
    child = derive(bob, b"made from it", work).work_id
    # Who asks about the derivative needs its license alone: its parent is paid by it.
    found = ask([work, child], Method.DERIVATIVE, licensee=chain.carol.address)
    assert found.work is not None
    assert found.work.id == child
    alice.offer(work, COMMERCIAL, price=0, quantity=100)
    assert ask(work).status is Status.PERMITTED
    alice.using(chain.dave).suspend(work)
    assert ask(work).status is Status.SUSPENDED


def test_the_troll_who_reports_the_author(
    chain: LocalChain, alice: GenIP, bob: GenIP, ask: Ask
) -> None:
    """A picture goes round; a troll certifies it and reports the author's own post of before."""
    posted = chain.now()
    chain.pass_time(100)
    trolls = bob.certify(b"a viral picture").work_id
    found = ask(trolls, first_seen=posted, account="@author@example.com")
    assert (found.status, found.automatic, found.asks_claimant) == (Status.CONTESTED, False, True)
    # The author certifies it after that: two claims, and a person decides.
    chain.pass_time(100)
    alice.certify(b"a viral picture")
    found = ask(trolls, first_seen=posted, account="@author@example.com")
    assert (found.status, found.automatic) == (Status.CONTESTED, False)


def test_a_later_claim_changes_nothing_about_the_earlier(
    chain: LocalChain, alice: GenIP, bob: GenIP, ask: Ask
) -> None:
    work = alice.certify(b"a picture").work_id
    chain.pass_time(100)
    copied = bob.certify(b"a picture").work_id
    # Also where only the later one is known to whoever matches.
    for matched in (work, copied):
        found = ask(matched, licensee=chain.bob.address)
        assert found.work is not None
        assert (found.work.id, found.status, found.automatic) == (
            work,
            Status.LICENSE_REQUIRED,
            True,
        )
        assert found.later == (copied,)


def test_offers_of_strangers_are_weighed(
    chain: LocalChain, alice: GenIP, bob: GenIP, tmp_path: Path
) -> None:
    work = alice.certify(b"a work").work_id
    deadline = chain.now() + 1_000
    bid = bob.bid(work, COMMERCIAL, price=5, token=chain.token, deadline=deadline)
    ask_of_bob = replace(bid, offer=replace(bid.offer, price=6))
    database, writer = writer_of(tmp_path / "c.sqlite", Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    with viewing(database) as view:
        facts = IndexedFacts(view, chain.deployment.marketplace)
        assert require_usable(bid, facts, view.as_of.time).price == 5
        with pytest.raises(UnusableOffer, match="did not sign"):
            require_usable(ask_of_bob, facts, view.as_of.time)
    alice.accept(bid)
    caught_up(writer)
    with viewing(database) as view:
        facts = IndexedFacts(view, chain.deployment.marketplace)
        with pytest.raises(UnusableOffer):
            require_usable(bid, facts, view.as_of.time)
