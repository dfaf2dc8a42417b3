"""Do people tire within a work session? Errors of the team by thirds of a session, and each person's pace along it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, normal_quantile, student_quantile
from karat.quality.monitoring.running import run

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_LEAST_SESSIONS = 3


class SessionErrors(NamedTuple):
    """Graded answers in the first and last third of one work session."""

    early_right: int
    early_wrong: int
    late_right: int
    late_wrong: int


@dataclass(frozen=True, slots=True)
class TeamFatigue:
    """Whether errors are more frequent late in a session.

    Attributes
    ----------
    odds_ratio : Estimate
        Odds of an error in the last third over those in the first, within sessions; `n` is the sessions that count.
    probability : float
        Of so many late errors if nobody tires (one-sided).
    early_error, late_error : float
        Shares of errors over all sessions, 0-1.
    """

    odds_ratio: Estimate
    probability: float
    early_error: float
    late_error: float


@dataclass(frozen=True, slots=True)
class TeamFatigueState:
    """Plain data: sums over sessions, in the notation of the Mantel-Haenszel estimate."""

    n_sessions: int = 0
    surplus: float = 0.0
    variance: float = 0.0
    r: float = 0.0
    s: float = 0.0
    pr: float = 0.0
    ps_qr: float = 0.0
    qs: float = 0.0
    early: int = 0
    early_wrong: int = 0
    late: int = 0
    late_wrong: int = 0


@dataclass(frozen=True, slots=True)
class TeamFatigueTest:
    """The test of Cochran, Mantel and Haenszel over work sessions.

    Late answers are compared with early ones of the same session only, so that neither skilled people nor hard days
    pass for fatigue. Errors are too rare for a verdict on one person.

    References
    ----------
    Mantel and Haenszel (1959), doi:10.1093/jnci/22.4.719; interval: Robins, Breslow and Greenland (1986),
    doi:10.2307/2531052.

    Examples
    --------
    >>> fatigue = run(TeamFatigueTest(), [SessionErrors(46, 4, 42, 8)] * 12)
    >>> print(fatigue.odds_ratio, round(fatigue.probability, 4))
    2.190 (1.518 to 3.161, n = 12) 0.0
    """

    level: float = 0.95

    def start(self) -> TeamFatigueState:
        """No session."""
        return TeamFatigueState()

    def step(self, state: TeamFatigueState, seen: SessionErrors) -> TeamFatigueState:
        """One more session. One without errors, or without right answers, says nothing of the odds."""
        a, b, c, d = seen.late_wrong, seen.late_right, seen.early_wrong, seen.early_right
        total, wrong = a + b + c + d, a + c
        counts = min(a + b, c + d) > 0 and 0 < wrong < total
        shared = (state.early + c + d, state.early_wrong + c, state.late + a + b, state.late_wrong + a)
        if not counts:
            return TeamFatigueState(*_sums(state), *shared)
        r, s, p = a * d / total, b * c / total, (a + d) / total
        late, early = a + b, c + d
        return TeamFatigueState(
            state.n_sessions + 1,
            state.surplus + a - late * wrong / total,
            state.variance + late * early * wrong * (total - wrong) / (total**2 * (total - 1)),
            state.r + r,
            state.s + s,
            state.pr + p * r,
            state.ps_qr + p * s + (1 - p) * r,
            state.qs + (1 - p) * s,
            *shared,
        )

    def read(self, state: TeamFatigueState) -> TeamFatigue:
        """What the sessions so far say.

        Raises
        ------
        QualityError
            When too few sessions have errors and right answers, early or late.
        """
        if state.n_sessions < _LEAST_SESSIONS or state.r == 0 or state.s == 0:
            raise QualityError(
                f"fatigue shows in work sessions with graded answers early and late, wrong ones in both; "
                f"{state.n_sessions} sessions have any. Grade more answers, or wait for more sessions."
            )
        log_ratio = math.log(state.r / state.s)
        variance = state.pr / (2 * state.r**2) + state.ps_qr / (2 * state.r * state.s) + state.qs / (2 * state.s**2)
        half = normal_quantile(0.5 + self.level / 2) * math.sqrt(variance)
        ratio = Estimate(
            math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half), state.n_sessions, self.level
        )
        chance = float(scipy.special.ndtr(-state.surplus / math.sqrt(state.variance)))
        return TeamFatigue(ratio, chance, state.early_wrong / state.early, state.late_wrong / state.late)


def _sums(state: TeamFatigueState) -> tuple[int, float, float, float, float, float, float, float]:
    return (
        state.n_sessions, state.surplus, state.variance, state.r, state.s, state.pr, state.ps_qr, state.qs,
    )  # fmt: skip


def team_fatigue(session: Codes, position: Array, is_wrong: npt.NDArray[np.bool_]) -> TeamFatigue:
    """The team's test from single answers.

    Parameters
    ----------
    session : int array of shape (n_answers,)
        The work session of each graded answer; sessions of different people are different sessions.
    position : float array
        Where in its session the answer was given: 0 at the start, 1 at the end.
    is_wrong : bool array

    Examples
    --------
    >>> session, position = np.repeat(np.arange(20), 30), np.tile(np.linspace(0, 1, 30), 20)
    >>> is_wrong = (np.arange(600) * 7 % 20) < np.where(position > 0.6, 4, 2)
    >>> team_fatigue(session, position, is_wrong).odds_ratio.value > 1.5
    True
    """
    is_late, is_early = position >= 2 / 3, position < 1 / 3
    n = int(session.max()) + 1 if len(session) else 0
    columns = [
        np.bincount(session[where & (is_wrong == wrong)], minlength=n)
        for where in (is_early, is_late)
        for wrong in (False, True)
    ]
    return run(TeamFatigueTest(), [SessionErrors(*row) for row in np.stack(columns, axis=1).tolist()])


class SessionPace(NamedTuple):
    """Log times along one session, as sums of deviations from its means.

    Attributes
    ----------
    n : int
    spread : float
        Sum of squared deviations of the position.
    product : float
        Sum of products with the deviations of log time.
    """

    n: int
    spread: float
    product: float


@dataclass(frozen=True, slots=True)
class PaceSlopeState:
    """Plain data: sums over sessions."""

    n_sessions: int = 0
    spread: float = 0.0
    product: float = 0.0
    spread_squares: float = 0.0
    products_squares: float = 0.0
    crossed: float = 0.0


@dataclass(frozen=True, slots=True)
class PaceSlope:
    """How one person's log time changes from the start to the end of a session.

    Every session has its own level, so that hard days cancel; the interval lets slopes differ from session to session.

    Examples
    --------
    >>> slope = run(PaceSlope(), [SessionPace(50, 4.2, -0.42), SessionPace(50, 4.2, -0.5), SessionPace(50, 4.2, -0.3)])
    >>> print(slope)
    -0.097 (-0.156 to -0.037, n = 3)
    """

    level: float = 0.95

    def start(self) -> PaceSlopeState:
        """No session."""
        return PaceSlopeState()

    def step(self, state: PaceSlopeState, seen: SessionPace) -> PaceSlopeState:
        """One more session; one whose answers are all at one place says nothing."""
        if seen.spread <= 0:
            return state
        return PaceSlopeState(
            state.n_sessions + 1,
            state.spread + seen.spread,
            state.product + seen.product,
            state.spread_squares + seen.spread**2,
            state.products_squares + seen.product**2,
            state.crossed + seen.spread * seen.product,
        )

    def read(self, state: PaceSlopeState) -> Estimate:
        """The slope: -.1 means a tenth quicker at the end than at the start, on the log scale; `n` counts sessions.

        Raises
        ------
        QualityError
            When there are fewer than three sessions.
        """
        n = state.n_sessions
        if n < _LEAST_SESSIONS:
            raise QualityError(
                f"a slope over a session needs {_LEAST_SESSIONS} sessions with several answers; got {n}."
            )
        slope = state.product / state.spread
        squares = state.products_squares - 2 * slope * state.crossed + slope**2 * state.spread_squares
        error = math.sqrt(max(0.0, squares) * n / (n - 1)) / state.spread
        half = student_quantile(0.5 + self.level / 2, n - 1) * error
        return Estimate(slope, slope - half, slope + half, n, self.level, standard_error=error)


@dataclass(frozen=True, slots=True)
class TeamPaceSlopes:
    """Slopes of everybody, and of the team.

    Attributes
    ----------
    people : dict of Estimate
        By person, each from the person's own sessions.
    shrunk : dict of Estimate
        The same, drawn toward the team as far as the person's own evidence is weak.
    team : Estimate
        Mean over people; its interval speaks of others like them. `n` counts people.
    """

    people: dict[Hashable, Estimate]
    shrunk: dict[Hashable, Estimate]
    team: Estimate


def pace_slopes(
    person: Sequence[Hashable], session: Codes, position: Array, log_seconds: Array, *, level: float = 0.95
) -> TeamPaceSlopes:
    """How pace changes along sessions, for each person and the team (a mixed model with sessions within people).

    Parameters
    ----------
    person : sequence of names, of length n_answers
    session : int array of shape (n_answers,)
        Sessions of different people are different sessions.
    position : float array
        0 at the start of the session, 1 at its end.
    log_seconds : float array
        Natural logarithm of the time taken, less what is expected of an item like this, where that is known.

    Raises
    ------
    QualityError
        When fewer than three people have three sessions.

    References
    ----------
    Spread between people by moments: DerSimonian and Laird (1986), doi:10.1016/0197-2456(86)90046-2.
    """
    names = np.asarray(person, dtype=object)
    of_person: dict[Hashable, list[SessionPace]] = {}
    order = np.argsort(session, kind="stable")
    starts = np.flatnonzero(np.diff(session[order], prepend=-1))
    for rows in np.split(order, starts[1:]) if len(order) else []:
        x, y = position[rows] - position[rows].mean(), log_seconds[rows] - log_seconds[rows].mean()
        of_person.setdefault(names[rows[0]], []).append(SessionPace(len(rows), float(x @ x), float(x @ y)))
    watch = PaceSlope(level)
    people: dict[Hashable, Estimate] = {
        name: run(watch, paces) for name, paces in of_person.items() if len(paces) >= _LEAST_SESSIONS
    }
    if len(people) < _LEAST_SESSIONS:
        raise QualityError(
            f"the team's slope needs {_LEAST_SESSIONS} people with {_LEAST_SESSIONS} sessions each; {len(people)} have "
            "them. Read single people with PaceSlope."
        )
    team, between = _team_slope(list(people.values()), level)
    shrunk = {name: _shrunk(slope, team, between, level) for name, slope in people.items()}
    return TeamPaceSlopes(people, shrunk, team)


def _team_slope(slopes: list[Estimate], level: float) -> tuple[Estimate, float]:
    """Mean over people, and the variance between them."""
    value = np.array([slope.value for slope in slopes])
    within = np.maximum(np.array([slope.standard_error or 0.0 for slope in slopes]) ** 2, 1e-12)
    weight = 1 / within
    scatter = float(weight @ (value - weight @ value / weight.sum()) ** 2)
    free = float(weight.sum() - (weight**2).sum() / weight.sum())
    between = max(0.0, (scatter - (len(value) - 1)) / free)
    weight = 1 / (within + between)
    mean, error = float(weight @ value / weight.sum()), float(1 / math.sqrt(weight.sum()))
    half = student_quantile(0.5 + level / 2, len(value) - 1) * error
    return Estimate(mean, mean - half, mean + half, len(value), level, standard_error=error), between


def _shrunk(slope: Estimate, team: Estimate, between: float, level: float) -> Estimate:
    own = max((slope.standard_error or 0.0) ** 2, 1e-12)
    trust = between / (between + own)
    value = team.value + trust * (slope.value - team.value)
    error = math.sqrt(trust * own + ((1 - trust) * (team.standard_error or 0.0)) ** 2)
    half = normal_quantile(0.5 + level / 2) * error
    return Estimate(value, value - half, value + half, slope.n, level, standard_error=error)
