"""Files that wait for their certificates: how much, how long, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip.service.staging import Staging, StagingFull, UnknownUpload


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "file"
    made.write_bytes(b"x" * 100)
    return made


def test_a_file_waits_a_day_and_no_longer(tmp_path: Path, file: Path) -> None:
    clock = [file.stat().st_mtime]
    staging = Staging(tmp_path / "staged", seconds=86_400, now=lambda: clock[0])
    kept = staging.add(file, "Title")
    assert (kept.title, kept.path.read_bytes()) == ("Title", b"x" * 100)
    clock[0] += 86_000
    staging.sweep()
    assert staging.get(kept.name) == kept
    clock[0] += 1_000
    staging.sweep()
    with pytest.raises(UnknownUpload):
        staging.get(kept.name)
    assert not list((tmp_path / "staged").iterdir())


def test_there_is_room_for_so_much(tmp_path: Path, file: Path) -> None:
    staging = Staging(tmp_path / "staged", most_bytes=250)
    first = staging.add(file, "")
    staging.add(file, "")
    with pytest.raises(StagingFull, match="250 bytes"):
        staging.add(file, "")
    for number in range(64):
        staging.describe(first, number.to_bytes(32), b"{}")
    staging.describe(first, bytes(32), b"{}")
    with pytest.raises(StagingFull):
        staging.describe(first, b"\xff" * 32, b"{}")
    assert len(list(staging.waiting())) == 64


@pytest.mark.parametrize("name", ["", ".", "..", "../" + "0" * 29, "0" * 31, "0" * 33, "A" * 32])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    staging = Staging(tmp_path / "staged")
    with pytest.raises(UnknownUpload):
        staging.get(name)
