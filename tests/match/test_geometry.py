"""Where a work lies in a picture: maps, areas, and the maps that likeness hashes tell."""

from __future__ import annotations

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gen_ip.fingerprint.pdq import Orientation
from gen_ip.fingerprint.views import Box
from gen_ip.match.geometry import Alignment, align_by_box, mapped, scaled
from tests.fingerprint.test_pdq import TURNED

NONE = numpy.zeros((0, 2), numpy.float32)


def lying(affine: list[list[float]], query: tuple[int, int], work: tuple[int, int]) -> Alignment:
    return Alignment(numpy.array(affine), query, work, 0, NONE, NONE)


@pytest.mark.parametrize("orientation", Orientation)
def test_a_box_and_an_orientation_place_every_pixel(orientation: Orientation) -> None:
    picture = numpy.arange(7 * 11).reshape(7, 11)
    box = Box(2, 1, 10, 6)
    work = TURNED[orientation](box.of(picture))
    height, width = work.shape
    found = align_by_box(orientation, box, (11, 7), (width, height))
    for y in range(height):
        for x in range(width):
            right, down = mapped(found.affine, numpy.array([[float(x), float(y)]]))[0]
            assert picture[round(down), round(right)] == work[y, x]
    assert found.mirrored == ("flip" in orientation.value or "trans" in orientation.value)
    assert found.work_share == pytest.approx(1)
    assert found.query_share == pytest.approx(box.area / 77)
    assert found.inliers == 0


def test_a_box_of_another_size_is_scaled() -> None:
    found = align_by_box(Orientation.UPRIGHT, Box(10, 20, 110, 70), (200, 100), (50, 100))
    numpy.testing.assert_allclose(
        found.corners, [[9.5, 19.5], [109.5, 19.5], [109.5, 69.5], [9.5, 69.5]]
    )


def test_areas_of_overlaps() -> None:
    inside = lying([[0.5, 0, 10], [0, 0.5, 10]], (100, 100), (80, 60))
    assert inside.work_share == pytest.approx(1)
    assert inside.query_share == pytest.approx(40 * 30 / 10_000)
    beyond = lying([[1, 0, -40], [0, 1, 0]], (100, 100), (80, 100))
    assert beyond.work_share == pytest.approx(0.5)
    assert beyond.query_share == pytest.approx(0.4)
    apart = lying([[1, 0, 500], [0, 1, 0]], (100, 100), (80, 100))
    assert apart.work_share == apart.query_share == 0
    assert len(apart.outline) == 0
    nothing = lying([[0, 0, 5], [0, 0, 5]], (100, 100), (80, 100))
    assert nothing.work_share == nothing.query_share == 0


@given(
    st.lists(st.floats(-2, 2, allow_subnormal=False), min_size=4, max_size=4),
    st.lists(st.floats(-300, 300, allow_subnormal=False), min_size=2, max_size=2),
)
def test_the_overlap_is_what_a_drawing_of_it_covers(linear: list[float], move: list[float]) -> None:
    affine = numpy.column_stack([numpy.reshape(linear, (2, 2)), move])
    found = Alignment(affine, (120, 90), (100, 80), 0, NONE, NONE)
    drawn = numpy.zeros((90, 120), numpy.uint8)
    cv2.fillConvexPoly(drawn, numpy.round(found.corners * 256).astype(numpy.int32), 1, shift=8)
    around = 2 * (120 + 90)
    assert abs(found.query_share * 120 * 90 - drawn.sum()) <= around
    assert 0 <= found.work_share <= 1


@given(st.floats(0.1, 4), st.floats(0.1, 4))
def test_a_map_of_enlarged_pictures_moves_corners_alike(asked: float, kept: float) -> None:
    affine = numpy.array([[0.8, -0.3, 12.0], [0.4, 0.9, -7.0]])
    large = scaled(affine, asked, kept)

    def corner(points: list[list[float]], factor: float) -> NDArray[numpy.float64]:
        return (numpy.array(points) + 0.5) * factor - 0.5

    points = [[0.0, 0.0], [31.0, 5.0], [-4.0, 77.0]]
    numpy.testing.assert_allclose(
        mapped(large, corner(points, kept)),
        corner(mapped(affine, numpy.array(points)).tolist(), asked),
        atol=1e-6,
    )
