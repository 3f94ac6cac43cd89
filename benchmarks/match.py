"""`python -m benchmarks.match [--json] [--charts DIR]`: searching millions of pictures' codes.

Codes a second at the radius of the shipped thresholds, one by one and in the 32 codes of one
picture (four views in eight orientations), beside FAISS's flat and multi-hash indexes and beside
the bandwidth at which the same memory is read in the same run. `make peers` installs FAISS.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from benchmarks import _codes
from benchmarks._codes import Questions
from benchmarks._searching import (
    LIMIT,
    Bandwidth,
    Engine,
    FaissFlat,
    FaissMultiHash,
    GenIPIndex,
    batches,
    best,
    peak,
    recall,
    resident,
)
from benchmarks.pictures import collection as pictures
from gen_ip.errors import GenIPError
from gen_ip.fingerprint.local import CODE_BYTES, FEATURES, LocalFeatures
from gen_ip.fingerprint.pdq import Pdq, pdq
from gen_ip.fingerprint.reduced import SIDE, reduced_copy
from gen_ip.match.codes import check_search

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

#: What FAISS's tables should find, if a setting does within what it may take.
_WANTED_RECALL = 0.999
# (tables, bits of each, bits flipped): from few lookups to many.
_MULTI_HASH = ((16, 16, 1), (12, 20, 2), (16, 16, 2))
_LARGE_BATCH = 64
_ADDED_AT_ONCE = 500
_GALLERY = 100


@dataclass(frozen=True, slots=True)
class Samples:
    """What to measure: how many codes are stored, how many questions, seconds a measurement."""

    rows: tuple[int, ...] = (1_000_000, 10_000_000)
    questions: int = 200
    seconds: float = 2.0
    threads: int = 0
    radius: int | None = None
    peers: bool = True
    # FAISS's tables are measured up to so many codes: beyond, they take minutes a measurement.
    tables_up_to: int = 1_000_000
    # Pictures added to a whole index, catalog and all.
    added: int = 5_000
    # How far apart real pictures' hashes are, beside; fetches the pictures.
    pictures: bool = False


def shipped_radius() -> int:
    """Up to how many bits the shipped thresholds call a work a candidate."""
    from gen_ip.match.thresholds import thresholds

    return thresholds().radius["pdq-1"]


def measure(samples: Samples, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Everything by number of rows and engine, and the ratios."""
    radius = shipped_radius() if samples.radius is None else samples.radius
    check_search(radius, LIMIT)
    threads = samples.threads or len(os.sched_getaffinity(0))
    measured: dict[str, Any] = {
        "radius": radius,
        "threads": threads,
        "machine": platform.processor() or platform.machine(),
        "sizes": {},
    }
    for rows in samples.rows:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            codes = _codes.stored(rows)
            numpy.save(folder / "codes.npy", codes)
            asked = _codes.questions(codes, radius, samples.questions)
            numpy.savez(folder / "asked.npz", codes=asked.codes, rows=asked.rows)
            del codes
            engines = {}
            for name, arguments in _engines(samples, threads, rows):
                say(f"{rows:,} codes: {name}")
                found = _in_process(_measure_engine, folder, name, arguments, radius, samples)
                kind = name.split(" ")[0]
                engines[name] = {"kind": kind, **found}
        measured["sizes"][str(rows)] = {"engines": engines, "ratios": _ratios(engines)}
    say("adding to an index")
    measured["adding"] = _in_process(_measure_adding, samples.added)
    if samples.pictures:
        say("real pictures")
        measured["pictures"] = _codes.real_pairs(_real_hashes())
        measured["end_to_end"] = _in_process(_measure_end_to_end)
    return measured


