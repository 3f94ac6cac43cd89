"""Many files become records over several processes, in order, whatever some of them are."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gen_ip.errors import MissingFile, NotAFile, UnreadableImage
from gen_ip.fingerprint import weights
from gen_ip.fingerprint.batch import Outcome, Recorder, Wanted
from gen_ip.fingerprint.confined import ConfinementFailed, DecoderFailed, Limits
from gen_ip.fingerprint.descriptor import load
from gen_ip.fingerprint.picture import decoded, read
from gen_ip.fingerprint.record import PictureRecord, record_of
from tests.support.require import ROOT, require

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
GOOD = [PICTURES / name for name in ("cat.png", "coffee.jpg", "rocket.jpg")]


def here(path: Path) -> PictureRecord:
    content, sha256 = read(path)
    return record_of(sha256, decoded(path, content))


def test_outcomes_come_in_order_and_bad_files_stop_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(GOOD[0].read_bytes()[:2_000])
    paths = [GOOD[0], tmp_path / "missing", broken, *GOOD, tmp_path, *GOOD * 4]
    told: list[int] = []
    with Recorder(processes=2) as recorder:
        outcomes = list(recorder.records(paths, told.append))
    assert [each.path for each in outcomes] == [str(path) for path in paths]
    assert told == list(range(1, len(paths) + 1))
    kinds = {1: MissingFile, 2: UnreadableImage, 6: NotAFile}
    known = {str(path): here(path) for path in GOOD}
    for index, outcome in enumerate(outcomes):
        if index in kinds:
            assert outcome.record is None
            assert type(outcome.problem) is kinds[index]
        else:
            assert outcome == Outcome(outcome.path, known[outcome.path])


def test_what_is_not_wanted_is_not_made() -> None:
    with Recorder(Wanted(features=False, glimpses=False)) as recorder:
        record = recorder.record(GOOD[0])
    assert (record.features, record.glimpse, record.sscd) == (None, None, None)
    assert record.pdq == here(GOOD[0]).pdq


def test_codes_of_the_descriptor_are_those_made_here() -> None:
    path = require("sscd")
    descriptor = load(path)
    with Recorder(Wanted(descriptor=True, weights=path), processes=1) as recorder:
        for name in GOOD:
            content, sha256 = read(name)
            known = record_of(sha256, decoded(name, content), descriptor)
            assert recorder.record(name) == known
            assert known.sscd is not None


def test_missing_weights_are_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(MissingFile):
        Recorder(Wanted(descriptor=True, weights=tmp_path / "none.onnx"))
    other = tmp_path / "other.onnx"
    other.write_bytes(b"other")
    monkeypatch.setenv(weights.VARIABLE, str(other))
    with pytest.raises(weights.WrongWeights):
        Recorder(Wanted(descriptor=True))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if OpenCV were not installed in the process that would need it."""
    (tmp_path / "cv2.py").write_text("raise ImportError('not here')\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with (
        Recorder(processes=1) as recorder,
        pytest.raises(ConfinementFailed, match=r'pip install "gen-ip\[match\]"'),
    ):
        list(recorder.records(GOOD))


def test_a_record_of_another_file_is_refused() -> None:
    with Recorder(processes=1) as recorder:
        whole = recorder.record(GOOD[0])
        recorder._confined.run = lambda *_: whole.to_bytes()  # type: ignore[method-assign]
        with pytest.raises(DecoderFailed, match="wrong answer"):
            recorder.record(GOOD[1])
        recorder._confined.run = lambda *_: b"nothing"  # type: ignore[method-assign]
        with pytest.raises(DecoderFailed, match="wrong answer"):
            recorder.record(GOOD[0])


def test_leaving_early_ends_the_processes() -> None:
    recorder = Recorder(processes=2, limits=Limits(seconds=30))
    outcomes = recorder.records(GOOD * 20)
    next(outcomes)
    pids = [worker._process.pid for worker in recorder._confined._all]
    assert pids
    began = time.monotonic()
    outcomes.close()
    assert time.monotonic() - began < 5
    assert not any(_alive(pid) for pid in pids)


def test_files_are_read_only_as_needed() -> None:
    asked = 0

    def paths() -> object:
        nonlocal asked
        for _ in range(1_000):
            asked += 1
            yield GOOD[0]

    with Recorder(Wanted(features=False, glimpses=False), processes=1) as recorder:
        outcomes = recorder.records(paths())  # type: ignore[arg-type]
        next(outcomes)
        assert asked <= 8
        outcomes.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process group")
def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    for index in range(200):
        shutil.copy(GOOD[1], tmp_path / f"{index}.jpg")
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from gen_ip.fingerprint.batch import Recorder\n"
        "recorder = Recorder(processes=2)\n"
        "for outcome in recorder.records(sorted(Path(sys.argv[1]).iterdir())):\n"
        "    print(*(each._process.pid for each in recorder._confined._all), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        text=True,
    ) as caller:
        assert caller.stdout is not None
        pids = [int(pid) for pid in caller.stdout.readline().split()]
        os.killpg(caller.pid, signal.SIGINT)
        _, said = caller.communicate(timeout=20)
    assert caller.returncode != 0
    assert said.strip().endswith("KeyboardInterrupt")
    assert pids
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
