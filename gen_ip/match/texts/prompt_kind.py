"""Prompts as a kind of works that are found again."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from pathlib import Path

from gen_ip.fingerprint.confined import Caps
from gen_ip.fingerprint.text.prompt_reading import Prompts
from gen_ip.fingerprint.text.prompt_record import CHARS, PROMPT, PromptRecord
from gen_ip.fingerprint.text.prompts import plain
from gen_ip.fingerprint.text.reading import LIMITS
from gen_ip.fingerprint.text.shingles import grams, words
from gen_ip.match.answer import Answer, answered
from gen_ip.match.texts.findings import Found
from gen_ip.match.texts.likeness import PromptLikeness, of_prompts
from gen_ip.match.texts.passages import runs
from gen_ip.match.works.asking import exact, in_turn
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Record
from gen_ip.match.works.table import Table

TABLE = Path(__file__).parent / "prompt-thresholds-1.json"
# Words in a row that are shown as a passage.
_WORDS = 2


class PromptKind:
    """Prompts, see `gen_ip.match.works.kind.Kind`.

    Args:
        table: by default the one that ships.
    """

    name = "prompt"

    def __init__(self, table: Table | None = None) -> None:
        self._given = table

    @functools.cached_property
    def table(self) -> Table:
        """Where the lines are drawn."""
        return self._given or Table.of_file(TABLE)

    @property
    def thresholds(self) -> str:
        """The table's version."""
        return self.table.version

    def reader(self, *, learned: bool = False, caps: Caps | None = None) -> Prompts:
        """Reads prompts; nothing learned is known of them."""
        caps = caps or Caps()
        return Prompts(limits=caps.within(LIMITS), processes=caps.processes)

    def record(self, key: str, fingerprint: PromptRecord) -> Record:
        """What an index is given of a prompt."""
        return Record(
            self.name,
            key,
            fingerprint.sha256,
            fingerprint.to_bytes(),
            fingerprint.content,
            {CHARS: fingerprint.minhash},
        )

    def ask(self, index: WorkIndex, fingerprint: PromptRecord) -> Answer:
        """The works that a prompt was made from, and those that are like it."""
        began = time.perf_counter()
        findings = exact(index, self.name, fingerprint.sha256, fingerprint.content, PROMPT)
        known = {found.key for found in findings}
        asked = grams(words(fingerprint.positive), _WORDS)
        for key, work, likeness in self.likenesses(index, fingerprint):
            if key not in known:
                said = likeness.decided(self.table)
                common = runs(asked, grams(words(work.positive), _WORDS), _WORDS)
                texts = plain(fingerprint.prompt.positive), plain(work.prompt.positive)
                findings.append(Found(key, *said, likeness, *texts, common))
        spent = 1000 * (time.perf_counter() - began)
        return answered(self.name, findings, self.thresholds, spent)

    def likenesses(
        self, index: WorkIndex, fingerprint: PromptRecord
    ) -> Iterator[tuple[str, PromptRecord, PromptLikeness]]:
        """The candidates: their keys and records, and what is measured of each."""
        found = index.sharing(CHARS, fingerprint.minhash, self.table.looked_at)
        for entry, data in in_turn(index, self.name, [found]):
            work = PromptRecord.from_bytes(data)
            yield entry.key, work, of_prompts(fingerprint, work)


PROMPTS = PromptKind()
