"""Raw agreement: its value, its interval, and what it refuses."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from karat.quality.agreement import observed_agreement
from karat.quality.errors import NoRatings, TooLittleOverlap
from karat.quality.intervals import clopper_pearson
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of


def test_it_averages_the_share_of_agreeing_pairs_over_items() -> None:
    words = ["aaab", "ab", "bbb", "c."]
    shares = [np.mean([x == y for x, y in combinations(word, 2)]) for word in words[:3]]

    assert observed_agreement(ratings_of(*words)).value == pytest.approx(np.mean(shares))


def test_with_two_ratings_per_item_it_is_a_plain_proportion() -> None:
    found = observed_agreement(ratings_of(*["aa"] * 7, *["ab"] * 3))

    assert found.value == pytest.approx(0.7)
    assert (found.low, found.high) == pytest.approx((clopper_pearson(7, 10).low, clopper_pearson(7, 10).high))


def test_unanimity_has_the_bound_of_clopper_and_pearson() -> None:
    found = observed_agreement(ratings_of(*["aaa"] * 20))

    assert (found.value, found.low, found.high) == (1, clopper_pearson(20, 20).low, 1)


def test_items_that_are_all_alike_count_at_most_as_their_pairs_of_people() -> None:
    found = observed_agreement(ratings_of(*["aab"] * 6))

    assert found.value == pytest.approx(1 / 3)
    assert (found.low, found.high) == pytest.approx((clopper_pearson(3, 9).low, clopper_pearson(3, 9).high))


def test_one_item_is_enough_and_shows_how_little_it_is() -> None:
    found = observed_agreement(ratings_of("aa"))

    assert (found.value, found.n) == (1, 1)
    assert found.low < 0.03


def test_without_shared_items_it_is_refused() -> None:
    with pytest.raises(NoRatings):
        observed_agreement(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap, match="Raise the overlap"):
        observed_agreement(ratings_of("a", ".b"))


@pytest.mark.parametrize("overlap", [2, 4])
def test_the_interval_covers_the_agreement_of_all_items(overlap: int) -> None:
    def sample(seed: int, n_items: int) -> Ratings:
        rng = np.random.default_rng(seed)
        is_right = rng.random((n_items, overlap)) < rng.choice([0.95, 0.7], size=(n_items, 1))
        item, annotator = np.indices(is_right.shape).reshape(2, -1)
        return Ratings.from_arrays(item, annotator, is_right.ravel().astype(int))

    truth = observed_agreement(sample(0, 40_000)).value

    hits = [(e := observed_agreement(sample(seed, 60))).low <= truth <= e.high for seed in range(1, 301)]

    assert np.mean(hits) >= 0.92
