"""Facts and questions at random, small enough that things meet."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.facts import (
    Facts,
    LicenseFact,
    Match,
    OfferFact,
    PermitFact,
    Question,
    Relation,
    WorkFacts,
)
from gen_ip.status.uses import Use
from gen_ip.terms.rights import Rights

PEOPLE = ("author", "buyer", "agent", "troll", "other")
ACCOUNTS = ("@author@example.com", "@buyer@example.com", "shop.example")
ETH = "0x" + "00" * 20
NAMED = [each for each in Method if each.named]

times = st.integers(1, 40)
rights = st.integers(0, 2**15 - 1).map(Rights)
grants = st.sampled_from(
    [
        Rights.COMMERCIAL,
        Rights.COMMERCIAL | Rights.DERIVE | Rights.MERCH,
        Rights.EDITORIAL,
        Rights.TRAIN,
        Rights(0),
    ]
) | rights  # fmt: skip
bits = st.booleans()


def licenses(work: int) -> st.SearchStrategy[LicenseFact]:
    return st.builds(
        LicenseFact,
        st.integers(1, 5),
        st.just(work),
        st.sampled_from(PEOPLE),
        grants,
        times,
        st.just(0) | times,
        bits,
        times,
    )


def permits(work: int) -> st.SearchStrategy[PermitFact]:
    return st.builds(
        PermitFact,
        st.binary(min_size=32, max_size=32),
        st.just(work),
        st.integers(0, 5),
        st.sampled_from(PEOPLE),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["", "agency.example"]),
        grants,
        times,
        times,
        bits,
        bits,
    )


offers = st.builds(
    OfferFact,
    st.binary(min_size=32, max_size=32),
    grants,
    st.sampled_from([0, 1, 10**18]),
    st.just(ETH),
)


def works(number: int) -> st.SearchStrategy[WorkFacts]:
    return st.builds(
        WorkFacts,
        st.just(number),
        st.sampled_from([b"\1" * 32, b"\2" * 32]),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
        times,
        bits,
        times,
        bits,
        st.frozensets(st.integers(1, 4).filter(lambda each: each != number), max_size=2),
        st.lists(st.builds(Relation, st.integers(5, 9), times, st.just(bytes(32))), max_size=1).map(
            tuple
        ),
        st.lists(offers, max_size=2).map(tuple),
        st.lists(licenses(number), max_size=3, unique_by=lambda each: each.id).map(tuple),
        st.lists(permits(number), max_size=3).map(tuple),
    )


matches = st.builds(
    Match, st.integers(1, 4), st.sampled_from(list(Method)), st.floats(0, 1, allow_nan=False)
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    numbers = draw(st.sets(st.integers(1, 4), max_size=4))
    return Facts(
        tuple(draw(st.lists(matches, max_size=5))),
        {number: draw(works(number)) for number in sorted(numbers)},
    )


@st.composite
def recognized(draw: st.DrawFn) -> Facts:
    """Facts with a work that is the same as what was asked about, and final claims throughout."""
    found = draw(facts())
    method = draw(st.sampled_from([each for each in NAMED if each is not Method.DERIVATIVE]))
    found = with_work(found, draw(works(1)), method)
    return replace(
        found, works={key: replace(each, final=True) for key, each in found.works.items()}
    )


questions = st.builds(
    Question,
    at=times,
    uses=st.frozensets(st.sampled_from(list(Use)), max_size=2),
    licensee=st.none() | st.sampled_from(PEOPLE),
    account=st.none() | st.sampled_from(ACCOUNTS),
    agency=st.none() | st.just("agency.example"),
    first_seen=st.none() | times,
)


def with_work(facts: Facts, work: WorkFacts, method: Method, score: float = 1.0) -> Facts:
    """The facts with another work, recognized too."""
    return replace(
        facts,
        matches=(*facts.matches, Match(work.id, method, score)),
        works={**facts.works, work.id: work},
    )
