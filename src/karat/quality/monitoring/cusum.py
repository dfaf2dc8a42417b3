"""Has accuracy fallen? The Bernoulli CUSUM in whole points, its limit computed for a stated rate of false alarms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]

_MOST_DOWN = 12
"""Right answers take at most so many points: the scale on which weights become whole numbers."""

_WEIGHT_ERROR = 0.01
_MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class CusumReading:
    """Where the detector stands.

    Attributes
    ----------
    points : int
    limit : int
        The alarm is raised when the points reach it.
    is_alarm : bool
        Whether it was reached, now or before.
    n : int
        Answers seen.
    since : int
        Answers seen since the points were last 0: when the change began, as far as one can tell.
    """

    points: int
    limit: int
    is_alarm: bool
    n: int
    since: int


@dataclass(frozen=True, slots=True)
class CusumState:
    """Plain data; see `CusumReading`."""

    points: int = 0
    is_alarm: bool = False
    n: int = 0
    since: int = 0


@dataclass(frozen=True, slots=True)
class Cusum:
    """Every error adds points, every right answer takes some away, never below 0; at the limit there is an alarm.

    Among all rules with the same rate of false alarms it finds a fall from `usual` to `fallen` soonest (Moustakides
    1986). Points are whole numbers in the proportion of the log-likelihood ratios, so that its properties can be
    computed exactly instead of looked up.

    Attributes
    ----------
    usual, fallen : float
        Accuracy that is in order, and the one to be found, 0-1.
    up, down : int
        Points an error adds and a right answer takes away.
    limit : int

    References
    ----------
    Page (1954), doi:10.1093/biomet/41.1-2.100; whole points: Reynolds and Stoumbos (1999),
    doi:10.1080/00224065.1999.11979900; Markov chain: Brook and Evans (1972), doi:10.1093/biomet/59.3.539.

    Examples
    --------
    >>> watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=5000)
    >>> watch.up, watch.down, watch.limit
    (8, 1, 59)
    >>> round(watch.answers_to_alarm(0.92)), round(watch.answers_to_alarm(0.85))
    (5198, 142)
    """

    usual: float
    fallen: float
    up: int
    down: int
    limit: int

    @staticmethod
    def against(usual: float, fallen: float, *, answers_between_false_alarms: float) -> Cusum:
        """The detector whose false alarms come no more often than stated, on average, at the usual accuracy.

        Raises
        ------
        QualityError
            When the accuracies are not 0 < fallen < usual < 1, or the rate cannot be had.
        """
        if not 0 < fallen < usual < 1:
            raise QualityError(
                f"a fall is watched from a usual accuracy to a lower one, both between 0 and 1; got {usual:g} to "
                f"{fallen:g}."
            )
        if not answers_between_false_alarms >= 1:
            raise QualityError(
                f"there is at least one answer between two false alarms; got {answers_between_false_alarms:g}."
            )
        up, down = _whole_weights(usual, fallen)
        limit = _limit(round(usual, 6), up, down, float(answers_between_false_alarms))
        return Cusum(usual, fallen, up, down, limit)

    def start(self) -> CusumState:
        """Nothing seen."""
        return CusumState()

    def step(self, state: CusumState, is_right: bool) -> CusumState:
        """One more answer."""
        points = max(0, state.points - self.down) if is_right else state.points + self.up
        return CusumState(
            points=points,
            is_alarm=state.is_alarm or points >= self.limit,
            n=state.n + 1,
            since=0 if points == 0 else state.since + 1,
        )

    def read(self, state: CusumState) -> CusumReading:
        """Where it stands."""
        return CusumReading(state.points, self.limit, state.is_alarm, state.n, state.since)

    def answers_to_alarm(self, accuracy: float) -> float:
        """Answers until the alarm, on average, at this accuracy from the start."""
        return _mean_run(accuracy, self.up, self.down, self.limit)

    def chance_of_alarm(self, accuracy: float, n: int) -> float:
        """Probability of an alarm within `n` answers at this accuracy, after a long quiet time."""
        return float(self._alarmed(accuracy, n)[-1]) if n else 0.0

    def answers_for_chance(self, accuracy: float, chance: float, *, most: int = 100_000) -> int:
        """Answers within which the alarm comes with this probability, at this accuracy, after a long quiet time.

        Raises
        ------
        QualityError
            When it takes more than `most`.
        """
        n = 64
        while n <= most:
            alarmed = self._alarmed(accuracy, n)
            if alarmed[-1] >= chance:
                return int(np.searchsorted(alarmed, chance)) + 1
            n *= 2
        raise QualityError(
            f"at an accuracy of {accuracy:g} the alarm does not come within {most:,} answers with a probability of "
            f"{chance:g}. Watch for a larger fall, or allow more false alarms."
        )

    def least_fall(self, n: int, *, chance: float = 0.8) -> float:
        """The smallest fall from the usual accuracy that raises an alarm within `n` answers with this probability.

        Raises
        ------
        QualityError
            When even a fall to no right answer at all would not.

        Examples
        --------
        >>> watch = Cusum.against(0.92, 0.85, answers_between_false_alarms=5000)
        >>> round(watch.least_fall(200), 3)
        0.067
        """
        if self.chance_of_alarm(0.0, n) < chance:
            raise QualityError(
                f"{n} answers cannot raise this alarm with a probability of {chance:g}, whatever the fall. "
                f"It takes at least {math.ceil(self.limit / self.up)} wrong ones."
            )
        low, high = 0.0, self.usual
        for _ in range(30):
            middle = (low + high) / 2
            if self.chance_of_alarm(self.usual - middle, n) >= chance:
                high = middle
            else:
                low = middle
        return high

    def _alarmed(self, accuracy: float, n: int) -> Array:
        """Probability that the alarm has come, after 1, 2 ... n answers; (n,)."""
        at = _quiet_points(round(self.usual, 6), self.up, self.down, self.limit).copy()
        alarmed = np.empty(n)
        for place in range(n):
            after = np.zeros_like(at)
            after[: self.limit - self.down] = accuracy * at[self.down :]
            after[0] += accuracy * at[: self.down].sum()
            after[self.up :] += (1 - accuracy) * at[: max(self.limit - self.up, 0)]
            at = after
            alarmed[place] = 1 - at.sum()
        return alarmed


def _whole_weights(usual: float, fallen: float) -> tuple[int, int]:
    """Points up and down in the proportion of the log-likelihood ratios, as small as a hundredth allows."""
    ratio = math.log((1 - fallen) / (1 - usual)) / math.log(usual / fallen)
    choices = [(max(1, round(ratio * down)), down) for down in range(1, _MOST_DOWN + 1)]
    errors = [abs(up / down / ratio - 1) for up, down in choices]
    best = next((n for n, error in enumerate(errors) if error <= _WEIGHT_ERROR), int(np.argmin(errors)))
    return choices[best]


@lru_cache(maxsize=4096)
def _limit(usual: float, up: int, down: int, between: float) -> int:
    """The smallest limit whose mean run at the usual accuracy is at least this long."""
    low, high = 0, up
    while _mean_run(usual, up, down, high) < between:
        low, high = high, 2 * high
        if high > _MOST_POINTS:
            raise QualityError(
                f"a false alarm in {between:g} answers only cannot be had at an accuracy of {usual:g}; "
                "allow more of them, or watch for a larger fall."
            )
    while high - low > 1:
        middle = (low + high) // 2
        if _mean_run(usual, up, down, middle) < between:
            low = middle
        else:
            high = middle
    return high


@lru_cache(maxsize=4096)
def _mean_run(accuracy: float, up: int, down: int, limit: int) -> float:
    """Mean answers from 0 points to the limit: one linear equation for each number of points below it."""
    lower, upper = down, up
    bands = np.zeros((lower + upper + 1, limit))
    bands[upper] = 1.0
    place = np.arange(limit)
    reach = place[place + up < limit]
    bands[upper - up, reach + up] -= 1 - accuracy
    fall = place[place >= down]
    bands[upper + down, fall - down] -= accuracy
    for start in range(min(down, limit)):  # those who would fall below 0 stop there
        bands[upper + start, 0] -= accuracy
    runs = scipy.linalg.solve_banded((lower, upper), bands, np.ones(limit))
    return float(runs[0])


@lru_cache(maxsize=1024)
def _quiet_points(usual: float, up: int, down: int, limit: int) -> Array:
    """Where the points are after a long time without alarm at the usual accuracy; probabilities, (limit,)."""
    at = np.zeros(limit)
    at[0] = 1.0
    for _ in range(20 * limit):
        after = np.zeros_like(at)
        after[: limit - down] = usual * at[down:]
        after[0] += usual * at[:down].sum()
        after[up:] += (1 - usual) * at[: max(limit - up, 0)]
        after /= after.sum()
        if np.abs(after - at).sum() < 1e-9:
            return after
        at = after
    return at
