"""`python -m benchmarks.fingerprint --kind text|prompt`: which texts and prompts are recognized.

Options as for pictures, and `--translations`: with the learned encoder, asked about translated
pages as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from benchmarks._recognition import Asked
from benchmarks.texts.asking import asked, peers
from benchmarks.texts.peers import PEERS
from benchmarks.texts.questions import ours
from benchmarks.texts.sources import LANGUAGES
from gen_ip.match.works.kind import kind_of

NAME, LEARNED = "gen-ip", "gen-ip with sentences"


def measure(
    options: argparse.Namespace, own: tuple[dict[str, Any], list[Asked]] | None, tools: Any
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What was asked about, the methods' results, and the answers that Gen-IP gave.

    Args:
        options: of the command line.
        own: gallery and questions of the user's, if they are given.
        tools: `summary`, `progress`, `limits` and `answer` of `benchmarks.fingerprint`.
    """
    learned = options.translations
    if own is None:
        languages = LANGUAGES if learned else ()
        gallery, questions, data = ours(options.kind, options.half, options.works, languages)
    else:
        (gallery, questions), data = own, {"gallery": str(options.gallery)}
    kind = kind_of(options.kind)
    name = LEARNED if learned else NAME
    found = asked(kind, gallery, questions, tools.progress, learned)
    methods: dict[str, Any] = {name: tools.summary(found)}
    methods[name]["pairs_accepted"] = pair_rate(found, len(gallery))
    compared = [] if options.without_peers else list(PEERS)
    if options.limits is None and not any(each.stranger for each in questions):
        compared = []
    given = (
        tools.limits(options.limits, [each.name for each in compared]) if options.limits else None
    )
    for peer, limit, answers in peers(compared, gallery, questions, given):
        methods[peer] = {**tools.summary(answers), "threshold": limit}
        methods[peer]["pairs_accepted"] = pair_rate(answers, len(gallery))
    results = {
        "thresholds": kind.thresholds,
        "works": len(gallery),
        "questions": len(questions),
        "methods": methods,
        "misses": [
            {"query": each.question.name, "named": each.answer, "score": each.score}
            for each in found
            if each.wrong or each.accepted_unknown or (each.question.truths and not each.right)
        ][:400],
    }
    return data, results, {each.question.name: tools.answer(each) for each in found}


def pair_rate(answers: Sequence[Any], works: int) -> float | None:
    """The share of pairs of a stranger and a work that are taken for one."""
    strangers = [each for each in answers if each.question.stranger]
    if not strangers or not works:
        return None
    return sum(len(each.named) for each in strangers) / (len(strangers) * works)
