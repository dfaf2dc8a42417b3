"""Lead time: measured from alarms, and never claimed from too few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.lead_time import lead_time

alarm_days = st.lists(st.floats(0, 400), max_size=12, unique=True)


def test_alarms_are_paired_with_the_nearest_within_reach() -> None:
    found = lead_time([10, 12, 300], [15, 100])

    assert found.leads == (3.0,)
    assert (found.n_only_agreement, found.n_only_gold) == (2, 1)


def test_a_median_needs_six_pairs() -> None:
    days = np.arange(6) * 50.0

    assert lead_time(days[:5].tolist(), (days[:5] + 4).tolist()).median is None
    six = lead_time(days.tolist(), (days + np.array([1, 2, 3, 4, 5, 9])).tolist())
    assert six.median is not None
    assert (six.median.low, six.median.value, six.median.high) == (1.0, 3.5, 9.0)


def test_the_interval_of_the_median_covers_as_often_as_stated() -> None:
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(400):
        days = np.arange(15) * 100.0
        median = lead_time(days.tolist(), (days + rng.exponential(8, 15)).tolist(), within_days=49).median
        assert median is not None
        covered.append(median.low <= 8 * np.log(2) <= median.high)

    assert np.mean(covered) >= 0.93


@given(alarm_days, alarm_days)
def test_exchanging_the_two_turns_every_lead_around(one: list[float], other: list[float]) -> None:
    there, back = lead_time(one, other), lead_time(other, one)

    assert sorted(there.leads) == pytest.approx(sorted(-lead for lead in back.leads))
    assert (there.n_only_agreement, there.n_only_gold) == (back.n_only_gold, back.n_only_agreement)


def test_without_pairs_nothing_is_said() -> None:
    found = lead_time([1], [100])

    assert (found.median, found.is_earlier) == (None, None)
    with pytest.raises(QualityError, match="some days apart"):
        lead_time([1], [2], within_days=0)
