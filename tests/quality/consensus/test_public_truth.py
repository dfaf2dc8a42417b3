"""Twelve public crowds with known truth: accuracy, log-loss and calibration of the default."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from karat.quality.consensus import auto, consensus, dawid_skene
from tests.quality.consensus.truth_data import SETS, SMALL_SETS, Score, crowd, scored

CROWD_KIT_ACCURACY = {
    "bluebird": 88.9, "dog": 84.3, "rte": 92.8, "trec": 70.2, "web": 82.9, "CF": 83.0,
    "CF_amt": 84.0, "ZC_in": 76.1, "ZC_us": 83.7, "product": 94.0, "face": 64.0, "rel": 61.6,
}  # fmt: skip
"""Per cent right of crowd-kit 1.4.2's Dawid-Skene as measured with its defaults."""


def test_without_gold_it_is_as_right_as_dawid_skene_and_far_more_honest(shared_data: Path) -> None:
    scores = {}
    for name in SETS:
        found = crowd(shared_data, name)
        scores[name] = scored(auto(found.ratings), found.truth)

    assert np.mean([score.log_loss for score in scores.values()]) <= 0.65
    accuracy = np.mean([100 * score.accuracy for score in scores.values()])
    assert accuracy >= np.mean(list(CROWD_KIT_ACCURACY.values())) - 0.3


@pytest.mark.parametrize("name", ["dog", "rte", "ZC_us", "product", "face"])
def test_a_hundred_gold_answers_make_certainty_a_probability(shared_data: Path, name: str) -> None:
    found = crowd(shared_data, name)

    scores = [_with_gold(shared_data, name, seed) for seed in range(3)]

    assert len(found.truth) >= 500
    assert np.mean([score.calibration_excess for score in scores]) <= 0.05


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dog", "rte", "trec", "web", "ZC_in", "ZC_us", "product", "face", "rel"])
def test_calibration_holds_over_many_draws_of_gold(shared_data: Path, name: str) -> None:
    scores = [_with_gold(shared_data, name, seed) for seed in range(10)]

    assert np.mean([score.calibration_excess for score in scores]) <= 0.05


@pytest.mark.parametrize(("name", "method", "per_cent"), [
    ("product", "one_coin", 92.8), ("face", "one_coin", 62.8), ("dog", "dawid_skene_map", 84.1),
    ("bluebird", "one_coin", 72.2), ("ZC_us", "blend", 83.5),
])  # fmt: skip
def test_accuracy_is_that_of_independent_implementations(
    shared_data: Path, name: str, method: str, per_cent: float
) -> None:
    """Prototypes of the same models, which broke ties differently; others are in tests/published."""
    found = crowd(shared_data, name)

    score = scored(consensus(found.ratings, method=method), found.truth)

    assert 100 * score.accuracy == pytest.approx(per_cent, abs=0.6)


@pytest.mark.parametrize("name", [name for name in SMALL_SETS if name != "CF"])  # 4 ratings each: no clear optimum
def test_maximum_likelihood_leaves_nothing_to_gain(shared_data: Path, name: str) -> None:
    """Without a prior there are long plateaus; other tools stop on them, up to 3 % below the optimum."""
    ratings = crowd(shared_data, name).ratings

    usual = dawid_skene(ratings, estimate="likelihood")

    best = dawid_skene(ratings, estimate="likelihood", tolerance=1e-15, max_iterations=20_000).log_likelihood
    assert usual.converged
    assert usual.log_likelihood == pytest.approx(best, rel=1e-5)


def _with_gold(shared_data: Path, name: str, seed: int) -> Score:
    found = crowd(shared_data, name)
    chosen = set(np.random.default_rng(seed).choice(sorted(found.truth), size=100, replace=False).tolist())
    gold = {item: label for item, label in found.truth.items() if item in chosen}
    rest = {item: label for item, label in found.truth.items() if item not in chosen}
    return scored(auto(found.ratings, gold=gold), rest)
