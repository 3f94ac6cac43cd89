"""`python -m benchmarks.fingerprint [--json]`: which works are recognized after which edits.

Of pictures, or with `--kind` of texts or prompts (`benchmarks/fingerprint_texts.py`), models or
workflows (`benchmarks/fingerprint_works.py`).

Every edit of every work is asked about, and strangers' pictures, some of which share an emblem, a
template or words with a work. On the development half unless told otherwise; the test half is
looked at for the final numbers alone. Or on pictures of your own:

    --gallery DIR --queries DIR --truth FILE.json [--answers OUT.json]

where the truth maps the name of each file in the queries' folder to that of a file in the
gallery's, to several of them, or to null. Files that are no usable picture are told and stop
nothing: one of the gallery is left out, and one that is asked about is answered with no work.
"""

from __future__ import annotations

import argparse
import errno
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import fingerprint_texts, fingerprint_works
from benchmarks._peers import HASHES, check_peers
from benchmarks._recognition import (
    DEFAULT,
    UNREADABLE,
    WITH_SSCD,
    Answered,
    Asked,
    build,
    run,
)
from benchmarks._truth import BadTruth, files, truth_of
from benchmarks._works_exams import EXAMS
from benchmarks.pictures.collection import CACHE, HALVES, digest, load
from benchmarks.pictures.questions import exam
from gen_ip.atomic_file import write_text
from gen_ip.errors import FileProblem, GenIPError, shown
from gen_ip.fingerprint import descriptor
from gen_ip.match.thresholds import thresholds

KINDS = ("image", "text", "prompt", "model", "workflow")


class Tools(NamedTuple):
    """What measuring other kinds has in common with pictures."""

    summary: Callable[[Iterable[Answered]], dict[str, Any]]
    progress: Callable[[str, int, int], None]
    limits: Callable[[Path, Sequence[str]], dict[str, float]]
    answer: Callable[[Answered], dict[str, Any]]


class NotWritten(FileProblem):
    """Results cannot be written."""

    def __init__(self, path: object, error: OSError) -> None:
        super().__init__(path, f"cannot be written ({error.strerror}); give another place")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 0, or 1 after an error in words."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fingerprint", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--kind", choices=KINDS, default=KINDS[0], help="of works")
    parser.add_argument(
        "--translations", action="store_true", help="of texts: with the learned encoder"
    )
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    parser.add_argument("--works", type=_count, help="ask about the edits of so many works only")
    parser.add_argument("--processes", type=_count, default=os.cpu_count() or 1)
    parser.add_argument("--without-peers", action="store_true", help="Gen-IP alone")
    parser.add_argument("--without-sscd", action="store_true", help="without the descriptor")
    parser.add_argument("--gallery", type=Path, help="folder of works")
    parser.add_argument("--queries", type=Path, help="folder of pictures to ask about")
    parser.add_argument("--truth", type=Path, help="JSON: query's file name -> gallery's, or null")
    parser.add_argument(
        "--limits",
        type=Path,
        help="JSON that this printed for the development half: take the hashes' thresholds from it",
    )
    parser.add_argument("--answers", type=Path, help="write what was answered to each, as JSON")
    parser.add_argument("--charts", type=Path, help="write charts as PNG into this folder")
    options = parser.parse_args(arguments)
    own = (options.gallery, options.queries, options.truth)
    if any(own) and not all(own):
        parser.error("--gallery, --queries and --truth go together")
    try:
        _check_outputs(options.answers, options.charts)
        if options.kind != KINDS[0]:
            tools = Tools(summary, progress, _limits, _answer)
            given = _own(*own) if options.gallery else None
            measured = fingerprint_works if options.kind in EXAMS else fingerprint_texts
            data, results, answers = measured.measure(options, given, tools)
            return _told({"data": data, **results, "answers": answers}, options)
        if options.gallery:
            gallery, questions = _own(*own)
            data = {
                "gallery": str(options.gallery),
                "queries": str(options.queries),
            }
        else:
            gallery, questions, data = ours(options.half, options.works)
        results = measure(gallery, questions, options)
        results = {"data": data, **results}
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return _told(results, options)


