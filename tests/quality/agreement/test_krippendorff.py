"""Krippendorff's alpha: against its definition, its own symmetries, and its promised coverage."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import krippendorff_alpha
from karat.quality.errors import NoRatings, NotNumeric, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import clopper_pearson, student_quantile
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

METRICS = ["nominal", "ordinal", "interval", "ratio"]
tables = st.lists(st.lists(st.sampled_from([None, 0, 1, 2, 3]), min_size=4, max_size=4), min_size=4, max_size=10)


@pytest.mark.parametrize("metric", METRICS)
@settings(deadline=None)  # the first example loads scipy
@given(tables)
def test_alpha_is_that_of_the_definition(metric: str, table: list[list[int | None]]) -> None:
    """Average distance of pairs within items, over that of pairs of any two pairable ratings."""
    ratings = ratings_of_table(table)
    expected = alpha_by_definition(table, metric)

    if expected is None:
        with pytest.raises((SingleClass, TooLittleOverlap, NoRatings)):
            krippendorff_alpha(ratings, metric=metric)
    else:
        assert krippendorff_alpha(ratings, metric=metric).value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
def test_names_of_items_and_annotators_do_not_matter(metric: str) -> None:
    rows = [(i, a, c) for i in range(30) for a, c in enumerate(((i % 4), (i // 3) % 4, (i % 4)))]
    renamed = [(f"item-{99 - i}", "cab"[a], c) for i, a, c in reversed(rows)]

    before = krippendorff_alpha(Ratings.from_rows(rows), metric=metric)
    after = krippendorff_alpha(Ratings.from_rows(renamed), metric=metric)

    assert (before.value, before.low, before.high) == pytest.approx((after.value, after.low, after.high), abs=1e-12)


def test_names_of_classes_do_not_matter_to_the_nominal_metric() -> None:
    words = ["aab", "bb.", "cca", "abc", "ccc", "b.b"]

    found = {round(krippendorff_alpha(ratings_of(*renamed)).low, 12) for renamed in renamings(words)}

    assert len(found) == 1


def test_reversing_the_order_of_classes_does_not_matter_to_the_ordinal_metric() -> None:
    words = ["aab", "bb.", "cca", "abc", "ccc", "b.b"]

    forward = krippendorff_alpha(ratings_of(*words, classes="abc"), metric="ordinal")
    backward = krippendorff_alpha(ratings_of(*words, classes="cba"), metric="ordinal")

    assert forward.value == pytest.approx(backward.value)
    assert forward.low == pytest.approx(backward.low)


@pytest.mark.parametrize("metric", METRICS)
def test_the_standard_error_is_that_of_the_jackknife(metric: str) -> None:
    """Within 5 %: leaving out one item at a time needs no derivatives."""
    ratings = noisy_ratings(seed=5, n_items=150)
    found = krippendorff_alpha(ratings, metric=metric)
    n = int(found.n)
    shared = np.flatnonzero(ratings.class_counts().sum(axis=1) >= 2)
    without = np.array([krippendorff_alpha(ratings.select(ratings.item != i), metric=metric).value for i in shared])

    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())

    reach = np.log((1 - found.low) / (1 - found.value))
    assert reach * (1 - found.value) / student_quantile(0.975, n - 1) == pytest.approx(jackknife, rel=0.05)


def test_full_agreement_is_one_with_the_bound_of_clopper_and_pearson() -> None:
    """40 unanimous items cannot exclude a disagreement rate of 8.8 %, nor alpha below 1 - .088 / chance."""
    ratings = ratings_of(*["aa", "bb"] * 20)
    chance = 2 * 40 * 40 / (80 * 79)

    found = krippendorff_alpha(ratings)

    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(1 - (1 - clopper_pearson(40, 40).low) / chance)


@pytest.mark.parametrize("metric", ["nominal", "ordinal"])
def test_items_that_are_all_alike_do_not_pretend_to_certainty(metric: str) -> None:
    """Every item split in two: no spread between items, and yet ten items are not proof."""
    found = krippendorff_alpha(ratings_of(*["ab"] * 10), metric=metric)

    assert found.value == pytest.approx(-0.9)
    assert found.low == -0.9 or found.low < found.value
    assert found.high > -0.5


@pytest.mark.parametrize("n_items", [2, 3, 5])
def test_few_items_give_a_wide_but_finite_interval(n_items: int) -> None:
    found = krippendorff_alpha(ratings_of(*["ab", "aa", "bb", "bb", "aa"][:n_items]))

    assert -1 <= found.low < found.value < found.high < 1


def test_items_with_one_rating_count_for_nothing() -> None:
    shared = ["aa", "ab", "bb"]

    assert krippendorff_alpha(ratings_of(*shared, "c.", ".c")).value == krippendorff_alpha(ratings_of(*shared)).value


@pytest.mark.parametrize("metric", METRICS)
def test_what_cannot_be_answered_is_refused_with_its_reason(metric: str) -> None:
    with pytest.raises(NoRatings):
        krippendorff_alpha(Ratings.from_rows([]), metric=metric)
    with pytest.raises(TooLittleOverlap, match="there are 0"):
        krippendorff_alpha(ratings_of("1", "2", "1"), metric=metric)
    with pytest.raises(TooLittleOverlap, match="there are 1"):
        krippendorff_alpha(ratings_of("12", "2."), metric=metric)
    with pytest.raises(SingleClass, match="3 shared items"):
        krippendorff_alpha(ratings_of("11", "11", "11", "2."), metric=metric)


def test_a_metric_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="'euclid'"):
        krippendorff_alpha(ratings_of("ab", "aa"), metric="euclid")


def test_distances_between_names_are_refused() -> None:
    with pytest.raises(NotNumeric, match="'a' is not"):
        krippendorff_alpha(ratings_of("ab", "aa"), metric="interval")


def test_ratios_of_negative_numbers_are_refused() -> None:
    ratings = Ratings.from_rows([(1, "ada", -1), (1, "bo", 2), (2, "ada", 2), (2, "bo", 2)])

    with pytest.raises(NotNumeric, match="from 0 up"):
        krippendorff_alpha(ratings, metric="ratio")


@pytest.mark.parametrize("metric", METRICS)
def test_memory_does_not_grow_with_annotators_or_classes(metric: str) -> None:
    """Under 100 bytes per rating, with as many annotators as one likes and 200 classes."""
    rng = np.random.default_rng(1)
    n_ratings = 200_000
    item, annotator, label = rng.integers(0, [[60_000], [1000], [200]], size=(3, n_ratings)).astype(np.int32)
    ratings = Ratings(item, annotator, label, tuple(range(60_000)), tuple(range(1000)), tuple(range(200)))
    krippendorff_alpha(ratings)  # loads scipy

    tracemalloc.start()
    krippendorff_alpha(ratings, metric=metric)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 100 * n_ratings


@pytest.mark.parametrize(("metric", "n_samples"), [("nominal", 300), ("ordinal", 150)])
def test_the_interval_covers_the_alpha_of_all_items(metric: str, n_samples: int) -> None:
    """Within four standard errors of 95 % (the tighter check is slow)."""
    slack = 4 * np.sqrt(0.95 * 0.05 / n_samples)

    assert coverage(metric, n_items=100, n_samples=n_samples) == pytest.approx(0.95, abs=slack)


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("n_items", [50, 200])
def test_the_interval_keeps_its_promise_closely(metric: str, n_items: int) -> None:
    assert 0.925 <= coverage(metric, n_items=n_items, n_samples=2000) <= 0.975


def coverage(metric: str, *, n_items: int, n_samples: int) -> float:
    """How often the interval from a sample of items holds alpha of a population of 40,000."""
    truth = krippendorff_alpha(noisy_ratings(seed=0, n_items=40_000), metric=metric).value
    hits = 0
    for seed in range(1, n_samples + 1):
        found = krippendorff_alpha(noisy_ratings(seed=seed, n_items=n_items), metric=metric)
        hits += found.low <= truth <= found.high
    return hits / n_samples


def noisy_ratings(*, seed: int, n_items: int) -> Ratings:
    """Four ordered classes, unevenly frequent, one to four ratings each, errors mostly to a neighbour."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(n_items), rng.integers(1, 5, size=n_items))
    truth = rng.choice(4, size=n_items, p=[0.4, 0.3, 0.2, 0.1])[item]
    label = np.clip(truth + rng.choice([-1, 0, 1], size=len(item), p=[0.12, 0.8, 0.08]), 0, 3)
    codes = [array.astype(np.int32) for array in (item, np.arange(len(item)) % 50, label)]
    return Ratings(codes[0], codes[1], codes[2], tuple(range(n_items)), tuple(range(50)), (0, 1, 2, 3))


