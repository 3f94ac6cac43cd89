"""Models are larger than any memory: they are certified and recognized a piece at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip.content.files import MAX_FILE_BYTES, detect_file, summarize_file
from gen_ip.errors import FileTooLarge
from gen_ip.generation.confined import pool, read_confined
from gen_ip.generation.reading import read
from tests.cli.conftest import Run
from tests.support.chain import LocalChain

_COLUMNS = 1024
_BYTES = MAX_FILE_BYTES + 64 * 2**20
# Prints the most memory that it had itself, in KiB; getrusage tells of who started it, too.
_MEASURED = """
import re, sys
from gen_ip.cli import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1], file=sys.stderr)
"""


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LoRA of 164 MiB, its weights a hole in the file."""
    rows = _BYTES // (4 * _COLUMNS)
    at = rows * 4 * _COLUMNS
    header = {
        "__metadata__": {"ss_output_name": "large"},
        "lora_unet_x.lora_down.weight": {
            "dtype": "F32", "shape": [rows, _COLUMNS], "data_offsets": [0, at],
        },
        "lora_unet_x.lora_up.weight": {
            "dtype": "F32", "shape": [8, 1], "data_offsets": [at, at + 32],
        },
    }  # fmt: skip
    text = json.dumps(header).encode()
    path = tmp_path_factory.mktemp("large") / "large.safetensors"
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + at + 32)
    return path


def test_it_is_certified_and_verified_in_little_memory(
    run: Run, rpc: LocalChain, lora: Path
) -> None:
    command = [sys.executable, "-c", _MEASURED, "certify", str(lora), "--account", "dev0", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert ended.returncode == 0, ended.stderr
    peak = 1024 * int(ended.stderr.split()[-1])
    assert peak < lora.stat().st_size, "it is not held as a whole"
    work = json.loads(ended.stdout)["work"]
    found = run("verify", lora, "--json").ok().json
    assert [each["work"] for each in found["matches"]] == [work]


def test_generation_data_are_in_the_header(lora: Path) -> None:
    assert read(lora).detected.format == "lora"
    with pool() as processes:
        assert read_confined(lora, processes).detected.format == "lora"


def test_others_have_a_cap(tmp_path: Path) -> None:
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    for refused in (detect_file, summarize_file, read):
        with pytest.raises(FileTooLarge):
            refused(path)
    with pool() as processes, pytest.raises(FileTooLarge):
        read_confined(path, processes)


def test_a_cap_that_is_given_holds_for_models_too(lora: Path) -> None:
    for refused in (detect_file, summarize_file, read):
        with pytest.raises(FileTooLarge):
            refused(lora, MAX_FILE_BYTES)
