"""What is handed in, signed: offers, use permits, profiles. Validated, kept, listed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel

from gen_ip.market.offers import SignedOffer
from gen_ip.service.caching import answered
from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept.keys import Key
from gen_ip.service.limits import BEARER, holder
from gen_ip.service.parts import parts, side
from gen_ip.service.problems import Problem, documented
from gen_ip.signing.eip712 import BadStatement
from gen_ip.status.errors import StatusError
from gen_ip.status.offers import require_usable
from gen_ip.status.permits import PermitRevocation, SignedPermit
from gen_ip.status.profiles import SignedProfile

router = APIRouter(dependencies=[Depends(BEARER)])
T = TypeVar("T")
_REFUSALS = (NotTaken, StatusError)

Document = Annotated[dict[str, Any], Body(description="As `gen-ip` writes it into a file.")]
Hash = Annotated[str, InPath(pattern="^(?:0x)?[0-9a-f]{64}$")]


class Taken(BaseModel):
    """What was kept, by its hash; `new`: it was not there before."""

    hash: str
    new: bool


class PermitAnswer(BaseModel):
    """A permit as it was handed in, and whether it was taken back."""

    permit: dict[str, Any]
    revoked: bool


async def _allowed(request: Request) -> None:
    use = parts(request)
    if not use.settings.open_inbox:
        key: Key = await to_thread.run_sync(holder, request, use.keys)
        request.state.key = key.id


@router.post(
    "/v1/offers",
    response_model=Taken,
    responses=documented(401, 422, 503),
    dependencies=[Depends(_allowed)],
)
async def take_offer(request: Request, document: Document) -> Taken:
    """Hand in a signed ask, bid or counter-offer; it is listed until it ends."""
    found = side(request)
    signed = _read(SignedOffer.from_json, document)

    def keep() -> bool:
        now = int(time.time())
        with found.viewing() as (_, facts):
            require_usable(signed, facts, now, found.settings.signed_by)
        return found.offers.add(signed, now)

    return await _kept(keep, signed.offer.hash)


@router.get(
    "/v1/offers/{offer}", response_model=dict[str, Any], responses=documented(404, 422, 503)
)
async def one_offer(request: Request, offer: Hash) -> Response:
    """A signed offer that was handed in: the file that fills it."""
    signed = await _found(side(request).offers.get, offer)
    return answered(request, signed.to_json(), 60)


@router.post(
    "/v1/permits",
    response_model=Taken,
    responses=documented(401, 422, 503),
    dependencies=[Depends(_allowed)],
)
async def take_permit(request: Request, document: Document) -> Taken:
    """Hand in a use permit: its account then has the right that its licensee has."""
    found = side(request)
    signed = _read(SignedPermit.from_json, document)
    return await _kept(lambda: found.permits.add(signed, int(time.time())), signed.hash)


@router.get(
    "/v1/permits/{permit}", response_model=PermitAnswer, responses=documented(404, 422, 503)
)
async def one_permit(request: Request, permit: Hash) -> Response:
    """A permit that was handed in."""
    found = side(request)
    signed = await _found(found.permits.get, permit)
    revoked = await to_thread.run_sync(found.permits.revoked, signed.hash)
    return answered(request, {"permit": signed.to_json(), "revoked": revoked}, 0)


@router.post(
    "/v1/permits/{permit}/revocation",
    response_model=Taken,
    responses=documented(401, 404, 422, 503),
    dependencies=[Depends(_allowed)],
)
async def take_revocation(request: Request, permit: Hash, document: Document) -> Taken:
    """Hand in that a permit holds no longer."""
    found = side(request)
    taken_back = _read(PermitRevocation.from_json, document)
    if taken_back.message.permit != _bytes(permit):
        raise Problem(422, "not-taken", "the revocation is of another permit")
    return await _kept(lambda: found.permits.revoke(taken_back), taken_back.hash)


@router.post(
    "/v1/profiles",
    response_model=Taken,
    responses=documented(401, 422, 503),
    dependencies=[Depends(_allowed)],
)
async def take_profile(request: Request, document: Document) -> Taken:
    """Hand in a signed profile; the latest one of an account is shown."""
    found = side(request)
    signed = _read(SignedProfile.from_json, document)
    return await _kept(lambda: found.profiles.add(signed, int(time.time())), signed.hash)


def _read(read: Callable[[object], T], document: dict[str, Any]) -> T:
    try:
        return read(document)
    except BadStatement as error:
        raise Problem(422, "bad-statement", str(error)) from None


async def _kept(keep: Callable[[], bool], name: bytes) -> Taken:
    try:
        new = await to_thread.run_sync(keep)
    except UnknownName as error:
        raise Problem(404, "unknown", str(error)) from None
    except _REFUSALS as error:
        raise Problem(422, "not-taken", str(error)) from None
    return Taken(hash=f"0x{name.hex()}", new=new)


async def _found(get: Callable[[bytes], T], name: str) -> T:
    try:
        return await to_thread.run_sync(get, _bytes(name))
    except UnknownName as error:
        raise Problem(404, "unknown", str(error)) from None


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