def ratings_of_table(table: list[list[int | None]]) -> Ratings:
    rows = [(i, a, c) for i, row in enumerate(table) for a, c in enumerate(row) if c is not None]
    return Ratings.from_rows(rows, classes=[0, 1, 2, 3])


def alpha_by_definition(table: list[list[int | None]], metric: str) -> float | None:
    """Krippendorff's definition written out pair by pair; None where it has no answer."""
    items = [[c for c in row if c is not None] for row in table]
    items = [item for item in items if len(item) >= 2]
    values = [c for item in items for c in item]
    if len(items) < 2 or len(set(values)) < 2:
        return None
    distance = distance_of(metric, values)
    within = sum(distance(c, k) / (len(item) - 1) for item in items for c, k in permutations(item, 2)) / len(values)
    between = sum(distance(c, k) for c, k in permutations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - within / between


def distance_of(metric: str, values: list[int]) -> Callable[[int, int], float]:
    def ordinal(c: int, k: int) -> float:
        low, high = min(c, k), max(c, k)
        between = sum(low <= value <= high for value in values)
        return (between - (values.count(low) + values.count(high)) / 2) ** 2

    return {
        "nominal": lambda c, k: float(c != k),
        "ordinal": lambda c, k: ordinal(c, k) if c != k else 0.0,
        "interval": lambda c, k: float((c - k) ** 2),
        "ratio": lambda c, k: ((c - k) / (c + k)) ** 2 if c != k else 0.0,
    }[metric]


def renamings(words: list[str]) -> list[list[str]]:
    """The words with their classes renamed in every way."""
    return [[word.translate(str.maketrans("abc", "".join(to))) for word in words] for to in permutations("abc")]
