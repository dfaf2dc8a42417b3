"""Distances between sets: their properties, and many at once against one at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.sets import PASSONNEAU, SetDistances, jaccard_distance, masi_distance
from karat.quality.errors import UnreadableRatings

label_sets = st.frozensets(st.sampled_from("abcde"))


@settings(deadline=None)
@given(label_sets, label_sets)
def test_distances_are_symmetric_and_0_only_for_equal_sets(one: frozenset[str], other: frozenset[str]) -> None:
    for distance in (jaccard_distance, masi_distance):
        assert distance(one, other) == distance(other, one)
        assert 0 <= distance(one, other) <= 1
        assert (distance(one, other) == 0) == (one == other)


@settings(deadline=None)
@given(label_sets, label_sets)
def test_masi_is_never_less_than_jaccard(one: frozenset[str], other: frozenset[str]) -> None:
    assert masi_distance(one, other) >= jaccard_distance(one, other)


def test_an_empty_set_is_as_far_as_can_be_from_a_full_one() -> None:
    assert jaccard_distance(set(), {"a"}) == masi_distance(set(), {"a"}) == 1
    assert jaccard_distance(set(), set()) == masi_distance(set(), set()) == 0


def test_monotonicity_can_be_that_of_older_libraries() -> None:
    assert masi_distance({"1", "2"}, {"1", "2", "3", "4"}, monotonicity=(0.67, 0.33)) == pytest.approx(0.665)


@settings(deadline=None)
@given(st.lists(label_sets, min_size=1, max_size=6))
def test_many_distances_are_those_of_each_pair(sets: list[frozenset[str]]) -> None:
    every = np.arange(len(sets))
    one, other = (grid.ravel() for grid in np.meshgrid(every, every, indexing="ij"))
    for monotonicity, distance in ((PASSONNEAU, masi_distance), ((1.0, 1.0), jaccard_distance)):
        found = SetDistances.of(sets, monotonicity)

        expected = np.array([[distance(a, b) for b in sets] for a in sets])
        assert found.rows(0, len(sets)) == pytest.approx(expected)
        assert found.between(one, other) == pytest.approx(expected.ravel())


def test_an_answer_that_is_no_set_is_refused() -> None:
    with pytest.raises(UnreadableRatings, match="none"):
        SetDistances.of(["anger"], PASSONNEAU)
