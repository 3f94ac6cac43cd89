"""`python -m benchmarks.text_calibration --kind text|prompt [--write]`: draws the lines between
texts, or prompts, and strangers.

Every candidate that a question of the development half brings up is measured; from pairs known to
be a text and its work, and pairs known not to be, a logistic regression follows, and the score from
which on a work is named: above all scores of strangers, half-way to those of works. For texts a
second regression is made of translations, by what their sentences say alone. `--write` puts them
into the table of the kind in `gen_ip/match/texts/`. The test half is not looked at.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks._recognition import Asked
from benchmarks.calibration import Measured, model
from benchmarks.fingerprint import progress
from benchmarks.texts.asking import filled
from benchmarks.texts.questions import HALVES, ours
from benchmarks.texts.sources import LANGUAGES
from gen_ip.atomic_file import write_text
from gen_ip.errors import GenIPError
from gen_ip.match.texts import prompt_kind, text_kind
from gen_ip.match.texts.likeness import PROMPTS, SAID, TEXTS, PromptLikeness, TextLikeness
from gen_ip.match.thresholds import Model
from gen_ip.match.works.table import Table

_LOOKED_AT = 8
# Of both texts so much must be the same in a near duplicate: by rows of three words, of prompts by
# rows of five characters.
_NEAR = {"text": 0.5, "prompt": 0.6}
# So many strangers may be accepted: none. So many may be called similar to something.
_STRANGERS, _SIMILAR = 0.0, 0.02
# So many of the truths may be far from the line.
_MISSED = 0.003


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, fits, and writes or prints the table; 0, or 1 after an error in words."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.text_calibration", description=__doc__
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kind", choices=("text", "prompt"), required=True)
    parser.add_argument("--works", type=int, help="ask about the edits of so many works only")
    parser.add_argument(
        "--without-translations", action="store_true", help="leave their model as the table has it"
    )
    parser.add_argument("--write", action="store_true", help="into the kind's table")
    options = parser.parse_args(arguments)
    try:
        table = calibrated(options.kind, options.works, not options.without_translations)
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = json.dumps(table, indent=2) + "\n"
    if options.write:
        write_text((text_kind if options.kind == "text" else prompt_kind).TABLE, text)
    print(text, end="")
    return 0


def calibrated(kind: str, works: int | None, translations: bool = True) -> dict[str, Any]:
    """The table of a kind, as JSON."""
    given = Table(f"{kind}-thresholds-1", _LOOKED_AT, _NEAR[kind], {})
    models: dict[str, Any] = {}
    if kind == "prompt":
        gallery, questions, data = ours(kind, HALVES[0], works)
        prompts = list(_prompts(given, gallery, questions))
        models[PROMPTS] = _fitted(prompts, PromptLikeness.MEASURES)
    else:
        languages = LANGUAGES if translations else ()
        gallery, questions, data = ours(kind, HALVES[0], works, languages)
        texts, said = [], []
        for question, found in _texts(given, gallery, questions, translations):
            pairs = tuple((key, each.measures()) for key, each in found)
            by_meaning = tuple((key, each.translated) for key, each in found)
            if not _is_translated(question):
                texts.append(Measured(question, pairs))
            # Pages in other languages, and what is in none.
            if translations and _is_translated(question):
                said.append(Measured(question, by_meaning))
        models[TEXTS] = _fitted(texts, TextLikeness.MEASURES)
        if translations:
            models[SAID] = _fitted(said, ("said", "surely"))
        else:
            models[SAID] = json.loads(text_kind.TABLE.read_text("utf-8"))["models"][SAID]
    return {
        "version": given.version,
        "made_by": f"python -m benchmarks.text_calibration --kind {kind} --write",
        "made_from": data,
        "looked_at": given.looked_at,
        "near": given.near,
        "models": models,
    }


def _prompts(
    table: Table, gallery: dict[str, Path], questions: Sequence[Asked]
) -> Iterator[Measured]:
    kind = prompt_kind.PromptKind(table)
    with (
        tempfile.TemporaryDirectory() as folder,
        kind.reader() as reader,
        filled(kind, gallery, Path(folder) / "index", reader) as index,
    ):
        for number, question in enumerate(questions, 1):
            found = kind.likenesses(index, reader.fingerprint(question.path))
            yield Measured(question, tuple((key, each.measures()) for key, _, each in found))
            progress("questions", number, len(questions))


def _texts(
    table: Table, gallery: dict[str, Path], questions: Sequence[Asked], translations: bool
) -> Iterator[tuple[Asked, list[tuple[str, TextLikeness]]]]:
    kind = text_kind.TextKind(table)
    with (
        tempfile.TemporaryDirectory() as folder,
        kind.reader() as plain,
        kind.reader(learned=translations) as learned,
        filled(kind, gallery, Path(folder) / "index", learned) as index,
    ):
        for number, question in enumerate(questions, 1):
            # What sentences say takes most of the time, and tells nothing of edits.
            reader = learned if _is_translated(question) else plain
            found = kind.likenesses(index, reader.fingerprint(question.path))
            yield question, [(key, each) for key, _, each, _ in found]
            progress("questions", number, len(questions))


def _is_translated(question: Asked) -> bool:
    return question.path.parent.name in LANGUAGES


def _fitted(measured: Sequence[Measured], names: Sequence[str]) -> dict[str, Any]:
    # What shares passages with a work is not a stranger to it.
    rest = [each for each in measured if each.question.group != "shared"]
    made, did = model(rest, names, strangers=_STRANGERS, wrong=_STRANGERS, similar=_SIMILAR)
    return {
        "intercept": made.intercept,
        "weights": dict(made.weights),
        "accept": _between(made, rest),
        "similar": made.similar,
        "on_these_pairs": did,
    }


def _between(made: Model, measured: Sequence[Measured]) -> float:
    """The score half-way, in log-odds, from what no stranger reaches to what nearly all truths do;
    the former where it is not the lower. Other strangers than these decide whether it holds."""
    reached = sorted(
        max((made.logit(found) for key, found in each.pairs if key in each.question.truths))
        for each in measured
        if any(key in each.question.truths for key, _ in each.pairs)
    )
    low, high = math.log(made.accept / (1 - made.accept)), reached[int(_MISSED * len(reached))]
    return made.accept if high <= low else 1 / (1 + math.exp(-(low + high) / 2))


if __name__ == "__main__":
    sys.exit(main())
