"""MACE: against its equations written out densely, planted clickers, and what decides when to stop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import digamma

from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.mace import Habits, _best_start, _Problem, mace
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world


def clicker_world(seed: int, *, n_items: int = 300) -> tuple[Ratings, npt.NDArray[np.intp], dict[str, float]]:
    """Five people who know a share of the answers and guess the rest, two of them always the same class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(3, size=n_items)
    competence = {"ada": 0.9, "bo": 0.8, "cy": 0.7, "clicker": 0.0, "half": 0.4}
    rows = []
    for item in range(n_items):
        for who, share in competence.items():
            guess = 0 if who in {"clicker", "half"} else int(rng.integers(3))
            rows.append((item, who, int(truth[item]) if rng.random() < share else guess))
    return Ratings.from_rows(rows, classes=range(3)), truth, competence


def test_competences_find_who_only_clicks() -> None:
    ratings, truth, competence = clicker_world(0)

    found = mace(ratings)

    assert np.mean(np.array(found.consensus.labels) == truth) > 0.95
    for who, share in competence.items():
        assert found.competence[who].value == pytest.approx(share, abs=0.08)
    assert found.competence["clicker"].high < 0.2


def test_intervals_of_competence_hold_the_planted_one() -> None:
    hits = []
    for seed in range(12):
        ratings, _, competence = clicker_world(seed)
        found = mace(ratings, n_restarts=2).competence
        hits += [found[who].low <= share <= found[who].high for who, share in competence.items() if share > 0]

    assert np.mean(hits) > 0.85


@pytest.mark.parametrize("items", [1.0, None])
def test_it_is_the_model_written_out_densely(items: float | None) -> None:
    world = planted_world(seed=4, n_items=60, accuracy=[0.9, 0.8, 0.7, 0.5], overlap=3)

    found = mace(world.ratings, habits=Habits(items=items), n_restarts=1, tolerance=1e-13, max_iterations=800)

    dense = dense_posterior(world.ratings, items, n_iterations=800)
    assert found.consensus.probabilities == pytest.approx(dense, abs=1e-5)


@pytest.mark.parametrize("items", [1.0, None])
def test_the_bound_never_falls(items: float | None) -> None:
    world = planted_world(seed=2, n_items=100, accuracy=[0.9, 0.8, 0.7, 0.6, 0.4], overlap=3)
    ratings, known = with_gold(world.ratings, {0: world.truth[0], 5: (world.truth[5] + 1) % 3, 6: 9})
    problem = _Problem.of(ratings, known, Habits(items=items))
    counts = _best_start(problem, 4, 1, seed=0)

    bounds = []
    for _ in range(60):
        odds, divergence = problem.parameters(counts)
        counts, log_likelihood = problem.expected(odds)
        bounds.append(float(log_likelihood[0] - divergence[0]))

    assert np.diff(bounds).min() > -1e-9
    assert bounds[-1] > bounds[0]


def test_hundreds_of_ratings_of_an_item_neither_overflow_nor_vanish() -> None:
    rows = [(item, who, "xy"[item % 2]) for item in range(12) for who in range(400)]
    rows += [(item, 1000 + who, "yx"[item % 2]) for item in range(12) for who in range(150)]

    result = mace(Ratings.from_rows(rows)).consensus

    assert result.labels == tuple("xy" * 6)
    assert result.certainty.min() == 1
    assert result.log_likelihood is not None
    assert np.isfinite(result.log_likelihood)


def test_the_seed_draws_the_starts_and_changes_no_clear_answer() -> None:
    ratings, _, _ = clicker_world(1, n_items=100)

    one, other = mace(ratings, seed=1).consensus, mace(ratings, seed=2).consensus

    assert one.labels == other.labels
    assert one.probabilities == pytest.approx(other.probabilities, abs=0.02)


def test_it_says_when_it_did_not_converge() -> None:
    world = planted_world(seed=2, n_items=100, accuracy=[0.9, 0.7, 0.6, 0.5], overlap=3)

    stopped = mace(world.ratings, n_restarts=1, n_iterations=1, max_iterations=2).consensus

    assert (stopped.converged, stopped.n_iterations) == (False, 2)


def dense_posterior(ratings: Ratings, items: float | None, *, n_iterations: int) -> npt.NDArray[np.float64]:
    """Section 3 of the paper with its priors, over full tables of annotators x classes, from the vote shares."""
    n_classes, who, given = ratings.n_classes, ratings.annotator, ratings.label
    given_by = np.zeros((ratings.n_annotators, n_classes))
    np.add.at(given_by, (who, given), 1)
    posterior = ratings.class_counts().toarray() / ratings.class_counts().sum(axis=1)[:, np.newaxis]
    is_known = np.ones_like(given_by)
    for _ in range(n_iterations):
        known = np.zeros_like(given_by)
        np.add.at(known, (who, given), posterior[ratings.item, given] * is_known[who, given])
        guessed = given_by - known
        total = digamma(given_by.sum(axis=1) + 1)
        log_known = digamma(known.sum(axis=1) + 0.5) - total
        log_guessed = digamma(guessed.sum(axis=1) + 0.5) - total
        log_habit = digamma(guessed + 10) - digamma(guessed.sum(axis=1) + 10 * n_classes)[:, np.newaxis]
        guess, know = np.exp(log_guessed[:, np.newaxis] + log_habit), np.exp(log_known)[:, np.newaxis]
        is_known = know / (know + guess)
        joint = np.ones_like(posterior)
        if items is not None:
            joint *= np.exp(digamma(posterior.sum(axis=0) + items))
        for item, annotator, label in zip(ratings.item, who, given, strict=True):
            is_this = np.arange(n_classes) == label
            joint[item] *= guess[annotator, label] + is_this * know[annotator, 0]
        posterior = joint / joint.sum(axis=1, keepdims=True)
    return np.asarray(posterior)
