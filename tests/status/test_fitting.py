"""Whether terms fit a work, told by the index, is what the contract answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip import Arbiter, GenIP
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sequence import last_answer
from gen_ip.index.database import Database
from gen_ip.index.queries import bounds as queried
from gen_ip.index.queries import licensing
from gen_ip.index.queries.view import viewing
from gen_ip.signing.offers import OfferKind
from gen_ip.status.errors import UnusableOffer
from gen_ip.status.indexed import IndexedFacts
from gen_ip.status.offers import require_usable
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, UNLIMITED, Rights, Terms
from gen_ip.terms.fitting import MOST_SECONDS, WHOLE, Bounds, fits, well_formed
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain

__all__ = ["alice", "bob", "carol", "derive", "store"]

DAY = 86_400
DERIVES = Rights.DERIVE | Rights.COMMERCIAL
ENDING = Terms(
    DERIVES | Rights.ENDS_WITH_LICENSE | Rights.ATTRIBUTION, DERIVES, 300, 500, 10 * DAY, 5
)
PLAIN = Terms(DERIVES | Rights.ATTRIBUTION, Rights.COMMERCIAL, 10, 10, 5 * DAY, 5)
ALIKE = Terms(DERIVES | Rights.SHARE_ALIKE | Rights.ATTRIBUTION, DERIVES, 100, 0, 0, 5)
HEAVY = Terms(Rights.DERIVE | Rights.TRAIN, Rights.DERIVE | Rights.TRAIN, 0, 9_000, 0, 5)
SOLE = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE | Rights.REVOCABLE_FOR_BREACH, duration=30 * DAY)
KNOWN = (ENDING, PLAIN, ALIKE, HEAVY, SOLE, COMMERCIAL, COMMERCIAL_REMIX)

_bits = st.lists(st.sampled_from(list(Rights)), max_size=6).map(lambda each: Rights(sum({*each})))
# A few hours away from where any of the family's bounds lies.
_durations = st.sampled_from([0, DAY, 9 * DAY, 15 * DAY, 25 * DAY, 35 * DAY])
_shares = st.sampled_from([0, 0, 10, 1_000, 1_001, 5_000, 9_000, WHOLE, WHOLE + 1, 65_535])
_units = st.sampled_from([0, 1, 5, UNLIMITED])


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """Terms of all sorts, many of them nearly those of a work of the family."""
    if draw(st.booleans()):
        start = draw(st.sampled_from(KNOWN))
        changes: dict[str, Any] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "duration": _durations,
                    "income": _shares,
                    "volume": _shares,
                    "units": _units,
                },
            )
        )
        flipped = draw(st.one_of(st.just(Rights(0)), st.sampled_from(list(Rights))))
        return replace(start, grant=start.grant ^ flipped, **changes)
    grant = draw(_bits)
    pass_ = draw(st.one_of(_bits, _bits.map(lambda each: each & grant), st.just(grant & 0xFF)))
    units = draw(_units) if draw(st.booleans()) else 5 * (Rights.DERIVE in grant)
    duration = draw(st.one_of(_durations, st.sampled_from([MOST_SECONDS, MOST_SECONDS + 1])))
    return Terms(grant, Rights(pass_), draw(_shares), draw(_shares), duration, units)


@dataclass
class Family:
    """Works that are bound in all ways there are, the chain, and its index."""

    works: dict[str, int]
    client: GenIP
    chain: LocalChain
    database: Database

    def contract(self, terms: Terms, work: int | None = None) -> bool:
        """Whether the contract takes terms, and issues a license of a work under them."""
        calls = [self.client.calls.license.register_terms(terms)]
        if work is not None:
            encode = self.client._session.encode
            calls.append(encode("IPLicense", "checkTerms", work, terms.hash()))
        try:
            last_answer(Rpc(self.chain.web3), calls)
        except ContractError:
            return False
        return True

    def index(self, terms: Terms, work: int) -> bool:
        with viewing(self.database) as view:
            return IndexedFacts(view, self.chain.deployment.marketplace).fits(work, terms)

    def bounds(self, name: str) -> Bounds:
        with viewing(self.database) as view:
            return queried.bounds(view, self.works[name])


@pytest.fixture
def family(
    chain: LocalChain, alice: GenIP, bob: GenIP, carol: GenIP, derive: Derive, tmp_path: Path
) -> Family:
    arbiter = Arbiter(chain.dave.address, may_revoke=True)
    root = alice.certify(b"root").work_id
    works = {"root": root, "remix": derive(bob, b"remix", root).work_id}
    (license_,) = alice.issue(root, ENDING, chain.bob.address)
    alice.renew(license_.id)
    works["ending"] = bob.derive(b"ending", licenses=[license_.id]).work_id
    alice.renew(license_.id)
    works["below"] = derive(carol, b"below", {works["ending"]: PLAIN}).work_id
    works["alike"] = derive(bob, b"alike", {root: ALIKE}).work_id
    works["heavy"] = derive(bob, b"heavy", {root: HEAVY}).work_id
    works["two"] = derive(carol, b"two", {root: COMMERCIAL_REMIX, works["alike"]: ALIKE}).work_id
    for name in ("later", "revoked", "over"):
        works[name] = alice.certify(name.encode(), arbiter=arbiter).work_id
    alice.issue(works["later"], SOLE, chain.bob.address, start=chain.now() + 5 * DAY)
    (broken,) = alice.issue(works["revoked"], SOLE, chain.bob.address)
    alice.using(chain.dave).revoke_license(broken.id, b"a reason")
    alice.issue(works["over"], replace(SOLE, duration=60), chain.bob.address)
    chain.pass_time(120)
    database, writer = writer_of(tmp_path / "c.sqlite", Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    return Family(works, alice, chain, database)


def test_what_binds_works_is_what_the_contract_says(family: Family) -> None:
    session = family.client._session
    for name, work in family.works.items():
        ceiling, obligations, until, alike = session.read("IPLicense", "bounds", work)
        volume = session.read("RoyaltySplitter", "node", work)[1]
        expected = Bounds(
            Rights(ceiling), Rights(obligations), until, alike if any(alike) else None, volume
        )
        assert family.bounds(name) == expected, name
    # The case that a license renewed after the derivation would get wrong.
    assert family.bounds("ending").until == family.bounds("below").until > 0


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(terms=any_terms(), data=st.data())
def test_terms_fit_where_the_contract_says_so(
    family: Family, terms: Terms, data: st.DataObject
) -> None:
    assert well_formed(terms) == family.contract(terms)
    name = data.draw(st.sampled_from(sorted(family.works)))
    work = family.works[name]
    assert family.index(terms, work) == family.contract(terms, work), name


def test_the_terms_of_the_family_fit_where_the_contract_says_so(family: Family) -> None:
    for terms in KNOWN:
        said = {name: family.index(terms, work) for name, work in family.works.items()}
        assert said == {name: family.contract(terms, work) for name, work in family.works.items()}
        assert not said["later"]
        assert said["over"]
        assert said["revoked"]


def test_the_last_second_that_fits() -> None:
    bound = Bounds(until=1_000)
    terms = replace(COMMERCIAL, duration=100)
    assert fits(terms, bound, 900)
    assert not fits(terms, bound, 901)
    assert not fits(COMMERCIAL, bound, 0)
    derives = replace(COMMERCIAL_REMIX, income=1_000, volume=1_000)
    assert fits(derives, Bounds(volume=8_000), 0)
    assert not fits(derives, Bounds(volume=8_001), 0)


def test_offers_of_what_was_bound_further_contested_or_reserved(
    chain: LocalChain, alice: GenIP, bob: GenIP, tmp_path: Path
) -> None:
    database, writer = writer_of(tmp_path / "c.sqlite", Rpc(chain.web3), chain.deployment)
    deadline = chain.now() + 90 * DAY

    def refused(signed: Any) -> str:
        caught_up(writer)
        with viewing(database) as view:
            facts = IndexedFacts(view, chain.deployment.marketplace)
            try:
                require_usable(signed, facts, view.as_of.time)
            except UnusableOffer as error:
                return error.reason
        return ""

    work = alice.certify(b"a work").work_id
    options: dict[str, Any] = {"token": chain.token, "deadline": deadline}
    sole = alice.sign_offer(work, SOLE, price=9, **options)
    plain = alice.sign_offer(work, COMMERCIAL, price=9, uncontested=True, **options)
    certificate = alice.offer_certificate(work, price=9, **options)
    assert certificate.offer.kind is OfferKind.CERTIFICATE_ASK
    assert [refused(each) for each in (sole, plain, certificate)] == ["", "", ""]
    alice.issue(work, COMMERCIAL, chain.carol.address)
    assert "bound further" in refused(sole)
    assert "bound further" in refused(certificate)
    assert refused(plain) == ""
    bob.certify(b"a work")
    assert "same content" in refused(plain)
    plain = alice.sign_offer(work, COMMERCIAL, price=9, **options)
    assert refused(plain) == ""
    ordered = alice.offer(
        work, SOLE, price=9, token=chain.token, deliver_within=DAY, challenge_window=DAY
    )
    deal = bob.order(ordered, max_price=9)
    assert "waits for its delivery" in refused(plain)
    alice.deliver(deal, b"there it is")
    chain.pass_time(2 * DAY)
    assert "waits for its delivery" in refused(plain)
    chain.pass_time(31 * DAY)
    assert refused(plain) == ""


def test_an_exclusive_license_keeps_others_out_before_it_starts(family: Family) -> None:
    with viewing(family.database) as view:
        at = view.as_of.time
        until = licensing.exclusive_until(view, family.works["later"], at)
        assert until == family.client._session.read(
            "IPLicense", "exclusiveUntil", family.works["later"]
        )
        assert licensing.exclusive_until(view, family.works["revoked"], at) == 0
        assert licensing.exclusive_until(view, family.works["over"], at) == 0
