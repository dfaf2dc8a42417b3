"""Project health: false alarms as rare as stated, true ones soon, and none for a class mix that moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.project_health import Baseline, Day, ProjectHealth, expected_events
from karat.quality.monitoring.running import Running, run

RATES = np.array([0.05, 0.12, 0.25])
MIX = np.array([0.6, 0.3, 0.1])


def a_baseline(*, rate: float = 0.1, n_per_day: float = 50, spread: float = 1.0, rate_error: float = 0.0) -> Baseline:
    return Baseline(rate, n_per_day, spread, rate_error)


def days(rng: np.random.Generator, n_days: int, *, mix: np.ndarray = MIX, worse: float = 1.0) -> list[Day]:
    """Some 50 pairs a day whose classes have rates of their own."""
    found = []
    for _ in range(n_days):
        by_class = rng.multinomial(rng.poisson(50), mix)
        events = rng.binomial(by_class, np.minimum(RATES * worse, 1.0)).sum()
        found.append(Day(float(by_class.sum()), float(events), expected_events(by_class, RATES)))
    return found


def runs_to_notice(watch: ProjectHealth, rate: float, *, n_runs: int, n_days: int = 2500) -> np.ndarray:
    """Days to the lower limit, for many projects at once."""
    base, rng = watch.baseline, np.random.default_rng(0)
    n = round(base.n_per_day)
    scale = math.sqrt(n * base.rate * (1 - base.rate) * watch.weight / (2 - watch.weight))
    average, first = np.zeros(n_runs), np.full(n_runs, np.inf)
    for day in range(1, n_days + 1):
        average = (1 - watch.weight) * average + watch.weight * (rng.binomial(n, rate, n_runs) - n * base.rate)
        first = np.where((average / scale >= watch.notice_limit) & np.isinf(first), day, first)
    assert np.isinf(first).mean() < 0.002
    return np.asarray(first[np.isfinite(first)])


@pytest.mark.parametrize(("n_per_day", "rate"), [(10, 0.1), (50, 0.1), (200, 0.05)])
def test_the_lower_limit_is_passed_by_chance_once_in_250_days(n_per_day: int, rate: float) -> None:
    watch = ProjectHealth.against(a_baseline(rate=rate, n_per_day=n_per_day))

    assert watch.days_to_notice(rate) == pytest.approx(250, rel=0.01)
    assert runs_to_notice(watch, rate, n_runs=1500).mean() == pytest.approx(250, rel=0.08)


def test_a_fall_of_alpha_from_80_to_70_is_noticed_as_soon_as_the_design_says() -> None:
    """Two balanced classes: disagreement 10 % becomes 15 %. Days of the method's table: 19.0, 10.3, 6.6, 4.4."""
    for n_per_day, expected in [(10, 19.0), (25, 10.3), (50, 6.6), (100, 4.4)]:
        watch = ProjectHealth.against(a_baseline(n_per_day=n_per_day))

        assert watch.days_to_notice(0.15) == pytest.approx(expected, rel=0.05)


def quiet_share(n_projects: int, *, seed: int = 0) -> float:
    """Share of projects without an alarm in 90 days, the baseline being learnt from the 30 days before them."""
    rng = np.random.default_rng(seed)
    n_quiet = 0
    for _ in range(n_projects):
        watch = ProjectHealth.against(Baseline.of(days(rng, 30)))
        n_quiet += not run(watch, days(rng, 90)).is_alarm
    return n_quiet / n_projects


def test_most_quarters_without_a_change_see_no_alarm() -> None:
    assert quiet_share(40) >= 0.9


@pytest.mark.slow
def test_95_per_cent_of_quarters_without_a_change_see_no_alarm() -> None:
    assert quiet_share(1000, seed=1) >= 0.95


def test_a_class_mix_that_moves_raises_no_alarm_and_people_who_disagree_do() -> None:
    rng = np.random.default_rng(1)
    watch = ProjectHealth.against(Baseline.of(days(rng, 30)))

    harder = [run(watch, days(rng, 60, mix=np.array([0.2, 0.3, 0.5]))) for _ in range(20)]
    worse = [run(watch, days(rng, 60, worse=1.6)) for _ in range(20)]

    assert sum(reading.is_alarm for reading in harder) <= 2
    assert sum(reading.is_alarm for reading in worse) >= 19
    assert np.mean([reading.excess_rate for reading in worse]) == pytest.approx(0.6 * float(MIX @ RATES), rel=0.3)


def test_the_least_rise_is_found_with_the_stated_power() -> None:
    watch = ProjectHealth.against(a_baseline())
    rise = watch.least_rise(14)
    rng = np.random.default_rng(0)

    found = [
        run(watch, [Day(50.0, float(k), 5.0) for k in rng.binomial(50, 0.1 + rise, 14)]).is_alarm for _ in range(400)
    ]

    assert watch.chance_of_alarm(0.1 + rise, 14) == pytest.approx(0.8, abs=0.01)
    assert np.mean(found) == pytest.approx(0.8, abs=0.08)  # the sum helps the average a little


def test_dependent_pairs_widen_the_limits_by_what_they_vary_more() -> None:
    rng = np.random.default_rng(0)
    clumped = [Day(60.0, 6.0 * k, 12.0) for k in rng.binomial(10, 0.2, 60).tolist()]

    baseline = Baseline.of(clumped)

    assert baseline.spread == pytest.approx(6.0, rel=0.4)


def test_the_rise_is_dated_by_the_sum() -> None:
    watch = ProjectHealth.against(a_baseline())
    quiet, loud = Day(50.0, 4.0, 5.0), Day(50.0, 14.0, 5.0)

    assert run(watch, [quiet] * 20 + [loud] * 3).since == 3


day = st.builds(lambda n, share: Day(float(n), float(round(n * share)), 0.1 * n), st.integers(0, 80), st.floats(0, 0.4))


@settings(deadline=None)
@given(st.lists(day, min_size=1, max_size=30), st.data())
def test_running_equals_batch_after_revisions_and_withdrawals(seen: list[Day], data: st.DataObject) -> None:
    watch = ProjectHealth.against(a_baseline())
    running = Running(watch)
    for key, one in enumerate(seen):
        running.add(key, one)
    changed, gone = (data.draw(st.integers(0, len(seen) - 1)) for _ in range(2))
    other = data.draw(day)

    running.revise(changed, other)
    running.withdraw(gone)

    left = [other if key == changed else one for key, one in enumerate(seen) if key != gone]
    assert running.read() == run(watch, left)


def test_what_cannot_be_watched_is_refused_with_the_reason() -> None:
    with pytest.raises(QualityError, match="5 days and 10 disagreements"):
        Baseline.of([Day(10.0, 1.0, 1.0)])
    with pytest.raises(QualityError, match="rate between 0 and 1"):
        ProjectHealth.against(a_baseline(rate=0.0))
    with pytest.raises(QualityError, match="more than a day apart"):
        ProjectHealth.against(a_baseline(), days_between_notices=0.5)
