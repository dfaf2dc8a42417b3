"""Intervals for agreement by drawing items again: for odd metrics, and to check the analytic ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.agreement.additive import Additive, additive
from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.item_intervals import without_spread
from karat.quality.agreement.patterns import Patterns
from karat.quality.agreement.weights import Weights
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.intervals import Estimate, normal_quantile
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]
Method = Literal["bca", "percentile"]

MOST_PATTERNS = 1000
"""The most frequent patterns are drawn one by one; the sum of what falls on all others by its normal limit."""
MOST_SUMS = 1500
"""With more sums per item than this, every pattern is drawn, as the covariance for the normal limit would cost more,
and BCa corrects for bias only."""
MOST_UNDEFINED = 0.05
"""Share of resamples that may be without an answer (only one class was drawn, say)."""
_BLOCK = 1 << 22
"""Numbers of a dense temporary array."""


def bootstrap(
    ratings: Ratings,
    *,
    coefficient: str = "alpha",
    metric: Weights = "nominal",
    method: Method = "bca",
    n_resamples: int = 1000,
    level: float = 0.95,
    rng: np.random.Generator | int = 0,
) -> Estimate:
    """A coefficient with an interval from drawing its items again, with replacement.

    Items with the same labels are exchangeable, so what is drawn is how often each *pattern* of labels occurs: the
    same distribution as drawing items, at a cost that does not grow with their number. Of more than `MOST_PATTERNS`
    patterns the rarer ones are not drawn one by one: the sum over them, given how many items fall on them, is drawn
    from the normal distribution it tends to.

    Parameters
    ----------
    ratings : Ratings
    coefficient : {"alpha", "weighted_alpha", "observed", "fleiss", "ac1", "ac2", "brennan_prediger", "randolph"}
    metric : str or array_like of shape (n_classes, n_classes)
        Krippendorff's metric for "alpha", Gwet's weights for the others, as in `karat.agreement`.
    method : {"bca", "percentile"}
        "bca" corrects the percentiles for bias and skewness (Efron 1987), at hardly any cost here.
    n_resamples : int
    level : float
        Coverage of the interval.
    rng : numpy Generator, or the seed of one
        The same seed gives the same interval.

    Returns
    -------
    Estimate
        The interval speaks for other such items labeled by *these* annotators. `n` counts the items with at least two
        ratings; `standard_error` is the spread of the resamples. Where no resample differs from another (all agree,
        say) the interval is Clopper and Pearson's for the share of disagreement.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When the coefficient is undefined, or would be in more than 5 % of the resamples.
    UnknownMethod, NotNumeric
        When there is no such coefficient, metric, weight set or method, or it needs numbers.

    References
    ----------
    Efron (1987), doi:10.1080/01621459.1987.10478410.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(i, who, "xy"[(i + who * (i % 7 == 0)) % 2]) for i in range(70) for who in (0, 1)])
    >>> print(bootstrap(ratings))
    0.716 (0.540 to 0.883, n = 70)
    """
    if method not in ("bca", "percentile"):
        raise UnknownMethod(f"there is no bootstrap {method!r}; there are 'bca' and 'percentile'.")
    measure = additive(coefficient, ratings.classes, metric=metric)
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    patterns = Patterns.of(Grouped.of(ratings), ratings.n_classes)
    n_shared = int(patterns.n_items[patterns.sizes >= 2].sum())
    if n_shared < 2:
        raise TooLittleOverlap(
            f"a bootstrap needs at least 2 items with two ratings or more; there are {n_shared}. "
            "Raise the overlap, so that more items are given to several annotators."
        )
    counts, n_items = _resampled_patterns(patterns, measure)
    rows = measure.rows(counts)
    total = np.asarray(n_items @ rows)[np.newaxis]
    value = float(measure.value(total)[0])
    if np.isnan(value):
        raise SingleClass(
            f"{measure.name} compares agreement with chance, and on {n_shared} shared items chance alone would agree "
            "perfectly. Show raw agreement, or wait for ratings of other classes."
        )
    resamples = _resampled_sums(rows, n_items, n_resamples, np.random.default_rng(rng))
    drawn = _defined(measure, np.concatenate([measure.value(sums) for sums in resamples]))
    error = float(drawn.std(ddof=1))
    if error <= 1e-12:
        return without_spread(value, n_shared, float(measure.parts(total)[1][0]), level)
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca":
        tails = _corrected(tails, drawn, value, _acceleration(measure, rows, n_items, total))
    low, high = np.quantile(drawn, tails).tolist()
    return Estimate(value, min(low, value), max(high, value), n_shared, level, error, "items")


def _resampled_patterns(patterns: Patterns, measure: Additive) -> tuple[Any, npt.NDArray[np.int64]]:
    """Those whose items are drawn again: items that count for nothing are not, as no interval should depend on them."""
    if not measure.needs_pairs:
        return patterns.counts, patterns.n_items
    counts, _, n_items = patterns.shared()
    return counts, n_items


def _resampled_sums(
    rows: Any, n_items: npt.NDArray[np.int64], n_resamples: int, rng: np.random.Generator
) -> Iterator[Array]:
    """Sums over as many items as there are, drawn with replacement: blocks of shape (some resamples, n_sums)."""
    by_frequency = np.argsort(-n_items, kind="stable")
    often, rarely = by_frequency[:MOST_PATTERNS], by_frequency[MOST_PATTERNS:]
    if rows.shape[1] > MOST_SUMS or len(rarely) == 0:
        often, rest, weights = by_frequency, None, n_items[by_frequency]
    else:
        rest = _Rest.of(rows[rarely], n_items[rarely])
        weights = np.append(n_items[often], n_items[rarely].sum())
    size = max(1, _BLOCK // max(len(often), rows.shape[1]))
    for begin in range(0, n_resamples, size):
        times = rng.multinomial(n_items.sum(), weights / weights.sum(), size=min(size, n_resamples - begin))
        sums = _sums(rows[often], times[:, : len(often)])
        yield sums if rest is None else sums + rest.draw(times[:, -1], rng)


def _sums(rows: Any, times: npt.NDArray[np.int64]) -> Array:
    return np.ascontiguousarray((rows.T @ times.T.astype(np.float64)).T)


@dataclass(frozen=True, slots=True)
class _Rest:
    """The patterns that are not drawn one by one; `spread` times standard normal numbers has their covariance."""

    mean: Array
    spread: Array

    @staticmethod
    def of(rows: Any, n_items: npt.NDArray[np.int64]) -> _Rest:
        share = n_items / n_items.sum()
        mean = np.asarray(share @ rows)
        covariance = (rows.T @ rows.multiply(share[:, np.newaxis])).toarray() - np.outer(mean, mean)
        variances, directions = np.linalg.eigh(covariance)
        return _Rest(mean, directions * np.sqrt(np.maximum(variances, 0)))

    def draw(self, times: npt.NDArray[np.int64], rng: np.random.Generator) -> Array:
        """Sums of so many draws each, by the central limit theorem: shape (len(times), n_sums)."""
        normal = rng.standard_normal((len(times), len(self.mean))) @ self.spread.T
        return np.asarray(times[:, np.newaxis] * self.mean + np.sqrt(times)[:, np.newaxis] * normal)


def _defined(measure: Additive, values: Array) -> Array:
    """The values of resamples that have one."""
    undefined = np.isnan(values)
    if undefined.mean() > MOST_UNDEFINED:
        raise SingleClass(
            f"{measure.name} is undefined in {undefined.sum()} of {len(values)} resamples, mostly since they hold a "
            "single class: there are too few ratings outside the largest class for an interval by resampling. "
            "Use the analytic interval, or wait for more of them."
        )
    return np.asarray(values[~undefined])


def _acceleration(measure: Additive, rows: Any, n_items: npt.NDArray[np.int64], total: Array) -> float:
    """A sixth of the skewness of the items' influence: how fast the standard error changes with the value.

    0 where its gradient would cost more than it is worth: with so many classes each matters little.
    """
    if rows.shape[1] > MOST_SUMS:
        return 0.0
    influence = rows @ _gradient(measure, total)
    influence = influence - (n_items @ influence) / n_items.sum()
    squares = float(n_items @ influence**2)
    return float(n_items @ influence**3) / (6 * squares**1.5) if squares > 0 else 0.0


def _gradient(measure: Additive, total: Array) -> Array:
    """Of the coefficient with respect to each sum, by central differences."""
    n_sums, step = total.shape[1], 1e-5 * float(abs(total).max())
    slopes, size = [], max(1, _BLOCK // n_sums)
    for begin in range(0, n_sums, size):
        shift = step * np.eye(n_sums)[begin : begin + size]
        slopes.append((measure.value(total + shift) - measure.value(total - shift)) / (2 * step))
    return np.nan_to_num(np.concatenate(slopes))


def _corrected(tails: Array, drawn: Array, value: float, acceleration: float) -> Array:
    """The percentiles that BCa reads off instead."""
    below = (np.sum(drawn < value - 1e-12) + np.sum(drawn <= value + 1e-12)) / 2
    bias = normal_quantile(min(max(below, 0.5), len(drawn) - 0.5) / len(drawn))
    reach = bias + scipy.special.ndtri(tails)
    return np.asarray(scipy.special.ndtr(bias + reach / (1 - acceleration * reach)))
