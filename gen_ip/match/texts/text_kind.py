"""Texts as a kind of works that are found again."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from pathlib import Path

from gen_ip.fingerprint.confined import Caps
from gen_ip.fingerprint.text.normalizing import TEXT
from gen_ip.fingerprint.text.reading import LIMITS, Texts
from gen_ip.fingerprint.text.record import LONG_GRAM, MINHASH, WINNOW, TextRecord
from gen_ip.fingerprint.text.sentences import SENTENCES
from gen_ip.match.answer import Answer, answered
from gen_ip.match.texts.findings import Found
from gen_ip.match.texts.likeness import TextLikeness, of_texts
from gen_ip.match.texts.meaning import near
from gen_ip.match.texts.passages import Run, runs
from gen_ip.match.works.asking import exact, in_turn
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Record
from gen_ip.match.works.table import Table

TABLE = Path(__file__).parent / "text-thresholds-1.json"


class TextKind:
    """Texts, see `gen_ip.match.works.kind.Kind`.

    Args:
        table: by default the one that ships.
    """

    name = "text"

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

    def reader(self, *, learned: bool = False, caps: Caps | None = None) -> Texts:
        """Reads texts in every format; see `Texts`."""
        caps = caps or Caps()
        return Texts(learned=learned, limits=caps.within(LIMITS), processes=caps.processes)

    def record(self, key: str, fingerprint: TextRecord) -> Record:
        """What an index is given of a text."""
        tokens = {WINNOW: fingerprint.winnow, MINHASH: fingerprint.minhash}
        if fingerprint.sentences is not None:
            tokens[SENTENCES] = near(fingerprint.sentences)
        return Record(
            self.name, key, fingerprint.sha256, fingerprint.to_bytes(), fingerprint.content, tokens
        )

    def ask(self, index: WorkIndex, fingerprint: TextRecord) -> Answer:
        """The works that a text was made from, and those that are like it."""
        began = time.perf_counter()
        findings = exact(index, self.name, fingerprint.sha256, fingerprint.content, TEXT)
        known = {found.key for found in findings}
        for key, work, likeness, common in self.likenesses(index, fingerprint):
            if key not in known:
                said = likeness.decided(self.table)
                texts = fingerprint.text, work.text
                findings.append(Found(key, *said, likeness, *texts, common))
        spent = 1000 * (time.perf_counter() - began)
        return answered(self.name, findings, self.thresholds, spent)

    def likenesses(
        self, index: WorkIndex, fingerprint: TextRecord
    ) -> Iterator[tuple[str, TextRecord, TextLikeness, list[Run]]]:
        """The candidates: their keys and records, what is measured of each, and what words in a
        row it has in common with the text."""
        limit = self.table.looked_at
        searches = [
            index.sharing(WINNOW, fingerprint.winnow, limit),
            index.sharing(MINHASH, fingerprint.minhash, limit),
        ]
        if fingerprint.sentences is not None:
            searches.append(index.sharing(SENTENCES, near(fingerprint.sentences), 2 * limit))
        for entry, data in in_turn(index, self.name, searches):
            work = TextRecord.from_bytes(data)
            common = runs(fingerprint.long_grams, work.long_grams, LONG_GRAM)
            longest = common[0].words if common else 0
            yield entry.key, work, of_texts(fingerprint, work, longest), common


TEXTS = TextKind()
