"""The middleware: a small site whose users are told apart by a header."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from eth_account.signers.local import LocalAccount
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from gen_ip.chain import transactions
from gen_ip.chain.rpc import Rpc
from gen_ip.platform import Policy, Way
from gen_ip.platform.web import Certificates, Settings

from .conftest import Site

PRICE = 10**16


def picture(seed: int = 0, shape: tuple[int, int] = (160, 120)) -> bytes:
    """A PNG with structure, another for each seed."""
    import numpy as np

    pixels = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    made = Image.fromarray(pixels).resize(shape, Image.Resampling.BICUBIC)
    with io.BytesIO() as out:
        made.save(out, "PNG")
        return out.getvalue()


class Visitor:
    """Somebody who uses the site, signed in as an account."""

    def __init__(self, client: TestClient, account: LocalAccount | None) -> None:
        self.client, self.account = client, account
        self.headers = {"X-Gen-IP": "1"}
        if account is not None:
            self.headers["X-User"] = account.address

    def prepare(self, data: bytes, query: str = "", name: str = "sunset.png") -> Any:
        return self.client.post(
            f"/gen-ip/prepare{query}", files={"file": (name, data)}, headers=self.headers
        )

    def sign(self, data: list[dict[str, Any]]) -> list[str]:
        assert self.account is not None
        return [
            "0x" + self.account.sign_typed_data(full_message=each).signature.hex() for each in data
        ]

    def submit(self, prepared: dict[str, Any], signatures: list[str] | None = None) -> Any:
        given = self.sign(prepared["sign"]) if signatures is None else signatures
        document = {"upload": prepared["upload"], "signatures": given}
        return self.client.post("/gen-ip/submit", json=document, headers=self.headers)

    def get(self, path: str) -> Any:
        return self.client.get(f"/gen-ip/{path}", headers=self.headers)

    def upload(self, data: bytes, query: str = "") -> dict[str, Any]:
        prepared = self.prepare(data, query)
        assert prepared.status_code == 200, prepared.text
        made = self.submit(prepared.json())
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def send(self, path: str) -> None:
        """Signs and sends what the site says, and asks again where more follows."""
        assert self.account is not None
        rpc = Rpc(str(self.client.app_state["rpc"]))
        for _ in range(3):
            answer = self.get(path + f"account={self.account.address}")
            assert answer.status_code == 200, answer.text
            plan = answer.json()
            assert int(plan["chain"], 16) == 31_337
            for each in plan["transactions"]:
                data, value = bytes.fromhex(each["data"][2:]), int(each["value"], 16)
                transactions.send(rpc, self.account, each["to"], data, value)
            if plan["complete"]:
                return
        raise AssertionError(path)


async def _front(_: Request) -> PlainTextResponse:
    return PlainTextResponse("the site's own")


@pytest.fixture
def where(tmp_path: Any) -> Any:
    return tmp_path / "queue.sqlite"


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    site.policy = Policy(way=Way.ANCHORED, seconds=0)
    app = Starlette(
        routes=[Route("/", _front)],
        middleware=[
            Middleware(
                Certificates,
                platform=site.platform,
                who=lambda request: request.headers.get("x-user"),
                settings=Settings(index=site.folder / "index"),
            )
        ],
    )
    with TestClient(app) as client:
        client.app_state["rpc"] = site.chain.url
        yield client
    made: Any = app.middleware_stack
    while not isinstance(made, Certificates):
        made = made.app
    made.close()


@pytest.fixture
def visitor(client: TestClient, site: Site) -> Visitor:
    return Visitor(client, site.chain.alice)


@pytest.fixture
def other(client: TestClient, site: Site) -> Visitor:
    return Visitor(client, site.chain.bob)


def test_an_upload_is_signed_sold_and_pays_its_creator(
    visitor: Visitor, other: Visitor, site: Site
) -> None:
    prepared = visitor.prepare(picture(), f"?ask=commercial:{PRICE}&tags=sun,sea").json()
    assert [each["primaryType"] for each in prepared["sign"]] == ["Consent", "Offer"]
    made = visitor.submit(prepared).json()
    assert (made["state"], made["work"]) == ("signed", prepared["work"])
    assert "signed" in visitor.get(f"uploads/{made['key']}/badge.svg").text
    site.submitter.round()
    there = visitor.get(f"uploads/{made['key']}").json()
    assert (there["state"], there["minted"]) == ("anchored", False)
    assert there["offers"]["commercial"]["price"] == str(PRICE)
    # A buyer mints it with the first sale.
    buy = f"uploads/{made['key']}/buy?terms=commercial&"
    other.send(buy)
    work = int(made["work"])
    assert len(list(site.client.licenses(holder=site.chain.bob.address, work=work))) == 1
    there = visitor.get(f"uploads/{made['key']}").json()
    assert there["minted"]
    assert "certified" in visitor.get(f"uploads/{made['key']}/badge.svg").text
    rpc = site.client._session.rpc
    before = rpc.balance(site.chain.alice.address)
    visitor.send(f"uploads/{made['key']}/collect?")
    assert rpc.balance(site.chain.alice.address) > before
    # And the second license is sold without another certificate.
    other.send(buy)
    assert len(list(site.client.licenses(work=work))) == 2


def test_who_signs_once_uploads_without_a_wallet(visitor: Visitor, site: Site) -> None:
    draft = visitor.get(f"delegation?ask=commercial:{PRICE}").json()
    assert not draft["signed"]
    given = {**draft["delegation"], "signature": visitor.sign(draft["sign"])[0]}
    kept = visitor.client.post("/gen-ip/delegation", json=given, headers=visitor.headers)
    assert kept.status_code == 201, kept.text
    assert visitor.get("delegation").json()["signed"]
    prepared = visitor.prepare(picture(), f"?ask=commercial:{PRICE}").json()
    assert prepared["sign"] == []
    made = visitor.submit(prepared)
    assert made.status_code == 201, made.text
    site.submitter.round()
    assert visitor.get(f"uploads/{made.json()['key']}").json()["state"] == "anchored"
    # A price below what was signed for needs the wallet again.
    prepared = visitor.prepare(picture(1), f"?ask=commercial:{PRICE - 1}").json()
    refused = visitor.submit(prepared)
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "urn:gen-ip:problem:delegation-over",
    )


def test_copies_are_told_before_anything_is_signed(
    visitor: Visitor, other: Visitor, site: Site
) -> None:
    first = visitor.upload(picture(2))
    site.submitter.round()
    with io.BytesIO() as out:
        Image.open(io.BytesIO(picture(2))).convert("RGB").save(out, "JPEG", quality=70)
        again = other.prepare(out.getvalue(), name="mine.jpg").json()
    assert [(each["work"], each["own"]) for each in again["warnings"]] == [(first["work"], False)]
    assert again["warnings"][0]["verdict"] in ("near-duplicate", "exact-content")
    assert visitor.prepare(picture(3)).json()["warnings"] == []


def test_the_rest_of_the_site_is_its_own(client: TestClient) -> None:
    assert client.get("/").text == "the site's own"
    script = client.get("/gen-ip/certify.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert client.get("/gen-ip/nothing").status_code == 404


def refusal(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert document["detail"]
    assert document["status"] == answer.status_code
    return answer.status_code, document["type"].removeprefix("urn:gen-ip:problem:")


def test_what_is_refused(visitor: Visitor, other: Visitor, client: TestClient, site: Site) -> None:
    prepared = visitor.prepare(picture(), f"?ask=commercial:{PRICE}").json()
    # Another's, unsigned, half signed, signed by another, changed.
    assert refusal(other.submit(prepared)) == (404, "unknown-upload")
    assert refusal(visitor.submit(prepared, [])) == (422, "not-signed")
    both = visitor.sign(prepared["sign"])
    assert refusal(visitor.submit(prepared, both[:1])) == (422, "not-signed")
    assert refusal(visitor.submit(prepared, both[::-1])) == (422, "not-signed")
    assert refusal(visitor.submit(prepared, other.sign(prepared["sign"]))) == (422, "not-signed")
    assert refusal(visitor.submit(prepared, ["0xzz", "0x"])) == (422, "invalid-request")
    assert visitor.submit(prepared, both).status_code == 201
    # The same again is the same.
    assert visitor.submit(prepared, both).json()["key"] == prepared["upload"]
    # Nobody; a page of another site.
    assert refusal(Visitor(client, None).prepare(picture())) == (401, "not-signed-in")
    assert refusal(
        client.post("/gen-ip/prepare", content=b"x", headers={"X-User": site.chain.alice.address})
    ) == (403, "not-from-here")
    # Files and fields.
    assert refusal(visitor.prepare(b"")) == (422, "no-file")
    assert refusal(visitor.prepare(b"\x89PNG\r\n\x1a\nbroken")) == (422, "unusable-file")
    for query, kind in (
        ("?ask=exclusive-forever:1", "not-offered"),
        ("?ask=commercial:1:0x" + "11" * 20, "not-offered"),
        ("?ask=commercial:cheap", "invalid-request"),
        ("?kind=song", "invalid-request"),
        ("?color=red", "invalid-request"),
        ("?name=a&name=b", "invalid-request"),
        ("?parents=none", "invalid-request"),
        ("?tags=" + "x" * 500, "invalid-request"),
    ):
        assert refusal(visitor.prepare(picture(), query)) == (422, kind), query
    # A parent that is not certified, so that there are no licenses of it.
    asked = visitor.prepare(picture(5), f"?parents={prepared['work']}")
    assert refusal(asked) == (422, "refused")
    assert refusal(visitor.get("uploads/none")) == (404, "unknown-upload")
    assert refusal(other.get(f"uploads/{prepared['upload']}/certificate")) == (403, "not-yours")
    mine = visitor.get(f"uploads/{prepared['upload']}/certificate").json()
    assert mine["format"].startswith("gen-ip/")
    for query in ("", "?terms=commercial", "?terms=commercial&account=me"):
        answer = other.get(f"uploads/{prepared['upload']}/buy{query}")
        assert refusal(answer) == (422, "invalid-request")
    answer = other.get(f"uploads/{prepared['upload']}/buy?terms=x&account={site.chain.bob.address}")
    assert refusal(answer) == (422, "not-offered")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"upload": 5}', b"[" * 60_000, b"\xff"])
def test_bodies_that_are_none(visitor: Visitor, body: bytes) -> None:
    for path in ("submit", "delegation"):
        answer = visitor.client.post(f"/gen-ip/{path}", content=body, headers=visitor.headers)
        assert refusal(answer) == (422, "invalid-request")
    huge = visitor.client.post("/gen-ip/submit", content=b" " * 70_000, headers=visitor.headers)
    assert refusal(huge) == (413, "too-large")


def test_a_delegation_of_another_share_account_or_signature_is_refused(
    visitor: Visitor, other: Visitor
) -> None:
    draft = visitor.get("delegation").json()
    signed = {**draft["delegation"], "signature": visitor.sign(draft["sign"])[0]}

    def post(document: object, who: Visitor = visitor) -> tuple[int, str]:
        return refusal(who.client.post("/gen-ip/delegation", json=document, headers=who.headers))

    assert post(signed, other) == (422, "not-signed")
    assert post({**signed, "signature": other.sign(draft["sign"])[0]}) == (422, "not-signed")
    text = json.dumps(signed).replace('"500"', '"600"').replace(": 500", ": 600")
    assert text != json.dumps(signed)
    assert post(json.loads(text))[0] == 422
    assert not visitor.get("delegation").json()["signed"]


def test_a_derivative_names_a_license_and_pays_its_parent(
    visitor: Visitor, other: Visitor, site: Site
) -> None:
    parent = visitor.upload(picture(7), f"?ask=commercial-remix:{PRICE}")
    site.submitter.round()
    site.platform.mint(parent["key"])
    site.submitter.round()
    asked = other.prepare(picture(8), f"?parents={parent['work']}")
    assert refusal(asked) == (422, "no-license")
    other.send(f"uploads/{parent['key']}/buy?terms=commercial-remix&")
    child = other.upload(picture(8), f"?parents={parent['work']}&name=Remix")
    site.platform.mint(child["key"])
    site.submitter.round()
    made = site.client.work(int(child["work"]))
    assert made.creator == site.chain.bob.address
    assert [link.parent for link in site.client.lineage(int(child["work"])).links] == [
        int(parent["work"])
    ]


def test_uploads_of_a_day_are_counted(visitor: Visitor, site: Site) -> None:
    from gen_ip.platform.web.errors import TooManyPrepared
    from gen_ip.platform.web.kept import Kept

    ready = site.platform.prepare(site.file("one"), site.chain.alice.address)
    kept = Kept(site.queue)
    kept.prepare(ready, {}, "", 1)
    with pytest.raises(TooManyPrepared, match="at most 1 uploads"):
        kept.prepare(ready, {}, "", 1)
