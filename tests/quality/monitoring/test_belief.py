"""Beliefs about shares, and the one a team starts from."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.errors import QualityError
from karat.quality.monitoring.belief import Belief, team_belief


def test_answers_sharpen_a_belief() -> None:
    before = Belief(9, 1)

    after = before.after(right=80, answered=100)

    assert (after.right, after.wrong) == (89, 21)
    assert after.chance_at_least(0.9) < before.chance_at_least(0.9)
    assert after.chance_at_least(after.quantile(0.3)) == pytest.approx(0.7)


def test_a_planted_team_is_recovered() -> None:
    rng = np.random.default_rng(0)
    accuracy = rng.beta(46, 4, 2000)

    team = team_belief(rng.binomial(50, accuracy), np.full(2000, 50))

    assert team.mean == pytest.approx(0.92, abs=0.005)
    assert team.strength == pytest.approx(50, rel=0.25)


def test_people_without_answers_change_nothing() -> None:
    assert team_belief([9, 8, 7, 0], [10, 10, 10, 0]) == team_belief([9, 8, 7], [10, 10, 10])


def test_a_team_that_is_all_alike_gets_the_tightest_belief() -> None:
    assert team_belief([9, 9, 9, 9], [10, 10, 10, 10]).strength == pytest.approx(2000)


def test_intervals_hold_the_truth_as_often_as_promised() -> None:
    rng = np.random.default_rng(1)
    accuracy = rng.beta(46, 4, 1000)
    right = rng.binomial(60, accuracy)
    team = team_belief(right, np.full(1000, 60))

    estimates = [team.after(right=k, answered=60).estimate() for k in right]

    held = [one.low <= true <= one.high for one, true in zip(estimates, accuracy, strict=True)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(QualityError, match="both kinds"):
        Belief(0, 1)
    with pytest.raises(QualityError, match="11 right among 10"):
        Belief(1, 1).after(right=11, answered=10)
    with pytest.raises(QualityError, match="from 3 people"):
        team_belief([1, 2], [10, 10])
    with pytest.raises(QualityError, match="nobody has more right"):
        team_belief([11, 2, 3], [10, 10, 10])
