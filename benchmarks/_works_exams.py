"""Each kind's own gallery and questions, by the kind's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._kinds import Question
from benchmarks.models import questions as models
from benchmarks.workflows import questions as workflows
from benchmarks.workflows.sources import source, templates

Exam = tuple[dict[str, Path], list[Question], dict[str, Any]]


def _models(half: str, works: int | None) -> Exam:
    found = models.originals(half, lambda line: None)
    data = {"half": half, "counts": models.COUNTS}
    return found["works"], list(models.questions(found, works)), data


def _workflows(half: str, works: int | None) -> Exam:
    found = templates(half)
    return found.works, list(workflows.questions(found, works)), {"half": half, **source()}


#: From a half and how many works are asked about, all by default: the gallery, the questions, and
#: what they are.
EXAMS: Mapping[str, Callable[[str, int | None], Exam]] = {
    "model": _models,
    "workflow": _workflows,
}
