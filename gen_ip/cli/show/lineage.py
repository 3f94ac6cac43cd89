"""A lineage as trees: one from every original among the ancestors, down to the last derivative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gen_ip.cli.show.certificate import shares
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from gen_ip.works.lineage import Lineage, Link
    from gen_ip.works.registry import Work

MAX_LINES = 500
"""Works drawn in all; a work with several parents stands below each of them."""


def lineage_tree(
    lineage: Lineage, works: Mapping[int, Work], notes: Mapping[int, str]
) -> list[Tree]:
    """One tree for each work without parents; `notes` stand behind each work's name."""
    from rich.tree import Tree

    links = dict.fromkeys(lineage.links)
    children: dict[int, list[Link]] = {}
    for link in links:
        children.setdefault(link.parent, []).append(link)
    has_parent = {link.child for link in links}
    members = {*lineage.ancestors, lineage.work, *lineage.descendants}
    roots = [work for work in works if work in members and work not in has_parent]
    left = MAX_LINES
    trees = []
    for root in roots:
        top = Tree(_label(works[root], None, notes, root == lineage.work), guide_style="dim")
        waiting = [(top, root)]
        while waiting:
            branch, work = waiting.pop(0)
            for link in children.get(work, ()):
                if left == 0:
                    branch.add("…")
                    break
                left -= 1
                marked = link.child == lineage.work
                below = branch.add(_label(works[link.child], link, notes, marked))
                waiting.append((below, link.child))
        trees.append(top)
    return trees


def _label(work: Work, link: Link | None, notes: Mapping[int, str], marked: bool) -> Text:
    from rich.text import Text

    label = Text()
    label.append(plain(work.name or "unnamed", 50), style="bold cyan" if marked else "bold")
    label.append(f"\n{work.till}", style="dim")
    if link is not None:
        owed = shares(link.income, link.volume) or "nothing"
        label.append(f"\nowes its parent {owed}", style="dim")
    if notes.get(work.id):
        label.append(f"\n{notes[work.id]}", style="green")
    return label
