"""What a region must look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.regions import Box, Mask, Polygon
from karat.quality.agreement.regions.shapes import checked, regions_of
from karat.quality.errors import UnreadableRatings


def test_a_mask_is_its_runs_down_the_columns() -> None:
    """The example of the COCO documentation in small: columns 00, 10, 11, 00."""
    assert Mask.of([[0, 1, 1, 0], [0, 0, 1, 0]]).counts == (2, 1, 1, 2, 2)
    assert Mask.of(np.ones((2, 2))).counts == (0, 4)
    assert Mask.of(np.zeros((2, 2))).counts == (4,)


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_mask_can_be_drawn_again_from_its_runs(pixels: list[list[bool]]) -> None:
    mask = Mask.of(pixels, "road")

    inside = np.repeat(np.arange(len(mask.counts)) % 2 == 1, mask.counts)

    assert inside.reshape(mask.width, mask.height).T.tolist() == pixels
    assert mask.label == "road"


def test_the_same_region_may_be_drawn_twice() -> None:
    assert len(regions_of((Box(0, 0, 1, 1), Box(0, 0, 1, 1)))) == 2
    assert regions_of(()) == []


@pytest.mark.parametrize(
    "region",
    [
        Box(0, 0, 0, 5),
        Box(0, 0, 5, -1),
        Box(0, 0, float("nan"), 5),
        Polygon(((0, 0), (1, 1))),
        Mask(2, 2, (3,)),
        Mask(2, 2, (-1, 5)),
        Mask(2, 2, ()),
        (0, 0, 5, 5),
    ],
)
def test_what_is_no_region_is_refused(region: Any) -> None:
    with pytest.raises(UnreadableRatings):
        checked(region)


def test_an_answer_is_a_collection_of_regions() -> None:
    with pytest.raises(UnreadableRatings, match="drew nothing"):
        regions_of(Box(0, 0, 1, 1))
    with pytest.raises(UnreadableRatings, match="drew nothing"):
        regions_of(None)
    with pytest.raises(UnreadableRatings, match="height and width"):
        Mask.of([True])
