"""Areas of polygons: against rectangles, the shoelace formula, points drawn at random, and known shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.regions import polygon_areas
from karat.quality.agreement.regions.polygons import Points

SQUARE = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
corner_lists = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=7)


places = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 8), st.integers(1, 8))


@settings(deadline=None)
@given(places, places)
def test_rectangles(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> None:
    (x, y, width, height), (u, v, w, h) = one, other
    shared = max(0, min(x + width, u + w) - max(x, u)) * max(0, min(y + height, v + h) - max(y, v))

    found = polygon_areas(rectangle(x, y, width, height), rectangle(u, v, w, h))

    assert found == pytest.approx((width * height, w * h, shared))


@settings(deadline=None)
@given(corner_lists, corner_lists)
def test_any_outlines_share_what_points_at_random_say(one: Points, other: Points) -> None:
    """Crossing outlines included, by the even-odd rule."""
    x, y = (np.arange(140) + 0.5) / 20, (np.arange(140) + 0.5) / 20 + 1e-4
    grid = np.array(np.meshgrid(x, y)).reshape(2, -1)
    inside = [is_inside(points, *grid) for points in (one, other)]

    found = polygon_areas(one, other)

    cells = [inside[0].mean() * 49, inside[1].mean() * 49, (inside[0] & inside[1]).mean() * 49]
    assert found == pytest.approx(cells, abs=0.9)
    assert found[2] <= min(found[0], found[1]) + 1e-9


@settings(deadline=None)
@given(corner_lists, corner_lists, st.floats(0, 6.3))
def test_order_direction_and_rotation_do_not_matter(one: Points, other: Points, angle: float) -> None:
    areas = polygon_areas(one, other)

    swapped = polygon_areas(other[::-1], [*one[1:], one[0]])
    turned = polygon_areas(rotated(one, angle), rotated(other, angle))

    assert (swapped[1], swapped[0], swapped[2]) == pytest.approx(areas, abs=1e-9)
    assert turned == pytest.approx(areas, abs=1e-7)


def test_a_simple_polygon_has_the_area_of_the_shoelace_formula() -> None:
    """A star with 40 corners that does not cross itself."""
    rng = np.random.default_rng(0)
    angles, radii = np.sort(rng.uniform(0, 2 * math.pi, 40)), rng.uniform(1, 3, 40)
    x, y = radii * np.cos(angles), radii * np.sin(angles)
    shoelace = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2

    star = list(zip(x.tolist(), y.tolist(), strict=True))

    assert polygon_areas(star, star) == pytest.approx((shoelace, shoelace, shoelace))


def test_a_bow_tie_is_its_two_triangles() -> None:
    bow_tie = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)]

    assert polygon_areas(bow_tie, SQUARE) == pytest.approx((2, 4, 2))


def test_an_octagon_of_two_squares() -> None:
    """A square and the same one turned by 45 degrees share 8 (sqrt 2 - 1) of 4 each, in units of the half side."""
    square = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]

    assert polygon_areas(square, rotated(square, math.pi / 4))[2] == pytest.approx(8 * (math.sqrt(2) - 1))


def test_a_line_has_no_area() -> None:
    assert polygon_areas([(0, 0), (2, 2), (1, 1)], SQUARE)[0] == pytest.approx(0)
    assert polygon_areas([(0, 1), (2, 1), (1, 1)], SQUARE) == pytest.approx((0, 4, 0))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    one, other = ([(float(x), float(y)) for x, y in rng.random((30, 2))] for _ in range(2))
    at_once = polygon_areas(one, other)

    monkeypatch.setattr("karat.quality.agreement.regions.polygons.CELLS_AT_ONCE", 100)

    assert polygon_areas(one, other) == pytest.approx(at_once)


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def rotated(points: Points, angle: float) -> Points:
    c, s = math.cos(angle), math.sin(angle)
    return [(c * x - s * y, s * x + c * y) for x, y in points]


def is_inside(points: Points, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether a line to the left crosses the outline an odd number of times."""
    odd = np.zeros(len(x), dtype=bool)
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        if ay != by:
            odd ^= ((ay <= y) != (by <= y)) & (ax + (y - ay) * (bx - ax) / (by - ay) < x)
    return odd
