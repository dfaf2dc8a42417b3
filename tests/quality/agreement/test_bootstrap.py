"""The bootstrap over items: the same distribution as drawing items one by one, at the cost of patterns."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from karat.quality.agreement import krippendorff_alpha
from karat.quality.agreement.additive import additive
from karat.quality.agreement.bootstrap import bootstrap
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import clopper_pearson
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of, uneven_ratings

COEFFICIENTS = [
    *[("alpha", metric) for metric in ("nominal", "ordinal", "interval", "ratio")],
    *[(name, "nominal") for name in ("observed", "fleiss", "ac1", "brennan_prediger")],
    ("ac2", "linear"),
]


@pytest.mark.parametrize(("name", "metric"), COEFFICIENTS)
def test_it_is_the_bootstrap_of_items(name: str, metric: str) -> None:
    """Ends within a tenth of the length of those from items drawn one by one."""
    ratings = uneven_ratings(seed=5, n_items=150)
    drawn = items_drawn_one_by_one(ratings, name, metric, n_resamples=4000)

    found = bootstrap(ratings, coefficient=name, metric=metric, method="percentile", n_resamples=4000)

    low, high = np.quantile(drawn, [0.025, 0.975])
    assert (found.low, found.high) == pytest.approx((low, high), abs=(high - low) / 10)
    assert found.standard_error == pytest.approx(drawn.std(), rel=0.1)


def test_rare_patterns_drawn_by_their_normal_limit_give_the_same_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = uneven_ratings(seed=6, n_items=3000)
    exact = bootstrap(ratings, n_resamples=4000)

    monkeypatch.setattr(sys.modules[bootstrap.__module__], "MOST_PATTERNS", 5)
    found = bootstrap(ratings, n_resamples=4000)

    length = exact.high - exact.low
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=length / 10)
    assert found.standard_error == pytest.approx(exact.standard_error, rel=0.1)


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_on_many_items_it_agrees_with_the_analytic_interval(method: str) -> None:
    ratings = uneven_ratings(seed=7, n_items=4000)
    analytic = krippendorff_alpha(ratings)

    found = bootstrap(ratings, method=method, n_resamples=4000)  # type: ignore[arg-type]

    assert found.value == pytest.approx(analytic.value)
    assert found.n == analytic.n
    assert (found.low, found.high) == pytest.approx(
        (analytic.low, analytic.high), abs=(analytic.high - analytic.low) / 10
    )


def test_the_seed_decides_everything() -> None:
    ratings = uneven_ratings(seed=8)

    assert bootstrap(ratings, rng=3) == bootstrap(ratings, rng=np.random.default_rng(3))
    assert bootstrap(ratings, rng=3) != bootstrap(ratings, rng=4)


def test_bca_moves_the_interval_of_a_skewed_coefficient_downwards() -> None:
    """Near 1 a percentile interval sits too high: luck in the sample is repeated in every resample."""
    ratings = ratings_of(*["aa"] * 60, *["bb"] * 20, *["ab"] * 2)

    corrected, plain = bootstrap(ratings, n_resamples=4000), bootstrap(ratings, n_resamples=4000, method="percentile")

    assert corrected.low < plain.low


def test_unanimity_has_the_bound_of_clopper_and_pearson() -> None:
    found = bootstrap(ratings_of(*["aa", "bb"] * 20))

    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(1 - (1 - clopper_pearson(40, 40).low) / (2 * 40 * 40 / (80 * 79)))


def test_what_cannot_be_answered_is_refused_with_its_reason() -> None:
    with pytest.raises(NoRatings):
        bootstrap(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap, match="there are 1"):
        bootstrap(ratings_of("ab", "a."))
    with pytest.raises(SingleClass, match="agree perfectly"):
        bootstrap(ratings_of("aa", "aa"))
    with pytest.raises(SingleClass, match="of 1000 resamples"):
        bootstrap(ratings_of(*["aa"] * 30, "ab"))
    with pytest.raises(UnknownMethod, match="'wild'"):
        bootstrap(ratings_of("ab", "aa"), method="wild")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("n_items", "method"), [(100, "bca"), (200, "bca"), (200, "percentile")])
def test_the_interval_keeps_its_promise_closely(n_items: int, method: str) -> None:
    truth = krippendorff_alpha(uneven_ratings(seed=0, n_items=60_000)).value

    hits = 0
    for seed in range(1, 1001):
        found = bootstrap(uneven_ratings(seed=seed, n_items=n_items), method=method, n_resamples=500)  # type: ignore[arg-type]
        hits += found.low <= truth <= found.high

    assert 0.925 <= hits / 1000 <= 0.975


def items_drawn_one_by_one(ratings: Ratings, name: str, metric: str, *, n_resamples: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    measure = additive(name, ratings.classes, metric=metric)
    counts = ratings.class_counts().astype(float)
    counts = counts[np.flatnonzero(counts.sum(axis=1) >= (2 if measure.needs_pairs else 1))]
    rows = measure.rows(counts).toarray()
    drawn = rng.integers(len(rows), size=(n_resamples, len(rows)))
    return measure.value(np.stack([rows[chosen].sum(axis=0) for chosen in drawn]))
