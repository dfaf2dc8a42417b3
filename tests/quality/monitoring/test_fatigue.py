"""Fatigue: published sums, power as in the design table, intervals that hold."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.monitoring.fatigue import (
    PaceSlope,
    SessionErrors,
    SessionPace,
    TeamFatigueTest,
    TeamPaceSlopes,
    pace_slopes,
    team_fatigue,
)
from karat.quality.monitoring.running import Running, run
from tests.quality.monitoring.changes import assert_twins_agree, changes


def sessions(
    rng: np.random.Generator, *, n: int, gold: int, early: float, late: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Errors rise along each session from `early` to `late`."""
    session, position = np.repeat(np.arange(n), gold), np.tile(np.linspace(0, 1, gold), n)
    return session, position, rng.random(n * gold) < early + (late - early) * position


def test_one_table_gives_the_statistic_of_a_2x2_table() -> None:
    """With a single stratum, repeated, the odds ratio is that of the table, and the variance hypergeometric."""
    fatigue = run(TeamFatigueTest(), [SessionErrors(40, 10, 30, 20)] * 3)

    z = 3 * (20 - 50 * 30 / 100) / math.sqrt(3 * 50 * 50 * 30 * 70 / (100**2 * 99))
    assert fatigue.odds_ratio.value == pytest.approx(20 * 40 / (30 * 10))
    assert fatigue.probability == pytest.approx(0.5 * math.erfc(z / math.sqrt(2)))


def chance_of_finding(late: float, *, n: int, n_runs: int) -> float:
    rng = np.random.default_rng(0)
    found = [
        team_fatigue(*sessions(rng, n=n, gold=20, early=0.08, late=late)).probability < 0.05 for _ in range(n_runs)
    ]
    return float(np.mean(found))


def test_without_fatigue_it_is_seldom_claimed() -> None:
    assert chance_of_finding(0.08, n=200, n_runs=300) == pytest.approx(0.05, abs=0.03)


def test_two_hundred_sessions_show_a_rise_by_half_in_three_of_four_months() -> None:
    assert chance_of_finding(0.12, n=200, n_runs=100) == pytest.approx(0.74, abs=0.12)


def test_hard_days_do_not_pass_for_fatigue() -> None:
    """Half of the sessions are hard and have more late than early gold; errors depend on the session only."""
    rng, wrongly = np.random.default_rng(1), []
    for _ in range(200):
        rows = []
        for is_hard in (False, True) * 40:
            early, late = (6, 12) if is_hard else (12, 6)
            share = 0.3 if is_hard else 0.05
            wrong = rng.binomial(early, share), rng.binomial(late, share)
            rows.append(SessionErrors(early - wrong[0], wrong[0], late - wrong[1], wrong[1]))
        wrongly.append(run(TeamFatigueTest(), rows).probability < 0.05)

    assert np.mean(wrongly) <= 0.09


def paced(
    rng: np.random.Generator, *, n_people: int, n_sessions: int, slope: float, between: float
) -> tuple[TeamPaceSlopes, list[float]]:
    """Slopes of a simulated team: log times with sd .6 within and .1 between sessions of forty answers."""
    slopes = rng.normal(slope, between, n_people)
    person = np.repeat(np.arange(n_people), n_sessions * 40)
    session, position = np.repeat(np.arange(n_people * n_sessions), 40), rng.random(n_people * n_sessions * 40)
    level = rng.normal(0, 0.1, n_people * n_sessions)[session]
    log_seconds = level + slopes[person] * position + rng.normal(0, 0.6, len(person))
    return pace_slopes(person.tolist(), session, position, log_seconds), slopes.tolist()


def test_slopes_lie_in_their_intervals_and_shrinking_brings_them_closer() -> None:
    held, plain, shrunk = [], [], []
    for seed in range(12):
        found, slopes = paced(np.random.default_rng(seed), n_people=20, n_sessions=12, slope=-0.15, between=0.1)
        for person, slope in enumerate(slopes):
            own, drawn = found.people[person], found.shrunk[person]
            held.append(own.low <= slope <= own.high)
            plain.append((own.value - slope) ** 2)
            shrunk.append((drawn.value - slope) ** 2)

    assert np.mean(held) == pytest.approx(0.95, abs=0.04)
    assert np.mean(shrunk) < np.mean(plain)


def test_the_teams_slope_lies_in_its_interval() -> None:
    held = []
    for seed in range(100):
        found, _ = paced(np.random.default_rng(seed), n_people=10, n_sessions=5, slope=-0.15, between=0.1)
        team = found.team
        held.append(team.low <= -0.15 <= team.high)

    assert np.mean(held) == pytest.approx(0.95, abs=0.06)


def test_too_little_is_refused_with_what_is_missing() -> None:
    with pytest.raises(QualityError, match="0 sessions have any"):
        run(TeamFatigueTest(), [SessionErrors(10, 0, 10, 0)] * 9)
    with pytest.raises(QualityError, match="needs 3 sessions"):
        run(PaceSlope(), [SessionPace(10, 1.0, 0.1)])
    with pytest.raises(QualityError, match="3 people with 3 sessions"):
        pace_slopes(["ada"] * 4, np.array([0, 0, 1, 1]), np.array([0.0, 1.0, 0.0, 1.0]), np.zeros(4))


SESSIONS = st.builds(SessionErrors, *[st.integers(0, 9)] * 4)


@given(changes(SESSIONS))
def test_the_running_test_equals_the_batch_after_any_change(happened: list[tuple[str, int, SessionErrors]]) -> None:
    assert_twins_agree(Reader(TeamFatigueTest()), happened)


@given(changes(st.builds(SessionPace, st.integers(2, 9), st.floats(0.1, 4), st.floats(-1, 1))))
def test_the_running_slope_equals_the_batch_after_any_change(happened: list[tuple[str, int, SessionPace]]) -> None:
    assert_twins_agree(Reader(PaceSlope()), happened)


class Reader:
    """A detector whose refusal is what it tells."""

    def __init__(self, detector: TeamFatigueTest | PaceSlope) -> None:
        self.start, self.step, self._read = detector.start, detector.step, detector.read

    def read(self, state: object) -> object:
        try:
            return self._read(state)  # type: ignore[arg-type]
        except QualityError as refusal:
            return str(refusal)


def test_a_session_may_be_taken_back() -> None:
    running = Running(PaceSlope())
    for place in range(4):
        running.add(place, SessionPace(10, 1.0, 0.1 * place))
    running.withdraw(3)

    assert isinstance(running.read(), Estimate)
    assert running.read().value == pytest.approx(0.1)
