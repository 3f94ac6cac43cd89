"""`gen-ip fingerprint`: pictures' fingerprints, one line each, or all of them as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip.fingerprint import weights
from gen_ip.fingerprint.image import perceptual_hash
from gen_ip.fingerprint.record import PictureRecord
from tests.cli.conftest import PICTURES, Run
from tests.support.require import require

CAT, COFFEE = PICTURES / "cat.png", PICTURES / "coffee.jpg"


def test_what_a_picture_is_known_by(run: Run) -> None:
    known = perceptual_hash(CAT)
    assert known.pdq is not None
    ended = run("fingerprint", CAT, "--processes", 1).ok()
    said = dict(line.split(None, 1) for line in ended.out.splitlines()[1:])
    assert ended.out.startswith(f"{CAT}\n")
    assert said["sha256"] == known.sha256
    assert said["pixels-v1"] == known.pixels
    assert said["phash64"] == known.phash64
    assert said["pdq-1"].split()[0] == known.pdq.hash.hex()
    assert said["orb-1"] == "500 local features"
    assert "sscd-1" not in said


def test_one_bad_file_stops_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ended = run("fingerprint", CAT, tmp_path / "bad.png", COFFEE, "--json")
    assert ended.code == 1
    first, bad, last = ended.json["pictures"]
    assert [each["file"] for each in (first, last)] == [str(CAT), str(COFFEE)]
    for each, path in ((first, CAT), (last, COFFEE)):
        assert PictureRecord.from_json(each["record"]).sha256.hex() == perceptual_hash(path).sha256
    assert bad["problem"]["type"] == "UnreadableImage"
    ended = run("fingerprint", tmp_path / "bad.png", tmp_path / "none.png")
    assert (ended.code, ended.out) == (1, "")
    assert [line[:7] for line in ended.err.splitlines()] == ["error: "] * 2


def test_the_descriptor_is_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path = require("sscd")
    monkeypatch.setenv(weights.VARIABLE, str(path))
    record = run("fingerprint", CAT, "--sscd", "--json").ok().json["pictures"][0]["record"]
    assert len(record["sscd-1"]) == 64
    assert record["sscd-1"] in run("fingerprint", CAT, "--sscd").ok().out


def test_missing_weights_say_how_to_get_them(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(weights.VARIABLE, raising=False)
    monkeypatch.setenv("GENIP_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    run("fingerprint", CAT, "--sscd").failed("MissingWeights", "descriptor fetch")
    run("fingerprint", CAT, "--sscd", "--json").failed("MissingWeights", "descriptor fetch")
