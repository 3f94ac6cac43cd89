"""The service on a real chain: verdicts, works, offers and inboxes over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from starlette.testclient import TestClient

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.fingerprint.batch import Recorder, Wanted
from gen_ip.index.documents import fetch_missing
from gen_ip.match.recording import indexed
from gen_ip.match.whole import WholeIndex
from gen_ip.service.app import app_of
from gen_ip.service.chain import ChainSettings
from gen_ip.service.kept.domains import KeptDomains
from gen_ip.service.kept.keys import Keys
from gen_ip.service.kept.records import Records
from gen_ip.service.settings import Settings
from gen_ip.signing.profiles import Profile
from gen_ip.status.domains import Proof, Said
from gen_ip.status.permits import permit, revocation
from gen_ip.status.profiles import SignedProfile
from gen_ip.status.statements import SignedVerdict
from gen_ip.terms import COMMERCIAL, Rights
from gen_ip.work import ETH, WorkAddress
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain

from .files import COFFEE, edited

__all__ = ["alice", "bob", "carol", "derive", "store"]


@dataclass
class Served:
    """The service, its chain, and its index brought up to date when asked."""

    client: TestClient
    key: str
    update: Callable[[], None]
    settings: Settings

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, document: Any, status: int = 200, key: bool = True) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} if key else {}
        answer = self.client.post(path, json=document, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def served(chain: LocalChain, alice: GenIP, tmp_path: Path) -> Iterator[Served]:
    path = tmp_path / "chain.sqlite"
    database, writer = writer_of(path, Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    settings = Settings(index=tmp_path / "match", store=tmp_path / "service", upload_bytes=2**20)
    known = ChainSettings(
        path, chain.web3.eth.chain_id, chain.deployment, chain.dave, "https://genip.example"
    )

    def update() -> None:
        chain.rpc("anvil_mine", hex(70))
        caught_up(writer)
        fetch_missing(database, alice.store)

    with TestClient(app_of(settings, known), raise_server_exceptions=False) as client:
        key = Keys(Records(settings.store)).add("tests")[1]
        yield Served(client, key, update, settings)


def later(chain: LocalChain) -> int:
    return chain.now() + 1_000


def test_verdicts_by_hash_cid_and_number(
    served: Served, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    made = alice.certify(b"a work", name="Fox")
    served.update()
    unknown = served.get("/v1/status", sha256="11" * 32)
    assert (unknown["verdict"], unknown["automatic"]) == ("unknown", False)
    asked = {"use": "commercial", "licensee": chain.bob.address, "first_seen": later(chain)}
    by_hash = served.get("/v1/status", sha256=made.content_hash.hex(), **asked)
    assert (by_hash["verdict"], by_hash["automatic"]) == ("license-required", True)
    assert by_hash["work"] == str(made.work_id)
    assert by_hash["finality"] == "pending"
    assert by_hash["evidence"]["claim_final"] is True
    by_cid = served.get("/v1/status", cid=made.content_cid, **asked)
    by_number = served.get("/v1/status", work=made.work_id, **asked)
    address = str(WorkAddress(chain.web3.eth.chain_id, made.work_id))
    assert by_hash == by_cid == by_number == served.get("/v1/status", work=address, **asked)
    bob.buy(alice.offer(made.work_id, COMMERCIAL, price=5), max_price=5)
    served.update()
    found = served.get("/v1/status", sha256=made.content_hash.hex(), **asked)
    assert (found["verdict"], found["automatic"]) == ("authorized", True)
    assert "licence" in served.get("/v1/status", work=made.work_id, lang="fr", **asked)["why"]
    for query in ({}, {"sha256": "11" * 32, "work": "1"}, {"cid": "bafy"}, {"work": "gen-ip:1"}):
        assert served.get("/v1/status", 422, **query)["status"] == 422
    served.get("/v1/status", 422, sha256="11" * 32, licensee="0x12")
    served.get("/v1/status", 404, work="gen-ip:1:5")
    served.get("/v1/status", 404, work="5")


def test_what_is_asked_plainly_is_answered_like_the_rest(served: Served, alice: GenIP) -> None:
    made = alice.certify(b"a work", name="Fox")
    served.update()
    wallet = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    for plain in (
        f"sha256={made.content_hash.hex()}",
        f"work={made.work_id}",
        f"work={made.work_id}&licensee={wallet}",
        f"work={made.work_id}&first_seen=1",
        f"sha256={made.content_hash.hex()}&licensee={wallet}&first_seen=1767225600",
        f"sha256={'11' * 32}",
        "work=5",
        f"work={made.work_id}&licensee={wallet[:-1]}{'0' if wallet[-1] != '0' else '1'}",
        f"work={10**48}",
    ):
        quick = served.client.get(f"/v1/status?{plain}")
        general = served.client.get(f"/v1/status?lang=en&{plain}")
        one, other = quick.json(), general.json()
        one.pop("request_id", None)
        other.pop("request_id", None)
        assert (quick.status_code, one) == (general.status_code, other)
    spelled = served.client.get(f"/v1/status?work={made.work_id}&work=5")
    assert spelled.status_code == 404


def test_an_answer_that_did_not_change_is_not_sent_again(served: Served, alice: GenIP) -> None:
    made = alice.certify(b"a work")
    served.update()
    for path in (f"/v1/status?work={made.work_id}", f"/v1/works/{made.work_id}"):
        first = served.client.get(path)
        again = served.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        alice.offer(made.work_id, COMMERCIAL, price=5)
        served.update()
        changed = served.client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert changed.status_code == 200


def test_a_file_is_recognized_by_its_bytes_and_its_likeness(
    served: Served, chain: LocalChain, alice: GenIP
) -> None:
    made = alice.certify(COFFEE)
    served.update()
    asked = {"use": "commercial", "licensee": chain.bob.address, "first_seen": later(chain)}

    def ask(data: bytes) -> Any:
        answer = served.client.post("/v1/status", params=asked, files={"file": data})
        assert answer.status_code == 200, answer.text
        return answer.json()

    # Without a match index the bytes alone tell.
    found = ask(COFFEE.read_bytes())
    assert (found["verdict"], found["automatic"]) == ("license-required", True)
    assert ask(edited())["verdict"] == "unknown"
    address = str(WorkAddress(chain.web3.eth.chain_id, made.work_id))
    with WholeIndex(served.settings.index, write=True) as opened, Recorder(Wanted()) as recorder:
        (each,) = recorder.records([COFFEE])
        assert opened.pictures is not None
        assert each.record is not None
        opened.pictures.add([indexed(address, each.record)])
    found = ask(edited())
    assert (found["verdict"], found["automatic"]) == ("license-required", False)
    assert found["evidence"]["method"] == "near-duplicate"
    assert {each["reason"] for each in found["person"]} == {"not-exact"}
    assert ask(b"something else entirely, in words")["verdict"] == "unknown"


def test_a_verdict_is_signed_and_verified_without_the_service(
    served: Served, chain: LocalChain, alice: GenIP
) -> None:
    made = alice.certify(b"a work")
    served.update()
    found = served.get("/v1/status", work=made.work_id, statement=True, licensee=chain.bob.address)
    signed = SignedVerdict.from_json(served.get(found["statement"]))
    assert signed.holds
    assert signed.message.signer == chain.dave.address
    assert (signed.message.verdict, signed.message.work) == ("license-required", made.work_id)
    assert signed.message.service == "https://genip.example"
    served.get(f"/v1/statements/{'00' * 32}", 404)


def test_a_permit_gives_an_account_its_licensees_right(
    served: Served, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    work = alice.certify(b"a work").work_id
    (license_,) = bob.buy(alice.offer(work, COMMERCIAL, price=0), max_price=0)
    chain.pass_time(10)
    served.update()
    asked = {"work": work, "use": "commercial", "account": "@Shop@Example.com"}
    assert served.get("/v1/status", **asked)["verdict"] != "authorized"
    signed = permit(
        chain.bob,
        chain_id=chain.web3.eth.chain_id,
        license_contract=chain.deployment.license,
        license_id=license_.id,
        work=work,
        to="@shop@example.com",
        use=Rights.COMMERCIAL,
        valid_from=license_.start,
        expiry=int(time.time()) + 10**6,
    )
    served.post("/v1/permits", signed.to_json(), 401, key=False)
    assert served.post("/v1/permits", signed.to_json()) == {
        "hash": f"0x{signed.hash.hex()}",
        "new": True,
    }
    found = served.get("/v1/status", **asked)
    assert found["evidence"]["permit"] == f"0x{signed.hash.hex()}"
    assert found["verdict"] == "authorized"
    forged = replace(signed, message=signed.message._replace(expiry=10**12))
    assert "did not sign" in served.post("/v1/permits", forged.to_json(), 422)["detail"]
    taken_back = revocation(chain.bob, signed)
    path = f"/v1/permits/0x{signed.hash.hex()}"
    assert served.get(path)["revoked"] is False
    assert served.post(f"{path}/revocation", taken_back.to_json())["new"] is True
    assert served.get(path)["revoked"] is True
    assert served.get("/v1/status", **asked)["verdict"] != "authorized"
    served.post(f"/v1/permits/{'00' * 32}/revocation", taken_back.to_json(), 422)
    served.get(f"/v1/permits/{'00' * 32}", 404)


def test_offers_are_taken_in_listed_and_told(
    served: Served, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    work = alice.certify(b"a work", name="Fox").work_id
    posted = alice.offer(work, COMMERCIAL, price=7)
    deadline = int(time.time()) + 10_000
    bid = bob.bid(work, COMMERCIAL, price=5, token=chain.token, deadline=deadline)
    served.update()
    assert served.post("/v1/offers", bid.to_json())["new"] is True
    assert served.post("/v1/offers", bid.to_json())["new"] is False
    found = served.get(f"/v1/works/{work}/offers")
    assert [each["offer"] for each in found["posted"]] == [f"0x{posted.hash.hex()}"]
    assert [each["file"] for each in found["signed"]] == [bid.to_json()]
    assert served.get(f"/v1/offers/0x{bid.offer.hash.hex()}") == bid.to_json()
    entries = served.get(f"/v1/inbox/{chain.alice.address}")["entries"]
    assert [(each["kind"], each["amount"]) for each in entries] == [("bid-received", "5")]
    feed = served.client.get(f"/v1/inbox/{chain.alice.address}/feed.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert len(ET.fromstring(feed.content).findall("{*}entry")) == 1  # noqa: S314, our own
    alice.accept(bid)
    deal = bob.order(
        alice.offer(work, COMMERCIAL, price=9, token=chain.token, deliver_within=3_600),
        max_price=9,
    )
    served.update()
    assert served.get(f"/v1/works/{work}/offers")["signed"] == []
    kinds = [e["kind"] for e in served.get(f"/v1/inbox/{chain.alice.address}")["entries"]]
    assert sorted(kinds) == ["delivery-due", "earnings-ready", "sold", "sold"]
    assert deal.open
    other = replace(bid, offer=replace(bid.offer, price=6))
    assert "did not sign" in served.post("/v1/offers", other.to_json(), 422)["detail"]
    served.post("/v1/offers", {"format": "x"}, 422)


def test_works_their_family_licenses_and_income(
    served: Served, chain: LocalChain, alice: GenIP, bob: GenIP, derive: Derive
) -> None:
    root = alice.certify(b"root", name="Root").work_id
    child = derive(bob, b"child", root).work_id
    bob.pay(child, 10**6)
    served.update()
    found = served.get(f"/v1/works/{root}")
    assert (found["title"], found["owner"]) == ("Root", chain.alice.address)
    assert found["claim_finality"] == "final"
    assert found["document"]["gen_ip"]["work"] == str(root)
    link = served.client.get(f"/v1/works/{root}").headers["link"]
    assert link == f'</v1/works/{root}/license.xml>; rel="license"'
    assert b"<rsl" in served.client.get(f"/v1/works/{root}/license.xml").content
    (edge,) = served.get(f"/v1/works/{root}/lineage")["below"]
    assert (edge["child"], edge["parent"], edge["moved"]) == (str(child), str(root), {})
    (license_,) = served.get(f"/v1/works/{root}/licenses")["licenses"]
    assert license_["holder"] == chain.bob.address
    earned = served.get(f"/v1/works/{child}/earnings")
    (own,) = [each for each in earned["earnings"] if each["token"] == ETH]
    (told,) = [each for each in bob.all_earnings(child) if each.token == ETH]
    assert own["credited"] == str(told.credit)
    assert list(own["settling_moves"]) == [str(root)]
    assert [each["amount"] for each in earned["payments"]] == [str(10**6)]
    profile = SignedProfile.signed(
        chain.alice,
        Profile(chain.alice.address, "Alice", "", (), int(time.time())),
        chain.web3.eth.chain_id,
        chain.deployment.registry,
    )
    served.post("/v1/profiles", profile.to_json())
    account = served.get(f"/v1/creators/{chain.alice.address.lower()}")
    assert account["profile"] == profile.to_json()
    assert account["domain"] is None
    assert [each["title"] for each in account["works"]] == ["Root"]
    badge = served.client.get(f"/badge/{root}.svg")
    assert badge.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(badge.content).tag.endswith("svg")  # noqa: S314, our own
    for path in ("", "/lineage", "/offers", "/licenses", "/earnings", "/license.xml"):
        served.get(f"/v1/works/12345{path}", 404)
        served.get(f"/v1/works/x{path}", 422)
    served.get("/badge/12345.svg", 404)


def test_a_creator_is_shown_with_what_their_domain_said(served: Served, chain: LocalChain) -> None:
    profile = SignedProfile.signed(
        chain.alice,
        Profile(chain.alice.address, "Alice", "artist.example", (), int(time.time())),
        chain.web3.eth.chain_id,
        chain.deployment.registry,
    )
    served.post("/v1/profiles", profile.to_json())

    def shown() -> Any:
        return served.get(f"/v1/creators/{chain.alice.address}")["domain"]

    assert shown() == {"domain": "artist.example", "proof": "unasked", "checked_at": None}
    kept = KeptDomains(Records(served.settings.store))
    for said, word in (
        (Said(frozenset({chain.alice.address})), "proven"),
        (Said(), "denied"),
        (Said(failure=Proof.UNREACHABLE), "unreachable"),
        (Said(failure=Proof.FORBIDDEN), "unreachable"),
    ):
        kept.note("artist.example", said, 1_767_225_600)
        assert shown() == {
            "domain": "artist.example",
            "proof": word,
            "checked_at": 1_767_225_600,
        }


def test_search_goes_on_page_by_page(served: Served, alice: GenIP, chain: LocalChain) -> None:
    made = []
    for number in range(5):
        made.append(str(alice.certify(f"{number}".encode(), name=f"Fox {number}").work_id))
        chain.pass_time(2)
    served.update()
    found: list[str] = []
    after = ""
    while True:
        page = served.get("/v1/search", q="fox", limit=2, after=after)
        found += [each["work"] for each in page["works"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == made[::-1]
    assert served.get("/v1/search", q="wolf")["works"] == []
    served.get("/v1/search", 422, after="x")
    served.get("/v1/search", 422, creator="x")


def test_what_the_operator_hides_is_nowhere(
    served: Served, alice: GenIP, chain: LocalChain
) -> None:
    made = alice.certify(b"a work", name="Fox")
    served.update()
    address = str(WorkAddress(chain.web3.eth.chain_id, made.work_id))
    hidden = served.client.put(
        f"/v1/hidden/{address}",
        json={"reason": "a court"},
        headers={"Authorization": f"Bearer {served.key}"},
    )
    assert hidden.status_code == 200
    assert served.get("/v1/status", sha256=made.content_hash.hex())["verdict"] == "unknown"
    served.get("/v1/status", 404, work=made.work_id)
    served.get(f"/v1/works/{made.work_id}", 404)
    served.get(f"/badge/{made.work_id}.svg", 404)
    assert served.get("/v1/search")["works"] == []
    assert served.get(f"/v1/creators/{chain.alice.address}")["works"] == []


def test_without_a_chain_it_says_so(settings: Settings) -> None:
    with TestClient(app_of(settings)) as client:
        answer: httpx.Response = client.get("/v1/status", params={"work": "1"})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:gen-ip:problem:no-chain")
