"""Masks: against counting pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.regions import Mask, mask_dice, mask_iou
from karat.quality.agreement.regions.masks import mask_areas
from karat.quality.errors import UnreadableRatings

pictures = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=5, max_size=5)


@settings(deadline=None)
@given(pictures, pictures)
def test_runs_give_what_pixels_give(one: list[list[bool]], other: list[list[bool]]) -> None:
    a, b = np.array(one), np.array(other)

    assert mask_areas(Mask.of(a), Mask.of(b)) == (a.sum(), b.sum(), (a & b).sum())
    if (a | b).any():
        assert mask_iou(a, b) == pytest.approx((a & b).sum() / (a | b).sum())
        assert mask_dice(Mask.of(a), b) == pytest.approx(2 * (a & b).sum() / (a.sum() + b.sum()))


def test_two_empty_masks_agree() -> None:
    nothing = np.zeros((3, 4))

    assert mask_iou(nothing, nothing) == mask_dice(nothing, nothing) == 1
    assert mask_iou(nothing, np.ones((3, 4))) == mask_dice(nothing, np.ones((3, 4))) == 0


def test_runs_of_length_0_change_nothing() -> None:
    assert mask_iou(Mask(1, 6, (1, 2, 0, 1, 2)), Mask(1, 6, (1, 3, 2))) == 1


def test_masks_of_different_size_are_refused() -> None:
    with pytest.raises(UnreadableRatings, match="2 x 3 and 3 x 2"):
        mask_iou(np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(UnreadableRatings, match="add up"):
        mask_dice(Mask(2, 2, (3,)), np.ones((2, 2)))
