"""Domains that profiles name are asked apart from answers, rarely, and their word is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gen_ip.cli.app import app
from gen_ip.service.domains import AT_A_TIME, DomainAsker
from gen_ip.service.kept import profiles
from gen_ip.service.kept.domains import DAY, LEAST_PAUSE, PAUSES, KeptDomains, KeptProof, name
from gen_ip.service.kept.profiles import KeptProfiles
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import DOMAIN_PROOFS, DOMAINS
from gen_ip.signing.profiles import Profile
from gen_ip.status.domains import Proof, Said
from gen_ip.status.profiles import SignedProfile
from tests.status.test_signed import ALICE, BOB
from tests.support.postgres import Postgres
from tests.vectors import status

HOST = "artist.example"
NOTHING = Said(failure=Proof.UNREACHABLE)


class World:
    """A database, a clock, and what domains say; `asked` is what they were asked, and when."""

    def __init__(self, where: Path | str) -> None:
        self.records = Records(where)
        self.kept = KeptDomains(self.records)
        self.now = 1_000_000
        self.says: dict[str, Said] = {}
        self.asked: list[tuple[str, int]] = []
        self.asker = self.another()

    def another(self) -> DomainAsker:
        return DomainAsker(self.kept, self._ask, lambda: self.now)

    def _ask(self, domain: str) -> Said:
        self.asked.append((domain, self.now))
        return self.says.get(domain, NOTHING)

    def name(self, account: str, domain: str) -> None:
        with self.records.open() as database:
            name(database, account, domain, self.now)

    def proof(self, account: str, domain: str = HOST) -> Proof | None:
        return self.kept.of(account, domain).proof

    def rounds(self) -> int:
        """Until nothing is due; how many domains were."""
        done = 0
        while found := self.asker.round():
            done += found
        return done

    def again(self) -> int | None:
        """When the domain is to be asked again."""
        with self.records.open(write=False) as database:
            return database.execute(
                DOMAINS.select().where(DOMAINS.c.domain == HOST).with_only_columns(DOMAINS.c.again)
            ).scalar()


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    where: Path | str = tmp_path
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        where = postgres.database()
    made = World(where)
    yield made
    made.records.close()


def test_a_domain_is_asked_once_for_all_who_name_it(world: World) -> None:
    assert world.asker.round() == 0
    world.says[HOST] = Said(frozenset({ALICE.address}))
    world.name(ALICE.address, HOST)
    world.name(BOB.address, HOST)
    assert world.kept.of(ALICE.address, HOST) == KeptProof(HOST)
    assert world.rounds() == 1
    assert world.kept.of(ALICE.address, HOST) == KeptProof(HOST, Proof.PROVEN, world.now)
    assert world.proof(BOB.address) is Proof.DENIED
    assert world.proof(ALICE.address, "other.example") is None


def test_an_answer_is_asked_for_again_after_a_day(world: World) -> None:
    world.says[HOST] = Said(frozenset({ALICE.address}))
    world.name(ALICE.address, HOST)
    world.rounds()
    world.says[HOST] = Said()
    world.now += DAY - 1
    assert world.rounds() == 0
    world.now += 1
    assert world.rounds() == 1
    assert world.kept.of(ALICE.address, HOST) == KeptProof(HOST, Proof.DENIED, world.now)


@pytest.mark.parametrize("failure", [Proof.UNREACHABLE, Proof.FORBIDDEN])
def test_a_domain_that_does_not_answer_is_asked_ever_more_rarely(
    world: World, failure: Proof
) -> None:
    world.says[HOST] = Said(failure=failure)
    world.name(ALICE.address, HOST)
    pauses = []
    for _ in range(len(PAUSES) + 2):
        assert world.rounds() == 1
        assert world.kept.of(ALICE.address, HOST) == KeptProof(HOST, failure, world.now)
        again = world.again()
        assert again is not None
        pauses.append(again - world.now)
        world.now = again
    assert pauses == [*PAUSES, DAY, DAY]
    world.says[HOST] = Said()
    world.rounds()
    world.now += DAY
    world.says[HOST] = NOTHING
    world.rounds()
    assert world.again() == world.now + PAUSES[0]


def test_who_names_it_anew_is_heard_soon_and_not_at_once(world: World) -> None:
    world.says[HOST] = Said()
    world.name(ALICE.address, HOST)
    world.rounds()
    world.says[HOST] = Said(frozenset({ALICE.address, BOB.address}))
    world.now += 5
    world.name(ALICE.address, HOST)
    world.name(BOB.address, HOST)
    assert world.rounds() == 0
    assert world.proof(ALICE.address) is Proof.DENIED
    world.now += LEAST_PAUSE - 5
    assert world.rounds() == 1
    assert world.proof(ALICE.address) is world.proof(BOB.address) is Proof.PROVEN


def test_what_another_domain_said_is_forgotten(world: World) -> None:
    world.says[HOST] = Said(frozenset({ALICE.address}))
    world.name(ALICE.address, HOST)
    world.rounds()
    world.name(ALICE.address, "other.example")
    assert world.proof(ALICE.address) is None
    assert world.proof(ALICE.address, "other.example") is None
    world.name(ALICE.address, "")
    world.now += DAY
    # Nobody names either any more.
    assert world.rounds() == 0
    assert world.again() is None


def test_two_processes_ask_different_domains(world: World) -> None:
    for number in range(AT_A_TIME + 1):
        world.name(f"0x{number}", f"d{number}.example")
    first, second = world.kept.take(world.now, AT_A_TIME), world.kept.take(world.now, AT_A_TIME)
    assert (len(first), len(second), len({*first, *second})) == (AT_A_TIME, 1, AT_A_TIME + 1)
    # A process that ended in between keeps nobody waiting for long.
    world.now += 600
    assert world.rounds() == AT_A_TIME + 1


def test_domains_are_asked_side_by_side(world: World) -> None:
    together = threading.Barrier(AT_A_TIME, timeout=20)

    def ask(domain: str) -> Said:
        together.wait()
        return Said(frozenset({ALICE.address}))

    for number in range(AT_A_TIME):
        world.name(f"0x{number}", f"d{number}.example")
    assert DomainAsker(world.kept, ask, lambda: world.now).round() == AT_A_TIME


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "x.example", HOST])),
            st.integers(0, 2 * DAY),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_however_profiles_come_no_domain_is_asked_twice_within_a_minute(
    tmp_path_factory: pytest.TempPathFactory, steps: list[object]
) -> None:
    world = _fresh(tmp_path_factory)
    named: dict[str, str] = {}
    for step in steps:
        if isinstance(step, tuple):
            world.name(*step)
            named[step[0]] = step[1]
        elif isinstance(step, bool):
            world.says[HOST] = Said(frozenset({"a"})) if step else NOTHING
        else:
            world.now += step
        world.asker.round()
    for domain in ("x.example", HOST):
        times = [at for each, at in world.asked if each == domain]
        assert all(b - a >= LEAST_PAUSE for a, b in pairwise(times))
    world.now += DAY
    world.rounds()
    for account, domain in named.items():
        if domain:
            assert world.proof(account, domain) is world.says.get(domain, NOTHING).of(account)
    world.records.close()


def _fresh(factory: pytest.TempPathFactory) -> World:
    return World(factory.mktemp("records"))


def profile(time: int, domain: str) -> SignedProfile:
    message = Profile(ALICE.address, "Alice", domain, (), time)
    return SignedProfile.signed(ALICE, message, 31_337, status.REGISTRY)


def test_a_profile_that_is_kept_has_its_domain_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles.time, "time", lambda: world.now)
    kept = KeptProfiles(world.records, 31_337, status.REGISTRY)
    kept.add(profile(20, HOST), at=30)
    # Neither an earlier profile nor a forged one changes which.
    assert not kept.add(profile(10, "other.example"), at=30)
    with pytest.raises(Exception, match="did not sign"):
        kept.add(replace(profile(25, "other.example"), signature=bytes(65)), at=30)
    world.rounds()
    assert [domain for domain, _ in world.asked] == [HOST]
    kept.add(profile(30, ""), at=30)
    assert world.proof(ALICE.address) is None


def test_profiles_of_before_are_asked_about_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles.time, "time", lambda: world.now)
    kept = KeptProfiles(world.records, 31_337, status.REGISTRY)
    kept.add(profile(20, HOST), at=30)
    with world.records.open() as database:
        for table in (DOMAIN_PROOFS, DOMAINS):
            database.execute(table.delete())
    world.says[HOST] = Said(frozenset({ALICE.address}))
    world.asker.round()
    assert world.proof(ALICE.address) is Proof.PROVEN


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--ask-domains",), "give --on-chain"),
        (("--on-chain", "--ens-rpc", "http://127.0.0.1:1"), "give --ask-domains"),
        (("--on-chain", "--ask-domains", "--ens-rpc", "ftp://example.com"), "http://"),
    ],
)
def test_options_that_do_not_go_together(options: tuple[str, ...], reason: str) -> None:
    ended = CliRunner().invoke(app, ["serve", *options], env={"COLUMNS": "200"})
    assert ended.exit_code != 0
    assert reason in ended.output + str(ended.exception)
