"""Shares of classes and of unsure answers: one stated rate of false alarms, however many classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.running import Running, run
from karat.quality.monitoring.share_shift import ShareBaseline, ShareShift

MANY = (0.4, 0.25, 0.15, 0.08, 0.05, 0.04, 0.02, 0.005, 0.005)


def a_watch(shares: tuple[float, ...], n: float = 100) -> ShareShift:
    return ShareShift.against(ShareBaseline(shares, n, spread=1.0, n=1e12))


def mean_run(watch: ShareShift, *, n_runs: int, seed: int = 0) -> float:
    rng = np.random.default_rng(seed)
    shares, n = np.array(watch.baseline.shares), round(watch.baseline.n_per_day)
    lengths = []
    for _ in range(n_runs):
        state, length = watch.start(), 0
        while not state.is_alarm:
            state, length = watch.step(state, rng.multinomial(n, shares).tolist()), length + 1
        lengths.append(length)
    return float(np.mean(lengths))


@pytest.mark.parametrize("shares", [(0.04, 0.96), (0.7, 0.2, 0.1), MANY])
def test_false_alarms_come_once_in_250_days(shares: tuple[float, ...]) -> None:
    watch = a_watch(shares)

    assert watch.days_between_false_alarms() == pytest.approx(250, rel=0.01)
    assert mean_run(watch, n_runs=60) == pytest.approx(250, rel=0.35)  # 60 runs: a standard error of 13 %


@pytest.mark.slow
@pytest.mark.parametrize("shares", [(0.04, 0.96), (0.7, 0.2, 0.1), MANY])
def test_over_many_runs_the_rate_is_within_15_per_cent(shares: tuple[float, ...]) -> None:
    assert mean_run(a_watch(shares), n_runs=1000, seed=1) == pytest.approx(250, rel=0.15)


def test_an_unsure_rate_that_doubles_is_found_within_two_weeks() -> None:
    watch, rng = a_watch((0.04, 0.96), 100), np.random.default_rng(0)

    found = [run(watch, [rng.multinomial(100, [0.08, 0.92]).tolist() for _ in range(14)]) for _ in range(100)]

    assert np.mean([reading.is_alarm for reading in found]) >= 0.9
    assert np.mean([reading.changes[0] for reading in found]) > 3


def test_a_baseline_of_a_month_makes_no_more_false_alarms() -> None:
    rng = np.random.default_rng(0)

    def quiet_days(n: int) -> list[list[float]]:
        return [rng.multinomial(100, [0.7, 0.2, 0.1]).tolist() for _ in range(n)]

    alarms = [run(ShareShift.against(ShareBaseline.of(quiet_days(30))), quiet_days(90)).is_alarm for _ in range(60)]

    assert np.mean(alarms) <= 0.36  # 1 - exp(-90 / 250) = 0.30 is what was stated


def test_rare_classes_are_counted_together() -> None:
    groups = a_watch(MANY, 20).groups

    assert groups == (0, 1, 2, 3, -1, -1, -1, -1, -1)


def test_a_class_that_appears_from_nothing_is_found() -> None:
    watch = ShareShift.against(ShareBaseline.of([[80, 20, 0]] * 5 + [[78, 22, 0]] * 5))

    assert run(watch, [[60, 15, 25]] * 8).is_alarm


counts = st.lists(st.integers(0, 60), min_size=3, max_size=3)


@settings(deadline=None)
@given(st.lists(counts, min_size=1, max_size=20), st.data())
def test_running_equals_batch_after_revisions_and_withdrawals(seen: list[list[int]], data: st.DataObject) -> None:
    watch = a_watch((0.7, 0.2, 0.1))
    running: Running[object, list[int], object] = Running(watch)  # type: ignore[arg-type]
    for key, one in enumerate(seen):
        running.add(key, one)
    changed, gone = (data.draw(st.integers(0, len(seen) - 1)) for _ in range(2))
    other = data.draw(counts)

    running.revise(changed, other)
    running.withdraw(gone)

    assert running.read() == run(
        watch, [other if key == changed else one for key, one in enumerate(seen) if key != gone]
    )


def test_what_cannot_be_watched_is_refused_with_the_reason() -> None:
    with pytest.raises(QualityError, match="5 days with answers and two classes"):
        ShareBaseline.of([[10, 0]] * 9)
    with pytest.raises(QualityError, match="more than a day apart"):
        ShareShift.against(ShareBaseline((0.5, 0.5), 10, 1.0, 100), days_between_false_alarms=1)
