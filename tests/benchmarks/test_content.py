"""The benchmark of stores measures what it says, and its CIDs are the package's."""

from __future__ import annotations

from pathlib import Path

from benchmarks.content import measure

OPERATIONS = {"sha256", "cid", "local_add", "car_export", "car_import"}


def test_every_operation_is_measured_on_a_file_of_the_size(tmp_path: Path) -> None:
    found = measure(tmp_path, 600_000, rounds=1, kubo=None)
    assert (tmp_path / "file").stat().st_size == 600_000
    assert (tmp_path / "file.car").stat().st_size > 600_000
    assert found["operations"].keys() == OPERATIONS
    for row in found["operations"].values():
        assert row["seconds"] > 0
        assert row["peak_mb"] > 1
