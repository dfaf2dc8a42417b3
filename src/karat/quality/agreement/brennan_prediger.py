"""Brennan and Prediger's kappa, of which Bennett's S and Randolph's kappa are cases: chance is uniform."""

from __future__ import annotations

import numpy as np

from karat.quality.agreement.chance_corrected import Chance, Variance, chance_corrected
from karat.quality.agreement.gwet import refuse_one_class
from karat.quality.agreement.item_agreement import ItemAgreement
from karat.quality.agreement.pair import Pair, shared_labels
from karat.quality.agreement.weights import Credit, Weights
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings


def brennan_prediger(
    ratings: Ratings, *, weights: Weights = "identity", level: float = 0.95, variance: Variance = "ratio"
) -> Estimate:
    """Agreement beyond what annotators would reach who give each class equally often.

    Raw agreement on another scale: it does not move with the class mix, and depends on the number of *declared*
    classes, given or not.

    Parameters
    ----------
    ratings : Ratings
        Any number of ratings per item; an item with a single rating counts for nothing.
    weights : str or array_like of shape (n_classes, n_classes)
        Partial credit for different classes; see `karat.quality.agreement.weights.weight_matrix`.
    level : float
        Coverage of the interval.
    variance : {"ratio", "gwet"}
        See `karat.quality.agreement.chance_corrected.Variance`.

    Returns
    -------
    Estimate
        1 for perfect agreement, 0 for chance. The interval is a t-interval on ln(1 - kappa) over items; `n` counts
        the items with at least two ratings.

    Raises
    ------
    NoRatings, TooLittleOverlap
        When fewer than two items have two ratings.
    SingleClass
        When only one class is declared.
    UnknownMethod, NotNumeric
        When there are no such weights, or they need numbers.

    References
    ----------
    Brennan and Prediger (1981), doi:10.1177/001316448104100307.

    Examples
    --------
    >>> ratings = Ratings.from_rows([
    ...     (1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "y"), (3, "ada", "x"), (3, "bo", "y")])
    >>> round(brennan_prediger(ratings).value, 3)
    0.333
    """
    credit = Credit.of(weights, ratings.classes).symmetric()
    items = ItemAgreement.of(ratings, credit, what="Brennan and Prediger's kappa")
    refuse_one_class(credit.n_classes, "Brennan and Prediger's kappa")
    chance = Chance(credit.total / credit.n_classes**2, np.zeros(len(items.n_alike)))
    return chance_corrected(items, chance, what="Brennan and Prediger's kappa", level=level, variance=variance)


def randolph_kappa(ratings: Ratings, *, level: float = 0.95) -> Estimate:
    """Randolph's free-marginal kappa: `brennan_prediger` without partial credit.

    References
    ----------
    Randolph (2005), Free-Marginal Multirater Kappa, ERIC ED490661.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "x")])
    >>> randolph_kappa(ratings).value
    0.0
    """
    return brennan_prediger(ratings, level=level)


def bennett_s(ratings: Ratings, *, pair: Pair | None = None, level: float = 0.95) -> Estimate:
    """Bennett's S: `brennan_prediger` of two annotators on the items both rated.

    Parameters
    ----------
    pair : two names of annotators, optional
        Needed when there are more than two.

    References
    ----------
    Bennett, Alpert and Goldstein (1954), doi:10.1086/266520.

    Examples
    --------
    >>> ratings = Ratings.from_rows([(1, "ada", "x"), (1, "bo", "x"), (2, "ada", "y"), (2, "bo", "x")])
    >>> bennett_s(ratings).value
    0.0
    """
    return brennan_prediger(shared_labels(ratings, pair).as_ratings(), level=level)
