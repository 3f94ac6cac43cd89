"""`python -m benchmarks.content [--json]`: CIDs, stores and archives against plain sha256.

Each operation runs in a process of its own, whose peak memory the operating system tells
(`VmHWM`, or `ru_maxrss`), on a file without holes. CIDs and sha256 read the same file, in turns in
one run, so that the ratio tells of the code and not of the machine. `--kubo IPFS` adds that
program's own `add` to an empty repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gen_ip.content.copying import NO_CAP, export, import_
from gen_ip.content.files import read_chunks
from gen_ip.content.local import LocalStore
from gen_ip.content.unixfs import UnixFSHasher

_MB = 1_000_000
_SIZES = (10 * _MB, 4_000 * _MB)
_PIECE = 1 << 20
_ROUNDS = 3


def sha256(folder: Path) -> str:
    """The file's sha2-256, read as the CID's hasher reads it."""
    found = hashlib.sha256()
    for chunk in read_chunks(folder / "file", NO_CAP):
        found.update(chunk)
    return found.hexdigest()


def cid(folder: Path) -> str:
    """The file's CID, nothing kept."""
    hasher = UnixFSHasher()
    for chunk in read_chunks(folder / "file", NO_CAP):
        hasher.update(chunk)
    return hasher.cid()


def add(folder: Path) -> str:
    """The file into a folder store, until it is on the disk."""
    return LocalStore(folder / "store").put_file(folder / "file", NO_CAP)


def export_car(folder: Path) -> str:
    """What the store holds into an archive."""
    store = LocalStore(folder / "store")
    ((name, _),) = store.contents()
    (folder / "file.car").unlink(missing_ok=True)
    return str(export(store, [name], folder / "file.car"))


def import_car(folder: Path) -> str:
    """The archive into another store."""
    (found,) = import_(LocalStore(folder / "other"), folder / "file.car")
    return found


_OPERATIONS: dict[str, Callable[[Path], str]] = {
    "sha256": sha256,
    "cid": cid,
    "local_add": add,
    "car_export": export_car,
    "car_import": import_car,
}


def run_one(operation: str, folder: Path) -> dict[str, Any]:
    """Runs an operation here: seconds, peak memory in bytes, and its answer."""
    started, worked = time.perf_counter(), time.process_time()
    answer = _OPERATIONS[operation](folder)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - worked,
        "peak_bytes": _peak(),
        "answer": answer,
    }


def _peak() -> int:
    """The most memory this process had resident, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux's ru_maxrss survives exec: it may be that of the process that started this one.
        (line,) = (row for row in status.read_text("utf-8").splitlines() if "VmHWM" in row)
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def measure(folder: Path, size: int, rounds: int, kubo: Path | None) -> dict[str, Any]:
    """All operations on a file of `size` bytes below `folder`."""
    _write(folder / "file", size)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in _OPERATIONS}
    for _ in range(rounds):
        for name in ("sha256", "cid"):
            runs[name].append(_apart(name, folder))
    for name in ("local_add", "car_export", "car_import"):
        runs[name].append(_apart(name, folder))
    if len({runs[name][0]["answer"] for name in ("cid", "local_add", "car_import")}) != 1:
        raise SystemExit("the CIDs differ: what was measured is wrong")
    found = {
        name: {
            "seconds": statistics.median(run["seconds"] for run in each),
            "cpu_seconds": statistics.median(run["cpu_seconds"] for run in each),
            "mb_per_second": size / _MB / statistics.median(run["seconds"] for run in each),
            "peak_mb": max(run["peak_bytes"] for run in each) / _MB,
        }
        for name, each in runs.items()
    }
    if kubo is not None:
        found["kubo_add"] = _kubo(kubo, folder, size, runs["cid"][0]["answer"])
    plain, tree = found["sha256"], found["cid"]
    return {
        "bytes": size,
        "cid_to_sha256": plain["seconds"] / tree["seconds"],
        "cid_to_sha256_cpu": plain["cpu_seconds"] / tree["cpu_seconds"],
        "operations": found,
    }


def _write(path: Path, size: int) -> None:
    """Bytes that no disk compresses, and that are the same every time."""
    key = hashlib.shake_128(b"benchmarks.content").digest(_PIECE)
    with path.open("wb") as file:
        for number in range(-(-size // _PIECE)):
            piece = number.to_bytes(8, "big") + key[8:]
            file.write(piece[: min(_PIECE, size - number * _PIECE)])


def _apart(operation: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.content", "--run", operation, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _kubo(binary: Path, folder: Path, size: int, cid: str) -> dict[str, float]:
    environment = {"IPFS_PATH": str(folder / "ipfs"), "HOME": str(folder), "PATH": os.defpath}
    init = [binary, "init", "--empty-repo"]
    subprocess.run(init, env=environment, check=True, capture_output=True)
    options = ["--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-262144"]
    command = [binary, "add", *options, "--max-file-links=174", str(folder / "file")]
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.stdout.strip() != cid:
        raise SystemExit(f"Kubo's CID is {done.stdout.strip()}, ours {cid}")
    return {"seconds": seconds, "mb_per_second": size / _MB / seconds}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="MB", help="of the files, in MB")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of CID and sha256 in turns")
    parser.add_argument("--folder", type=Path, help="on the disk to measure")
    parser.add_argument("--kubo", type=Path, metavar="IPFS", help="Kubo's program, to compare")
    parser.add_argument("--run", nargs=2, metavar=("NAME", "DIR"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run_one(options.run[0], Path(options.run[1]))))
        return
    rows = []
    for size in [number * _MB for number in options.sizes or ()] or _SIZES:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            rows.append(measure(Path(folder), size, options.rounds, options.kubo))
    if options.json:
        print(json.dumps({"sizes": rows}, indent=2))
        return
    for row in rows:
        by_clock, by_cpu = row["cid_to_sha256"], row["cid_to_sha256_cpu"]
        print(
            f"{row['bytes'] / _MB:,.0f} MB: CID at {by_clock:.2f} x sha256, {by_cpu:.2f} x by CPU"
        )
        for name, found in row["operations"].items():
            peak = f", peak {found['peak_mb']:.0f} MB" if "peak_mb" in found else ""
            print(f"  {name:<11} {found['mb_per_second']:8,.0f} MB/s{peak}")


if __name__ == "__main__":
    main()
