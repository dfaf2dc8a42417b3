"""Intervals over items keep their promise: on balanced and rare classes, few items and many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from karat.quality.agreement import gwet_ac1, krippendorff_alpha, observed_agreement
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

BALANCED, RARE, ZIPF = (0.5, 0.5), (0.95, 0.05), (0.438, 0.219, 0.146, 0.109, 0.088)
MEASURES: dict[str, Callable[[Ratings], Estimate]] = {
    "alpha": krippendorff_alpha,
    "ac1": gwet_ac1,
    "observed": observed_agreement,
}


@pytest.mark.parametrize("measure", MEASURES)
def test_the_interval_covers_what_all_items_would_say(measure: str) -> None:
    """Within four standard errors of 95 % (the tighter checks are slow)."""
    assert coverage(measure, ZIPF, n_items=100, n_samples=300) == pytest.approx(0.95, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [50, 100, 200, 400])
@pytest.mark.parametrize("shares", [BALANCED, ZIPF])
def test_alpha_keeps_its_promise(shares: tuple[float, ...], n_items: int) -> None:
    assert 0.93 <= coverage("alpha", shares, n_items=n_items, n_samples=3000) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [200, 400])
def test_alpha_keeps_its_promise_on_a_rare_class(n_items: int) -> None:
    """Below 200 items a class of 5 % is too rare for any interval: see where it is shown greyed out."""
    assert 0.93 <= coverage("alpha", RARE, n_items=n_items, n_samples=3000) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("n_items", [100, 400])
@pytest.mark.parametrize("measure", ["ac1", "observed"])
def test_other_coefficients_keep_their_promise(measure: str, n_items: int) -> None:
    """Raw agreement has an exact interval, which may cover more."""
    assert 0.93 <= coverage(measure, ZIPF, n_items=n_items, n_samples=3000) <= (0.97 if measure == "ac1" else 0.98)


def coverage(measure: str, shares: tuple[float, ...], *, n_items: int, n_samples: int) -> float:
    """How often the interval from a sample of items holds the value on 400,000; alpha that is undefined is a miss."""
    truth = MEASURES[measure](two_ratings_each(0, shares, 400_000)).value
    hits = 0
    for seed in range(1, n_samples + 1):
        ratings = two_ratings_each(seed, shares, n_items)
        if len(np.unique(ratings.label)) > 1:
            found = MEASURES[measure](ratings)
            hits += found.low <= truth <= found.high
    return hits / n_samples


def two_ratings_each(seed: int, shares: tuple[float, ...], n_items: int) -> Ratings:
    """Annotators know nine items in ten, and give a class at random by its share to the others: alpha is .81."""
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.choice(len(shares), size=n_items, p=np.array(shares) / sum(shares)), 2)
    guess = rng.choice(len(shares), size=2 * n_items, p=np.array(shares) / sum(shares))
    label = np.where(rng.random(2 * n_items) < 0.9, truth, guess).astype(np.int32)
    item, annotator = np.indices((n_items, 2), dtype=np.int32).reshape(2, -1)
    return Ratings(item, annotator, label, tuple(range(n_items)), (0, 1), tuple(range(len(shares))))
