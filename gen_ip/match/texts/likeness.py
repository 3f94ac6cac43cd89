"""What was measured of a text and a work, or of two prompts, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gen_ip.fingerprint.text.prompt_record import CHARS
from gen_ip.fingerprint.text.record import MINHASH, WINNOW
from gen_ip.fingerprint.text.sentences import SENTENCES
from gen_ip.match.texts.overlap import Overlap, overlap

if TYPE_CHECKING:
    from gen_ip.fingerprint.text.prompt_record import PromptRecord
    from gen_ip.fingerprint.text.record import TextRecord
    from gen_ip.match.verdict import Verdict
    from gen_ip.match.works.table import Table

#: The model for texts, and for sentences alone; the model for prompts.
TEXTS, SAID, PROMPTS = "texts", SENTENCES, "prompts"
# So many rows of six words in common are more than chance and set phrases.
_MANY_ROWS = 30
# Sentences of a cosine from here on are hardly ever of other texts.
_SURELY = 0.75


@dataclass(frozen=True)
class TextLikeness:
    """A text and a work.

    Attributes:
        short: rows of three words.
        long: rows of six words.
        longest: words in the longest passage that both have.
        said: how much alike what their sentences say is, -1 to 1; None without the encoder.
        surely: the share of sentences, 0 to 1, that the other text certainly has one like.
    """

    short: Overlap
    long: Overlap
    longest: int
    said: float | None = None
    surely: float = 0.0

    MEASURES: ClassVar[tuple[str, ...]] = (
        "alike",
        "contained",
        "well-contained",
        "rows",
        "longest",
    )

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none."""
        contained = max(self.long.of_query, self.long.of_work)
        return {
            "alike": self.short.jaccard,
            "contained": math.sqrt(contained),
            "well-contained": max(0.0, 2 * contained - 1),
            "rows": min(1.0, math.log1p(self.long.shared) / math.log1p(_MANY_ROWS)),
            "longest": math.log1p(self.longest),
        }

    @property
    def translated(self) -> dict[str, float]:
        """What a score of sentences alone is computed from."""
        return {"said": max(0.0, self.said or 0.0), "surely": self.surely}

    def decided(self, table: Table) -> tuple[Verdict, float, str]:
        """Verdict, score and what decided, by the words that both have or by what they say."""
        score = table.models[TEXTS].score(self.measures())
        same = min(self.short.of_query, self.short.of_work)
        verdict = table.verdict(TEXTS, score, same)
        method = WINNOW if self.long.shared else MINHASH
        if self.said is None or verdict.named:
            return verdict, score, method
        said = table.models[SAID].score(self.translated)
        if (found := table.verdict(SAID, said, 0.0)).named or said > score:
            return found, said, SENTENCES
        return verdict, score, method

    def lines(self) -> list[str]:
        """In words, a line each."""
        said = [] if self.said is None else [f"their sentences say the same by {self.said:.2f}"]
        if not self.short.shared:
            return said
        return [
            f"{self.long.of_query:.0%} of the text's rows of six words are in the work, "
            f"{self.long.of_work:.0%} of the work's in the text; {self.short.jaccard:.0%} of all "
            "rows of three words are in both",
            *said,
        ]

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        found = {
            "alike": round(self.short.jaccard, 4),
            "of_query": round(self.long.of_query, 4),
            "of_work": round(self.long.of_work, 4),
            "rows": self.long.shared,
            "longest": self.longest,
        }
        return found if self.said is None else {**found, "said": round(self.said, 4)}


@dataclass(frozen=True)
class PromptLikeness:
    """Two prompts.

    Attributes:
        positive: rows of five characters in what is wished for.
        words: different words there.
        negative: rows of five characters in what is not.
        settings: how many settings are the same, and how many each has.
    """

    positive: Overlap
    words: Overlap
    negative: Overlap
    settings: Overlap

    MEASURES: ClassVar[tuple[str, ...]] = (
        "alike", "words", "contained", "words-contained", "rows",
    )  # fmt: skip

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none.

        Negative prompts and settings are passed on from work to work, so they are told of and
        decide nothing.
        """
        return {
            "alike": self.positive.jaccard,
            "words": self.words.jaccard,
            "contained": max(self.positive.of_query, self.positive.of_work),
            "words-contained": max(self.words.of_query, self.words.of_work),
            "rows": math.log1p(self.positive.shared),
        }

    def decided(self, table: Table) -> tuple[Verdict, float, str]:
        """Verdict, score and what decided."""
        score = table.models[PROMPTS].score(self.measures())
        return table.verdict(PROMPTS, score, self.positive.jaccard), score, CHARS

    def lines(self) -> list[str]:
        """In words, a line each."""
        return [
            f"{self.positive.jaccard:.0%} of all rows of five characters that are wished for are "
            f"in both, {self.words.jaccard:.0%} of all words",
            f"of what is not wished for {self.negative.jaccard:.0%}, "
            f"of the settings {self.settings.jaccard:.0%}",
        ]

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "positive": round(self.positive.jaccard, 4),
            "of_query": round(self.positive.of_query, 4),
            "of_work": round(self.positive.of_work, 4),
            "words": round(self.words.jaccard, 4),
            "negative": round(self.negative.jaccard, 4),
            "settings": round(self.settings.jaccard, 4),
        }


def of_texts(query: TextRecord, work: TextRecord, longest: int) -> TextLikeness:
    """What is measured of two texts; `longest` is told by `passages.runs`."""
    return TextLikeness(
        overlap(query.different_short, work.different_short),
        overlap(query.different_long, work.different_long),
        longest,
        *_said(query, work),
    )


def of_prompts(query: PromptRecord, work: PromptRecord) -> PromptLikeness:
    """What is measured of two prompts."""
    asked, held = set(query.prompt.settings), set(work.prompt.settings)
    return PromptLikeness(
        overlap(query.shingles, work.shingles),
        overlap(query.words, work.words),
        overlap(query.unwished, work.unwished),
        Overlap(len(asked & held), len(asked), len(held)),
    )


def _said(query: TextRecord, work: TextRecord) -> tuple[float | None, float]:
    """Of the sentences of the text that has fewer, how near the nearest one of the other is: the
    mean of the cosines, and the share of large ones."""
    asked, held = query.sentences, work.sentences
    if asked is None or held is None:
        return None, 0.0
    if not len(asked) or not len(held):
        return 0.0, 0.0
    cosines = asked.units() @ held.units().T
    nearest = cosines.max(axis=int(len(asked) <= len(held)))
    return float(nearest.mean()), float((nearest >= _SURELY).mean())
