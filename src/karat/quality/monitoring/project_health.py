"""Do people disagree more than they did? Daily disagreement, less what the day's class mix foretells, on two charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError
from karat.quality.monitoring.run_lengths import Chain, cusum_chain, daily_counts, ewma_chain, smallest_limit

Array = npt.NDArray[np.float64]

_FEWEST_DAYS, _FEWEST_EVENTS = 5, 10


@dataclass(frozen=True, slots=True)
class Day:
    """One day's count.

    Attributes
    ----------
    n : float
        Pairs of answers on the same item; for an unsure rate, answers.
    events : float
        Pairs that disagree; answers "unsure".
    expected : float
        Events that the usual rates foretell for this day's class mix (`expected_events`).
    """

    n: float
    events: float
    expected: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual.

    Attributes
    ----------
    rate : float
        Events per trial, 0-1.
    n_per_day : float
        Trials of a day.
    spread : float
        Variance of a day's events over that of independent trials, 1 or more: pairs on the same item are not
        independent, nor are days all alike.
    rate_error : float
        Standard error of the rate: a baseline is only known as well as the days it comes from allow.
    """

    rate: float
    n_per_day: float
    spread: float
    rate_error: float

    @staticmethod
    def of(days: Sequence[Day]) -> Baseline:
        """From days in which all was well; a month of them leaves little doubt.

        Raises
        ------
        QualityError
            When there are fewer than five days or ten events.
        """
        n, events, expected = (np.array([getattr(day, part) for day in days]) for part in ("n", "events", "expected"))
        if len(days) < _FEWEST_DAYS or not _FEWEST_EVENTS <= events.sum() < n.sum():
            raise QualityError(
                f"a baseline needs {_FEWEST_DAYS} days and {_FEWEST_EVENTS} disagreements or more; there are "
                f"{len(days)} days with {events.sum():g} in {n.sum():g} pairs. Wait for more overlap."
            )
        rate = float(events.sum() / n.sum())
        usual = expected * (events.sum() / expected.sum())
        variance = usual * (1 - usual / n)
        spread = max(1.0, float(((events - usual) ** 2).sum() / variance.sum() * len(days) / (len(days) - 1)))
        return Baseline(rate, float(n.mean()), spread, math.sqrt(spread * rate * (1 - rate) / float(n.sum())))


