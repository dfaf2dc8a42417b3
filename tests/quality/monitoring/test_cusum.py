"""The CUSUM: its limits are those that a simulation and a plain Markov chain give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.cusum import Cusum
from karat.quality.monitoring.running import Running, run


def simulated_runs(watch: Cusum, accuracy: float, *, n_runs: int = 3000, seed: int = 0) -> float:
    """Mean answers to the alarm over many people."""
    rng = np.random.default_rng(seed)
    points, length = np.zeros(n_runs, dtype=int), np.zeros(n_runs)
    is_quiet = np.ones(n_runs, dtype=bool)
    while is_quiet.any():
        is_right = rng.random(n_runs) < accuracy
        points = np.where(is_right, np.maximum(0, points - watch.down), points + watch.up)
        length += is_quiet
        is_quiet &= points < watch.limit
    return float(length.mean())


@pytest.mark.parametrize(("usual", "fallen"), [(0.92, 0.85), (0.7, 0.6), (0.98, 0.9), (0.5, 0.35)])
def test_false_alarms_come_as_rarely_as_stated(usual: float, fallen: float) -> None:
    watch = Cusum.against(usual, fallen, answers_between_false_alarms=500)

    assert watch.answers_to_alarm(usual) >= 500
    assert watch.answers_to_alarm(usual) == pytest.approx(simulated_runs(watch, usual), rel=0.06)
    assert watch.answers_to_alarm(fallen) == pytest.approx(simulated_runs(watch, fallen), rel=0.06)


def test_the_limit_is_the_smallest_that_keeps_the_promise() -> None:
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=2000)
    below = Cusum(0.92, 0.85, watch.up, watch.down, watch.limit - 1)

    assert below.answers_to_alarm(0.92) < 2000 <= watch.answers_to_alarm(0.92)


def test_a_fall_by_seven_points_is_found_in_about_seven_days_of_twenty_gold_items() -> None:
    """The design of the method page: 200 items a day, a tenth of them gold, one false alarm a year of 250 days."""
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=250 * 20)

    assert watch.answers_to_alarm(0.85) / 20 == pytest.approx(7.0, abs=0.3)


def test_the_chance_of_an_alarm_is_that_of_a_simulation() -> None:
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=1000)
    rng = np.random.default_rng(1)
    points, quiet = np.zeros(4000, dtype=int), np.ones(4000, dtype=bool)
    for n in range(500):
        is_right = rng.random(4000) < (0.92 if n < 400 else 0.8)
        points = np.where(is_right, np.maximum(0, points - watch.down), points + watch.up)
        quiet &= points < watch.limit
        if n == 399:
            settled = quiet.sum()

    assert watch.chance_of_alarm(0.8, 100) == pytest.approx(1 - quiet.sum() / settled, abs=0.03)


def test_the_least_fall_that_shows_has_the_stated_power() -> None:
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=5000)

    fall = watch.least_fall(300)

    assert watch.chance_of_alarm(0.92 - fall, 300) == pytest.approx(0.8, abs=1e-3)
    assert watch.answers_for_chance(0.92 - fall, 0.8) == pytest.approx(300, abs=1)
    assert watch.least_fall(3000) < fall < watch.least_fall(100)


def test_what_cannot_be_watched_is_refused_with_the_reason() -> None:
    with pytest.raises(QualityError, match="from a usual accuracy to a lower one"):
        Cusum.against(0.8, 0.9, answers_between_false_alarms=1000)
    with pytest.raises(QualityError, match="at least one answer between"):
        Cusum.against(0.9, 0.8, answers_between_false_alarms=0)
    with pytest.raises(QualityError, match="5 answers cannot raise this alarm"):
        Cusum.against(0.92, 0.85, answers_between_false_alarms=5000).least_fall(5)


def test_the_alarm_says_since_when() -> None:
    watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=1000)

    reading = run(watch, [True] * 50 + [False] * 6)

    assert (reading.is_alarm, reading.n, reading.since) == (True, 56, 6)


CHANGES = st.tuples(st.sampled_from(["add", "revise", "withdraw"]), st.integers(0, 30), st.booleans())


@given(st.lists(CHANGES, max_size=60))
def test_the_running_form_equals_the_batch_after_any_change(changes: list[tuple[str, int, bool]]) -> None:
    watch = Cusum.against(0.8, 0.6, answers_between_false_alarms=50)
    running, counts = Running(watch), dict[int, bool]()
    for change, key, is_right in changes:
        if change == "add" and key not in counts:
            running.add(key, is_right)
            counts[key] = is_right
        elif change == "revise" and key in counts:
            running.revise(key, is_right)
            counts[key] = is_right
        elif change == "withdraw" and key in counts:
            running.withdraw(key)
            del counts[key]

        assert running.read() == run(watch, counts.values())
