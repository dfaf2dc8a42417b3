"""Intersection over union of any two kinds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.regions import Box, Mask, Polygon, Region, iou
from karat.quality.agreement.regions.overlap import iou_table
from karat.quality.errors import UnreadableRatings

boxes = st.builds(Box, st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9))


@settings(deadline=None)
@given(boxes, boxes)
def test_a_box_is_a_polygon_is_a_mask(one: Box, other: Box) -> None:
    as_polygons, as_masks = iou(polygon(one), other), iou(mask(one), mask(other))

    assert iou(one, other) == pytest.approx(as_polygons)
    assert iou(one, other) == pytest.approx(as_masks)
    assert iou(one, one) == iou(polygon(one), one) == 1


@settings(deadline=None)
@given(boxes, boxes)
def test_iou_is_symmetric_between_0_and_1(one: Box, other: Box) -> None:
    assert iou(one, other) == iou(other, one)
    assert 0 <= iou(one, other) <= 1


@settings(deadline=None)
@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=4))
def test_tables_hold_each_pair(one: list[Box], other: list[Box]) -> None:
    for first, second in ((one, other), ([polygon(box) for box in one], other)):
        found = iou_table(first, second)

        assert found.shape == (len(one), len(other))
        assert found == pytest.approx(np.array([[iou(a, b) for b in second] for a in first]).reshape(found.shape))


def test_a_box_at_coordinates_without_exact_binary_form_is_itself() -> None:
    box = Box(0.1, 0.7, 0.2, 0.1)

    assert iou(box, box) == 1


@pytest.mark.parametrize(
    "pair", [(Box(0, 0, 2, 2), Mask(2, 2, (4,))), (Mask(2, 2, (4,)), Polygon(((0, 0), (1, 0), (0, 1))))]
)
def test_a_mask_is_compared_with_masks_only(pair: Sequence[Region]) -> None:
    with pytest.raises(UnreadableRatings, match="cannot be compared"):
        iou(*pair)


def test_a_polygon_without_area_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="no area"):
        iou(Polygon(((0, 0), (1, 1), (2, 2))), Box(0, 0, 2, 2))


def polygon(box: Box) -> Polygon:
    right, bottom = box.x + box.width, box.y + box.height
    return Polygon(((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)), box.label)


def mask(box: Box) -> Mask:
    pixels = np.zeros((20, 20), dtype=bool)
    pixels[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)] = True
    return Mask.of(pixels)
