"""Leaving out one annotator at a time: exactly, for all of them in one pass."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karat.quality.agreement.additive import additive
from karat.quality.agreement.annotator_jackknife import annotator_jackknife, leave_one_out
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.intervals import student_quantile
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of, uneven_ratings

MEASURES = [
    *[("alpha", metric) for metric in ("nominal", "ordinal", "interval", "ratio")],
    *[(name, "nominal") for name in ("observed", "fleiss", "ac1", "brennan_prediger")],
    ("ac2", "linear"),
]


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize(("name", "metric"), MEASURES)
def test_it_equals_measuring_again_without_each_annotator(name: str, metric: str, repeats: bool) -> None:
    ratings = uneven_ratings(seed=8, repeats=repeats)
    measure = additive(name, ratings.classes, metric=metric)
    expected = [by_hand(ratings.select(ratings.annotator != code), name, metric) for code in range(7)]

    value, without = leave_one_out(ratings, measure)

    assert value == pytest.approx(by_hand(ratings, name, metric), abs=1e-12)
    assert without == pytest.approx(expected, abs=1e-12)


def test_many_classes_and_annotators_change_nothing() -> None:
    """Enough of both that moves are found by sorting and counted sparsely."""
    rng = np.random.default_rng(2)
    item, annotator = np.repeat(np.arange(3000), 3), rng.integers(900, size=9000)
    ratings = Ratings.from_arrays(item, annotator, rng.integers(600, size=9000) * (rng.random(9000) < 0.7))
    measure = additive("alpha", ratings.classes)

    _, without = leave_one_out(ratings, measure)

    for code in (0, 17, 899):
        assert without[code] == pytest.approx(
            by_hand(ratings.select(ratings.annotator != code), "alpha", "nominal"), abs=1e-12
        )


def test_the_interval_is_that_of_the_jackknife() -> None:
    ratings = uneven_ratings(seed=8)
    value, without = leave_one_out(ratings, additive("alpha", ratings.classes))
    error = math.sqrt(6 / 7 * ((without - without.mean()) ** 2).sum())

    found = annotator_jackknife(ratings, additive("alpha", ratings.classes), level=0.9)

    assert found.standard_error == pytest.approx(error)
    assert found.value == pytest.approx(value)
    assert (found.n, found.level, found.over) == (7, 0.9, "annotators")
    reach = student_quantile(0.95, 6) * error / (1 - value)
    assert (found.low, found.high) == pytest.approx(
        (1 - (1 - value) * math.exp(reach), 1 - (1 - value) / math.exp(reach))
    )


def test_annotators_who_share_no_item_do_not_count() -> None:
    alone = [(f"alone-{i}", "dee", "a") for i in range(9)]
    shared = [(i, who, "ab"[(i + (who == "cy")) % 2]) for i in range(9) for who in ("ada", "bo", "cy")]
    ratings = Ratings.from_rows([*shared, *alone])

    assert annotator_jackknife(ratings, additive("ac1", ratings.classes)).n == 3


def test_what_cannot_be_answered_is_refused_with_its_reason() -> None:
    alpha = additive("alpha", "ab")
    with pytest.raises(NoRatings):
        annotator_jackknife(Ratings.from_rows([], classes="ab"), alpha)
    with pytest.raises(TooLittleOverlap, match="there are 2"):
        annotator_jackknife(ratings_of("ab", "aa", "bb"), alpha)
    with pytest.raises(SingleClass, match="without one of 1 of the 3"):
        annotator_jackknife(ratings_of("ab.", "a.a", "bb.", "b.a", "aa."), alpha)


def by_hand(ratings: Ratings, name: str, metric: str) -> float:
    measure = additive(name, ratings.classes, metric=metric)
    return float(measure.value(measure.rows(ratings.class_counts().astype(float)).sum(axis=0)[np.newaxis])[0])
