"""`python -m benchmarks.growth`: the curves, their first points measured anew, the pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks import growth, page, plots
from benchmarks._curves import Curve
from benchmarks.growth import Samples, curves_of
from gen_ip.chain.errors import NodeError
from tests.support.require import require

SAMPLES = Samples(depths=(1, 2, 4), parents=(1, 2), batches=(1, 2))
LIMIT = 400_000


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    require("anvil")
    return growth.measure(SAMPLES, LIMIT)


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(growth.PATH.read_text("utf-8"))
    return found


def test_the_first_points_are_as_committed(
    measured: dict[str, Any], committed: dict[str, Any]
) -> None:
    assert json.loads(json.dumps(measured)) == measured
    now, then = curves_of(measured), curves_of(committed)
    assert {name: list(panel) for name, panel in now.items()} == {
        name: list(panel) for name, panel in then.items()
    }
    changed = [
        f"{name} {key} at {size}: {then[name][key].gas[size]:,} committed, {gas:,} now"
        for name, panel in now.items()
        for key, curve in panel.items()
        for size, gas in curve.gas.items()
        if then[name][key].gas[size] != gas
    ]
    assert not changed, "\n".join([*changed, f"write them anew: {growth.WRITE}"])
    # The later points are measured by the command alone, so they must be of the same code.
    assert measured["bytecode"] == committed["bytecode"], f"other code; run {growth.WRITE}"


def test_committed_is_all_that_the_command_measures(committed: dict[str, Any]) -> None:
    full = Samples()
    wanted = {"depth": full.depths, "parents": full.parents, "batch": full.batches}
    for name, panel in curves_of(committed).items():
        for curve in panel.values():
            assert tuple(curve.gas) == wanted[name]
    assert (max(full.depths), max(full.parents), max(full.batches)) == (512, 32, 100)


def test_what_must_be_flat_is_flat(committed: dict[str, Any]) -> None:
    panels = curves_of(committed)
    flat = {(name, key) for name, panel in panels.items() for key in panel if panel[key].flat}
    depth = {("depth", key) for key in ("pay", "settle", "certify", "derive", "fill")}
    assert flat == {*depth, ("parents", "pay")}


def test_what_grows_grows_in_a_straight_line(committed: dict[str, Any]) -> None:
    for panel in curves_of(committed).values():
        for curve in (each for each in panel.values() if not each.flat):
            (low, first), *_, (high, last) = curve.gas.items()
            for size, gas in curve.gas.items():
                line = first + (last - first) * (size - low) / (high - low)
                assert gas == pytest.approx(line, rel=0.02), (curve.key, size)


def test_how_far_a_collection_reaches(measured: dict[str, Any], committed: dict[str, Any]) -> None:
    found = measured["farthest_collect_first"]
    curve = curves_of(measured)["depth"]["collect_first"]
    assert found["limit"] == LIMIT
    assert curve.gas[4] < found["gas"] <= LIMIT < found["gas"] + 1.1 * curve.slope
    real = committed["farthest_collect_first"]
    assert real["gas"] <= real["limit"] == 2**24
    near = curves_of(committed)["depth"]["collect_first"].largest(2**24)
    assert abs(real["generations"] - near) <= 2


def test_slope_and_largest() -> None:
    curve = Curve("a", "b", "work", {1: 130, 2: 160, 4: 220})
    assert (curve.slope, curve.flat) == (pytest.approx(30), False)
    assert [curve.largest(limit) for limit in (220, 249, 250, 520)] == [4, 4, 5, 14]
    assert Curve("a", "b", "work", {1: 100, 512: 101}).flat
    assert not Curve("a", "b", "work", {1: 100, 512: 102}).flat


def test_pictures_are_the_same_every_time(measured: dict[str, Any], tmp_path: Path) -> None:
    curves = curves_of(measured)
    first, second = (plots.draw(curves, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == [f"growth-{name}.png" for name in curves]
    assert sorted((tmp_path / "a").iterdir()) == sorted(first)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    other_curves = curves_of(measured)
    other_curves["depth"]["pay"].gas[1] += 1
    changed = plots.draw(other_curves, tmp_path / "c")
    assert changed[0].read_bytes() != first[0].read_bytes()
    assert changed[1].read_bytes() == first[1].read_bytes()


def test_the_docs_show_what_is_committed(committed: dict[str, Any]) -> None:
    curves = curves_of(committed)
    again = f"write the page anew: {growth.WRITE}"
    assert page.read("growth") == page.growth_table(curves, committed["farthest_collect_first"]), (
        again
    )
    text = page.PATH.read_text("utf-8")
    for name, panel in curves.items():
        assert f"](growth-{name}.png)" in text
        with Image.open(page.PATH.parent / f"growth-{name}.png") as picture:
            assert picture.info["Description"] == plots.digest(panel), again
            # A background of its own, so that it can be read in light and dark.
            assert picture.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
            assert min(picture.size) > 400


def test_text_json_and_pictures(
    measured: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(growth, "measure", lambda samples: measured)
    assert growth.main(["--json", "--plot", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out) == measured
    assert len(list(tmp_path.glob("growth-*.png"))) == 3
    assert growth.main([]) == 0
    text = capsys.readouterr().out
    assert "pay a work, ERC-20, repeat: flat" in text
    gas = measured["panels"]["batch"]["certify_many"]["gas"]
    assert f"1: {gas['1']:,}, 2: {gas['2']:,}" in text


def test_a_failure_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(samples: Samples) -> None:
        raise NodeError("evm_mine", "it stops")

    monkeypatch.setattr(growth, "measure", fail)
    assert growth.main(["--write-snapshot"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
    assert printed.err.startswith("error: ")
