"""Do other items come in? Shares of classes, or of unsure answers, against what is usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.monitoring.run_lengths import radius_chain, smallest_limit

Array = npt.NDArray[np.float64]

_FEWEST_OF_CLASS = 20.0
"""Answers a class must have within the reach of the average, or it is counted among the rest."""
_FEWEST_DAYS = 5
_REST = -1


@dataclass(frozen=True, slots=True)
class ShareBaseline:
    """What is usual.

    Attributes
    ----------
    shares : tuple of float of length n_classes
        They add up to 1. For an unsure rate: of unsure answers, and of the others.
    n_per_day : float
    spread : float
        Variance of a day's counts over that of independent answers, 1 or more: items come in batches.
    n : float
        Answers it comes from.
    """

    shares: tuple[float, ...]
    n_per_day: float
    spread: float
    n: float

    @staticmethod
    def of(days: Sequence[Sequence[float]]) -> ShareBaseline:
        """From counts by class, day by day, of a time in which all was well.

        Raises
        ------
        QualityError
            When there are fewer than five days, or fewer than two classes occur.
        """
        counts = np.array(days, dtype=np.float64).reshape(len(days), -1)
        counts = counts[counts.sum(axis=1) > 0]
        shares = counts.sum(axis=0) / max(counts.sum(), 1.0)
        if len(counts) < _FEWEST_DAYS or (shares > 0).sum() < 2:
            raise QualityError(
                f"usual shares need {_FEWEST_DAYS} days with answers and two classes; there are {len(counts)} days and "
                f"{int((shares > 0).sum())} classes. Wait for more answers."
            )
        expected = counts.sum(axis=1, keepdims=True) * shares
        seen = shares > 0
        chi_square = float(((counts - expected)[:, seen] ** 2 / expected[:, seen]).sum())
        degrees = (len(counts) - 1) * (int(seen.sum()) - 1)
        return ShareBaseline(
            tuple(shares.tolist()),
            float(counts.sum(axis=1).mean()),
            max(1.0, chi_square / degrees),
            float(counts.sum()),
        )


@dataclass(frozen=True, slots=True)
class ShareReading:
    """Where the shares stand.

    Attributes
    ----------
    distance : float
        Of the smoothed shares from the usual ones: squared, in units of what chance makes of it.
    limit : float
    is_alarm : bool
        Whether the limit was reached, now or before.
    changes : tuple of float of length n_classes
        Smoothed share less the usual one, by class, in units of its standard deviation: what moved most.
    n_days : int
    """

    distance: float
    limit: float
    is_alarm: bool
    changes: tuple[float, ...]
    n_days: int


@dataclass(frozen=True, slots=True)
class ShareState:
    """Plain data: the average of each class's excess (answers per day), and how much of a day's variance it carries."""

    averages: tuple[float, ...]
    n_in_variance: float
    is_alarm: bool = False
    n_days: int = 0


@dataclass(frozen=True, slots=True)
class ShareShift:
    """A moving average of all shares at once, and its distance from what is usual (multivariate EWMA).

    One chart for all classes has one rate of false alarms, however many classes there are. With two, unsure and not, it
    is a two-sided chart of the unsure rate. Classes too rare for the average are taken together.

    Attributes
    ----------
    baseline : ShareBaseline
    weight : float
        Of the newest day.
    limit : float
        Of the squared distance.
    groups : tuple of int of length n_classes
        Which coordinate each class counts in; -1 for the rest.

    References
    ----------
    Lowry and others (1992), doi:10.1080/00401706.1992.10485232; its Markov chain: Runger and Prabhu (1996),
    doi:10.1080/00401706.1996.10484545.

    Examples
    --------
    >>> usual = ShareBaseline((0.7, 0.2, 0.1), n_per_day=100, spread=1.0, n=1e9)
    >>> watch = ShareShift.against(usual, days_between_false_alarms=250)
    >>> state = watch.start()
    >>> for _ in range(8):
    ...     state = watch.step(state, (55, 20, 25))
    >>> watch.read(state).is_alarm
    True
    """

    baseline: ShareBaseline
    weight: float
    limit: float
    groups: tuple[int, ...]

    @staticmethod
    def against(
        baseline: ShareBaseline, *, days_between_false_alarms: float = 250.0, weight: float = 0.1
    ) -> ShareShift:
        """The chart whose false alarms come no more often than stated, on average.

        Raises
        ------
        QualityError
            When a number lies outside its range.
        """
        if not (0 < weight < 1 and days_between_false_alarms > 1):
            raise QualityError(
                "the newest day's weight lies between 0 and 1, and false alarms are more than a day apart; got "
                f"{weight:g} and {days_between_false_alarms:g}."
            )
        within_reach = baseline.n_per_day * (2 - weight) / weight / baseline.spread
        groups = _groups(baseline.shares, within_reach)
        n_groups = len(set(groups))
        return ShareShift(baseline, weight, _limit(n_groups - 1, weight, float(days_between_false_alarms)), groups)

    def start(self) -> ShareState:
        """Nothing seen; the average varies from the first day as much as it will for good."""
        lasting = self.weight / (2 - self.weight) * self.baseline.n_per_day
        return ShareState((0.0,) * len(self.baseline.shares), lasting)

    def step(self, state: ShareState, counts: Sequence[float]) -> ShareState:
        """One more day, as counts by class. A day without answers changes nothing."""
        n = sum(counts)
        if n <= 0:
            return state
        keep, weight = 1 - self.weight, self.weight
        averages = tuple(
            keep * old + weight * (count - n * share)
            for old, count, share in zip(state.averages, counts, self.baseline.shares, strict=True)
        )
        after = ShareState(averages, keep**2 * state.n_in_variance + weight**2 * n, state.is_alarm, state.n_days + 1)
        is_alarm = state.is_alarm or self._distance(after) >= self.limit
        return ShareState(after.averages, after.n_in_variance, is_alarm, after.n_days)

    def read(self, state: ShareState) -> ShareReading:
        """Where the shares stand."""
        shares = np.array(self.baseline.shares)
        deviation = np.sqrt(np.maximum(shares * (1 - shares) * self._variance(state), 1e-300))
        changes = np.where(shares > 0, np.array(state.averages) / deviation, 0.0)
        return ShareReading(self._distance(state), self.limit, state.is_alarm, tuple(changes.tolist()), state.n_days)

    def days_between_false_alarms(self) -> float:
        """Days between false alarms, on average."""
        return _chain_days(len(set(self.groups)) - 1, self.weight, self.limit)

    def _variance(self, state: ShareState) -> float:
        """Of the averages, in units of one answer's: chance, and doubt about the usual shares."""
        base = self.baseline
        return base.spread * (state.n_in_variance + base.n_per_day**2 / base.n)

    def _distance(self, state: ShareState) -> float:
        """Pearson's chi-square of the averages: the Mahalanobis distance under multinomial counts."""
        sums: dict[int, list[float]] = {}
        for group, average, share in zip(self.groups, state.averages, self.baseline.shares, strict=True):
            held = sums.setdefault(group, [0.0, 0.0])
            held[0] += average
            held[1] += share
        total = math.fsum(average**2 / share for average, share in sums.values() if share > 0)
        return total / self._variance(state)


def _groups(shares: Sequence[float], within_reach: float) -> tuple[int, ...]:
    """Frequent classes on their own; the others together, with the least frequent class if they are still too few."""
    by_share = sorted(range(len(shares)), key=lambda place: shares[place])
    rest: set[int] = set()
    held = 0.0
    for place in by_share[:-1]:
        is_rare = shares[place] * within_reach < _FEWEST_OF_CLASS
        if not is_rare and (not rest or held * within_reach >= _FEWEST_OF_CLASS):
            break
        if len(rest) == len(shares) - 1:
            break
        rest.add(place)
        held += shares[place]
    return tuple(_REST if place in rest else place for place in range(len(shares)))


@lru_cache(maxsize=1024)
def _chain_days(n_dimensions: int, weight: float, limit: float) -> float:
    return radius_chain(n_dimensions, weight=weight, limit=limit).mean_days()


@lru_cache(maxsize=1024)
def _limit(n_dimensions: int, weight: float, days: float) -> float:
    return smallest_limit(
        lambda limit: bool(radius_chain(n_dimensions, weight=weight, limit=limit).mean_days() >= days),
        low=0.1,
        high=float(scipy.special.chdtri(n_dimensions, 0.01)),
        what=f"a false alarm in {days:g} days only",
    )
