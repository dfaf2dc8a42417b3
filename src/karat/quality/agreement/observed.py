"""Raw agreement: how often two annotators give an item the same class, chance included."""

from __future__ import annotations

import numpy as np

from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.item_intervals import mean_share_estimate
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.errors import UnknownMethod
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def observed_agreement(ratings: Ratings, *, weights: Weights = "identity", level: float = 0.95) -> Estimate:
    """Share of agreeing pairs among the pairs of ratings of an item, averaged over items.

    Parameters
    ----------
    ratings : Ratings
        An item with a single rating has no pairs and counts for nothing.
    weights : str or array_like of shape (n_classes, n_classes)
        Partial credit for different classes, 0-1; see `karat.quality.agreement.weights.weight_matrix`.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 when every pair agrees, 0 when none does. Not corrected for chance. The interval is Clopper and
        Pearson's at the effective number of items; `n` counts the items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no item has two ratings.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers, or one is below 0.

    References
    ----------
    Fleiss (1971), doi:10.1037/h0031619: his mean P_i, over items with any number of ratings.

    Examples
    --------
    >>> ratings = Ratings.from_rows([("post-1", "ada", "toxic"), ("post-1", "bo", "fine"), ("post-1", "cy", "fine")])
    >>> round(observed_agreement(ratings).value, 3)
    0.333
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    if credit.matrix is not None and credit.matrix.min(initial=0.0) < 0:
        raise UnknownMethod(f"raw agreement is a share: weights lie between 0 and 1; one is {credit.matrix.min():g}.")
    items = ItemAgreement.of(ratings, credit, what="raw agreement", needed=1)
    misses = np.where(items.is_shared, 1 - items.agreement, 0.0)
    return mean_share_estimate(
        misses=float(items.n_alike @ misses),
        squared_misses=float(items.n_alike @ misses**2),
        n_items=items.n_shared,
        most_units=items.n_shared_ratings / 2,
        level=level,
    )