def _measure_end_to_end() -> dict[str, Any]:
    """In a process of its own, one after the other: the works of a small gallery and strangers,
    from their files to the answer, without the learned descriptor."""
    from benchmarks._recognition import asked_picture, build
    from gen_ip.match.index.pictures import PictureIndex
    from gen_ip.match.matcher import Matcher

    collection = pictures.load("development")
    works = {each.name: collection.path(each) for each in collection.works[:_GALLERY]}
    strangers = [collection.path(each) for each in collection.strangers[: _GALLERY // 2]]
    with tempfile.TemporaryDirectory() as temporary:
        build(Path(temporary) / "index", works, None, lambda what, done, total: None)
        with PictureIndex(Path(temporary) / "index") as index:
            matcher = Matcher(index, threads=1)
            taken = []
            named = 0
            # The first, which compiles, does not count.
            for number, path in enumerate((strangers[0], *works.values(), *strangers)):
                began = time.perf_counter()
                picture = asked_picture(path)
                best = matcher.ask(picture.copy, fine=picture.fine).best
                if number:
                    taken.append(time.perf_counter() - began)
                    named += best is not None and best.key == path.name
    return {
        "gallery": len(works),
        "asked": len(taken),
        "named": named,
        "pictures_per_second": round(len(taken) / sum(taken), 2),
        "median_milliseconds": round(1000 * statistics.median(taken), 1),
    }


def _real_hashes() -> NDArray[uint8]:
    """The PDQ hashes of the pictures to develop on, (n, 32)."""
    collection = pictures.load("development", progress=lambda line: print(line, file=sys.stderr))
    paths = [collection.path(each) for each in (*collection.works, *collection.strangers)]
    hashes = b"".join(pdq(reduced_copy(path)).hash for path in paths)
    return numpy.frombuffer(hashes, numpy.uint8).reshape(-1, 32)


def _engines(samples: Samples, threads: int, rows: int) -> list[tuple[str, tuple[Any, ...]]]:
    """Name, and what `_make` takes."""
    engines: list[tuple[str, tuple[Any, ...]]] = [("gen-ip", ("gen-ip", threads))]
    if samples.peers:
        counts = sorted({1, threads})
        for within, count in itertools.product((False, True), counts):
            how = "within" if within else "nearest"
            engines.append((f"faiss-flat {how}, {count} threads", ("flat", count, within)))
        for tables, bits, flips in _MULTI_HASH if rows <= samples.tables_up_to else ():
            name = f"faiss-multihash {tables}x{bits}, {flips} flips"
            engines.append((name, ("multi", threads, tables, bits, flips)))
    return engines


def _make(folder: Path, kind: str, threads: int, *rest: Any) -> Engine:
    if kind == "gen-ip":
        return GenIPIndex(folder, threads)
    if kind == "flat":
        return FaissFlat(threads, *rest)
    return FaissMultiHash(threads, *rest)


def _measure_engine(
    folder: Path, name: str, arguments: tuple[Any, ...], radius: int, samples: Samples
) -> dict[str, Any]:
    """In a process of its own: everything about one engine."""
    loaded = numpy.load(folder / "asked.npz")
    asked = Questions(loaded["codes"], loaded["rows"])
    engine = _make(folder, *arguments)
    before = resident()
    rows, seconds = _build(engine, folder / "codes.npy")
    found: dict[str, Any] = {
        "build_seconds": round(seconds, 2),
        "bytes_resident": resident() - before,
        "bytes_peak": peak(),
    }
    few = asked.codes[: min(200, len(asked.codes))]
    hits = [each for part in batches(asked.codes, 50) for each in engine.search(part, radius)]
    found["recall"] = recall(hits, Questions(asked.codes[: len(hits)], asked.rows[: len(hits)]))
    shapes = {
        "single": few[:1],
        "picture": _codes.turned(few[:1]),
        "large": _codes.turned(few)[:_LARGE_BATCH],
    }
    for shape, batch in shapes.items():
        seconds = best(lambda batch=batch: engine.search(batch, radius), samples.seconds)
        found[shape] = {
            "codes": len(batch),
            "milliseconds": round(1000 * seconds, 3),
            "queries_per_second": round(len(batch) / seconds, 1),
            "compared_per_second": round(len(batch) * rows / seconds),
        }
    if isinstance(engine, GenIPIndex):
        found["bandwidth"] = _bandwidth(engine, asked, radius, samples, arguments[1])
        found["bytes_resident"] = resident() - before
    return found


def _bandwidth(
    engine: GenIPIndex, asked: Questions, radius: int, samples: Samples, threads: int
) -> dict[str, float]:
    """One code's scan in turns with plain reading of the same file, so that both meet the same
    neighbors."""
    read = Bandwidth(engine.view.planes, threads)
    read()
    scanned = engine.view.rows * 32
    reading, scanning = [], []
    for _ in range(5):
        reading.append(read.bytes / best(read, samples.seconds / 5))
        seconds = best(lambda: engine.search(asked.codes[:1], radius), samples.seconds / 5)
        scanning.append(scanned / seconds)
    return {
        "read_bytes_per_second": round(max(reading)),
        "scan_bytes_per_second": round(max(scanning)),
        "share": round(max(scanning) / max(reading), 3),
    }


def _measure_adding(count: int) -> dict[str, Any]:
    """In a process of its own: pictures added to an index a second, each batch on the disk before
    the next; with 19 KB of local features each, as 500 have."""
    from gen_ip.match.index.pictures import PictureIndex
    from gen_ip.match.index.records import Record

    random = numpy.random.default_rng(0)
    records = [
        Record(
            str(number),
            random.bytes(32),
            Pdq(random.bytes(32), 100),
            random.bytes(32),
            {"sscd-1": random.bytes(32)},
            _drawn_features(random),
        )
        for number in range(count)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "index"
        with PictureIndex(path, write=True) as index:
            began = time.perf_counter()
            for start in range(0, count, _ADDED_AT_ONCE):
                index.add(records[start : start + _ADDED_AT_ONCE])
            seconds = time.perf_counter() - began
        size = sum(each.stat().st_size for each in path.iterdir())
    return {
        "pictures": count,
        "at_once": _ADDED_AT_ONCE,
        "pictures_per_second": round(count / seconds, 1),
        "disk_bytes_per_picture": round(size / count),
    }


def _drawn_features(random: numpy.random.Generator) -> bytes:
    """As many as a work is kept with, of random codes."""
    codes = random.integers(0, 256, (FEATURES, CODE_BYTES), numpy.uint8)
    points = random.integers(0, SIDE, (FEATURES, 2)).astype(numpy.float32)
    ones = numpy.ones(FEATURES, numpy.float32)
    return LocalFeatures((SIDE, SIDE), points, 31 * ones, 0 * ones, ones, codes).to_bytes()


def _build(engine: Engine, path: Path) -> tuple[int, float]:
    """How many codes were taken in, and in how many seconds; what they came from is let go."""
    codes = numpy.load(path)
    began = time.perf_counter()
    engine.build(codes)
    return len(codes), time.perf_counter() - began


def _ratios(engines: dict[str, Any]) -> dict[str, float]:
    """How many times as many codes a second as the best of each kind of FAISS's, whatever batch
    suits it; and which share of the bandwidth the scan reaches."""
    ours = engines["gen-ip"]
    ratios = {"scan_of_read_bandwidth": ours["bandwidth"]["share"]}
    kinds = sorted({each["kind"] for each in engines.values()} - {"gen-ip"})
    for kind in kinds:
        theirs = [each for each in engines.values() if each["kind"] == kind]
        if kind == "faiss-multihash":
            enough = [each for each in theirs if each["recall"] >= _WANTED_RECALL]
            theirs = enough or [max(theirs, key=lambda each: each["recall"])]
        for shape in ("single", "picture", "large"):
            fastest = max(each[shape]["queries_per_second"] for each in theirs)
            ratios[f"{kind}_{shape}"] = round(ours[shape]["queries_per_second"] / fastest, 2)
        anyhow = max(
            each[shape]["queries_per_second"]
            for each in theirs
            for shape in ("single", "picture", "large")
        )
        # One picture's codes, against any batch that suits the other.
        ratios[f"{kind}_any_batch"] = round(ours["picture"]["queries_per_second"] / anyhow, 2)
    return ratios


def _in_process(call: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """What a call returns in a new process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(call, *arguments).result()


def table(measured: dict[str, Any]) -> str:
    """The measurement for people."""
    lines = [f"radius {measured['radius']} of 256, {measured['threads']} threads"]
    for rows, size in measured["sizes"].items():
        lines.append(f"\n{int(rows):,} codes")
        head = ("", "recall", "build s", "MB", "one code ms", "a picture's 32 ms", "64, q/s")
        lines.append(f"{head[0]:36}" + "".join(f"{each:>18}" for each in head[1:]))
        for name, each in size["engines"].items():
            cells = (
                f"{each['recall']:.4f}",
                f"{each['build_seconds']:.1f}",
                f"{each['bytes_resident'] / 1e6:,.0f}",
                f"{each['single']['milliseconds']:.2f}",
                f"{each['picture']['milliseconds']:.2f}",
                f"{each['large']['queries_per_second']:,.0f}",
            )
            lines.append(f"{name:36}" + "".join(f"{cell:>18}" for cell in cells))
        speed = size["engines"]["gen-ip"]["bandwidth"]
        lines.append(
            f"one code is scanned at {speed['scan_bytes_per_second'] / 1e9:.1f} GB/s, "
            f"{speed['share']:.0%} of the {speed['read_bytes_per_second'] / 1e9:.1f} GB/s at which "
            "memory is read"
        )
        lines += [f"  {name}: {ratio}" for name, ratio in size["ratios"].items()]
    adding = measured["adding"]
    lines.append(
        f"\n{adding['pictures_per_second']:,.0f} pictures a second are added, "
        f"{adding['at_once']} at once, with features; {adding['disk_bytes_per_picture']:,} bytes "
        "of disk each"
    )
    if (real := measured.get("pictures")) is not None:
        lines.append(
            f"\n{real['pairs']:,} pairs of {real['pictures']:,} real pictures: apart by "
            f"{real['mean']} bits, deviation {real['deviation']}, least {real['least']}; random "
            "codes: 128 and 8"
        )
        whole = measured["end_to_end"]
        lines.append(
            f"{whole['pictures_per_second']} pictures a second from file to answer on one core, "
            f"median {whole['median_milliseconds']} ms, among {whole['gallery']} works; "
            f"{whole['named']} of them named"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.match", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--charts", metavar="DIR", type=Path, help="draw match-*.png there")
    parser.add_argument(
        "--rows", metavar="N", type=int, nargs="+", help="how many codes are stored"
    )
    parser.add_argument("--radius", metavar="BITS", type=int, help="instead of the shipped one")
    parser.add_argument("--threads", metavar="N", type=int, default=0, help="default: all")
    parser.add_argument("--seconds", metavar="S", type=float, default=2.0, help="a measurement")
    parser.add_argument(
        "--tables-up-to",
        metavar="N",
        type=int,
        default=Samples().tables_up_to,
        help="measure FAISS's tables up to so many codes",
    )
    parser.add_argument("--pictures", action="store_true", help="real pictures, too: fetched")
    parser.add_argument("--no-peers", action="store_true", help="without FAISS")
    options = parser.parse_args(arguments)
    samples = Samples(
        rows=tuple(options.rows or Samples().rows),
        seconds=options.seconds,
        threads=options.threads,
        radius=options.radius,
        peers=not options.no_peers,
        tables_up_to=options.tables_up_to,
        pictures=options.pictures,
    )
    try:
        measured = measure(samples, lambda text: print(text, file=sys.stderr))
        print(json.dumps(measured, indent=2) if options.json else table(measured))
        if options.charts is not None:
            from benchmarks import match_charts

            match_charts.draw(measured, options.charts)
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed; make peers", file=sys.stderr)
        return 1
    except (GenIPError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
