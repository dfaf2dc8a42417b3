"""Agreement of rankings: distances against their definition."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.rankings import footrule_distance, kendall_distance, ranking_agreement
from karat.quality.errors import TooLittleOverlap, UnknownMethod, UnreadableRatings
from karat.quality.ratings import Ratings

orders = st.permutations("abcde")


@settings(deadline=None)
@given(orders, orders)
def test_kendall_distance_is_the_share_of_pairs_in_opposite_order(one: list[str], other: list[str]) -> None:
    opposite = [(one.index(a) < one.index(b)) != (other.index(a) < other.index(b)) for a, b in combinations("abcde", 2)]

    assert kendall_distance(one, other) == pytest.approx(np.mean(opposite))


@settings(deadline=None)
@given(orders, orders)
def test_both_distances_are_symmetric_and_0_only_for_equal_rankings(one: list[str], other: list[str]) -> None:
    for distance in (kendall_distance, footrule_distance):
        assert distance(one, other) == pytest.approx(distance(other, one))
        assert (distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_the_opposite_ranking_is_at_distance_1(n: int) -> None:
    order = tuple(range(n))

    assert kendall_distance(order, order[::-1]) == 1
    assert max(footrule_distance(order, other) for other in permutations(order)) == 1


def test_a_single_candidate_has_one_ranking() -> None:
    assert kendall_distance(("a",), ("a",)) == footrule_distance(("a",), ("a",)) == 0


def test_agreement_is_a_mean_over_items() -> None:
    rows = [(1, "ada", ("a", "b")), (1, "bo", ("b", "a")), (2, "ada", ("c", "d", "e")), (2, "bo", ("c", "d", "e"))]

    assert ranking_agreement(Ratings.from_rows(rows)).value == 0.5
    assert ranking_agreement(Ratings.from_rows(rows), distance="footrule").value == 0.5


def test_random_rankings_agree_as_the_documentation_says() -> None:
    rng = np.random.default_rng(0)
    rows = [(i, a, tuple(rng.permutation(8).tolist())) for i in range(1000) for a in range(2)]

    assert ranking_agreement(Ratings.from_rows(rows)).value == pytest.approx(1 / 2, abs=0.03)
    assert ranking_agreement(Ratings.from_rows(rows), distance="footrule").value == pytest.approx(1 / 3, abs=0.03)


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(UnreadableRatings, match="same candidates"):
        ranking_agreement(Ratings.from_rows([(1, "ada", ("a", "b")), (1, "bo", ("a", "c"))]))
    with pytest.raises(UnreadableRatings, match="same candidates"):
        kendall_distance(("a", "a"), ("a", "a"))
    with pytest.raises(TooLittleOverlap):
        ranking_agreement(Ratings.from_rows([(1, "ada", ("a", "b"))]))
    with pytest.raises(UnknownMethod, match="kendall, footrule"):
        ranking_agreement(Ratings.from_rows([(1, "ada", ("a", "b"))]), distance="cayley")
