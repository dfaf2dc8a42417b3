"""Light's kappa: the mean of Cohen's kappa over all pairs of annotators."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from karat.quality.agreement.annotator_pairs import PairTables
from karat.quality.agreement.chance_corrected import without_spread
from karat.quality.agreement.cohen import is_defined, pair_tables
from karat.quality.agreement.item_agreement import refuse_too_few
from karat.quality.agreement.item_intervals import log_scale_estimate
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]


def light_kappa(
    ratings: Ratings, *, weights: Weights = "identity", least_shared: int = 2, level: float = 0.95
) -> Estimate:
    """Cohen's kappa, averaged over the pairs of annotators, each pair counted once.

    Parameters
    ----------
    ratings : Ratings
        Each pair is judged on the items both rated.
    weights : str or array_like of shape (n_classes, n_classes)
        As in `karat.quality.agreement.cohen.cohen_kappa`.
    least_shared : int
        Pairs with fewer items in common are left out, and so are those who gave these items one and the same class
        throughout, for whom kappa is undefined. With thin overlap the mean is one of many rough numbers: Conger's kappa
        uses the same evidence better.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - kappa) over items, for *these*
        annotators; `n` counts the items shared by some pair.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When no pair has that many items in common, or there are fewer than two shared items.
    SingleClass
        When kappa is defined for no pair.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers.

    References
    ----------
    Light (1971), doi:10.1037/h0031643.

    Examples
    --------
    >>> rows = [(1, "ada", "x"), (1, "bo", "x"), (1, "cy", "y"), (2, "ada", "y"), (2, "bo", "y"), (2, "cy", "y")]
    >>> round(light_kappa(Ratings.from_rows(rows)).value, 3)
    0.333
    """
    credit = Credit.of(weights, ratings.classes)
    tables = pair_tables(ratings, credit, least_shared, "Light's kappa")
    counts = is_defined(tables) & (tables.n_shared >= least_shared)
    chance, observed = tables.expected[counts], tables.observed[counts]
    value = float(((observed - chance) / (1 - chance)).mean())
    influence = _influence_of_items(tables, credit, counts / counts.sum() / tables.n_shared, ratings.n_items)
    n = len(influence)
    refuse_too_few(n, "Light's kappa", 2)
    squares = float(influence @ influence)
    if squares <= 1e-24:
        return without_spread(value, float(chance.mean()), n, level)
    return log_scale_estimate(value, math.sqrt(n / (n - 1) * squares), n=n, degrees=n - 1, level=level)


def _influence_of_items(tables: PairTables, credit: Credit, weight: Array, n_items: int) -> Array:
    """How much each item moves the mean, to first order: of the items on which a pair that counts has met."""
    total, has_met = np.zeros(n_items), np.zeros(n_items, dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):  # of undefined pairs, whose weight is 0
        for met, influence in tables.influences(credit):
            rows = weight[met.pair] > 0
            total += np.bincount(met.item[rows], (influence * weight[met.pair])[rows], minlength=n_items)
            has_met[met.item[rows]] = True
    return total[has_met]
