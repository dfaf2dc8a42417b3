"""Krippendorff's alpha with the partial credit of Gwet's weights."""

from __future__ import annotations

from karat.quality.agreement.any_distance import distance_alpha
from karat.quality.agreement.krippendorff import krippendorff_alpha
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def weighted_alpha(ratings: Ratings, *, weights: Weights = "identity", level: float = 0.95) -> Estimate:
    """Krippendorff's alpha where different classes may get credit: 1 - weight is their distance.

    "identity", "quadratic" and "ratio" weights give the nominal, interval and ratio metric of `krippendorff_alpha`.
    "ordinal" weights are not its ordinal metric: they count classes between two, not ratings.

    Parameters
    ----------
    ratings : Ratings
        An item with a single rating counts for nothing.
    weights : str or array_like of shape (n_classes, n_classes)
        See `karat.quality.agreement.weights.weight_matrix`.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - alpha) over items; `n` counts
        the items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When these items were given one class only.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers.

    References
    ----------
    Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapter 2.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", 1), (1, "bo", 2), (2, "ada", 3), (2, "bo", 3)])
    >>> round(weighted_alpha(ratings, weights="linear").value, 3)
    0.571
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    if credit.matrix is None:
        return krippendorff_alpha(ratings, level=level)
    return distance_alpha(ratings, 1 - credit.matrix, level=level)
