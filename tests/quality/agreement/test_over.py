"""Whom an interval speaks for, and what is said when the data cannot speak for it."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement import krippendorff_alpha
from karat.quality.agreement.additive import additive
from karat.quality.agreement.annotator_jackknife import annotator_jackknife
from karat.quality.agreement.over import FEW_ANNOTATORS, Over, speak_for
from karat.quality.errors import TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of, uneven_ratings


def test_over_items_nothing_is_widened() -> None:
    ratings = uneven_ratings(seed=1)

    assert alpha(ratings, "items") == krippendorff_alpha(ratings)


def test_few_annotators_widen_the_interval_to_the_longer_of_the_two() -> None:
    ratings = skilled(seed=1, skill=[0.99, 0.97, 0.6, 0.9, 0.7])
    by_item = krippendorff_alpha(ratings)
    by_annotator = annotator_jackknife(ratings, additive("alpha", ratings.classes))

    found = alpha(ratings, "auto")

    assert found == alpha(ratings, "annotators")
    assert (found.low, found.high) == (by_annotator.low, by_annotator.high)
    assert found.low < by_item.low
    assert (found.value, found.n, found.over) == (by_item.value, by_item.n, "annotators")


def test_annotators_who_are_alike_leave_the_interval_over_items() -> None:
    ratings = Ratings.from_rows([(i, who, "xy"[(i + (who == i % 7)) % 2]) for i in range(40) for who in range(4)])

    found = alpha(ratings, "annotators")

    assert (found.low, found.high) == (krippendorff_alpha(ratings).low, krippendorff_alpha(ratings).high)


def test_many_annotators_are_left_as_they_are_unless_asked_for() -> None:
    ratings = uneven_ratings(seed=1, n_annotators=FEW_ANNOTATORS)

    assert alpha(ratings, "auto").over == "items"
    assert alpha(ratings, "annotators").over == "annotators"


def test_two_annotators_cannot_speak_for_others() -> None:
    ratings = ratings_of("ab", "aa", "bb", "bb")

    assert alpha(ratings, "auto").over == "items"
    with pytest.raises(TooLittleOverlap, match="at least 3"):
        alpha(ratings, "annotators")


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="'people'"):
        alpha(uneven_ratings(seed=1), "people")  # type: ignore[arg-type]


def test_the_wide_interval_covers_the_process_where_that_over_items_does_not() -> None:
    """Six annotators of unequal skill out of many: 95 % within four standard errors, against hardly two in three."""
    covered = coverage_of_the_process(n_annotators=6, n_samples=150)

    assert covered["annotators"] == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / 150))
    assert covered["items"] < 0.75


@pytest.mark.slow
@pytest.mark.parametrize("n_annotators", [4, 10, 20])
@pytest.mark.parametrize("spread", [0.08, 0.0])
def test_the_wide_interval_keeps_its_promise_closely(n_annotators: int, spread: float) -> None:
    """From 93 %; above 97 % where annotators are alike or many, which is the price of not knowing that."""
    covered = coverage_of_the_process(n_annotators=n_annotators, n_samples=1000, spread=spread)

    assert 0.93 <= covered["annotators"] <= 0.995
    assert (covered["items"] < 0.85) == (spread > 0)


def coverage_of_the_process(*, n_annotators: int, n_samples: int, spread: float = 0.08) -> dict[str, float]:
    """How often either interval holds alpha among annotators drawn anew, 85 % right in the mean."""

    def sample(seed: int, n_drawn: int, n_items: int) -> Ratings:
        drawn = np.random.default_rng([seed, n_drawn]).normal(0.85, spread, n_drawn)
        return skilled(seed=seed, skill=np.clip(drawn, 0.5, 1).tolist(), n_items=n_items)

    truth = krippendorff_alpha(sample(0, 5000, 100_000)).value
    hits = {"items": 0, "annotators": 0}
    for seed in range(1, n_samples + 1):
        ratings = sample(seed, n_annotators, 300)
        for over in ("items", "annotators"):
            found = alpha(ratings, over)
            hits[over] += found.low <= truth <= found.high
    return {over: n / n_samples for over, n in hits.items()}


def skilled(*, seed: int, skill: list[float], n_items: int = 300) -> Ratings:
    """Two classes, three ratings an item by annotators in turn, each right with their own skill."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(n_items), 3)
    first, step = rng.integers(len(skill), size=n_items), 1 + rng.integers((len(skill) - 1) // 2, size=n_items)
    annotator = (first[item] + np.tile([0, 1, 2], n_items) * step[item]) % len(skill)
    is_right = rng.random(len(item)) < np.array(skill)[annotator]
    label = (rng.integers(2, size=n_items)[item] + is_right) % 2
    codes = [array.astype(np.int32) for array in (item, annotator, label)]
    return Ratings(codes[0], codes[1], codes[2], tuple(range(n_items)), tuple(range(len(skill))), (0, 1))


def alpha(ratings: Ratings, over: Over) -> Estimate:
    return speak_for(over, krippendorff_alpha(ratings), ratings, additive("alpha", ratings.classes))
