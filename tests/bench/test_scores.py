"""The benchmark's own yardsticks for probabilities."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bench.measuring.scores import (
    LEAST_PROBABILITY,
    calibration_error,
    calibration_floor,
    first_within,
    likelihood_path,
    score,
)
from karat.quality.consensus.dawid_skene import dawid_skene
from karat.quality.ratings import Ratings


def test_a_tie_with_the_truth_is_worth_its_share() -> None:
    found = score(np.array([[0.5, 0.5], [0.1, 0.9]]), np.array([0, 1]), np.random.default_rng(0))

    assert found.accuracy == 0.75


def test_certainty_of_something_false_costs_no_more_than_the_least_probability() -> None:
    found = score(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1, -1]), np.random.default_rng(0))

    assert found.log_loss == pytest.approx(-np.log(LEAST_PROBABILITY))
    assert found.accuracy == 0.0


def test_calibration_error_is_the_distance_of_certainty_and_accuracy() -> None:
    certainty = np.array([0.95] * 10 + [0.75] * 10)
    credit = np.array([1.0] * 5 + [0.0] * 5 + [1.0] * 7 + [0.0] * 3)

    assert calibration_error(certainty, credit) == pytest.approx((0.45 + 0.05) / 2)


def test_the_floor_falls_with_the_number_of_items() -> None:
    few, many = (calibration_floor(np.full(n, 0.7), np.random.default_rng(0)) for n in (50, 5000))

    assert many < 0.2 * few


def test_plain_iterations_climb_to_where_maximum_likelihood_is() -> None:
    rng = np.random.default_rng(1)
    item, annotator = (grid.ravel() for grid in np.meshgrid(np.arange(60), np.arange(6), indexing="ij"))
    label = np.where(rng.random(360) < 0.8, item % 2, 1 - item % 2)
    ratings = Ratings.from_codes(item, annotator, label)

    path = likelihood_path(item, annotator, label, rest=1e-12)

    assert all(later >= earlier - 1e-9 for earlier, later in itertools.pairwise(path))
    assert path[-1] == pytest.approx(dawid_skene(ratings, estimate="likelihood").log_likelihood, rel=1e-6)


def test_the_first_iteration_within_a_share_of_the_optimum() -> None:
    path = [-200.0, -101.0, -100.5, -100.0]

    assert first_within(path, -100.0, 0.01) == 2
    assert first_within(path, -100.0, 1e-6) == 4
