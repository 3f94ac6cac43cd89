"""Certificates, licenses, offers and deals in the index are those that the contracts tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gen_ip import Arbiter, GenIP
from gen_ip.chain import artifacts, events
from gen_ip.chain.rpc import Rpc
from gen_ip.index.database import Database
from gen_ip.index.documents import fetch_missing
from gen_ip.index.errors import Diverged
from gen_ip.index.queries import income, licensing, lineage, search, trading, works
from gen_ip.index.queries.view import View, viewing
from gen_ip.index.rebuilding import rebuild, verify
from gen_ip.index.reducing import _LICENSE as LICENSE
from gen_ip.index.reducing import _MARKETPLACE as MARKETPLACE
from gen_ip.index.reducing import _REGISTRY as REGISTRY
from gen_ip.index.reducing import _SPLITTER as SPLITTER
from gen_ip.index.reducing import WITHOUT_EFFECT, Reducers
from gen_ip.index.writer import Writer
from gen_ip.terms import COMMERCIAL, Rights
from gen_ip.work import ETH
from tests.sdk.conftest import Derive
from tests.support.chain import LocalChain

from .following import caught_up, state, writer_of

LASTING = replace(
    COMMERCIAL,
    grant=COMMERCIAL.grant | Rights.TRANSFERABLE | Rights.REVOCABLE_FOR_BREACH,
    duration=30 * 86_400,
)


class Index:
    """An index of the run's chain, brought up to date for each question."""

    def __init__(self, chain: LocalChain, path: Path | str) -> None:
        self.database: Database
        self.writer: Writer
        self.chain = chain
        self.database, self.writer = writer_of(path, Rpc(chain.web3), chain.deployment)

    def view(self) -> Iterator[View]:
        caught_up(self.writer)
        return viewing(self.database)  # type: ignore[return-value]


@pytest.fixture(params=["sqlite", "postgresql"])
def index(chain: LocalChain, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Index]:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    opened = Index(chain, server.database() if server else tmp_path / "chain.sqlite")
    yield opened
    opened.database.close()


def test_every_event_is_reduced_or_said_to_change_nothing() -> None:
    reduced = {*REGISTRY, *SPLITTER, *LICENSE, *MARKETPLACE}
    known = {kind.type for kind in events.kinds(artifacts.CONTRACTS).values()}
    assert known == reduced | WITHOUT_EFFECT


