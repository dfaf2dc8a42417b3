"""Matching regions: against trying all pairings."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.regions import Box, iou, match_regions
from karat.quality.errors import TooLittleOverlap, UnknownMethod

boxes = st.lists(
    st.builds(Box, *[st.integers(0, 6)] * 2, *[st.integers(2, 6)] * 2, st.sampled_from(["cat", "dog"])), max_size=4
)


@settings(deadline=None)
@given(boxes, boxes, st.sampled_from([0.2, 0.5]), st.booleans())
def test_no_pairing_overlaps_more(one: list[Box], other: list[Box], threshold: float, labels: bool) -> None:
    def counted(a: Box, b: Box) -> float:
        overlap = iou(a, b)
        return overlap if overlap >= threshold and (not labels or a.label == b.label) else 0.0

    small, large = sorted((one, other), key=len)
    most = max(sum(counted(a, b) for a, b in zip(small, order, strict=False)) for order in permutations(large))

    found = match_regions(one, other, threshold=threshold, labels=labels)

    assert sum(found.ious) == pytest.approx(most)
    assert all(counted(one[i], other[j]) == pytest.approx(v) for (i, j), v in zip(found.pairs, found.ious, strict=True))
    assert (found.n_first, found.n_second) == (len(one), len(other))


def test_a_label_can_be_demanded_or_not() -> None:
    cat, dog = [Box(0, 0, 9, 9, "cat")], [Box(0, 0, 9, 9, "dog")]

    assert match_regions(cat, dog).f1 == 0
    assert match_regions(cat, dog, labels=False).f1 == 1


def test_two_empty_answers_agree() -> None:
    found = match_regions([], [])

    assert (found.f1, found.mean_iou) == (1, 1)
    assert match_regions([], [Box(0, 0, 1, 1)]).f1 == 0


def test_without_a_match_there_is_no_mean() -> None:
    with pytest.raises(TooLittleOverlap, match="none of 1 and 0 regions match"):
        _ = match_regions([Box(0, 0, 1, 1)], []).mean_iou


@pytest.mark.parametrize("threshold", [0.0, 1.5, float("nan")])
def test_a_threshold_is_an_iou(threshold: float) -> None:
    with pytest.raises(UnknownMethod, match="above 0"):
        match_regions([], [], threshold=threshold)
