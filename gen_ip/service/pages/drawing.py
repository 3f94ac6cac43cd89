"""Lineages and incomes as SVG: drawn with text that readers and search can find, no scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gen_ip.works.lineage import Link

MOST_NODES = 120
_WIDE, _HIGH, _GAP_X, _GAP_Y, _EDGE = 148, 40, 24, 56, 8
_MOST_LETTERS = 18


@dataclass(frozen=True)
class Node:
    """A work in a drawing: what is written, and where it leads."""

    title: str
    href: str


def lineage(
    work: int,
    above: Sequence[Link],
    below: Sequence[Link],
    nodes: Mapping[int, Node],
    label: str,
    said: Callable[[Link], str],
    width: Callable[[Link], float],
) -> tuple[str, bool]:
    """Ancestors above, derivatives below, row by row; whether some were left out.

    `said` is what an edge says of itself, `width` how thick it is, in pixels.
    """
    rows = {work: 0}
    for links, step in ((above, -1), (below, 1)):
        for link in links:
            near, far = (link.child, link.parent) if step < 0 else (link.parent, link.child)
            if near in rows and far not in rows and far in nodes and len(rows) < MOST_NODES:
                rows[far] = rows[near] + step
    by_row: dict[int, list[int]] = {}
    for number, row in rows.items():
        by_row.setdefault(row, []).append(number)
    widest = max(map(len, by_row.values()))
    wide = widest * (_WIDE + _GAP_X) + _GAP_X
    top = min(by_row)
    places: dict[int, tuple[float, float]] = {}
    for row, numbers in by_row.items():
        start = (wide - len(numbers) * (_WIDE + _GAP_X) + _GAP_X) / 2
        for place, number in enumerate(numbers):
            y = _GAP_X + (row - top) * (_HIGH + _GAP_Y)
            places[number] = (start + place * (_WIDE + _GAP_X), y)
    height = 2 * _GAP_X + _HIGH + (max(by_row) - top) * (_HIGH + _GAP_Y)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {height:g}" '
        f'width="{wide:g}" height="{height:g}" class="lineage" role="group" '
        f"aria-label={quoteattr(label)}>"
    ]
    links = [each for each in (*above, *below) if each.child in places and each.parent in places]
    for link in dict.fromkeys(links):
        x1, x2 = (places[each][0] + _WIDE / 2 for each in (link.parent, link.child))
        y1, y2 = places[link.parent][1] + _HIGH, places[link.child][1]
        half = (y1 + y2) / 2
        parts.append(
            f'<path d="M{x1:g} {y1:g}C{x1:g} {half:g} {x2:g} {half:g} {x2:g} {y2:g}" '
            f'stroke-width="{width(link):.1f}">'
            f"<title>{escape(said(link))}</title></path>"
        )
    for number, (left, upper) in places.items():
        node = nodes[number]
        current = ' aria-current="page"' if number == work else ""
        parts.append(
            f'<a href={quoteattr(node.href)}{current}><rect x="{left:g}" y="{upper:g}" '
            f'width="{_WIDE}" height="{_HIGH}" rx="{_EDGE}"/>'
            f'<text x="{left + _WIDE / 2:g}" y="{upper + 25:g}">'
            f"{escape(_short(node.title))}</text><title>{escape(node.title)}</title></a>"
        )
    parts.append("</svg>")
    left_out = {each for link in (*above, *below) for each in link[:2]} - set(places)
    return "".join(parts), bool(left_out)


def columns(values: Sequence[tuple[str, int, str]], label: str) -> str:
    """A bar for each (name, amount, amount in words); all amounts in one unit."""
    most = max((amount for _, amount, _ in values), default=0) or 1
    wide, high, gap = 24, 96, 6
    width = max(len(values), 1) * (wide + gap) + gap
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {high + gap}" '
        f'class="chart" role="img" aria-label={quoteattr(label)}>'
    ]
    for place, (name, amount, words) in enumerate(values):
        tall = max(high * amount // most, 1 if amount else 0)
        parts.append(
            f'<rect x="{gap + place * (wide + gap)}" y="{high - tall}" width="{wide}" '
            f'height="{tall}"><title>{escape(f"{name}: {words}")}</title></rect>'
        )
    parts.append("</svg>")
    return "".join(parts)


def _short(title: str) -> str:
    return title if len(title) <= _MOST_LETTERS else f"{title[: _MOST_LETTERS - 1]}…"
