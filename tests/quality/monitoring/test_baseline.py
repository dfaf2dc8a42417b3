"""Baselines: lower bounds that hold for all but the budget."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.monitoring.baseline import baselines
from karat.quality.monitoring.belief import Belief


@pytest.mark.parametrize("budget", [0.02, 0.1])
def test_true_levels_lie_below_their_baseline_as_often_as_the_budget_says(budget: float) -> None:
    rng = np.random.default_rng(0)
    accuracy = rng.beta(46, 4, 5000)

    found = baselines(rng.binomial(200, accuracy), np.full(5000, 200), false_budget=budget)

    assert (accuracy < found.lower).mean() == pytest.approx(budget, abs=0.25 * budget)


def test_little_evidence_leans_on_the_team_and_is_not_enough() -> None:
    found = baselines([10, 190], [10, 200], team=Belief(46, 4))

    assert found.beliefs[0].mean == pytest.approx(56 / 60)
    assert found.is_enough.tolist() == [False, True]
    assert found.lower[0] < found.lower[1]
