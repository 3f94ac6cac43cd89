"""`/v1/creators`: an account's profile, works, licenses and balances."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel

from gen_ip import arguments
from gen_ip.index.queries import income, licensing, works
from gen_ip.service.caching import answered, cursor_of
from gen_ip.service.chain import as_of
from gen_ip.service.kept.domains import KeptProof
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem, documented
from gen_ip.service.routes.works import (
    After,
    Limit,
    after_number,
    shown_license,
    title_of,
)
from gen_ip.status.domains import Proof

router = APIRouter()
_KEPT_SECONDS = 2
_MOST_LICENSES = 100


class DomainAnswer(BaseModel):
    """The domain that a profile names, and what it says of the account: that it is its own
    (`proven`), or not (`denied`); `unreachable`, where it said nothing. `checked_at` is when, in
    seconds since the epoch."""

    domain: str
    proof: Literal["proven", "denied", "unreachable", "unasked"]
    checked_at: int | None


class CreatorAnswer(BaseModel):
    """An account: what it says of itself, what it has created and owns, what it could withdraw.

    `profile` is signed by the account; whether its domain says the same, the account's word is not
    enough for: that says `domain`, null where the profile names none.
    """

    account: str
    profile: dict[str, Any] | None
    domain: DomainAnswer | None
    works: list[dict[str, Any]]
    next: str | None
    licenses: list[dict[str, Any]]
    balances: dict[str, str]
    as_of_block: str | None
    finality: str | None


def account_of(account: Annotated[str, InPath(max_length=64)]) -> str:
    """An address with its checksum.

    Raises:
        Problem: 422, it is none.
    """
    try:
        return arguments.address("account", account)
    except arguments.InvalidArgument as error:
        raise Problem(422, "bad-account", str(error)) from None


Account = Annotated[str, Depends(account_of)]


@router.get("/v1/creators/{account}", response_model=CreatorAnswer, responses=documented(422, 503))
async def creator(
    request: Request,
    account: Account,
    owned: Annotated[
        bool, Query(description="Works that it owns, instead of those it created.")
    ] = False,
    after: After = "",
    limit: Limit = 100,
) -> Response:
    """Who an account says it is, its works by number, the licenses it holds, its balances."""
    found = side(request)
    behind = after_number(after)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            rows = works.of_account(view, account, created=not owned, after=behind, limit=limit + 1)
            page = rows[:limit]
            hidden = facts.hides([each.id for each in page])
            shown = []
            for each in page:
                if each.id not in hidden:
                    title, kind, explicit, _ = title_of(view, each.metadata)
                    shown.append(
                        {
                            "work": str(each.id),
                            "title": title,
                            "kind": kind,
                            "explicit": explicit,
                            "owner": each.owner,
                            "claim_time": each.claimed,
                        }
                    )
            profile = found.profiles.of(account)
            named = "" if profile is None else profile.message.domain
            held = licensing.of_holder(view, account, limit=_MOST_LICENSES)
            return {
                "account": account,
                "profile": None if profile is None else profile.to_json(),
                "domain": _shown(found.domains.of(account, named)) if named else None,
                "works": shown,
                "next": cursor_of(str(page[-1].id)) if len(rows) > limit else None,
                "licenses": [shown_license(view, each) for each in held],
                "balances": {
                    token: str(amount) for token, amount in income.balances(view, account).items()
                },
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


def _shown(kept: KeptProof) -> dict[str, Any]:
    # What names the operator's own network has is for nobody to find out.
    proof = Proof.UNREACHABLE if kept.proof is Proof.FORBIDDEN else kept.proof
    return {
        "domain": kept.domain,
        "proof": "unasked" if proof is None else proof.value,
        "checked_at": kept.checked,
    }
