"""`python -m benchmarks.fingerprint --kind model|workflow`: which of these are recognized.

Beside Gen-IP, hashes that others look files up by: of models AutoV2 (the file's SHA-256) and AutoV3
(that of its tensors' bytes); of workflows the file's SHA-256. Options as for pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any

from benchmarks._kinds import METHOD, Question, asked
from benchmarks._recognition import Answered, Asked
from benchmarks._works_exams import EXAMS
from gen_ip.match.works.kind import kind_of

#: By kind and name, what two files of one work have in common for others.
PEERS: Mapping[str, Mapping[str, Callable[[Any], bytes]]] = {
    "model": {
        "AutoV2": lambda record: record.sha256,
        "AutoV3": lambda record: record.autov3,
    },
    "workflow": {"SHA-256": lambda record: record.sha256},
}


def measure(
    options: argparse.Namespace, own: tuple[dict[str, Path], list[Asked]] | None, tools: Any
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What was asked about, the methods' results, and the answers that Gen-IP gave.

    Args:
        options: of the command line.
        own: gallery and questions of the user's, if they are given.
        tools: `summary`, `progress` and `answer` of `benchmarks.fingerprint`.
    """
    if own is None:
        gallery, questions, data = EXAMS[options.kind](options.half, options.works)
    else:
        gallery, data = own[0], {"gallery": str(options.gallery), "queries": str(options.queries)}
        questions = [
            Question(each.name, each.kind, each.group, each.truths, partial(copyfile, each.path))
            for each in own[1]
        ]
    peers = {} if options.without_peers else PEERS[options.kind]
    answers = asked(options.kind, gallery, questions, peers, tools.progress)
    methods = {name: tools.summary(given) for name, given in answers.items()}
    best = answers[METHOD]
    for name, given in answers.items():
        methods[name]["pairs"] = _pairs(given, questions, len(gallery))
    results = {
        "thresholds": kind_of(options.kind).thresholds,
        "works": len(gallery),
        "questions": len(questions),
        "methods": methods,
        "misses": [
            {
                "query": each.question.name,
                "named": list(each.named),
                "verdict": each.verdict,
                "score": round(each.score, 4),
            }
            for each in best
            if each.wrong or each.accepted_unknown or (each.question.truths and not each.right)
        ][:400],
    }
    return data, results, {each.question.name: tools.answer(each) for each in best}


def _pairs(
    answers: Sequence[Answered], questions: Sequence[Question], works: int
) -> dict[str, Any]:
    """How many pairs of a question and a work that it was not made from there are, and which share
    of them is named; those that have something else in common apart."""
    others = named = alike = alike_named = 0
    for answer, question in zip(answers, questions, strict=True):
        wrong = set(answer.named) - question.truths
        others += works - len(question.truths | question.alike)
        named += len(wrong - question.alike)
        alike += len(question.alike)
        alike_named += len(wrong & question.alike)
    return {
        "unrelated": others,
        "unrelated_named": named / others if others else None,
        "alike": alike,
        "alike_named": alike_named / alike if alike else None,
    }
