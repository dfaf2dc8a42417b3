"""Krippendorff's alpha: agreement beyond chance, for any number of annotators and with missing ratings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.item_intervals import ROUNDING, Influence, alpha_estimate
from karat.quality.agreement.metrics import distances
from karat.quality.agreement.sums import AgreementSums
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]


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
    counts = ratings.class_counts()
    if metric == "nominal":
        return AgreementSums.of(counts).alpha(level=level)
    return _weighted_alpha(_pairable(counts), metric, ratings, level)


def _pairable(counts: Any) -> Any:
    """Counts of the items with at least two ratings."""
    pairable = counts[np.flatnonzero(counts.sum(axis=1) >= 2)].astype(np.float64)
    if pairable.shape[0] < 2:
        raise TooLittleOverlap(
            f"alpha needs at least 2 items with two ratings or more; there are {pairable.shape[0]}. "
            "Raise the overlap, so that more items are given to several annotators."
        )
    return pairable


def _weighted_alpha(counts: Any, metric: str, ratings: Ratings, level: float) -> Estimate:
    """Alpha of pairable counts under any metric, and its interval by the delta method.

    The slopes hold how the metric itself moves with the class totals (`pull`), as ordinal distances do.
    """
    class_totals = counts.sum(axis=0)
    if np.count_nonzero(class_totals) < 2:
        raise SingleClass(
            f"alpha compares agreement with chance, and all ratings of the {counts.shape[0]} shared items are of one "
            "class. Show raw agreement, or wait for ratings of other classes."
        )
    spacing = distances(metric, ratings.classes, class_totals)
    per_pair = 1.0 / (counts.sum(axis=1) - 1)
    item_disagreement = counts.multiply(counts @ spacing.squared).sum(axis=1) * per_pair
    n, disagreement = class_totals.sum(), item_disagreement.sum()
    expected = float(class_totals @ spacing.squared @ class_totals)
    ratio = (n - 1) * disagreement / expected

    expected_slope = 2 * spacing.squared @ class_totals
    class_slope = np.full_like(class_totals, -disagreement / expected)
    if spacing.pull is not None:
        coincidences = (counts.T @ counts.multiply(per_pair[:, np.newaxis])).toarray()
        expected_slope = expected_slope + spacing.pull(np.outer(class_totals, class_totals))
        class_slope -= (n - 1) / expected * spacing.pull(coincidences)
    class_slope += ratio * expected_slope / expected
    item_slope = -(n - 1) / expected
    return alpha_estimate(
        alpha=float(1 - ratio),
        influence=_influence(item_disagreement * item_slope, counts, class_slope),
        n_items=counts.shape[0],
        # Divided by the largest distance, so that the observed disagreement is a share.
        expected_disagreement=expected / (n * (n - 1)) / float(spacing.squared.max()),
        level=level,
    )


def _influence(own: Array, counts: Any, class_slope: Array) -> Influence:
    influence = own + counts @ class_slope
    magnitude = abs(own) + counts @ abs(class_slope)
    return Influence(
        total=float(influence.sum()),
        squares=float(influence @ influence),
        rounding=float(magnitude @ magnitude) * ROUNDING,
    )
