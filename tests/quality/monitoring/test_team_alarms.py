"""Alarms of a whole team: budgets and shares of false ones."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.errors import QualityError
from karat.quality.monitoring.team_alarms import answers_between, raise_together


def test_a_budget_of_false_alarms_becomes_a_limit() -> None:
    assert answers_between(false_alarms=3, people=1000, answers_a_day=30, days=60) == 600_000


def test_less_is_asked_of_each_when_many_show_evidence() -> None:
    alone = raise_together([1e6] + [1.0] * 99, answers_a_day=10)
    together = raise_together([1e6] * 20 + [1.0] * 80, answers_a_day=10)

    assert alone.people == ()
    assert together.people == tuple(range(20))
    assert together.limit_days == pytest.approx(100 * 60 / (0.05 * 20))


def test_few_of_those_alarmed_are_false() -> None:
    """Evidence of the quiet is as heavy-tailed as the promise allows: P(evidence >= x) = patience / x."""
    rng, shares = np.random.default_rng(0), []
    for _ in range(4000):
        quiet_days = 60 / rng.random(95)
        found = raise_together(np.append(quiet_days, np.full(5, 1e6)), answers_a_day=1, false_share=0.05)
        shares.append(sum(person < 95 for person in found.people) / max(1, len(found.people)))

    assert np.mean(shares) <= 0.05


def test_people_with_more_answers_need_more_evidence() -> None:
    assert raise_together([1e5, 1e5], answers_a_day=[10, 100], patience_days=60).people == (0,)


def test_nobody_is_no_alarm() -> None:
    assert raise_together([], answers_a_day=1).people == ()


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(QualityError, match="above 0; got 0"):
        answers_between(false_alarms=0, people=1, answers_a_day=1, days=1)
    with pytest.raises(QualityError, match="between 0 and 1"):
        raise_together([1.0], answers_a_day=1, false_share=2)
