"""Models and workflows read in limited processes: as they are read here, in little memory."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.content.files import detect_file, open_file
from gen_ip.content.safetensors import DTYPE_BITS
from gen_ip.errors import EmptyFile, FileTooLarge, MalformedFingerprint, MissingFile, NotAFile
from gen_ip.fingerprint import confined
from gen_ip.fingerprint.confined import Caps, Confined, DecoderFailed, Limits
from gen_ip.fingerprint.confined_file import MOST_BYTES, Served, distant
from gen_ip.fingerprint.detecting import DetectionFailed, Detector
from gen_ip.fingerprint.model.confined import Models
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.model.handing import packed, unpacked
from gen_ip.fingerprint.model.reading import read_model
from gen_ip.fingerprint.workflow.confined import Workflows
from gen_ip.fingerprint.workflow.errors import UnreadableWorkflow
from gen_ip.fingerprint.workflow.record import workflow_record
from tests.content import samples
from tests.fingerprint.models import lora, saved
from tests.fingerprint.workflows import API, ui

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems limit less")


def every_type() -> bytes:
    """A tensor of each."""
    header, at = {}, 0
    for dtype, bits in DTYPE_BITS.items():
        end = at + 64 * bits
        header[dtype] = {"dtype": dtype, "shape": [8, 64], "data_offsets": [at, end]}
        at = end
    return samples.with_header(json.dumps(header).encode(), at)


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    with Models() as opened:
        yield opened


@pytest.fixture(scope="module")
def reaching() -> Iterator[Confined]:
    with Confined("tests.fingerprint.faults:reaching", limits=Limits(answer_bytes=2**24)) as pool:
        yield pool


def sparse(path: Path, rows: int) -> Path:
    """A model of so many MiB, a hole in the file."""
    tensor = {"dtype": "F32", "shape": [rows, 2**18], "data_offsets": [0, rows * 2**20]}
    text = json.dumps({"w": tensor}).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + rows * 2**20)
    return path


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(saved(lora()), id="lora"),
        pytest.param(
            saved(lora(modules=3, rank=8, sides=(700, 900), dtype="f2")), id="several-MiB"
        ),
        pytest.param(saved(lora(modules=1), pad=1), id="odd"),
        pytest.param(saved({}), id="empty"),
        pytest.param(every_type(), id="all-types"),
        pytest.param(saved({"w": np.ones((1200, 300), "f4")}, bf16=True), id="weights"),
    ],
)
def test_a_model_is_read_as_it_is_here(models: Models, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    here, there = read_model(path), models.fingerprint(path)
    assert there == here
    assert there.products.keys() == here.products.keys()
    assert all(np.array_equal(there.products[each], here.products[each]) for each in here.products)


def test_a_workflow_is_read_as_it_is_here(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with Workflows() as workflows:
        for value in (API, ui(), {"prompt": API}):
            path.write_text(json.dumps(value), "utf-8")
            assert workflows.fingerprint(path) == workflow_record(path)


def test_a_file_is_told_to_be_what_it_is_here(tmp_path: Path) -> None:
    path = tmp_path / "a"
    sound = [value for value in vars(samples).values() if isinstance(value, bytes)]
    texts = ["a cat", "# a\n\n- b\n- c", json.dumps(API), "<html><p>a", "a\nSteps: 1, A: b, C: d"]
    assert len(sound) > 8
    with Detector() as detector:
        for data in [*sound, *(each.encode() for each in texts), "a".encode("utf-16"), bytes(99)]:
            path.write_bytes(data)
            assert detector.detect(path) == detect_file(path)


def test_memory_does_not_grow_with_the_model(tmp_path: Path) -> None:
    path = sparse(tmp_path / "large.safetensors", 400)
    with Models(limits=Limits(memory=256 * 2**20, file_bytes=2**30)) as models:
        assert models.fingerprint(path).size == path.stat().st_size
    with Detector(limits=Limits(memory=64 * 2**20, file_bytes=2**30)) as detector:
        assert detector.detect(path).format == "checkpoint"


def test_time_grows_with_the_model(tmp_path: Path) -> None:
    """What a small file may take is too little for a large one, and it is given more."""
    path = sparse(tmp_path / "large.safetensors", 64)
    limits = Limits(seconds=0, file_bytes=2**30, pace=2**20)
    with Models(limits=limits) as models:
        assert models.fingerprint(path).size == path.stat().st_size
    with (
        Models(limits=replace(limits, pace=2**40)) as models,
        pytest.raises(UnreadableModel, match="longer than 0 seconds"),
    ):
        models.fingerprint(path)


def test_what_is_no_file_of_theirs(models: Models, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    os.mkfifo(tmp_path / "pipe")
    with Workflows() as workflows, Detector(limits=Limits(file_bytes=8)) as detector:
        for read in (models.fingerprint, workflows.fingerprint, detector.detect):
            for name, kind in (("none", MissingFile), ("empty", EmptyFile), ("pipe", NotAFile)):
                with pytest.raises(kind):
                    read(tmp_path / name)
        large = tmp_path / "large"
        large.write_bytes(b"{" * 99)
        with pytest.raises(FileTooLarge):
            detector.detect(large)
        with pytest.raises(UnreadableWorkflow, match=r"no JSON.*; give one that ComfyUI saved"):
            workflows.fingerprint(large)
        with pytest.raises(UnreadableModel, match="give an intact"):
            models.fingerprint(large)


# ------------------------------------------------------------------ the file


@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 400), st.integers(-1, 400))))
def test_pieces_are_the_files(data: bytes, places: list[tuple[int, int]]) -> None:
    def ask(start: int, view: memoryview) -> int:
        assert 0 < len(view) <= len(data) - start
        view[:] = data[start : start + len(view)]
        return len(view)

    file, known = distant(ask, len(data)), io.BytesIO(data)
    for start, count in places:
        assert file.seek(start) == known.seek(start)
        assert file.read(count) == known.read(count)
    assert file.seek(0, os.SEEK_END) == len(data)


def test_a_process_reads_the_file_and_nothing_beyond(reaching: Confined, tmp_path: Path) -> None:
    path = tmp_path / "a"
    data = os.urandom(3 * MOST_BYTES + 7)
    path.write_bytes(data)
    with open_file(path) as file:
        assert reaching.run(path, b"whole", file=file) == data
        assert reaching.run(path, b"5 9", file=file) == data[5:14]
        for place in (b"0 1048577", b"3145730 9", b"18446744073709551615 1", b"0 0"):
            with pytest.raises(DecoderFailed, match="wrong answer"):
                reaching.run(path, place, file=file)
        assert reaching.run(path, b"0 1", file=file) == data[:1]


@pytest.mark.parametrize(
    ("left", "words"), [(5, "the file has"), (1_000, "within its header"), (90_000, "was cut off")]
)
def test_a_file_cut_off_meanwhile(
    models: Models, left: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shrinking(Served):
        def piece(self, place: bytes) -> memoryview | None:
            os.truncate(path, left)
            return super().piece(place)

    path = tmp_path / "a.safetensors"
    path.write_bytes(saved(lora(modules=3, rank=8, sides=(700, 9_000))))
    monkeypatch.setattr(confined, "Served", Shrinking)
    with pytest.raises(UnreadableModel, match=words):
        models.fingerprint(path)


# ------------------------------------------------------------ what is handed over


def test_answers_out_of_form_are_refused(models: Models, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(saved(lora(modules=2)))
    record = models.fingerprint(path)
    data = packed(record)
    assert unpacked(data) == record
    first = len(data) - 2 * 8192
    ascending = data[: first - 8] + data[first - 4 : first] + data[first - 8 : first - 4]
    for wrong in (
        b"", data[:3], data[:-1], data + b"\0", b"\xff\xff\xff\xff" + data[4:],
        ascending + data[first:], data[: first - 1] + b"\x7f" + data[first:],
        data[: first - 12] + b"\xff\xff\xff\xff" + data[first - 8 :],
        data[:first] + b"\xff\xff" + data[first + 2 :],
    ):  # fmt: skip
        with pytest.raises(MalformedFingerprint):
            unpacked(wrong)


@pytest.mark.parametrize(
    "answer",
    [b"", b"{", b"[]", b"3", b'["film","a","b",[],null]', b'["text","A B","b",[],null]',
     b'["text","a","b",["c","d","e","f","g","h","i","j","k"],null]', b'["text","a",3,[],null]',
     b'["text","a","b",[],"\\u001b[2J"]', b'["text","a","b",[],""]', b'["text","a","b",3,null]',
     b'[["text"],"a","b",[],null]', b"[" * 9_999],
)  # fmt: skip
def test_a_wrong_answer_of_what_a_file_is(
    answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a")
    with Detector() as detector:
        monkeypatch.setattr(detector._confined, "run", lambda *_, **__: answer)
        with pytest.raises(DetectionFailed, match="wrong answer"):
            detector.detect(path)


def test_caps_never_widen_what_a_kind_allows() -> None:
    limits = Limits(seconds=60, file_bytes=100)
    assert Caps().within(limits) == limits
    assert Caps(seconds=5, file_bytes=10).within(limits) == replace(
        limits, seconds=5, file_bytes=10
    )
    assert Caps(file_bytes=1_000).within(limits).file_bytes == 100
