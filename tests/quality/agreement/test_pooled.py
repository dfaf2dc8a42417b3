"""Pairwise means and shares of totals: against their definition, and their promised coverage."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.pooled import mean_pairwise, pooled_share, pooled_share_by_pair, share_of_totals
from karat.quality.errors import NoRatings, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import clopper_pearson
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

words = st.lists(st.text("abc.", min_size=4, max_size=4), min_size=1, max_size=8)


@settings(deadline=None)
@given(words)
def test_the_mean_is_over_pairs_and_then_over_items(items: list[str]) -> None:
    by_item = [
        [float(one == other) for one, other in combinations(word.replace(".", ""), 2)]
        for word in items
        if len(word.replace(".", "")) >= 2
    ]
    if not by_item:
        with pytest.raises((TooLittleOverlap, NoRatings)):
            mean_pairwise(ratings_of(*items), equal)
        return

    found = mean_pairwise(ratings_of(*items), equal)

    assert found.value == pytest.approx(np.mean([np.mean(pairs) for pairs in by_item]))
    assert found.n == len(by_item)


def test_names_and_order_of_annotators_do_not_matter() -> None:
    rows = [(i, a, (7 * i + a * a) % 3) for i in range(20) for a in range(4)]
    renamed = [(i, "zyxw"[a], c) for i, a, c in reversed(rows)]

    assert str(mean_pairwise(Ratings.from_rows(rows), equal)) == str(mean_pairwise(Ratings.from_rows(renamed), equal))


def test_a_share_of_totals_weighs_items_by_what_is_in_them() -> None:
    """One item with 1 of 1, one with 0 of 3."""
    ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "yyy"), (2, "bo", "zzz")])

    found = pooled_share(ratings, lambda one, other: (float(one == other) * len(one), float(len(one))))

    assert found.value == 0.25


def test_two_empty_answers_agree() -> None:
    ratings = Ratings.from_rows([(i, a, frozenset()) for i in range(30) for a in "ab"])

    found = pooled_share(ratings, lambda one, other: (2.0 * len(one & other), float(len(one) + len(other))))

    assert (found.value, found.high, found.n) == (1.0, 1.0, 30)
    assert 0.85 < found.low < 1


def test_each_pair_of_annotators_has_its_own_share() -> None:
    ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (1, "cy", "z"), (2, "ada", "y"), (2, "bo", "z")])

    found = pooled_share_by_pair(ratings, lambda one, other: (float(one == other), 1.0))

    assert {pair: estimate.value for pair, estimate in found.items()} == {
        ("ada", "bo"): 0.5,
        ("ada", "cy"): 0.0,
        ("bo", "cy"): 0.0,
    }


def test_a_similarity_outside_0_to_1_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="between 0 and 1"):
        mean_pairwise(ratings_of("ab"), lambda *_: 2.0)


@pytest.mark.parametrize("n_items", [20, 60])
def test_the_interval_of_a_share_covers_the_truth(n_items: int) -> None:
    """Items of very unequal size, whose rate varies: nominal 95 %."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        sizes = rng.geometric(0.2, n_items)
        rates = rng.beta(8, 2, n_items)
        found = share_of_totals(rng.binomial(sizes, rates).astype(float), sizes.astype(float), unit=1.0)
        covered += found.low <= 0.8 <= found.high

    assert covered >= 0.93 * 400


def test_degrees_of_likeness_have_narrower_intervals_than_yes_and_no() -> None:
    """A mean of 100 similarities with standard deviation .1, covered as often as promised."""
    rng = np.random.default_rng(4)
    covered, lengths = 0, []
    for _ in range(300):
        found = share_of_totals(np.clip(rng.normal(0.7, 0.1, 100), 0, 1), np.ones(100))
        covered += found.low <= 0.7 <= found.high
        lengths.append(found.high - found.low)

    assert 0.92 <= covered / 300 <= 0.98
    assert np.mean(lengths) == pytest.approx(2 * 1.984 * 0.01, rel=0.05)


def test_items_with_one_and_the_same_share_say_what_as_many_yes_no_items_would() -> None:
    found = share_of_totals(np.full(50, 0.5), np.ones(50))

    assert (found.low, found.high) == pytest.approx((clopper_pearson(25, 50).low, clopper_pearson(25, 50).high))


def equal(one: str, other: str) -> float:
    return float(one == other)
