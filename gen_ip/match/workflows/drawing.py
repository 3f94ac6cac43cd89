"""Two workflows side by side, what both have in color, as a PNG file.

A node stands right of all that feeds it; nodes of one column are in the order of what they are, so
equal graphs look equal. Nodes with equal surroundings are matched first, then nodes of equal class.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.workflow.graph import Graph
from gen_ip.fingerprint.workflow.refining import labels

if TYPE_CHECKING:
    from gen_ip.fingerprint.workflow.record import WorkflowRecord

# Everything is drawn twice as large, then reduced: lines become smooth.
_FINER = 2
_MARGIN = 24
_FONT = 11
_TITLE_FONT = 15
_LINE = 26
_BOX = (124, 22)
_GAPS = (34, 10)
_MOST_HIGH = 1_000
_MOST_WIDE = 1_600
_PAPER = (250, 250, 248)
_INK = (38, 40, 46)
_SOFT_INK = (150, 153, 160)
_HAIRLINE = (205, 207, 212)
_MATCHED = (196, 226, 203)
_MATCHED_EDGE = (34, 130, 70)
_SET = (120, 196, 142)
_OTHER = (240, 240, 237)
# More than these are not drawn: nobody could see them.
_MOST_NODES = 150


def graphs(query: WorkflowRecord, work: WorkflowRecord) -> bytes:
    """The workflow asked about above, the work below: matched nodes green, dark where all that is
    set in them is the same; gray what only one has."""
    from PIL import Image as PillowImage
    from PIL import ImageDraw, ImageFont

    matched = _matched(query.graph, work.graph)
    panels = (
        ("The workflow asked about", query.graph, dict(matched)),
        ("The work", work.graph, {other: one for one, other in matched}),
    )
    layouts = [_layout(graph) for _, graph, _ in panels]
    width = max(at[0] for places in layouts for at in places.values()) + _BOX[0] + 2 * _MARGIN
    heights = [max(at[1] for at in places.values()) + _BOX[1] + _MARGIN for places in layouts]
    height = sum(heights) + 2 * (_LINE + _MARGIN)
    image = PillowImage.new("RGB", (int(width) * _FINER, int(height) * _FINER), _PAPER)
    draw = ImageDraw.Draw(image)
    title = ImageFont.load_default(_TITLE_FONT * _FINER)
    font = ImageFont.load_default(_FONT * _FINER)
    others = (work.graph, query.graph)
    top = _MARGIN
    for (label, graph, pairs), places, other, high in zip(
        panels, layouts, others, heights, strict=True
    ):
        told = f"{label}: {len(pairs)} of {len(graph.nodes)} nodes are in both"
        draw.text((_MARGIN * _FINER, top * _FINER), told, _INK, title)
        top += _LINE
        joined = {(each.source, each.slot, each.target, each.name) for each in other.edges}
        for edge in graph.edges:
            if edge.source in places and edge.target in places:
                mirrored = (pairs.get(edge.source), edge.slot, pairs.get(edge.target), edge.name)
                color, wide = (_MATCHED_EDGE, 3) if mirrored in joined else (_HAIRLINE, 2)
                _line(draw, places[edge.source], places[edge.target], top, color, wide)
        for at, place in places.items():
            partner = pairs.get(at)
            fill, ink = _OTHER, _SOFT_INK
            if partner is not None:
                same = graph.nodes[at].settings == other.nodes[partner].settings
                fill, ink = _SET if same else _MATCHED, _INK
            x, y = (place[0] + _MARGIN) * _FINER, (place[1] + top) * _FINER
            box = (x, y, x + _BOX[0] * _FINER, y + _BOX[1] * _FINER)
            draw.rounded_rectangle(box, 6 * _FINER, fill, _HAIRLINE, _FINER)
            name = _fitting(graph.nodes[at].kind, font)
            draw.text((x + 6 * _FINER, y + _BOX[1] * _FINER / 2), name, ink, font, "lm")
        top += int(high)
    small = image.reduce(_FINER)
    small.thumbnail((_MOST_WIDE, 2 * _MOST_HIGH))
    data = io.BytesIO()
    small.save(data, "PNG", optimize=True)
    return data.getvalue()


def _matched(query: Graph, work: Graph) -> list[tuple[int, int]]:
    """Pairs of nodes, those first whose surroundings are alike farthest."""
    found: list[tuple[int, int]] = []
    left, right = set(range(len(query.nodes))), set(range(len(work.nodes)))
    ways = [(True, 3), (False, 3), (True, 1), (False, 1), (True, 0), (False, 0)]
    for settings, rounds in ways:
        ours, theirs = (labels(graph, settings, rounds) for graph in (query, work))
        waiting: dict[bytes, list[int]] = defaultdict(list)
        for at in sorted(right, reverse=True):
            waiting[theirs[at]].append(at)
        for at in sorted(left):
            if waiting[ours[at]]:
                partner = waiting[ours[at]].pop()
                found.append((at, partner))
                left.discard(at)
                right.discard(partner)
    return found


def _layout(graph: Graph) -> dict[int, tuple[float, float]]:
    """Left upper corners by node, in columns by the longest way from a beginning."""
    column = dict.fromkeys(range(min(len(graph.nodes), _MOST_NODES)), 0)
    edges = [each for each in graph.edges if each.source in column and each.target in column]
    # As often as there are columns, and no longer: a graph may have rings.
    for _ in range(len(column)):
        moved = False
        for each in edges:
            if column[each.target] <= column[each.source] < len(column) - 1:
                column[each.target] = column[each.source] + 1
                moved = True
        if not moved:
            break
    used: Counter[int] = Counter()
    numbers = {each: number for number, each in enumerate(sorted(set(column.values())))}
    places = {}
    for at in sorted(column, key=lambda each: (graph.nodes[each].kind, each)):
        x = numbers[column[at]]
        places[at] = (
            float(x * (_BOX[0] + _GAPS[0])),
            float(used[x] * (_BOX[1] + _GAPS[1])),
        )
        used[x] += 1
    return places


def _line(
    draw: Any,
    source: tuple[float, float],
    target: tuple[float, float],
    top: int,
    color: tuple[int, ...],
    wide: int,
) -> None:
    x1, y1 = source[0] + _MARGIN + _BOX[0], source[1] + top + _BOX[1] / 2
    x2, y2 = target[0] + _MARGIN, target[1] + top + _BOX[1] / 2
    points = []
    # A cubic curve that leaves and arrives level.
    for step in range(17):
        t = step / 16
        bend = (x1 + x2) / 2
        x = (1 - t) ** 3 * x1 + 3 * (1 - t) * t * bend + t**3 * x2
        y = y1 + (3 * t**2 - 2 * t**3) * (y2 - y1)
        points.append((x * _FINER, y * _FINER))
    draw.line(points, color, wide, joint="curve")


def _fitting(text: str, font: Any) -> str:
    """The text as far as it fits into a box."""
    plain = "".join(each if each.isprintable() else "?" for each in text[:60])
    room = (_BOX[0] - 12) * _FINER
    while font.getlength(plain) > room and len(plain) > 1:
        plain = plain.removesuffix("…")[:-1] + "…"
    return plain
