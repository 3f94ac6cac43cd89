"""Real workflows: ComfyUI's templates, from PyPI's `comfyui-workflow-templates-json` (MIT).

They are installed by `make peers`, at the version in `benchmarks/peers.lock`; none is committed.
The publisher made many of them from others, so of each family one is kept: a template of which half
of the links are in a larger one that was kept is its variant, and left out. What is left still
shares loaders, samplers and whole chains, as workflows of strangers do.
"""

from __future__ import annotations

import functools
import hashlib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from gen_ip.errors import FileProblem, GenIPError
from gen_ip.fingerprint.workflow.record import WorkflowRecord, workflow_record
from gen_ip.match.workflows.tokens import EDGES, counts_of

PACKAGE, LICENSE = "comfyui-workflow-templates-json", "MIT"
HALVES = ("development", "test")
#: Smaller ones are a loader and a call: anybody would join these so.
LEAST_LINKS = 8
#: From this share of a template's links on it is a variant of a larger one.
FAMILY = 0.5

_FIFTHS_OF_WORKS = 3


class TemplatesUnavailable(GenIPError):  # noqa: N818, the package's own are named alike
    """The templates to measure with are not installed."""

    def __init__(self) -> None:
        super().__init__(
            f"the package {PACKAGE} is not installed; run `make peers`, or give workflows of your "
            "own with --gallery, --queries and --truth"
        )


@dataclass(frozen=True)
class Templates:
    """A half: files by name, in the gallery and not."""

    works: dict[str, Path]
    strangers: dict[str, Path]


def templates(half: str) -> Templates:
    """One half of the families.

    Raises:
        TemplatesUnavailable: they are not installed.
    """
    mine = {path.stem: path for path in _kept() if HALVES[_number(path) % len(HALVES)] == half}
    works = {name for name, path in mine.items() if _number(path) // 2 % 5 < _FIFTHS_OF_WORKS}
    return Templates(
        {name: path for name, path in mine.items() if name in works},
        {name: path for name, path in mine.items() if name not in works},
    )


def source() -> dict[str, str]:
    """Which package it was, and under which license."""
    return {"package": PACKAGE, "version": version(PACKAGE), "license": LICENSE}


@functools.cache
def _kept() -> tuple[Path, ...]:
    """The largest of each family, by name."""
    found: list[tuple[Counter[bytes], Path]] = []
    for path in sorted(_folder().rglob("*.json")):
        record = _read(path)
        if record is not None:
            links = counts_of(record)[EDGES]
            if links.total() >= LEAST_LINKS:
                found.append((links, path))
    kept: list[tuple[Counter[bytes], Path]] = []
    for links, path in sorted(found, key=lambda each: (-each[0].total(), each[1].stem)):
        if all((links & other).total() < FAMILY * links.total() for other, _ in kept):
            kept.append((links, path))
    return tuple(sorted((path for _, path in kept), key=lambda each: each.stem))


def _read(path: Path) -> WorkflowRecord | None:
    try:
        return workflow_record(path)
    except FileProblem:
        # Lists of templates lie beside them.
        return None


def _folder() -> Path:
    spec = find_spec(PACKAGE.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise TemplatesUnavailable
    return Path(spec.submodule_search_locations[0])


def _number(path: Path) -> int:
    """A hash's digits are as good as thrown dice."""
    return int(hashlib.sha256(path.stem.encode()).hexdigest()[:8], 16)
