"""Domains asked by DNS: a name server of our own that answers what a test sets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.resolver import NoResolverConfiguration, Resolver

from gen_ip.status.dns import DnsVerifier
from gen_ip.status.domains import Proof, Said, any_of
from gen_ip.status.errors import BadAccount
from tests.support.chain import account

ALICE, BOB = account("alice").address, account("bob").address
HOST = "artist.example"
NOTHING = Said(failure=Proof.UNREACHABLE)


class NameServer:
    """Answers TXT questions over UDP with `records`, or `code`; never where `silent`."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.code, self.silent, self.cut = dns.rcode.NOERROR, False, False
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            data, who = self.socket.recvfrom(4_096)
            if not data:
                return
            question = dns.message.from_wire(data)
            name = question.question[0].name.to_text()
            self.asked.append(name)
            if self.silent:
                continue
            answer = dns.message.make_response(question)
            answer.set_rcode(self.code)
            if self.cut:
                answer.flags |= dns.flags.TC
            elif texts := self.records.get(name):
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", *texts))
            self.socket.sendto(answer.to_wire(), who)

    def resolver(self) -> Resolver:
        made = Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.socket.getsockname()[1]
        return made

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.socket.getsockname())
        self._thread.join()
        self.socket.close()


@pytest.fixture
def server() -> Iterator[NameServer]:
    made = NameServer()
    yield made
    made.close()


def ask(server: NameServer, host: str = HOST, seconds: float = 5.0) -> Said:
    return DnsVerifier(resolver=server.resolver, seconds=seconds).ask(host)


def test_a_domain_whose_records_list_accounts(server: NameServer) -> None:
    server.records[f"_gen-ip.{HOST}."] = [
        f'"account={ALICE}"',
        f'"account={BOB[:9]}" "{BOB[9:].lower()}"',
        '"v=spf1 -all"',
        '"account=0x12"',
        '"account=\\255"',
    ]
    said = ask(server, "Artist.EXAMPLE")
    assert said == Said(frozenset({ALICE, BOB}))
    assert said.of(account("carol").address) is Proof.DENIED
    assert server.asked == [f"_gen-ip.{HOST}."]


def test_records_that_list_another(server: NameServer) -> None:
    server.records[f"_gen-ip.{HOST}."] = [f'"account={BOB}"']
    assert ask(server).of(ALICE) is Proof.DENIED


@pytest.mark.parametrize("records", [[], ['"v=spf1 -all"'], [f'"accounts={ALICE}"']])
def test_a_domain_without_such_a_record_says_nothing(
    server: NameServer, records: list[str]
) -> None:
    server.records[f"_gen-ip.{HOST}."] = records
    assert ask(server) == NOTHING


@pytest.mark.parametrize("code", [dns.rcode.NXDOMAIN, dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_server_that_has_no_answer(server: NameServer, code: dns.rcode.Rcode) -> None:
    server.code = code
    assert ask(server, seconds=0.3) == NOTHING


def test_a_server_that_does_not_answer_or_not_in_full(server: NameServer) -> None:
    server.silent = True
    assert ask(server, seconds=0.2) == NOTHING
    server.silent, server.cut = False, True
    assert ask(server, seconds=0.2) == NOTHING


def test_without_a_resolver_and_with_a_name_that_is_too_long(server: NameServer) -> None:
    def none() -> Resolver:
        raise NoResolverConfiguration

    assert DnsVerifier(resolver=none).ask(HOST) == NOTHING
    assert ask(server, ".".join(["a" * 62] * 3 + ["b" * 60])) == NOTHING
    assert server.asked == []
    with pytest.raises(BadAccount):
        ask(server, "127.0.0.1")


def test_one_of_several_ways_is_enough() -> None:
    alice, bob = Said(frozenset({ALICE})), Said(frozenset({BOB}))
    forbidden = Said(failure=Proof.FORBIDDEN)

    def asked(*answers: Said) -> Said:
        return any_of([lambda _, each=each: each for each in answers])(HOST)

    assert asked(alice, bob) == Said(frozenset({ALICE, BOB}))
    assert asked(NOTHING, alice) == asked(alice, forbidden) == alice
    assert asked(NOTHING, Said()).of(ALICE) is Proof.DENIED
    assert asked(NOTHING, forbidden) == asked(forbidden, NOTHING) == forbidden
    assert asked(NOTHING, NOTHING) == NOTHING
