"""Boundary similarity, WindowDiff and Pk: printed values, and definitions window by window."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.spans import boundary_similarity, pk, segmentation_agreement, window_diff
from karat.quality.errors import TooLittleOverlap, UnknownMethod, UnreadableRatings
from karat.quality.ratings import Ratings

N_UNITS = 12


def lengths(cuts: set[int]) -> tuple[int, ...]:
    borders = [0, *sorted(cuts), N_UNITS]
    return tuple(b - a for a, b in pairwise(borders))


segmentations = st.sets(st.integers(1, N_UNITS - 1), max_size=6).map(lengths)


@pytest.mark.parametrize(
    ("other", "printed"), [((5, 6), 0.5), ((2, 3, 3, 3), 0.66667), ((2, 2, 7), 0.75), ((1, 1, 3, 1, 5), 0.5)]
)
def test_boundary_similarity_of_fournier_2013(other: tuple[int, ...], printed: float) -> None:
    assert boundary_similarity((2, 3, 6), other) == pytest.approx(printed, abs=5e-6)


def test_a_near_miss_costs_its_distance() -> None:
    assert boundary_similarity((4, 8), (5, 7), n_t=2) == 0.5
    assert boundary_similarity((4, 8), (6, 6), n_t=2) == 0
    assert boundary_similarity((4, 8), (6, 6), n_t=3) == pytest.approx(1 / 3)
    assert boundary_similarity((4, 8), (5, 7), n_t=1) == 0


@settings(deadline=None)
@given(segmentations, segmentations)
def test_boundary_similarity_is_symmetric_and_1_only_for_equal_ones(
    one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    found = boundary_similarity(one, other)

    assert found == pytest.approx(boundary_similarity(other, one))
    assert 0 <= found <= 1
    assert (found == 1) == (one == other)


@settings(deadline=None)
@given(segmentations, segmentations, st.integers(1, 5))
def test_windows_are_counted_one_by_one(one: tuple[int, ...], other: tuple[int, ...], window: int) -> None:
    segment_of = [[number for number, length in enumerate(cut) for _ in range(length)] for cut in (one, other)]
    starts = range(N_UNITS - window)
    steps = [[segment[i + window] - segment[i] for i in starts] for segment in segment_of]

    differ = sum(a != b for a, b in zip(*steps, strict=True)) / len(starts)
    apart = sum((a > 0) != (b > 0) for a, b in zip(*steps, strict=True)) / len(starts)

    assert window_diff(one, other, window=window) == pytest.approx(differ)
    assert pk(one, other, window=window) == pytest.approx(apart)


def test_the_window_is_half_the_mean_segment_of_the_reference() -> None:
    assert window_diff((2, 3, 6), (5, 6)) == window_diff((2, 3, 6), (5, 6), window=3)
    assert window_diff((5, 6), (2, 3, 6)) == window_diff((5, 6), (2, 3, 6), window=2)


def test_texts_nobody_cut_agree() -> None:
    for measure in ("boundary", "window_diff", "pk"):
        rows = [(t, a, (1,)) for t in range(3) for a in "xy"]

        assert segmentation_agreement(Ratings.from_rows(rows), measure=measure).value == 1


def test_windows_are_averaged_over_who_is_the_reference() -> None:
    rows = [("t", "x", (2, 3, 6)), ("t", "y", (5, 6))]

    found = segmentation_agreement(Ratings.from_rows(rows), measure="window_diff").value

    assert found == pytest.approx(1 - (window_diff((2, 3, 6), (5, 6)) + window_diff((5, 6), (2, 3, 6))) / 2)


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(UnreadableRatings, match="12 and 11"):
        boundary_similarity((6, 6), (5, 6))
    for wrong in ((), (0, 5), (2.5, 2.5), ("a",)):
        with pytest.raises(UnreadableRatings, match="whole numbers"):
            pk(wrong, (5,))  # type: ignore[arg-type]
    with pytest.raises(UnknownMethod, match="at least 1"):
        pk((2, 3), (5,), window=0)
    with pytest.raises(UnknownMethod, match="boundary, window_diff, pk"):
        segmentation_agreement(Ratings.from_rows([("t", "x", (5,)), ("t", "y", (5,))]), measure="beeferman")
    with pytest.raises(TooLittleOverlap):
        segmentation_agreement(Ratings.from_rows([("t", "x", (5,))]))
