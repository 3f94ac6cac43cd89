"""`python -m benchmarks.service [--json]`: the HTTP service, asked over a socket on this machine.

A picture of one megapixel among as many works as are said (synthetic codes, and the picture's own
record among them), beside decoding and fingerprinting the same file alone; and an empty route's
requests a second beside those of an answer with a tag.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy
from PIL import Image

from benchmarks import _codes
from gen_ip.fingerprint.batch import Recorder, Wanted
from gen_ip.fingerprint.pdq import Pdq
from gen_ip.match.index.records import Record
from gen_ip.match.recording import indexed
from gen_ip.match.whole import WholeIndex

_AT_ONCE = 20_000
_SIDE = 1_000
_QUALITY = 100
_OFTEN = "100000000/minute"
_COFFEE = Path(__file__).resolve().parent.parent / "gen_ip" / "demo" / "pictures" / "coffee.jpg"


@dataclass(frozen=True)
class Samples:
    """How many works, pictures asked about, seconds and clients for the routes."""

    works: int = 1_000_000
    asked: int = 100
    seconds: float = 5.0
    clients: int = 2


def measure(samples: Samples, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything; milliseconds unless said."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        picture = folder / "picture.jpg"
        picture.write_bytes(_megapixel())
        say(f"an index of {samples.works:,} works")
        _build(folder / "index", picture, samples.works)
        say("decoding and fingerprinting alone")
        alone = _alone(picture, samples.asked)
        with served(folder) as url:
            say("asking about a picture")
            asked = _asked(url, picture.read_bytes(), samples.asked)
            say("routes")
            routes = {
                name: rate_of(url, itertools.repeat(path), samples)
                for name, path in (("empty", "/health"), ("tagged", "/.well-known/gen-ip.json"))
            }
    return {
        "works": samples.works,
        "match": asked,
        "decode_and_fingerprint": alone,
        "match_to_fingerprint": round(asked["p50"] / alone["p50"], 2),
        "routes": routes,
        "tagged_to_empty": round(routes["tagged"]["per_second"] / routes["empty"]["per_second"], 3),
    }


def _megapixel() -> bytes:
    with Image.open(_COFFEE) as picture:
        large = picture.convert("RGB").resize((_SIDE, _SIDE))
    data = io.BytesIO()
    # Not the file that is indexed: the exact one would need no search.
    large.save(data, "JPEG", quality=90)
    return data.getvalue()


def _build(path: Path, picture: Path, works: int) -> None:
    codes = _codes.stored(works)
    random = numpy.random.default_rng(0)
    with WholeIndex(path, write=True) as index, Recorder(Wanted()) as recorder:
        assert index.pictures is not None
        for start in range(0, works, _AT_ONCE):
            index.pictures.add(
                Record(
                    f"synthetic {number}",
                    random.bytes(32),
                    Pdq(codes[number].tobytes(), _QUALITY),
                    random.bytes(32),
                )
                for number in range(start, min(start + _AT_ONCE, works))
            )
        for each in recorder.records([_COFFEE]):
            assert each.record is not None
            index.pictures.add([indexed("coffee", each.record)])


def _alone(picture: Path, count: int) -> dict[str, float]:
    taken = []
    with Recorder(Wanted(), processes=1) as recorder:
        for number in range(count + 1):
            began = time.perf_counter()
            assert all(each.record for each in recorder.records([picture]))
            # The first starts the process.
            if number:
                taken.append(time.perf_counter() - began)
    return _told(taken)


@contextlib.contextmanager
def served(folder: Path, *more: str) -> Iterator[str]:
    """The service in a process of its own, with options; its URL once it is ready."""
    command = [sys.executable, "-m", "gen_ip.cli", "serve", "--json", "--port", "0"]
    command += ["--index", str(folder / "index"), "--folder", str(folder / "service")]
    command += ["--rate", _OFTEN, "--match-rate", _OFTEN, *more]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            while get(connected(url), "/ready") != 200:
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait()
            process.stdout and process.stdout.close()


def _asked(url: str, data: bytes, count: int) -> dict[str, float]:
    client = connected(url)
    taken = []
    for number in range(count + 1):
        began = time.perf_counter()
        client.request("POST", "/v1/match?evidence=none", data)
        answer = json.loads(client.getresponse().read())
        assert answer["findings"][0]["work"] == "coffee", answer
        if number:
            taken.append(time.perf_counter() - began)
    return _told(taken)


def rate_of(url: str, paths: Iterator[str], samples: Samples) -> dict[str, float]:
    """Of all clients together, each asking again as soon as it is answered."""
    lock = threading.Lock()
    taken: list[float] = []
    until = time.perf_counter() + samples.seconds

    def ask() -> None:
        client = connected(url)
        while time.perf_counter() < until:
            with lock:
                path = next(paths)
            began = time.perf_counter()
            assert get(client, path) == 200
            taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=ask) for _ in range(samples.clients)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return {"per_second": round(len(taken) / samples.seconds, 1), **_told(taken)}


def get(client: http.client.HTTPConnection, path: str) -> int:
    client.request("GET", path)
    answer = client.getresponse()
    answer.read()
    return answer.status


def connected(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    return http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120)


def _told(taken: list[float]) -> dict[str, float]:
    p50, p99 = numpy.quantile(taken, (0.5, 0.99)) * 1000
    return {"p50": round(float(p50), 2), "p99": round(float(p99), 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--works", type=int, default=Samples.works)
    parser.add_argument("--asked", type=int, default=Samples.asked)
    parser.add_argument("--seconds", type=float, default=Samples.seconds)
    options = parser.parse_args()
    samples = Samples(options.works, options.asked, options.seconds)
    measured = measure(samples, lambda line: print(line, file=sys.stderr))
    if options.json:
        print(json.dumps(measured, indent=2))
        return
    for name, value in measured.items():
        print(f"{name:<24} {value}")


if __name__ == "__main__":
    main()