def _told(results: dict[str, Any], options: argparse.Namespace) -> int:
    answers = results.pop("answers")
    # First of all what took hours, whatever becomes of the files.
    print(json.dumps(results, indent=1) if options.json else _table(results), flush=True)
    try:
        if options.answers:
            _write(options.answers, json.dumps(answers, indent=1))
        if options.charts:
            _draw(results, options.charts)
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def measure(
    gallery: Mapping[str, Path], questions: Sequence[Asked], options: argparse.Namespace
) -> dict[str, Any]:
    """Recall, mistakes and time of every method."""
    matchers, hashes = [DEFAULT], [] if options.without_peers else list(HASHES)
    described = None
    if options.without_sscd:
        hashes = [name for name in hashes if "SSCD" not in name]
    else:
        described = descriptor.load()
        matchers.append(WITH_SSCD)
    check_peers(hashes)
    if options.limits is None and not any(each.stranger for each in questions):
        _say("no stranger is asked about, so hashes have no threshold; give --limits to see them")
        hashes = []
    given = None if options.limits is None else _limits(options.limits, hashes)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        problems = build(index, gallery, described, progress)
        for problem in problems.values():
            _say(f"left out of the gallery: {problem}")
        readable = {name: path for name, path in gallery.items() if name not in problems}
        if not readable:
            raise BadTruth(options.gallery, "holds no usable picture")
        answers, limits = run(
            index, readable, questions, matchers, hashes, options.processes, progress, given
        )
    methods = {name: summary(given) for name, given in answers.items()}
    for name, limit in limits.items():
        methods[name]["threshold"] = limit
    best = answers[matchers[-1]]
    unreadable = [each.question.name for each in best if each.verdict == UNREADABLE]
    for name in unreadable:
        _say(f"is no usable picture, so no work is named: {shown(name)}")
    return {
        "thresholds": thresholds().version,
        "works": len(readable),
        "questions": len(questions),
        "unreadable": {"gallery": list(problems), "queries": unreadable},
        "methods": methods,
        "misses": [
            {"query": each.question.name, "named": each.answer}
            for each in best
            if each.wrong or each.accepted_unknown or (each.question.truths and not each.right)
        ][:400],
        "answers": {each.question.name: _answer(each) for each in best},
    }


def summary(answers: Iterable[Answered]) -> dict[str, Any]:
    """What a method did, in shares of 1, over all questions and by kind.

    `within_bounds` is the recall over the edits that lie within the bounds which
    `benchmarks.pictures.edits` states; `all_named` is of pictures made from several works.
    """
    given = list(answers)
    known = [each for each in given if each.question.truths]
    within = [each for each in known if each.question.within]
    several = [each for each in known if len(each.question.truths) > 1]
    strangers = [each for each in given if not each.question.truths]

    def share(some: Sequence[Answered], what: str) -> float | None:
        return sum(getattr(each, what) for each in some) / len(some) if some else None

    def by(name: str) -> dict[str, float | None]:
        kinds = dict.fromkeys(getattr(each.question, name) for each in known)
        return {
            kind: share([each for each in known if getattr(each.question, name) == kind], "right")
            for kind in kinds
        }

    unknown_kinds = dict.fromkeys(each.question.kind for each in strangers)
    return {
        "recall": share(known, "right"),
        "within_bounds": {
            "recall": share(within, "right"),
            "wrong": share(within, "wrong"),
            "edits": len({each.question.kind for each in within}),
            "questions": len(within),
        },
        "all_named": {"share": share(several, "all_named"), "questions": len(several)},
        "wrong": share(known, "wrong"),
        "unknown_accepted": share(strangers, "accepted_unknown"),
        "median_ms": statistics.median(each.milliseconds for each in given) if given else None,
        "groups": by("group"),
        "edits": by("kind"),
        "unknown_kinds": {
            kind: share(
                [each for each in strangers if each.question.kind == kind], "accepted_unknown"
            )
            for kind in unknown_kinds
        },
    }


