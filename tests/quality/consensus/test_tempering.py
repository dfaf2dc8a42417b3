"""Tempering: evidence is counted in full where ratings are independent, and less where they repeat each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from karat.quality.consensus import dawid_skene
from karat.quality.consensus.tempering import WEIGHTS, Evidence, best_weight
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world

LURE_WORLDS = range(3)


def lure_world(seed: int) -> tuple[Ratings, dict[int, int]]:
    """On a quarter of the items most annotators fall for the same wrong class, whatever their skill."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=200)
    lure = (truth + rng.integers(1, 3, size=200)) % 3
    is_hard = rng.random(200) < 0.25
    rows = []
    for item in range(200):
        for annotator in range(12):
            falls = is_hard[item] and rng.random() < 0.6
            is_right = rng.random() < 0.85
            rows.append((item, annotator, int(lure[item] if falls else truth[item] if is_right else rng.integers(3))))
    return Ratings.from_rows(rows, classes=range(3)), dict(enumerate(truth.tolist()))


def log_loss(probabilities: npt.NDArray[np.float64], truth: dict[int, int]) -> float:
    return float(-np.mean([np.log(max(probabilities[item, label], 1e-6)) for item, label in truth.items()]))


def test_independent_ratings_count_nearly_in_full() -> None:
    weights = [
        dawid_skene(
            planted_world(seed=seed, n_items=400, accuracy=[0.8] * 8, overlap=6).ratings, is_tempered=True
        ).evidence_weight
        for seed in range(3)
    ]

    assert min(weights) >= 0.85


@pytest.mark.parametrize("seed", LURE_WORLDS)
def test_shared_mistakes_lower_the_weight_and_the_loss(seed: int) -> None:
    ratings, truth = lure_world(seed)

    tempered, raw = dawid_skene(ratings, is_tempered=True), dawid_skene(ratings)

    assert tempered.evidence_weight <= 0.7
    assert log_loss(tempered.probabilities, truth) < 0.8 * log_loss(raw.probabilities, truth)
    assert raw.evidence_weight == 1


def test_the_weight_is_that_which_foretells_ratings_best() -> None:
    """Against the definition: for every rating, the mixture of confusion rows under the item's other ratings."""
    ratings, _ = lure_world(0)
    rows = np.log(np.where(ratings.label[:, np.newaxis] == np.arange(3), 0.8, 0.1))
    prior = np.log([0.3, 0.3, 0.4])

    def foretold(weight: float) -> float:
        total = 0.0
        for rating in range(ratings.n_ratings):
            others = (ratings.item == ratings.item[rating]) & (np.arange(ratings.n_ratings) != rating)
            belief = np.exp(prior + weight * rows[others].sum(axis=0))
            total += np.log(belief @ np.exp(rows[rating]) / belief.sum())
        return total

    best = max(WEIGHTS, key=foretold)

    starts = np.arange(200, dtype=np.intp) * 12
    assert best_weight(Evidence(prior, rows, starts, np.full(200, 12, dtype=np.intp))) == best


def test_without_shared_items_evidence_counts_in_full() -> None:
    rows = [(item, item % 3, item % 2) for item in range(12)]

    assert dawid_skene(Ratings.from_rows(rows), is_tempered=True).evidence_weight == 1
