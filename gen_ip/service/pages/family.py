"""A work's family: what it was made from, what was made of it, and what moved, over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from gen_ip.index.queries import income, works
from gen_ip.index.queries import lineage as families
from gen_ip.index.queries.income import Flow
from gen_ip.index.queries.view import View
from gen_ip.service.asking import work_id
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.pages.drawing import Node, lineage
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import Brief, briefs
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem
from gen_ip.works.lineage import Link

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 2
_MOST_LISTED, _MOST_MOVES, _MOST_DAYS = 40, 100, 60
_DAY = 86_400
_WIDEST = 8.0


@dataclass(frozen=True)
class Family:
    """What is shown of a family: works by number, edges, what moved along them, and whether some
    are left out."""

    known: Mapping[int, Brief]
    above: Sequence[Link]
    below: Sequence[Link]
    flows: Sequence[Flow]
    cut: bool

    @property
    def links(self) -> Sequence[Link]:
        """Every edge once."""
        return list(dict.fromkeys((*self.above, *self.below)))

    def name(self, work: int) -> str:
        """A work's title, or its number."""
        return self.known[work].title or str(work)


@router.get("/works/{work}/lineage")
async def shown(request: Request, work: str, until: str = "") -> Response:
    """The family of a work, as money had moved by the end of a day (`until`, YYYY-MM-DD, UTC)."""
    page, found = Page(request), side(request)
    number = work_id(work, found.settings.chain_id)
    last = _end_of(until)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            if works.work(view, number) is None or facts.hides([number]):
                raise Problem(404, "unknown-work", "no work of this number is certified")
            return _values(page, found, view, facts, number, last)

    values = await to_thread.run_sync(answer)
    return page.answer("lineage.html", values, max_age=_KEPT_SECONDS)


def family(view: View, found: ChainSide, facts: ShownFacts, work: int) -> Family:
    """The family of a work, without what the operator hides."""
    up, down = families.above(view, work), families.below(view, work)
    every = {each for link in (*up.links, *down.links) for each in link[:2]} | {work}
    hidden = facts.hides(every)
    above = [each for each in up.links if not hidden & {each.child, each.parent}]
    below = [each for each in down.links if not hidden & {each.child, each.parent}]
    flows = income.flows(view, {link.child for link in (*above, *below)})
    known = briefs(view, found, [each for each in every if each not in hidden])
    return Family(known, above, below, flows, up.cut or down.cut)


def drawn(
    page: Page, found: ChainSide, work: int, members: Family, flows: Sequence[Flow]
) -> dict[str, Any]:
    """The family as a drawing and as a list; no drawing where there is none."""
    links = members.links
    if not links:
        return {"lineage": None, "edges": [], "cut": False}
    moved = _moved(flows)

    def amounts(link: Link) -> list[str]:
        by_token = moved.get((link.child, link.parent), {})
        return [
            found.tokens.shown(amount, token, page.words)
            for token, amount in sorted(by_token.items())
        ]

    def said(link: Link) -> str:
        text = page.say(
            "work",
            "edge",
            child=members.name(link.child),
            parent=members.name(link.parent),
            income=page.words.share(link.income),
        )
        if paid := amounts(link):
            text += f" ({page.say('work', 'moved', amount=', '.join(paid))})"
        return text

    most: dict[str, int] = {}
    for by_token in moved.values():
        for token, amount in by_token.items():
            most[token] = max(amount, most.get(token, 0))

    def width(link: Link) -> float:
        by_token = moved.get((link.child, link.parent), {})
        parts = [amount / most[token] for token, amount in by_token.items() if most[token]]
        return 1.5 + (_WIDEST - 1.5) * max(parts, default=0.0)

    nodes = {
        number: Node(members.name(number), page.url(f"/works/{number}")) for number in members.known
    }
    label = page.say("work", "lineage")
    svg, left_out = lineage(work, members.above, members.below, nodes, label, said, width)
    return {
        "lineage": Markup(svg),  # noqa: S704 - escaped as it was drawn
        "edges": [said(link) for link in links[:_MOST_LISTED]],
        "cut": members.cut or left_out or len(links) > _MOST_LISTED,
    }


def _values(
    page: Page, found: ChainSide, view: View, facts: ShownFacts, work: int, last: int | None
) -> dict[str, Any]:
    members = family(view, found, facts, work)
    shown_links = {each[:2] for each in members.links}
    moves = [each for each in members.flows if (each.child, each.parent) in shown_links]
    days = sorted({each.time // _DAY for each in moves}, reverse=True)
    if last is not None:
        moves = [each for each in moves if each.time < last]
    listed = sorted(moves, key=lambda each: -each.time)[:_MOST_MOVES]
    return {
        "work": members.known[work],
        "days": [(_day(each), page.words.day(each * _DAY)) for each in days[:_MOST_DAYS]],
        "until": "" if last is None else _day(last // _DAY - 1),
        "moves": [
            {
                "time": page.words.moment(each.time),
                "child": members.known[each.child],
                "parent": members.known[each.parent],
                "amount": found.tokens.shown(each.amount, each.token, page.words),
            }
            for each in listed
        ],
        "more_moves": len(moves) > len(listed),
        "as_of": as_of(view),
        **drawn(page, found, work, members, moves),
    }


def _moved(flows: Sequence[Flow]) -> Mapping[tuple[int, int], dict[str, int]]:
    found: dict[tuple[int, int], dict[str, int]] = {}
    for each in flows:
        by_token = found.setdefault((each.child, each.parent), {})
        by_token[each.token] = by_token.get(each.token, 0) + each.amount
    return found


def _end_of(day: str) -> int | None:
    """The first second after a day; None for no day.

    Raises:
        Problem: 422, it is none.
    """
    if not day:
        return None
    try:
        begun = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Problem(422, "bad-day", "give until as YYYY-MM-DD") from None
    return int(begun.timestamp()) + _DAY


def _day(number: int) -> str:
    return datetime.fromtimestamp(number * _DAY, UTC).strftime("%Y-%m-%d")