def test_a_story(chain: LocalChain, alice: GenIP, bob: GenIP, carol: GenIP, index: Index) -> None:
    """Everything the marketplace knows, once; after each part the contracts are asked."""
    arbiter = Arbiter(chain.dave.address, may_suspend=True, may_revoke=True, lien_cap=500)
    one = alice.certify(b"one work", name="Red fox", arbiter=arbiter).work_id
    # Claims of the same second have no order.
    chain.pass_time(2)
    two = alice.certify(b"two works", name="Blue fox").work_id
    posted = alice.offer(one, LASTING, price=1_000, quantity=5)
    alice.offer(one, COMMERCIAL, price=900, token=chain.token, quantity=2)
    gone = alice.offer(two, COMMERCIAL, price=7)
    alice.cancel(gone)
    (first, _) = bob.buy(posted, max_price=2_000, count=2)
    bob.transfer_license(first.id, carol.account.address)
    bid = carol.bid(one, COMMERCIAL, price=50, token=chain.token)
    (sold,) = alice.accept(bid)
    deal = bob.order(
        alice.offer(two, COMMERCIAL, price=70, token=chain.token, deliver_within=3_600),
        max_price=70,
    )
    alice.deliver(deal, b"the file")
    bob.challenge(deal, "it is broken")
    alice.deliver(deal, b"the true file")
    bob.release(deal)
    lapsed = bob.order(
        alice.offer(two, COMMERCIAL, price=71, token=chain.token, deliver_within=60), max_price=71
    )
    chain.pass_time(3_600)
    bob.refund(lapsed)
    waiting = bob.order(
        alice.offer(two, COMMERCIAL, price=72, token=chain.token, deliver_within=3_600),
        max_price=72,
    )
    ask = alice.offer_certificate(two, price=5, token=chain.token)
    carol.buy_certificate(ask, max_price=5)
    alice.relate(one, two, b"they are alike")
    dave = alice.using(chain.dave)
    with index.view() as view:
        now = view.as_of.time
        expected = {each.hash: each.filled for each in alice.offers(one) if each.open}
        open_now = {e.hash: e.filled for e in trading.open_offers(view, now, work=one)}
        assert open_now == expected
    dave.suspend(one)
    dave.revoke_license(first.id, b"a reason")
    carol.cancel_all()

    with index.view() as view:
        for number in (one, two):
            told = alice.work(number)
            found = works.work(view, number)
            assert found is not None
            assert (found.owner, found.creator, found.claimed, found.content_hash) == (
                told.owner,
                told.creator,
                told.claim_time,
                told.content_hash,
            )
            owner, transfers, _ = chain_read(alice, "IPRegistry", "ownership", number)
            assert (found.owner, found.transfers) == (owner, transfers)
            assert found.encumbrance == chain_read(alice, "IPRegistry", "encumbrance", number)
            assert found.arbiter == (chain.dave.address if number == one else None)
        assert works.work(view, one).suspended  # type: ignore[union-attr]
        assert works.work(view, 12345) is None
        for each in (*bob.licenses(), *carol.licenses()):
            kept = licensing.license_of(view, each.id)
            assert kept is not None
            assert (kept.holder, kept.work, kept.start, kept.end, kept.terms_hash) == (
                each.holder,
                each.work,
                each.start,
                each.end,
                each.terms.hash(),
            )
            assert licensing.terms(view, kept.terms_hash) == each.terms
        now = view.as_of.time
        assert trading.filled(view, posted.hash) == 2
        assert trading.filled(view, bid.offer.hash) == 1
        assert trading.cancelled(view, gone.hash)
        assert trading.counter(view, carol.account.address) == 1
        assert not trading.open_offers(view, now, work=two)
        sales = trading.sales(view, seller=alice.account.address)
        assert [(e.work, e.licenses, e.paid, e.token) for e in sales] == [
            (two, 0, 5, chain.token),
            (two, 1, 72, chain.token),
            (two, 1, 71, chain.token),
            (two, 1, 70, chain.token),
            (one, 1, 50, chain.token),
            (one, 2, 2_000, ETH),
        ]
        assert [e.buyer for e in sales[:1]] == [carol.account.address]
        ((document, opened, delivered),) = trading.open_deals(view, alice.account.address)
        assert (int(document["amount"]), delivered) == (72, 0)
        assert opened
        assert document["offer_hash"] == f"0x{waiting.offer_hash.hex()}"
        (named,) = works.relations_to(view, two)
        assert (named.earlier, named.claimed) == (one, alice.work(one).claim_time)
        assert works.with_content(view, alice.work(one).content_hash, 5) == [one]
        assert [e.id for e in works.of_account(view, carol.account.address, created=False)] == [two]
        assert sold.id in [each.id for each in licensing.of_work(view, one)]


def chain_read(client: GenIP, contract: str, function: str, *values: object) -> object:
    from gen_ip.chain.session import Session

    return Session(Rpc(client.web3), client.deployment, None).read(contract, function, *values)


