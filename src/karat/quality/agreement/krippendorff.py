"""Krippendorff's alpha: agreement beyond chance, for any number of annotators and with missing ratings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.grouped import Grouped
from karat.quality.agreement.item_intervals import ROUNDING, Influence, alpha_estimate
from karat.quality.agreement.metrics import distances, positions
from karat.quality.agreement.patterns import Patterns
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

_BLOCK = 1 << 20
"""Numbers of a dense temporary array of patterns by classes."""


def krippendorff_alpha(ratings: Ratings, *, metric: str = "nominal", level: float = 0.95) -> Estimate:
    """One minus the disagreement within items over the disagreement of ratings paired at random.

    Parameters
    ----------
    ratings : Ratings
        An item with a single rating has no pairs and counts for nothing, not even for the class shares.
    metric : {"nominal", "ordinal", "interval", "ratio"}
        How far apart two classes are: equal or not; by rank, in the order of `ratings.classes`; by difference
        or by relative difference of classes that are numbers.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance, down to -1. The interval is a t-interval on ln(1 - alpha) over
        items: it says how alpha would vary on other such items with *these* annotators. `n` counts the items with at
        least two ratings. When all agree the lower end comes from Clopper and Pearson.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When these items were given one class only: chance would agree perfectly too.
    UnknownMethod, NotNumeric
        When the metric does not exist, or needs numbers and a class is none.

    References
    ----------
    Krippendorff (2011), Computing Krippendorff's Alpha-Reliability. Nominal interval: linearisation by item,
    as in Gwet (2021), doi:10.1177/0013164420973080, on the logarithm.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(krippendorff_alpha(ratings).value, 3)
    0.444
    """
    if ratings.n_ratings == 0:
        raise NoRatings("agreement needs ratings; there are none.")
    # Items with the same labels count alike: everything below is done once for each pattern of labels.
    counts, sizes, n_items = Patterns.of(Grouped.of(ratings), ratings.n_classes).shared()
    items = _Items(counts, sizes.astype(np.float64), n_items.astype(np.float64))
    _refuse_undefined(items)
    disagreement = _disagreement(items, metric, ratings)
    return _estimate(items, disagreement, level)


@dataclass(frozen=True, slots=True)
class _Items:
    """Patterns of labels, with the number of items that have them."""

    counts: Any
    sizes: Array
    n_items: Array

    @property
    def class_totals(self) -> Array:
        return np.asarray(self.counts.T @ self.n_items)


@dataclass(frozen=True, slots=True)
class _Disagreement:
    """Within items and by chance, under some metric.

    Attributes
    ----------
    within : float array of shape (n_patterns,)
        d of an item with the pattern.
    expected : float
        E, over all ordered pairs of ratings.
    expected_slope, within_slope : float arrays of shape (n_classes,)
        How E and the sum of d move with the number of ratings of each class.
    largest : float
        The largest distance between two classes.
    """

    within: Array
    expected: float
    expected_slope: Array
    within_slope: Array
    largest: float


def _refuse_undefined(items: _Items) -> None:
    if (n_items := int(items.n_items.sum())) < 2:
        raise TooLittleOverlap(
            f"alpha needs at least 2 items with two ratings or more; there are {n_items}. "
            "Raise the overlap, so that more items are given to several annotators."
        )
    if np.count_nonzero(items.class_totals) < 2:
        raise SingleClass(
            f"alpha compares agreement with chance, and all ratings of the {n_items} shared items are of one "
            "class. Show raw agreement, or wait for ratings of other classes."
        )


def _disagreement(items: _Items, metric: str, ratings: Ratings) -> _Disagreement:
    match metric:
        case "nominal":
            return _nominal(items)
        case "interval":
            return _on_a_line(items, positions(ratings.classes, metric))
        case "ordinal":
            return _ordinal(items)
    return _any(items, distances(metric, ratings.classes))


def _nominal(items: _Items) -> _Disagreement:
    totals = items.class_totals
    n = totals.sum()
    same = items.counts.multiply(items.counts).sum(axis=1)
    return _Disagreement(
        within=(items.sizes**2 - same) / (items.sizes - 1),
        expected=float(n * n - totals @ totals),
        expected_slope=2 * (n - totals),
        within_slope=np.zeros_like(totals),
        largest=1.0,
    )


def _on_a_line(items: _Items, place: Array) -> _Disagreement:
    """Squared differences of places need no matrix of all pairs: only sums of places and of their squares."""
    totals = items.class_totals
    n = totals.sum()
    place = place - totals @ place / n  # around 0, where the difference of two large squares loses least
    squares = float(totals @ place**2)
    used = place[totals > 0]
    return _Disagreement(
        within=2 * (items.sizes * (items.counts @ place**2) - (items.counts @ place) ** 2) / (items.sizes - 1),
        expected=2 * n * squares,
        expected_slope=2 * (n * place**2 + squares),
        within_slope=np.zeros_like(totals),
        largest=float(np.ptp(used)) ** 2,
    )


def _ordinal(items: _Items) -> _Disagreement:
    """The places are mid-ranks, so that they move too when a class is given more often."""
    totals = items.class_totals
    ranks = np.cumsum(totals) - totals / 2
    fixed = _on_a_line(items, ranks)
    n, centred = totals.sum(), ranks - totals @ ranks / totals.sum()
    weight = items.n_items / (items.sizes - 1)
    # Coincidences times ranks, without the coincidences: the labels of an item times the sum of its ranks.
    own = items.counts.T @ (weight * items.sizes)
    together = items.counts.T @ (weight * (items.counts @ centred))
    return _Disagreement(
        within=fixed.within,
        expected=fixed.expected,
        expected_slope=fixed.expected_slope + _pull_of_ranks(n * totals * centred),
        within_slope=_pull_of_ranks(own * centred - together),
        largest=fixed.largest,
    )


def _pull_of_ranks(force: Array) -> Array:
    """A rating more in a class lifts its rank by a half and those of all higher classes by one."""
    above = np.cumsum(force[::-1])[::-1] - force
    return np.asarray(4 * (above + force / 2))


def _any(items: _Items, squared: Array) -> _Disagreement:
    totals = items.class_totals
    pull = squared @ totals
    within, size = np.empty(len(items.sizes)), max(1, _BLOCK // len(totals))
    for begin in range(0, len(within), size):
        rows = items.counts[begin : begin + size]
        within[begin : begin + size] = rows.multiply(rows @ squared).sum(axis=1)
    return _Disagreement(
        within=within / (items.sizes - 1),
        expected=float(totals @ pull),
        expected_slope=2 * pull,
        within_slope=np.zeros_like(totals),
        largest=float(squared.max()),
    )


def _estimate(items: _Items, found: _Disagreement, level: float) -> Estimate:
    """Alpha, and its interval by the delta method."""
    n, total = items.class_totals.sum(), float(items.n_items @ found.within)
    if found.expected <= 0:
        raise SingleClass(
            "alpha compares agreement with chance, and the classes that were given do not differ under this metric. "
            "Use the nominal metric."
        )
    ratio = (n - 1) * total / found.expected
    class_slope = ratio * found.expected_slope / found.expected
    class_slope -= (total + (n - 1) * found.within_slope) / found.expected
    own = -(n - 1) / found.expected * found.within
    influence = own + items.counts @ class_slope
    magnitude = abs(own) + items.counts @ abs(class_slope)
    return alpha_estimate(
        alpha=float(1 - ratio),
        influence=Influence(
            total=float(items.n_items @ influence),
            squares=float(items.n_items @ influence**2),
            rounding=float(items.n_items @ magnitude**2) * ROUNDING,
        ),
        n_items=int(items.n_items.sum()),
        # Divided by the largest distance, so that the observed disagreement is a share.
        expected_disagreement=float(found.expected / (n * (n - 1)) / found.largest),
        level=level,
    )
