"""What is found of a text or a prompt, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gen_ip.match.answer import Finding
from gen_ip.match.texts.passages import Passage, Run, passages

if TYPE_CHECKING:
    from gen_ip.match.texts.likeness import PromptLikeness, TextLikeness

# Of a passage, in a terminal.
_SHOWN = 160


@dataclass(frozen=True, eq=False)
class Found(Finding):
    """A work that a text or a prompt has to do with.

    Attributes:
        likeness: what was measured.
        query, work: the texts, what is wished for in prompts.
        runs: words in a row that both have, longest first.
    """

    likeness: TextLikeness | PromptLikeness
    query: str = field(repr=False)
    work: str = field(repr=False)
    runs: list[Run] = field(repr=False)

    @cached_property
    def passages(self) -> list[Passage]:
        """The passages that both have, longest first."""
        return passages(self.query, self.work, self.runs)

    def measured(self) -> dict[str, Any]:
        """The numbers that the score follows from, and where both texts have the same words."""
        return {
            **self.likeness.to_json(),
            "passages": [each.to_json() for each in self.passages],
        }

    def lines(self) -> list[str]:
        """What was measured, in words, a line each."""
        return [*self.likeness.lines(), *(self._line(each) for each in self.passages[:2])]

    def evidence(self) -> Mapping[str, bytes]:
        """The passages side by side, as PNG; nothing where they have none in common."""
        from gen_ip.match.texts.evidence import side_by_side

        if not self.passages:
            return {}
        return {"passages": side_by_side(self.query, self.work, self.passages)}

    def _line(self, passage: Passage) -> str:
        start, end = passage.work
        words = " ".join(self.work[start : min(end, start + 4 * _SHOWN)].split())
        cut = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
        return f"{passage.words:,} words at character {start:,} of the work: {cut}"