def test_income_is_what_earnings_tell(
    chain: LocalChain, alice: GenIP, bob: GenIP, derive: Derive, index: Index
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", root).work_id
    grandchild = derive(bob, b"grandchild", child).work_id
    for work, amount, token in ((grandchild, 10**6 + 7, ETH), (child, 333, chain.token)):
        bob.pay(work, amount, token=token)
    with index.view() as view:
        for work in (root, child, grandchild):
            found = {each.token: each for each in income.earnings(view, work)}
            for told in alice.all_earnings(work):
                each = found[told.token]
                assert (each.credited, each.on_the_way) == (told.credit, told.on_the_way)
        assert {link.parent for link in lineage.above(view, grandchild).links} == {child, root}
        assert {link.child for link in lineage.below(view, root).links} == {child, grandchild}
        assert lineage.below(view, root, most=1).cut
    collected = alice.collect(root, min_gain=1)
    with index.view() as view:
        (each,) = (e for e in income.earnings(view, root) if e.token == ETH)
        assert (each.credited, each.on_the_way) == (0, 0)
        assert each.collected == collected.amount > 0
        assert sum(income.flowed(view, [child, grandchild]).values())


def test_documents_are_found_and_searched(
    chain: LocalChain, alice: GenIP, bob: GenIP, index: Index
) -> None:
    fox = alice.certify(b"a fox", name="Der Grüne Fuchs").work_id
    lamp = bob.certify("Ein Gedicht über Lampen.".encode(), name="Grüne Lampe").work_id
    alice.offer(fox, COMMERCIAL, price=1_000)
    with index.view() as view:
        assert [e.title for e in search.search(view, search.Wanted(), 0)] == ["", ""]
    done = fetch_missing(index.database, alice.store)
    assert done == (2, 0)
    assert fetch_missing(index.database, alice.store) == (0, 0)
    with index.view() as view:
        now = view.as_of.time

        def ids(**wanted: object) -> list[int]:
            return [e.id for e in search.search(view, search.Wanted(**wanted), now)]  # type: ignore[arg-type]

        assert ids(text="GRUNE") == [lamp, fox]
        assert ids(text="gru fuch") == [fox]
        assert ids(text="fox") == []
        assert ids(kind="text") == [lamp, fox]
        assert ids(creator=bob.account.address) == [lamp]
        assert ids(rights=Rights.COMMERCIAL) == [fox]
        assert ids(rights=Rights.TRAIN) == []
        assert ids(max_price=999, token=ETH) == []
        assert ids(max_price=1_000, token=ETH) == [fox]
        (first,) = search.search(view, search.Wanted(), now, limit=1)
        (second,) = search.search(view, search.Wanted(), now, (first.claimed, first.id))
        assert {first.id, second.id} == {fox, lamp}
        (found,) = search.search(view, search.Wanted(text="lampe"), now)
        assert (found.kind, found.title) == ("text", "Grüne Lampe")
        cid = alice.work(fox).metadata["gen_ip"]["content"]["cid"]
        assert works.with_cid(view, cid, 5) == [fox]


def test_a_document_that_is_not_there_is_looked_for_again(
    alice: GenIP, index: Index, tmp_path: Path
) -> None:
    from gen_ip.content.local import LocalStore

    alice.certify(b"a fox")
    caught_up(index.writer)
    empty = LocalStore(tmp_path / "empty")
    assert fetch_missing(index.database, empty) == (0, 1)
    # Not at once.
    assert fetch_missing(index.database, alice.store) == (0, 0)


def test_the_state_follows_from_the_logs(
    chain: LocalChain, alice: GenIP, bob: GenIP, index: Index
) -> None:
    work = alice.certify(b"one").work_id
    bob.buy(alice.offer(work, COMMERCIAL, price=10), max_price=10)
    caught_up(index.writer)
    before = state(index.database)
    reducers = Reducers(chain.deployment)
    assert verify(index.database, reducers) > 5
    with index.database.writing() as connection:
        connection.exec_driver_sql("UPDATE works SET transfers = 3")
        connection.exec_driver_sql("DELETE FROM licenses")
    with pytest.raises(Diverged, match="2 rows of the index do not follow"):
        verify(index.database, reducers)
    index.writer.close()
    rebuild(index.database, reducers)
    assert state(index.database) == before
    assert verify(index.database, reducers) > 5
    index.writer.step()
