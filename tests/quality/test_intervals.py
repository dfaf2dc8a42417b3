"""Intervals of proportions: published ends, guarantees, and the reasons for the default."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, clopper_pearson, jeffreys, proportion, wilson

METHODS = [wilson, jeffreys, clopper_pearson]


def test_wilson_gives_the_published_ends() -> None:
    """Newcombe (1998), Statistics in Medicine 17:857, table I: 81/263, 15/148, 0/20 and 1/29."""
    ends = [
        (round(e.low, 4), round(e.high, 4)) for e in (wilson(81, 263), wilson(15, 148), wilson(0, 20), wilson(1, 29))
    ]

    assert ends == [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718)]


def test_clopper_pearson_gives_the_published_ends() -> None:
    """The same four cases there: method 5."""
    cases = [(81, 263), (15, 148), (0, 20), (1, 29)]

    ends = [(round(clopper_pearson(*c).low, 4), round(clopper_pearson(*c).high, 4)) for c in cases]

    assert ends == [(0.2527, 0.3676), (0.0578, 0.1617), (0.0, 0.1684), (0.0009, 0.1776)]


@pytest.mark.parametrize("interval", METHODS)
def test_an_interval_holds_its_share_and_mirrors_failures(interval: Callable[..., Estimate]) -> None:
    """Counting failures instead of successes gives the same interval seen from the other side."""
    for successes in range(21):
        found, mirrored = interval(successes, 20), interval(20 - successes, 20)

        assert 0 <= found.low <= successes / 20 <= found.high <= 1
        assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


@pytest.mark.parametrize("interval", METHODS)
def test_more_trials_or_a_lower_level_shorten_the_interval(interval: Callable[..., Estimate]) -> None:
    def length(estimate: Estimate) -> float:
        return estimate.high - estimate.low

    assert length(interval(90, 100)) < length(interval(9, 10))
    assert length(interval(9, 10, level=0.8)) < length(interval(9, 10))


def test_clopper_pearson_covers_at_least_as_often_as_promised() -> None:
    for n in (5, 17, 60):
        for truth in np.linspace(0.01, 0.99, 45):
            assert exact_coverage(clopper_pearson, n, truth) >= 0.95


def test_the_default_keeps_its_lower_promise_where_accuracies_live() -> None:
    """Between .70 and .995 Wilson's lower end is below the truth in at least 96 % of samples, Jeffreys' is not."""
    truths = np.linspace(0.7, 0.995, 60)

    def worst(interval: Callable[..., Estimate]) -> float:
        return min(exact_coverage(interval, n, truth, only_low=True) for n in (10, 50, 200) for truth in truths)

    assert proportion(46, 50) == wilson(46, 50)
    assert worst(wilson) > 0.96
    assert worst(jeffreys) < 0.94


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 5), (6, 5), (float("nan"), 5)])
def test_impossible_counts_are_refused(successes: float, n: float) -> None:
    with pytest.raises(QualityError):
        proportion(successes, n)


def test_a_level_outside_0_to_1_is_refused() -> None:
    with pytest.raises(QualityError, match="level"):
        proportion(1, 2, level=95)


def test_an_estimate_cannot_lie_outside_its_interval() -> None:
    with pytest.raises(AssertionError):
        Estimate(float("nan"), 0.0, 1.0, n=3)


def exact_coverage(interval: Callable[..., Estimate], n: int, truth: float, *, only_low: bool = False) -> float:
    """Probability that the interval (or its lower end) holds the truth, summed over all outcomes."""
    total = 0.0
    for successes in range(n + 1):
        found = interval(successes, n)
        if found.low <= truth and (only_low or truth <= found.high):
            total += binom.pmf(successes, n, truth)
    return float(total)
