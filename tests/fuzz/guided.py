"""Coverage-guided fuzzing of what is parsed in the caller's own process.

    pip install atheris
    python -m tests.fuzz.guided [--seconds 600] [CORPUS]

Each input goes to the parser that its first byte names; a `GenIPError` with a line for people is an
answer, anything else a find. Ends with exit code 1 and the input in a file where there is one.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gen_ip"]):
    from gen_ip.content import dag_pb, metadata, safetensors
    from gen_ip.content.car import CarFile
    from gen_ip.content.cid import CID, DAG_PB, cid_of_bytes, parse_cid
    from gen_ip.content.detection.detect import detect
    from gen_ip.errors import GenIPError
    from gen_ip.fingerprint.workflow.errors import BadWorkflow
    from gen_ip.fingerprint.workflow.parsing import parse_workflow
    from gen_ip.generation.reading import of_bytes
    from gen_ip.index.decoding import event_of
    from gen_ip.index.source import RawLog
    from gen_ip.inspection import read as read_statement
    from gen_ip.nesting import parse as parse_json
    from gen_ip.proofs.trie import decoded as proven_decoded
    from gen_ip.work import WorkAddress

from tests.fuzz.promise import check_message

_SLOW_SECONDS = 5.0
_MOST_BYTES = 4 << 30


def _safetensors(data: bytes) -> object:
    return safetensors.read_header(io.BytesIO(data))


def _detected(data: bytes) -> object:
    return detect(io.BytesIO(data))


def _statement(data: bytes) -> object:
    try:
        document = parse_json(data, 64)
    except ValueError:
        return None
    return read_statement(document)


def _archive(data: bytes) -> object:
    return CarFile(io.BytesIO(data), "archive")


def _log(data: bytes) -> object:
    count = data[0] % 5 * 32 if data else 0
    topics, rest = data[1 : 1 + count], data[1 + count :]
    return event_of(RawLog(1, 1, bytes(32), "0x" + "11" * 20, topics, rest), 1)


PARSERS: tuple[Callable[[bytes], object], ...] = (
    _safetensors,
    _detected,
    proven_decoded,
    parse_workflow,
    of_bytes,
    metadata.decode,
    _statement,
    cid_of_bytes,
    lambda data: parse_cid(data.decode("utf-8", "replace")),
    lambda data: dag_pb.parse_node(CID(DAG_PB, bytes(32)), data),
    _archive,
    _log,
    lambda data: WorkAddress.parse(data.decode("utf-8", "replace")),
)


def seeds() -> dict[str, bytes]:
    """Inputs to begin with: one that each parser takes, or nearly."""
    header = json.dumps({"a": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]}}).encode()
    graph = {"1": {"class_type": "KSampler", "inputs": {"seed": 1, "model": ["2", 0]}}}
    graph["2"] = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a"}}
    bodies = {
        _safetensors: len(header).to_bytes(8, "little") + header + b"\0\0",
        parse_workflow: json.dumps(graph).encode(),
        of_bytes: b"a prompt\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1",
        metadata.decode: b'{"name":"a","gen_ip":{}}',
        _detected: b"\x89PNG\r\n\x1a\n",
    }
    return {
        str(number): bytes([number]) + bodies.get(parser, b"")
        for number, parser in enumerate(PARSERS)
    }


def one(data: bytes) -> None:
    """One input."""
    if not data:
        return
    began = time.process_time()
    try:
        PARSERS[data[0] % len(PARSERS)](data[1:])
    except GenIPError as error:
        check_message(error)
    except BadWorkflow:
        # Whoever calls it names the file.
        pass
    assert time.process_time() - began < _SLOW_SECONDS, "slow"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=Path(".build") / "corpus")
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args()
    options.corpus.mkdir(parents=True, exist_ok=True)
    for name, data in seeds().items():
        (options.corpus / f"seed-{name}").write_bytes(data)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    words = [sys.argv[0], f"-max_total_time={options.seconds}", "-max_len=4096"]
    atheris.Setup([*words, "-rss_limit_mb=3000", str(options.corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