def _limits(path: Path, hashes: Sequence[str]) -> dict[str, float]:
    try:
        methods = json.loads(path.read_text("utf-8"))["methods"]
        return {name: float(methods[name]["threshold"]) for name in hashes}
    except OSError as error:
        raise BadTruth(path, f"cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, LookupError):
        raise BadTruth(
            path, "holds no threshold of every hash; give what --json printed for development"
        ) from None


def ours(half: str, works: int | None) -> tuple[dict[str, Path], list[Asked], dict[str, Any]]:
    """A half's gallery, the questions about it, and which pictures these are."""
    collection = load(half, progress=_say)
    _say("making the edits that are not there yet")
    found = exam(collection, CACHE / "edited" / half, works)
    questions = [
        Asked(each.name, each.kind, each.group, each.truths, each.path, each.within)
        for each in found.questions
    ]
    return found.gallery, questions, {"half": half, "manifest": digest()}


def _own(gallery: Path, queries: Path, truth: Path) -> tuple[dict[str, Path], list[Asked]]:
    works, asked = files(gallery), files(queries)
    truths = truth_of(truth, works, asked)
    return works, [Asked(name, "own", "own", truths[name], path) for name, path in asked.items()]


def _answer(given: Answered) -> dict[str, Any]:
    return {
        "answer": given.answer,
        "named": given.named,
        "verdict": given.verdict,
        "score": given.score,
        "method": given.method,
        "milliseconds": round(given.milliseconds, 2),
    }


def _check_outputs(answers: Path | None, charts: Path | None) -> None:
    """That what is measured for hours can be written afterwards.

    Raises:
        NotWritten: it cannot.
    """
    for folder in (answers.parent if answers else None, charts):
        if folder is None:
            continue
        try:
            if folder == charts:
                folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise NotWritten(folder, error) from None
    if answers and answers.is_dir():
        raise NotWritten(answers, OSError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if charts and importlib.util.find_spec("matplotlib") is None:
        raise GenIPError(
            "--charts draws with matplotlib, which is not installed; run `make setup`, or leave "
            "--charts out"
        )


def _draw(results: Mapping[str, Any], folder: Path) -> None:
    from benchmarks import _plots_recognition

    if not next(iter(results["methods"].values()))["groups"]:
        _say("no picture was made from a work of the gallery, so there is nothing to draw")
        return
    try:
        for path in _plots_recognition.draw(results, folder):
            print(path, file=sys.stderr)
    except OSError as error:
        raise NotWritten(folder, error) from None


def _write(path: Path, text: str) -> None:
    try:
        write_text(path, text)
    except OSError as error:
        raise NotWritten(path, error) from None


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def _table(results: Mapping[str, Any]) -> str:
    methods = results["methods"]
    lines = [f"{'':24}" + "".join(f"{name:>22}" for name in methods)]

    def row(title: str, values: Iterable[float | None]) -> None:
        cells = ["" if value is None else f"{100 * value:.2f} %" for value in values]
        if not any(cells):
            return
        lines.append(f"{title:24}" + "".join(f"{cell:>22}" for cell in cells))

    row("right work named", (each["recall"] for each in methods.values()))
    row("  of edits within bounds", (each["within_bounds"]["recall"] for each in methods.values()))
    row("  all of several works", (each["all_named"]["share"] for each in methods.values()))
    row("a wrong work named", (each["wrong"] for each in methods.values()))
    row("stranger accepted", (each["unknown_accepted"] for each in methods.values()))
    groups = next(iter(methods.values()))["groups"]
    for group in groups:
        row(f"  {group}", (each["groups"][group] for each in methods.values()))
    spent = "".join(f"{each['median_ms'] or 0:>19.1f} ms" for each in methods.values())
    return "\n".join([*lines, f"{'median time':24}{spent}"])


_began = time.monotonic()


def _say(line: str) -> None:
    print(f"{time.monotonic() - _began:6.0f} s  {line}", file=sys.stderr)


def progress(what: str, done: int, total: int) -> None:
    """Says on stderr how far it is, fifty times."""
    if done == total or done % max(1, total // 50) == 0:
        end = "\n" if done == total else "\r"
        print(
            f"{time.monotonic() - _began:6.0f} s  {what} {done} of {total}",
            end=end,
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