def expected_events(n_by_class: npt.ArrayLike, rate_by_class: npt.ArrayLike) -> float:
    """Events to be expected of a day's class mix when each class keeps its usual rate.

    Parameters
    ----------
    n_by_class : float array of shape (n_classes,)
        Trials of each class; a pair of answers counts half for the class of each.
    rate_by_class : float array of shape (n_classes,)
        Usual rate of each class: share of its pairs that disagree.

    Examples
    --------
    >>> expected_events([90, 10], [0.05, 0.3])
    7.5
    """
    return float(np.asarray(n_by_class, dtype=np.float64) @ np.asarray(rate_by_class, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class HealthReading:
    """Where the project stands.

    Attributes
    ----------
    excess_rate : float
        Smoothed rate of events beyond what is expected.
    average, total : float
        The moving average in units of its own usual spread, and the cumulative sum.
    is_noticed : bool
        Whether the average is above its lower limit today: worth a look, once in a while by chance.
    is_alarm : bool
        Whether the average or the sum has reached its upper limit, now or before: an alarm to the lead.
    n_days : int
    since : int
        Days since the sum was last 0: when the rise began, as far as one can tell.
    """

    excess_rate: float
    average: float
    total: float
    is_noticed: bool
    is_alarm: bool
    n_days: int
    since: int


@dataclass(frozen=True, slots=True)
class HealthState:
    """Plain data; see `HealthReading`. The average and its variance are in events per usual day."""

    average: float
    variance: float
    total: float = 0.0
    is_alarm: bool = False
    n_days: int = 0
    since: int = 0


@dataclass(frozen=True, slots=True)
class ProjectHealth:
    """A moving average and a cumulative sum of disagreement beyond what the class mix foretells.

    The average (EWMA) sees slow rises of any size, the sum (risk-adjusted CUSUM) finds one of the designed size
    soonest. Two limits are computed for the average: one for the eye, which is passed by chance once in so many days,
    and one for an alarm, so high that most quarters without a change see none; the sum has the second kind. Both charts
    together keep the promise: each is given half of it.

    Attributes
    ----------
    baseline : Baseline
    weight : float
        Of the newest day in the average.
    odds : float
        The rise to be found soonest, as a factor of the odds of an event.
    notice_limit, alarm_limit : float
        Of the average, in units of its usual spread.
    sum_limit : float

    References
    ----------
    Roberts (1959), doi:10.1080/00401706.1959.10489860; risk-adjusted sum: Steiner and others (2000),
    doi:10.1093/biostatistics/1.4.441; Markov chain: Brook and Evans (1972), doi:10.1093/biomet/59.3.539.

    Examples
    --------
    >>> watch = ProjectHealth.against(Baseline(rate=0.10, n_per_day=50, spread=1.0, rate_error=0.0))
    >>> round(watch.days_to_notice(0.10)), round(watch.days_to_notice(0.15), 1)
    (250, 6.5)
    """

    baseline: Baseline
    weight: float
    odds: float
    notice_limit: float
    alarm_limit: float
    sum_limit: float

    @staticmethod
    def against(
        baseline: Baseline,
        *,
        days_between_notices: float = 250.0,
        quiet_days: int = 90,
        chance_of_quiet: float = 0.95,
        weight: float = 0.1,
        odds: float = 1.6,
    ) -> ProjectHealth:
        """Limits for a stated rate of false alarms.

        Parameters
        ----------
        baseline : Baseline
        days_between_notices : float
            Days between two chance crossings of the lower limit, on average.
        quiet_days, chance_of_quiet : int, float
            Without a change there is no alarm within so many days, with this probability.
        weight : float
            Of the newest day in the average, 0-1.
        odds : float
            Above 1.

        Raises
        ------
        QualityError
            When a number lies outside its range.
        """
        if not (0 < baseline.rate < 1 and baseline.n_per_day > 0 and 0 < weight < 1 and odds > 1):
            raise QualityError(
                "a project is watched at a rate between 0 and 1, with pairs on each day, for a rise of the odds above "
                f"1; got {baseline.rate:g}, {baseline.n_per_day:g} pairs a day and {odds:g}."
            )
        if not (days_between_notices > 1 and quiet_days >= 1 and 0 < chance_of_quiet < 1):
            raise QualityError(
                "false alarms are more than a day apart, and the chance of a quiet time lies between 0 and 1; got "
                f"{days_between_notices:g} days and {chance_of_quiet:g} for {quiet_days} days."
            )
        n, rate = round(baseline.n_per_day / baseline.spread, 1), round(baseline.rate, 4)
        each = 1 - math.sqrt(chance_of_quiet)
        return ProjectHealth(
            baseline,
            weight,
            odds,
            _notice_limit(n, rate, weight, float(days_between_notices)),
            _alarm_limit(n, rate, weight, quiet_days, each),
            _sum_limit(n, rate, odds, quiet_days, each),
        )

    def start(self) -> HealthState:
        """Nothing seen; the average varies from the first day as much as it will for good."""
        lasting = self.weight / (2 - self.weight)
        base = self.baseline
        return HealthState(0.0, lasting * base.spread * base.n_per_day * base.rate * (1 - base.rate))

    def step(self, state: HealthState, day: Day) -> HealthState:
        """One more day. A day without pairs changes nothing."""
        if day.n <= 0:
            return state
        rate = min(max(day.expected / day.n, 1e-9), 1 - 1e-9)
        keep, weight, spread = 1 - self.weight, self.weight, self.baseline.spread
        average = keep * state.average + weight * (day.events - day.expected)
        variance = keep**2 * state.variance + weight**2 * spread * day.n * rate * (1 - rate)
        # A rate that is itself uncertain is put at its upper end: a sum adds up a wrong baseline day by day.
        upper = min(rate + self.baseline.rate_error, 1 - 1e-9)
        gain = day.events * math.log(self.odds) - day.n * math.log1p(upper * (self.odds - 1))
        total = max(0.0, state.total + gain / spread)
        is_alarm = state.is_alarm or total >= self.sum_limit or self._score(average, variance) >= self.alarm_limit
        return HealthState(average, variance, total, is_alarm, state.n_days + 1, 0 if total == 0 else state.since + 1)

    def read(self, state: HealthState) -> HealthReading:
        """Where it stands."""
        score = self._score(state.average, state.variance)
        return HealthReading(
            excess_rate=state.average / self.baseline.n_per_day,
            average=score,
            total=state.total,
            is_noticed=score >= self.notice_limit,
            is_alarm=state.is_alarm,
            n_days=state.n_days,
            since=state.since,
        )

    def days_to_notice(self, rate: float) -> float:
        """Days until the average passes its lower limit, on average, at this rate from the start."""
        n = self.baseline.n_per_day / self.baseline.spread
        return _ewma(n, self.baseline.rate, self.weight, self.notice_limit, rate).mean_days()

    def chance_of_alarm(self, rate: float, days: int) -> float:
        """Probability that the average reaches its alarm limit within so many days at this rate."""
        n = self.baseline.n_per_day / self.baseline.spread
        return _ewma(n, self.baseline.rate, self.weight, self.alarm_limit, rate).chance_within(days)

    def least_rise(self, days: int, *, chance: float = 0.8) -> float:
        """The smallest rise of the rate whose alarm comes within so many days with this probability."""
        low, high = 0.0, 1 - self.baseline.rate - 1e-6
        for _ in range(30):
            middle = (low + high) / 2
            if self.chance_of_alarm(self.baseline.rate + middle, days) >= chance:
                high = middle
            else:
                low = middle
        return high

    def _score(self, average: float, variance: float) -> float:
        """The average over its spread, to which doubt about the baseline adds."""
        doubt = (self.baseline.rate_error * self.baseline.n_per_day) ** 2
        return average / math.sqrt(variance + doubt) if variance + doubt > 0 else 0.0


def _ewma(n: float, rate: float, weight: float, limit: float, at: float) -> Chain:
    counts, probabilities = daily_counts(n, at)
    trials = max(1, round(n))
    values = (counts - trials * rate) / math.sqrt(trials * rate * (1 - rate))
    return ewma_chain(values, probabilities, weight=weight, limit=limit)


@lru_cache(maxsize=1024)
def _notice_limit(n: float, rate: float, weight: float, days: float) -> float:
    return smallest_limit(
        lambda limit: bool(_ewma(n, rate, weight, limit, rate).mean_days() >= days),
        low=0.1,
        high=4.0,
        what=f"a crossing by chance in {days:g} days only",
    )


@lru_cache(maxsize=1024)
def _alarm_limit(n: float, rate: float, weight: float, days: int, chance: float) -> float:
    return smallest_limit(
        lambda limit: bool(_ewma(n, rate, weight, limit, rate).chance_within(days) <= chance),
        low=0.1,
        high=5.0,
        what=f"a chance of {chance:g} of an alarm in {days} days",
    )


@lru_cache(maxsize=1024)
def _sum_limit(n: float, rate: float, odds: float, days: int, chance: float) -> float:
    counts, probabilities = daily_counts(n, rate)
    trials = max(1, round(n))
    values = counts * math.log(odds) - trials * math.log1p(rate * (odds - 1))
    return smallest_limit(
        lambda limit: bool(cusum_chain(values, probabilities, limit=limit).chance_within(days) <= chance),
        low=0.1,
        high=8.0,
        what=f"a chance of {chance:g} of an alarm in {days} days",
    )
